import UCL

/// A line from the server.
public enum ServerMessage: Sendable, Equatable {
  case greeting(Greeting)
  case progress(RequestNumber, Progress)
  /// Without an id: the server could not read one, or answers no request in particular (`busy`).
  case reply(RequestNumber?, Reply)
  /// A line of a later version of the protocol, to be passed over.
  case unknown
}

extension ServerMessage {
  /// The message as one line, with its end.
  public func encoded() -> [UInt8] {
    var json = JSONWriter()
    switch self {
    case .greeting(let greeting): greeting.write(to: &json)
    case .progress(let id, let progress):
      json.object { json in
        json.member("id", Int(id.rawValue))
        progress.write(to: &json)
      }
    case .reply(let id, let reply):
      json.object { json in
        if let id { json.member("id", Int(id.rawValue)) } else { json.null("id") }
        reply.write(to: &json)
      }
    case .unknown: return []
    }
    json.endLine()
    return json.bytes
  }

  /// Reads a line (with or without its end).
  ///
  /// - Parameter isForPrinting: texts come as they may be printed, without what would act on a terminal; only the output
  ///   of actions, which passes through, is left as it is.
  public init(decoding line: [UInt8], isForPrinting: Bool = false) throws(MalformedMessage) {
    let fields = try Fields(
      try parseMessage(line, name: "<reply>", limits: .reply), isForPrinting: isForPrinting)
    if !fields.contains("id"), fields.contains("protocol") {
      self = .greeting(try Greeting(fields))
      return
    }
    let id = try fields.optionalInteger("id", Int64.self).flatMap(RequestNumber.init(rawValue:))
    if fields.contains("ok") {
      self = .reply(id, try Reply(fields))
    } else if let id, fields.contains("event"), let progress = try Progress(fields) {
      self = .progress(id, progress)
    } else {
      self = .unknown
    }
  }
}
