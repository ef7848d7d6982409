/// One parse: the text that is read now, and what holds for all of its texts together.
///
/// The syntax is in extensions: `ObjectSyntax` (keys, sections, arrays), `ScalarSyntax` (values), `NumberSyntax`,
/// `StringSyntax`, `MacroSyntax`, `Inclusion`, `Expansion`; `JSONSyntax` is the strict mode.
struct ParseRun {
  var scanner: Scanner
  let limits: Limits
  let reader: (any SourceReader)?

  /// What a repeated key does in the text that is read now.
  var duplicates = DuplicateRule.append
  var priority: UInt8 = 0

  /// The variables of the parser, and those of the text that is read now.
  let givenVariables: [Variable]
  var variables: [Variable]
  /// What variables and `.inherit` have put into values beyond the text itself.
  var copiedBytes = 0

  /// The texts that are being read, from the first to the one that is read now.
  var openSources: [OpenSource]
  /// Objects of the top level that are complete, for `.inherit`.
  var inheritable: [String: Object] = [:]

  /// What the top level has when a mistake ends the parse.
  var membersBeforeMistake = Object()

  private(set) var depth = 0
  private var values = 0
  var bytes: Int
  /// The cost of texts that were read to their end, in bytes looked at.
  var finishedSteps = 0

  /// The last answer of the search for a section's brace; see `ObjectSyntax`.
  var sectionSearch: SectionSearch?

  init(_ source: Source, parser: Parser, reader: (any SourceReader)?) {
    scanner = Scanner(source)
    limits = parser.limits
    self.reader = reader
    givenVariables = parser.variables.map { Variable(name: $0.key, value: $0.value) }
    variables = []
    openSources = [OpenSource(name: source.name)]
    bytes = source.bytes.count
    if parser.mode == .ucl { setFileVariables() }
  }

  /// A text that is being read.
  struct OpenSource {
    let name: String
    /// The path without `.` and `..`, by which an inclusion in a circle is found.
    let path: SourcePath

    init(name: String) {
      self.name = name
      path = SourcePath(name)
    }
  }

  /// What a key does that its object has already (libucl's "duplicate strategies").
  enum DuplicateRule: String {
    case append, merge, rewrite, error
  }

  mutating func parse(_ mode: Parser.Mode) throws(ParseError) -> Value {
    switch mode {
    case .ucl: try parseText()
    case .json: try parseJSONText()
    }
  }

  var steps: Int { finishedSteps + scanner.steps }

  // MARK: Bounds

  mutating func enter(_ mark: Mark) throws(ParseError) {
    depth += 1
    guard depth <= limits.nesting else {
      throw scanner.error("nested more than \(limits.nesting) levels deep (the bound on nesting)", from: mark)
    }
  }

  mutating func leave() { depth -= 1 }

  mutating func countValue(_ mark: Mark) throws(ParseError) {
    values += 1
    guard values <= limits.values else {
      throw scanner.error("more than \(limits.values) keys and elements (the bound on values)", from: mark)
    }
  }

  /// Refuses a text that is too long, holds a NUL, or is not UTF-8.
  mutating func checkText() throws(ParseError) {
    guard bytes <= limits.bytes else {
      throw scanner.error("the text is longer than \(limits.bytes) bytes in all (the bound on bytes)")
    }
    if let offset = scanner.source.bytes.firstIndex(of: 0) {
      throw scanner.error(
        "a NUL character", from: scanner.mark(at: offset),
        hint: "the text may be binary, or in UTF-16: save it as UTF-8")
    }
    guard let offset = firstInvalidByte(in: scanner.source.bytes) else { return }
    throw scanner.error(
      "the text is not UTF-8: byte \(String(scanner.source.bytes[offset], radix: 16, uppercase: true)) (hexadecimal)",
      from: scanner.mark(at: offset), hint: "save the file as UTF-8")
  }

  private func firstInvalidByte(in bytes: [UInt8]) -> Int? {
    do {
      _ = try UTF8Span(validating: bytes.span)
      return nil
    } catch {
      return error.byteOffsets.lowerBound
    }
  }
}
