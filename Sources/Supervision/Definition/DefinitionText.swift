extension ServiceDefinition {
  /// The definition as text that, parsed again, gives the same definition: what `herd show` prints.
  ///
  /// Keys that have their default value are left out unless a file says them. Behind each line stands the file and line
  /// that it comes from, a file's whole path where it is named first.
  public func uclText() -> String {
    var writer = DefinitionWriter(origin: origin)
    writer.service(self)
    return writer.text
  }

  /// The same as one JSON object: `name`, `packaged`, `place`, `definition` (the keys with their values) and `origin`
  /// (the keys with `file:line`).
  public func jsonText() -> String {
    let keys = shownKeys.map { "\(jsonString($0.key.rawValue)):\($0.value.json)" }
    let places = origin.keys.map { "\(jsonString($0.path)):\(jsonString($0.place.description))" }
    let place = origin.section.map { jsonString($0.description) } ?? "null"
    return "{\"name\":\(jsonString(name)),\"packaged\":\(isPackaged),\"place\":\(place),"
      + "\"definition\":{\(keys.joined(separator: ","))},\"origin\":{\(places.joined(separator: ","))}}"
  }

  /// What surrounds the processes, where it is not the default, each as a file would say it: `nice = 5`.
  public var surroundings: [String] {
    shownKeys.filter { $0.key.describesSurroundings }.map { "\($0.key.rawValue) = \($0.value.ucl)" }
  }

  /// What a reader must see to know the definition.
  fileprivate var shownKeys: [(key: ServiceKey, value: DefinitionValue)] {
    var bare = ServiceDefinition(name: name)
    if isOneShot { bare.startTimeout = nil }
    let written = Set(origin.keys.map(\.path))
    return ServiceKey.allCases.compactMap { key in
      guard let value = value(of: key), written.contains(key.rawValue) || value != bare.value(of: key) else {
        return nil
      }
      // A group has no process that a key could describe.
      if isGroup, !key.fitsGroup { return nil }
      return (key, value)
    }
  }
}

extension Origin.Place: CustomStringConvertible {
  /// `file:line`
  public var description: String { "\(file):\(line)" }
}

private struct DefinitionWriter {
  private(set) var text = ""
  private let places: [String: Origin.Place]
  private let section: Origin.Place?
  /// Last components that belong to one file alone: enough once the whole path has been said.
  private let shortNames: Set<Substring>
  private var toldFiles: Set<String> = []

  init(origin: Origin) {
    places = Dictionary(origin.keys.map { ($0.path, $0.place) }, uniquingKeysWith: { first, _ in first })
    section = origin.section
    let files = Set(origin.keys.map(\.place.file) + [origin.section?.file].compactMap(\.self))
    shortNames = Set(Dictionary(grouping: files, by: Self.lastComponent).filter { $0.value.count == 1 }.keys)
  }

  private static func lastComponent(_ path: String) -> Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
  }

  private mutating func text(of place: Origin.Place) -> String {
    let short = Self.lastComponent(place.file)
    guard !toldFiles.insert(place.file).inserted, shortNames.contains(short) else { return place.description }
    return "\(short):\(place.line)"
  }

  mutating func service(_ definition: ServiceDefinition) {
    line("service \(uclKey(definition.name)) {", section, indent: 0)
    for (key, value) in definition.shownKeys { member(key.rawValue, value, path: key.rawValue, indent: 1) }
    line("}", nil, indent: 0)
  }

  private mutating func member(
    _ key: String, _ value: DefinitionValue, path: String, indent: Int, above: Origin.Place? = nil
  ) {
    let place = places[path] ?? above
    if case .map(let members) = value {
      line("\(uclKey(key)) {", place, indent: indent)
      for inner in members {
        member(inner.key, inner.value, path: "\(path).\(inner.key)", indent: indent + 1, above: place)
      }
      line("}", nil, indent: indent)
    } else {
      line("\(uclKey(key)) = \(value.ucl);", place, indent: indent)
    }
  }

  private mutating func line(_ content: String, _ place: Origin.Place?, indent: Int) {
    text += String(repeating: "  ", count: indent) + content
    // A file's name may contain anything; a comment ends at the line.
    if let place { text += "  # " + self.text(of: place).replacing("\n", with: "?") }
    text += "\n"
  }
}

extension DefinitionValue {
  /// The value in the service language.
  fileprivate var ucl: String {
    switch self {
    case .boolean(let boolean): boolean ? "true" : "false"
    case .integer(let integer): "\(integer)"
    case .literal(let literal): literal
    case .string(let string): uclString(string)
    case .list(let elements): "[" + elements.map(\.ucl).joined(separator: ", ") + "]"
    case .map(let members):
      "{ " + members.map { "\(uclKey($0.key)) = \($0.value.ucl); " }.joined() + "}"
    }
  }

  /// The value as JSON; literals are strings there, since JSON has no durations.
  fileprivate var json: String {
    switch self {
    case .boolean(let boolean): boolean ? "true" : "false"
    case .integer(let integer): "\(integer)"
    case .literal(let text), .string(let text): jsonString(text)
    case .list(let elements): "[" + elements.map(\.json).joined(separator: ",") + "]"
    case .map(let members): "{" + members.map { "\(jsonString($0.key)):\($0.value.json)" }.joined(separator: ",") + "}"
    }
  }
}

/// A key, in double quotes unless it is a plain word; nothing is expanded in keys.
private func uclKey(_ key: String) -> String {
  isPlainWord(key) ? key : jsonString(key)
}

/// A string, quoted unless nothing of it could be taken for something else.
private func uclString(_ string: String) -> String {
  if isPlainWord(string), !isReserved(string) { return string }
  // Within single quotes nothing is expanded.
  if string.utf8.contains(UInt8(ascii: "$")), fitsSingleQuotes(string) {
    let isPrintable = !string.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f }
    if isPrintable || mentionsVariable(string) { return "'\(string.replacing("'", with: "\\'"))'" }
  }
  return jsonString(string)
}

/// Whether a string reads back from single quotes: a backslash there is one, but for `\'` and at the end of a line.
private func fitsSingleQuotes(_ string: String) -> Bool {
  !string.hasSuffix("\\") && !string.contains("\\'") && !string.contains("\\\n") && !string.contains("\\\r")
}

/// Whether the language would replace a part of the string within double quotes; names that it does not know stay as they are.
private func mentionsVariable(_ string: String) -> Bool {
  ["FILENAME", "CURDIR"].contains { string.contains("$\($0)") || string.contains("${\($0)}") }
}

private func isPlainWord(_ text: String) -> Bool {
  guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "/") else { return false }
  // `//` and `/*` begin nothing in libucl, but a reader may think so.
  guard !text.hasPrefix("//"), !text.hasPrefix("/*") else { return false }
  return text.utf8.allSatisfy { byte in
    isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "/")
      || byte == UInt8(ascii: ".")
  }
}

private func isLetter(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

/// Whether a plain word would be read as a boolean, a number or null.
private func isReserved(_ word: String) -> Bool {
  ["true", "false", "yes", "no", "on", "off", "null", "inf", "infinity", "nan"].contains(word.lowercased())
}

/// A string with JSON's quotes and escapes, which are those of the service language too.
func jsonString(_ string: String) -> String {
  var result = "\""
  for scalar in string.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where scalar.value < 0x20 || scalar.value == 0x7f:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
