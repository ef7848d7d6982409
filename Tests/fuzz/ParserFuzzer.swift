// The harness that `make fuzz` runs: libFuzzer calls it with one text after the other.
//
// It is compiled together with the sources of the module UCL into one program. Besides crashes, which the sanitizers
// find, it ends the program when a promise is broken: a text costs more than its length allows, more comes out of it
// than the bounds let in, or a value does not survive being printed and read again.

/// Texts for `.include`: whatever the path, so that the fuzzer need not guess names.
private struct FuzzReader: SourceReader {
  let text: [UInt8]

  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    if path.hasSuffix("missing") { throw SourceReadError("no such file", isMissing: true) }
    // A piece of the text itself: inclusions in inclusions, up to the bound.
    let piece = Array(text.suffix(max(0, text.count - path.utf8.count * 4)))
    guard piece.count <= limit else { throw SourceReadError("too long") }
    return piece
  }

  func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    [pattern + "1", pattern + "2"]
  }
}

private func bounds() -> Limits {
  var limits = Limits()
  limits.bytes = 1 << 16
  limits.nesting = 32
  limits.values = 4096
  limits.includeDepth = 4
  return limits
}

/// What a text of so many bytes may cost, in bytes looked at. Every byte is looked at a few times: by the search for a
/// section, as part of a value, when its place is counted. Each of at most `nesting` names of a section may be read
/// again, and each line that is quoted in an error.
private func allowance(for bytes: Int) -> Int { 64 * bytes + 4096 }

private func check(_ value: Value, in parser: Parser) {
  let json = value.json
  var strict = Parser(mode: .json, limits: parser.limits)
  strict.limits.bytes = Int.max
  // The top level of a file needs no brackets; in JSON it takes a level and a value.
  strict.limits.nesting += 2
  strict.limits.values *= 2
  guard let again = try? strict.parse(Source(name: "<json>", text: json)) else {
    fatalError("our JSON is not JSON: \(json)")
  }
  guard again.json == json else { fatalError("JSON changes when it is read: \(json)") }

  guard parser.mode == .ucl else { return }
  var reading = parser
  reading.limits = strict.limits
  // A string with a `$` that cannot stand in single quotes is read back as it was where no variable is known.
  reading.variables = [:]
  let text = value.ucl
  guard let second = try? reading.parse(Source(name: "<ucl>", text: text)) else {
    fatalError("our text does not parse: \(text)")
  }
  guard second.hasSameContent(as: value) else { fatalError("a value changes when it is printed and read: \(text)") }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  for mode in [Parser.Mode.ucl, .json] {
    let parser = Parser(mode: mode, limits: bounds(), variables: mode == .ucl ? ["X": "value", "NAME": "n"] : [:])
    let source = Source(name: "<fuzz>", bytes: bytes)
    do {
      let (value, steps) = try parser.measuredParse(source, reader: FuzzReader(text: bytes))
      // Inclusions read more bytes than the text has, up to the bound.
      let holdsInclusion = bytes.contains(UInt8(ascii: "."))
      guard steps <= allowance(for: holdsInclusion && mode == .ucl ? parser.limits.bytes : bytes.count) else {
        fatalError("\(steps) steps for \(bytes.count) bytes")
      }
      check(value, in: parser)
    } catch {
      guard !error.message.isEmpty, error.location.line >= 1, error.location.column >= 1 else {
        fatalError("an error without a place: \(error)")
      }
      _ = error.location.source.line(Int(error.location.line))
    }
  }
  return 0
}
