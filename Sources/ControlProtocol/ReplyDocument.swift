/// What `herd --json` prints: a reply without its id, with the services of a status in it.
public struct ReplyDocument: Sendable, Equatable {
  public var reply: Reply
  /// Of `status`; `nil` for other commands.
  public var services: [ServiceStatus]?
  /// What an action wrote; `nil` for other commands.
  public var output: Output?

  public struct Output: Sendable, Equatable {
    public var standardOutput: [UInt8] = []
    public var standardError: [UInt8] = []

    public init() {}
  }

  public init(_ reply: Reply, services: [ServiceStatus]? = nil, output: Output? = nil) {
    self.reply = reply
    self.services = services
    self.output = output
  }

  /// One line, with its end. Output that is not UTF-8 is repaired: who needs the bytes reads the protocol.
  public func encoded() -> [UInt8] {
    var json = JSONWriter(reserving: 256 + 256 * (services?.count ?? 0))
    json.object { json in
      reply.write(to: &json)
      if let services { json.list("services", services) { json, service in service.write(to: &json) } }
      if let output {
        json.member("stdout", String(decoding: output.standardOutput, as: UTF8.self))
        json.member("stderr", String(decoding: output.standardError, as: UTF8.self))
      }
    }
    json.endLine()
    return json.bytes
  }
}
