/// Why a request was not carried out: for programs the code, for people the rest.
public struct ControlError: Error, Sendable, Equatable {
  public var code: ErrorCode
  /// What happened, to which service: one sentence without a full stop.
  public var message: String
  /// The service that it is about, where it is about one.
  public var service: String?
  /// What to do about it.
  public var hint: String?
  /// The nearest names, best first, when a name was not known.
  public var suggestions: [String]

  public init(
    _ code: ErrorCode, _ message: String, service: String? = nil, hint: String? = nil, suggestions: [String] = []
  ) {
    self.code = code
    self.message = message
    self.service = service
    self.hint = hint
    self.suggestions = suggestions
  }
}

/// A word for a program to decide by. A client must be prepared for words that it does not know.
public struct ErrorCode: RawRepresentable, Sendable, Hashable {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  // MARK: The line

  /// The line is not a JSON object in UTF-8. The connection ends.
  public static let malformedRequest = ErrorCode(rawValue: "malformed-request")
  /// The line is longer than the server reads. The connection ends.
  public static let lineTooLong = ErrorCode(rawValue: "line-too-long")
  /// A key is missing or has the wrong type.
  public static let invalidRequest = ErrorCode(rawValue: "invalid-request")
  public static let unknownCommand = ErrorCode(rawValue: "unknown-command")
  /// The request asks for a version of the protocol that the server does not speak.
  public static let protocolVersion = ErrorCode(rawValue: "protocol-version")
  /// A request with this id is still open on this connection.
  public static let duplicateID = ErrorCode(rawValue: "duplicate-id")
  /// Too many connections; this one ends.
  public static let busy = ErrorCode(rawValue: "busy")

  // MARK: The caller

  public static let notPermitted = ErrorCode(rawValue: "not-permitted")
  public static let unknownService = ErrorCode(rawValue: "unknown-service")
  public static let unknownAction = ErrorCode(rawValue: "unknown-action")
  /// An argument has the right type but no meaning: a signal that does not exist, the bare name of a template.
  public static let invalidArgument = ErrorCode(rawValue: "invalid-argument")

  /// It is done, and lasts only until the supervisor ends: the lists of what is enabled and disabled cannot be written.
  public static let notSaved = ErrorCode(rawValue: "not-saved")

  // MARK: The service

  /// The service is disabled, or a requirement of it is.
  public static let disabled = ErrorCode(rawValue: "disabled")
  public static let startFailed = ErrorCode(rawValue: "start-failed")
  public static let stopFailed = ErrorCode(rawValue: "stop-failed")
  public static let requirementFailed = ErrorCode(rawValue: "requirement-failed")
  /// The action, or the reload, did not end with success; `exit` in the reply says how it ended, if it began.
  public static let actionFailed = ErrorCode(rawValue: "action-failed")
  /// There is no process to signal or to reload.
  public static let notRunning = ErrorCode(rawValue: "not-running")
  /// Another request overtook this one: a stop the start, for instance.
  public static let overtaken = ErrorCode(rawValue: "overtaken")
  /// Services that are loaded require the one that should be unloaded.
  public static let hasDependents = ErrorCode(rawValue: "has-dependents")

  // MARK: The supervisor

  /// The files have errors; `load` in the reply has them all. Nothing was changed.
  public static let badConfiguration = ErrorCode(rawValue: "bad-configuration")
  public static let timeout = ErrorCode(rawValue: "timeout")
  /// The supervisor has something else to do first, and nothing is loaded yet.
  public static let notReady = ErrorCode(rawValue: "not-ready")
  public static let shuttingDown = ErrorCode(rawValue: "shutting-down")
  /// Another supervisor takes this one's place, and does not know the request: ask it. It listens on the same socket.
  public static let again = ErrorCode(rawValue: "again")
  /// The new program cannot take the supervisor's place.
  public static let upgradeFailed = ErrorCode(rawValue: "upgrade-failed")
  /// This system, or the supervisor's rights, cannot do it.
  public static let unsupported = ErrorCode(rawValue: "unsupported")
  /// A defect of the supervisor, reported instead of hidden.
  public static let internalError = ErrorCode(rawValue: "internal-error")
}

extension ControlError {
  func write(to json: inout JSONWriter) {
    json.member("code", code.rawValue)
    json.member("message", message)
    json.member("service", service)
    json.member("hint", hint)
    json.member("suggestions", suggestions)
  }

  init(_ fields: Fields) throws(MalformedMessage) {
    code = ErrorCode(rawValue: try fields.string("code"))
    message = try fields.string("message")
    service = try fields.optionalString("service")
    hint = try fields.optionalString("hint")
    suggestions = try fields.strings("suggestions")
  }
}
