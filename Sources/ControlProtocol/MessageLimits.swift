import UCL

/// The bounds of the protocol; docs/PROTOCOL.md tells them to those who write clients.
public enum MessageLimits {
  /// The longest line that the server reads, its end included.
  public static let requestLine = 64 << 10
  /// The longest line that a client must be prepared for, its end included.
  public static let replyLine = 4 << 20
}

extension Limits {
  static var request: Limits {
    var limits = Limits()
    limits.bytes = MessageLimits.requestLine
    limits.nesting = 8
    limits.values = 8192
    return limits
  }

  static var reply: Limits {
    var limits = Limits()
    limits.bytes = MessageLimits.replyLine
    limits.nesting = 16
    return limits
  }
}

/// Parses a line with the one parser that the project has.
func parseMessage(_ line: [UInt8], name: String, limits: Limits) throws(MalformedMessage) -> Value {
  do {
    return try Parser(mode: .json, limits: limits).parse(Source(name: name, bytes: line))
  } catch {
    throw MalformedMessage("not a message in JSON: \(error.message), at column \(error.location.column)")
  }
}
