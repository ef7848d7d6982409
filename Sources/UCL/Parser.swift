/// A text that does not parse: what happened, where, and what to do about it.
public struct ParseError: Error, Sendable {
  public var message: String
  public var location: SourceLocation
  /// What to write instead, where that is known; one sentence without a full stop.
  public var hint: String?

  public init(_ message: String, at location: SourceLocation, hint: String? = nil) {
    self.message = message
    self.location = location
    self.hint = hint
  }
}

/// Bounds on what a parse may cost; a text beyond them is refused with the bound's name.
public struct Limits: Sendable {
  public var bytes = 4 << 20
  public var nesting = 64
  /// Keys and array elements in one parse, includes counted.
  public var values = 500_000
  public var includeDepth = 16

  public init() {}
}

/// What `.include` asks of the outside world; the parser itself performs no I/O.
public protocol SourceReader {
  /// The contents of a file; the error's text completes "cannot include PATH: …".
  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8]
  /// The paths that a glob(7) pattern matches, sorted by name; empty when none does.
  func paths(matching pattern: String) throws(SourceReadError) -> [String]
}

/// Why a source cannot be read.
public struct SourceReadError: Error, Sendable {
  public var message: String
  /// Whether the file is simply not there (`.include(try=true)` passes over it).
  public var isMissing: Bool

  public init(_ message: String, isMissing: Bool = false) {
    self.message = message
    self.isMissing = isMissing
  }
}

/// The parser of the configuration language, and, in strict JSON mode, of the control socket.
public struct Parser {
  public enum Mode: Sendable {
    /// The whole language.
    case ucl
    /// JSON as RFC 8259 has it: no comments, variables, macros, units, implicit arrays or trailing commas.
    case json
  }

  public var mode: Mode
  public var limits: Limits
  /// `${NAME}` and `$NAME` in values; a name that is not here is left alone, as libucl does.
  public var variables: [String: String]

  public init(mode: Mode = .ucl, limits: Limits = Limits(), variables: [String: String] = [:]) {
    self.mode = mode
    self.limits = limits
    self.variables = variables
  }

  /// Parses a text; the result is an object, or an array if the text is one (in JSON mode: any value).
  ///
  /// - Parameters:
  ///   - source: the text; its name, where it is a path, gives `${FILENAME}` and `${CURDIR}`.
  ///   - reader: reads what `.include` names; without one, `.include` is an error.
  public func parse(_ source: Source, reader: (any SourceReader)? = nil) throws(ParseError) -> Value {
    try measuredParse(source, reader: reader).value
  }

  /// The members of the top level that stand before the first mistake of a text, in UCL mode.
  public func members(beforeMistakeIn source: Source, reader: (any SourceReader)? = nil) -> Object {
    var run = ParseRun(source, parser: self, reader: reader)
    if case .object(let object)? = try? run.parseText().content { return object }
    return run.membersBeforeMistake
  }

  /// Parses, and says what it cost in bytes looked at; a test shows that the cost grows as the text does.
  func measuredParse(
    _ source: Source, reader: (any SourceReader)? = nil
  ) throws(ParseError) -> (value: Value, steps: Int) {
    var run = ParseRun(source, parser: self, reader: reader)
    let value = try run.parse(mode)
    return (value, run.steps)
  }

  /// What a parse costs, whether it succeeds or not.
  func cost(_ source: Source, reader: (any SourceReader)? = nil) -> Int {
    var run = ParseRun(source, parser: self, reader: reader)
    _ = try? run.parse(mode)
    return run.steps
  }
}
