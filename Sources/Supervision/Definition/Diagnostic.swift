import UCL

/// Something to tell the user about a text: what, where, what was expected, what to try.
public struct Diagnostic: Sendable {
  public enum Severity: Sendable, Equatable {
    case error
    case note
  }

  public var severity: Severity
  public var message: String
  public var location: SourceLocation?
  /// What would have been right: "a duration such as `5s`".
  public var expected: String?
  /// "did you mean `respawn-delay`?", or what to write instead.
  public var hint: String?
  /// Further places that belong to it: the other definition of the same name.
  public var related: [(message: String, location: SourceLocation)] = []
  /// Of a lack of the host: whose it is, and the message without that. Many services may lack the same.
  public var lack: (service: String, reason: String)?
  /// The offending line, when the location's source no longer holds its text (``SourceDetachment``).
  public var excerpt: String?

  public init(
    _ severity: Severity = .error, _ message: String, at location: SourceLocation?, expected: String? = nil,
    hint: String? = nil
  ) {
    self.severity = severity
    self.message = message
    self.location = location
    self.expected = expected
    self.hint = hint
  }

  /// A syntax error as a diagnostic.
  public init(_ error: ParseError) {
    self.init(.error, error.message, at: error.location, hint: error.hint)
  }
}

/// All that is wrong with a configuration, in the order of the files.
public struct Diagnostics: Error, Sendable {
  public var all: [Diagnostic]
  /// What the section `supervisor` says all the same: it tells where the last good configuration is kept.
  public var settings: SupervisorSettings?
  /// Whether a mistake may hide the section `supervisor`.
  public var mayHideSettings = false

  public init(_ all: [Diagnostic] = []) {
    self.all = all
  }

  public var hasErrors: Bool { all.contains { $0.severity == .error } }
}
