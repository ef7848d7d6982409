import UCL

/// Values that say something else than they look like: a text without quotes ends before a `#`, and has a quote at its end
/// that it did not begin with.
struct SuspectValues {
  private(set) var notes: [Diagnostic] = []
  /// By source, the lines on which a `#` follows a character at once; most files have none.
  private var lines: [ObjectIdentifier: Set<Int32>] = [:]

  static func notes(in object: Object) -> [Diagnostic] {
    var search = SuspectValues()
    search.look(at: object, path: "")
    return search.notes
  }

  private mutating func look(at object: Object, path: String) {
    for member in object.members {
      let path = path.isEmpty ? member.key : "\(path).\(member.key)"
      for value in member.values { look(at: value, path: path) }
    }
  }

  private mutating func look(at value: Value, path: String) {
    switch value.content {
    case .object(let object): look(at: object, path: path)
    case .array(let elements): for element in elements { look(at: element, path: path) }
    case .string where !value.isQuoted: lookAtText(value, path: path)
    case .string, .null, .boolean, .integer, .real, .duration: break
    }
  }

  private mutating func lookAtText(_ value: Value, path: String) {
    let text = value.sourceText
    if let quote = text.unicodeScalars.last, quote == "\"" || quote == "'",
      text.unicodeScalars.filter({ $0 == quote }).count == 1
    {
      notes.append(
        Diagnostic(
          .note, "the value of `\(path)` ends in a quote that it does not begin with, which belongs to it",
          at: value.location, hint: "put the whole value in quotes, or none of it"))
    }
    guard isCut(value) else { return }
    notes.append(
      Diagnostic(
        .note, "the value of `\(path)` ends before the `#`, which begins a comment", at: value.location,
        hint: "put the value in quotes if the `#` belongs to it"))
  }

  private mutating func isCut(_ value: Value) -> Bool {
    let location = value.location
    guard candidates(in: location.source).contains(location.line), let line = location.source.line(Int(location.line))
    else { return false }
    let rest = line.unicodeScalars.dropFirst(Int(location.column) - 1 + value.sourceText.unicodeScalars.count)
    return rest.first == "#"
  }

  private mutating func candidates(in source: Source) -> Set<Int32> {
    if let known = lines[ObjectIdentifier(source)] { return known }
    var found: Set<Int32> = []
    var line: Int32 = 1
    var previous = UInt8(ascii: "\n")
    for byte in source.bytes {
      if byte == UInt8(ascii: "#"), previous > 0x20 { found.insert(line) }
      if byte == UInt8(ascii: "\n") { line += 1 }
      previous = byte
    }
    lines[ObjectIdentifier(source)] = found
    return found
  }
}
