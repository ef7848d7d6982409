/// Values as JSON text.
///
/// A key that was repeated becomes an array, a duration its number of seconds. NaN and infinities, for which JSON has no
/// words, become `null`. The text is UTF-8, without a newline at its end.
public enum JSON {
  public enum Style: Sendable {
    /// On one line, without blanks: a message of the control socket.
    case compact
    /// Two blanks a level: for people.
    case pretty
  }

  /// Appends a value's text to a buffer.
  public static func write(_ value: Value, into bytes: inout [UInt8], style: Style = .compact) {
    var writer = JSONWriter(bytes: [], isPretty: style == .pretty)
    swap(&writer.bytes, &bytes)
    writer.write(value, depth: 0)
    swap(&writer.bytes, &bytes)
  }

  /// A value's text.
  public static func text(_ value: Value, style: Style = .compact) -> String {
    var bytes: [UInt8] = []
    write(value, into: &bytes, style: style)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Value {
  /// The value as JSON on one line.
  public var json: String { JSON.text(self) }
}

private struct JSONWriter {
  var bytes: [UInt8]
  let isPretty: Bool

  mutating func write(_ value: Value, depth: Int) {
    switch value.content {
    case .null: append("null")
    case .boolean(let value): append(value ? "true" : "false")
    case .integer(let value): append(String(value))
    case .real(let value), .duration(let value): append(value.isFinite ? value.description : "null")
    case .string(let value): bytes.appendQuoted(value)
    case .array(let values): write(values, depth: depth)
    case .object(let object): write(object, depth: depth)
    }
  }

  private mutating func write(_ values: [Value], depth: Int) {
    bytes.append(UInt8(ascii: "["))
    for (position, value) in values.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      startLine(depth: depth + 1)
      write(value, depth: depth + 1)
    }
    if !values.isEmpty { startLine(depth: depth) }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func write(_ object: Object, depth: Int) {
    bytes.append(UInt8(ascii: "{"))
    for (position, member) in object.members.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      startLine(depth: depth + 1)
      bytes.appendQuoted(member.key)
      append(isPretty ? ": " : ":")
      if member.values.count == 1 {
        write(member.values[0], depth: depth + 1)
      } else {
        write(member.values, depth: depth + 1)
      }
    }
    if !object.members.isEmpty { startLine(depth: depth) }
    bytes.append(UInt8(ascii: "}"))
  }

  private mutating func startLine(depth: Int) {
    guard isPretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

extension [UInt8] {
  /// Appends a string in double quotes, escaped as JSON (and UCL, which has the same rules) wants it.
  mutating func appendQuoted(_ text: String) {
    append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\r"): append(contentsOf: "\\r".utf8)
      case UInt8(ascii: "\t"): append(contentsOf: "\\t".utf8)
      case 0..<0x20, 0x7F:
        append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
        append(contentsOf: String(byte, radix: 16).utf8)
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }
}
