/// Values as text of the configuration language.
///
/// Numbers and booleans of a text are printed as they were written there.
/// What the text is read back as has the same content, except that a string is read back with variables replaced if it
/// cannot stand in single quotes and a variable of that name is known. A negative infinity and an empty key, for which
/// the language has no words, are written as `null` and `""`. The text ends with a new line.
public enum UCLText {
  /// Appends the text of a value: the members of an object without braces around them, or any other value as it is.
  public static func write(_ value: Value, into bytes: inout [UInt8]) {
    var writer = UCLWriter(bytes: [])
    swap(&writer.bytes, &bytes)
    writer.writeText(value)
    swap(&writer.bytes, &bytes)
  }

  /// A value's text.
  public static func text(_ value: Value) -> String {
    var bytes: [UInt8] = []
    write(value, into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A value as it would stand behind `key = `: scalars and short arrays of them on one line.
  public static func inline(_ value: Value) -> String {
    var writer = UCLWriter(bytes: [])
    writer.write(value, depth: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

extension Value {
  /// The value as text of the configuration language.
  public var ucl: String { UCLText.text(self) }
}

private struct UCLWriter {
  var bytes: [UInt8]

  /// How long an array may be to stand on one line, in bytes.
  private static let longestLine = 100

  mutating func writeText(_ value: Value) {
    if case .object(let object) = value.content {
      writeMembers(object, depth: 0)
    } else {
      write(value, depth: 0)
      append("\n")
    }
  }

  private mutating func writeMembers(_ object: Object, depth: Int) {
    for member in object.members {
      for value in member.values {
        indent(depth)
        writeKey(member.key)
        writeMember(value, depth: depth)
        append("\n")
      }
    }
  }

  /// `name {` for objects, where an object that holds but one object is a section with a name; `= value` otherwise.
  private mutating func writeMember(_ value: Value, depth: Int) {
    guard case .object(var object) = value.content else {
      append(" = ")
      return write(value, depth: depth)
    }
    while let only = object.members.first, object.members.count == 1, only.values.count == 1,
      case .object(let inner) = only.values[0].content
    {
      append(" ")
      writeKey(only.key)
      object = inner
    }
    append(" ")
    write(object, depth: depth)
  }

  private mutating func writeKey(_ key: String) {
    let bytes = key.utf8
    // U+FEFF at the beginning of a text is no part of it.
    if let first = bytes.first, first.startsKey, bytes.allSatisfy(\.isInKey), !bytes.starts(with: "\u{FEFF}".utf8) {
      append(key)
    } else {
      self.bytes.appendQuoted(key)
    }
  }

  mutating func write(_ value: Value, depth: Int) {
    switch value.content {
    case .null: append("null")
    // As they were written, if they were: `10m` says more than 10000000, and `0640` is octal to whoever wants it.
    case .boolean where !value.sourceText.isEmpty, .integer where !value.sourceText.isEmpty,
      .real where !value.sourceText.isEmpty, .duration where !value.sourceText.isEmpty:
      append(value.sourceText)
    case .boolean(let value): append(value ? "true" : "false")
    case .integer(let value): append(String(value))
    case .real(let value): append(Self.real(value) ?? "null")
    case .duration(let value): append(Self.seconds(value) ?? "null")
    case .string(let value): write(value)
    case .array(let values): write(values, depth: depth)
    case .object(let object): write(object, depth: depth)
    }
  }

  private static func real(_ value: Double) -> String? {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value > 0 ? "inf" : nil }
    return value.description
  }

  private static func seconds(_ value: Double) -> String? {
    if let whole = Int64(exactly: value) { return "\(whole)s" }
    return value.isFinite ? "\(value)s" : nil
  }

  /// In double quotes, or in single ones if a `$` in it would begin a variable in double quotes.
  private mutating func write(_ text: String) {
    let needsSingle = text.utf8.contains(UInt8(ascii: "$"))
    let allowsSingle = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "'") }
    if needsSingle && allowsSingle {
      append("'")
      append(text)
      append("'")
    } else {
      bytes.appendQuoted(text)
    }
  }

  private mutating func write(_ object: Object, depth: Int) {
    guard !object.members.isEmpty else { return append("{}") }
    append("{\n")
    writeMembers(object, depth: depth + 1)
    indent(depth)
    append("}")
  }

  private mutating func write(_ values: [Value], depth: Int) {
    if let line = inline(values), line.count <= Self.longestLine {
      bytes.append(contentsOf: line)
      return
    }
    append("[\n")
    for value in values {
      indent(depth + 1)
      write(value, depth: depth + 1)
      append(",\n")
    }
    indent(depth)
    append("]")
  }

  /// An array of scalars on one line; `nil` when it holds containers.
  private func inline(_ values: [Value]) -> [UInt8]? {
    var line = UCLWriter(bytes: [UInt8(ascii: "[")])
    for (position, value) in values.enumerated() {
      if position > 0 { line.append(", ") }
      switch value.content {
      case .array, .object: return nil
      default: line.write(value, depth: 0)
      }
      if line.bytes.count > Self.longestLine { return nil }
    }
    line.append("]")
    return line.bytes
  }

  private mutating func indent(_ depth: Int) {
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
