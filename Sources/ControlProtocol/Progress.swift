/// A line that belongs to a request and is not its end.
public enum Progress: Sendable, Equatable {
  /// A service that the request concerns came into another state, or a step within it began.
  case state(StateChange)
  /// Part of a status: as many services as go well into a line. The parts together are the answer.
  case services([ServiceStatus])
  /// What an action wrote.
  case output(OutputChunk)
  /// Something to know that is no state: "stops apache, which conflicts with nginx".
  case note(String, service: String?)

  /// Services in one line of a status: enough to make the cost of a line small beside theirs, few enough that a
  /// client can show the first while the rest is under way.
  public static let servicesPerLine = 64
}

/// What happens to a service.
public struct StateChange: Sendable, Equatable {
  public var service: String
  public var state: ServiceState
  public var at: Timestamp
  public var pid: Int32?
  /// The step: `TERM to 901`, `pre-start 1 of 2`, `waits for its requirement api`.
  public var step: String?
  /// Why, as in `ServiceStatus.cause`.
  public var cause: String?

  public init(
    service: String, state: ServiceState, at: Timestamp, pid: Int32? = nil, step: String? = nil, cause: String? = nil
  ) {
    self.service = service
    self.state = state
    self.at = at
    self.pid = pid
    self.step = step
    self.cause = cause
  }
}

/// A piece of an action's output, as it came out of its pipe: not necessarily whole lines.
public struct OutputChunk: Sendable, Equatable {
  public enum Stream: String, Sendable, CaseIterable {
    case stdout
    case stderr
  }

  public var stream: Stream
  public var bytes: [UInt8]

  public init(_ stream: Stream, _ bytes: [UInt8]) {
    self.stream = stream
    self.bytes = bytes
  }
}

extension Progress {
  func write(to json: inout JSONWriter) {
    switch self {
    case .state(let change):
      json.member("event", "state")
      change.write(to: &json)
    case .services(let services):
      json.member("event", "services")
      json.list("services", services) { json, service in service.write(to: &json) }
    case .output(let chunk):
      json.member("event", "output")
      json.member("stream", chunk.stream.rawValue)
      // JSON can carry text only; bytes that are none go as base64, and so does what would be longer with its escapes.
      if !chunk.isShorterInBase64, let text = String(validating: chunk.bytes, as: UTF8.self) {
        json.member("text", text)
      } else {
        json.member("base64", base64(chunk.bytes))
      }
    case .note(let text, let service):
      json.member("event", "note")
      json.member("text", text)
      json.member("service", service)
    }
  }

  /// `nil` for an event of a later version.
  init?(_ fields: Fields) throws(MalformedMessage) {
    switch try fields.string("event") {
    case "state": self = .state(try StateChange(fields))
    case "services": self = .services(try fields.objects("services", ServiceStatus.init))
    case "output": self = .output(try OutputChunk(fields))
    case "note": self = .note(try fields.string("text"), service: try fields.optionalString("service"))
    default: return nil
    }
  }
}

extension StateChange {
  fileprivate func write(to json: inout JSONWriter) {
    json.member("service", service)
    json.member("state", state.rawValue)
    json.member("at", at)
    json.member("pid", pid)
    json.member("step", step)
    json.member("cause", cause)
  }

  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    service = try fields.string("service")
    state = try fields.word("state", ServiceState.self)
    at = try fields.timestamp("at")
    pid = try fields.optionalInteger("pid")
    step = try fields.optionalString("step")
    cause = try fields.optionalString("cause")
  }
}

extension OutputChunk {
  /// Whether its escapes in a JSON string would take more than the third that base64 adds.
  fileprivate var isShorterInBase64: Bool {
    let escapes = bytes.reduce(0) { $0 + JSONWriter.escapeLength(of: $1) }
    return escapes > bytes.count / 3 + 4
  }

  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    stream = try fields.word("stream", Stream.self)
    if let encoded = try fields.optionalRawString("base64") {
      guard let decoded = decodeBase64(encoded) else { throw MalformedMessage("`base64` must be base64") }
      bytes = decoded
    } else {
      guard let text = try fields.optionalRawString("text") else {
        throw MalformedMessage("`text` must be a string, and is missing")
      }
      bytes = Array(text.utf8)
    }
  }
}
