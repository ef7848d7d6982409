/// The first line that the server sends, before the client has said anything.
public struct Greeting: Sendable, Equatable {
  /// The version of the protocol that this module speaks. Added keys, commands and error codes do not raise it.
  public static let currentProtocol = 1

  /// The version of the protocol that the server speaks; a client that does not know it must not go on.
  public var protocolVersion: Int
  /// The version of the daemon, for people.
  public var daemonVersion: String
  public var pid: Int32

  public init(protocolVersion: Int = Greeting.currentProtocol, daemonVersion: String, pid: Int32) {
    self.protocolVersion = protocolVersion
    self.daemonVersion = daemonVersion
    self.pid = pid
  }
}

extension Greeting {
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("protocol", protocolVersion)
      json.member("daemon", "fruix-shepherd")
      json.member("version", daemonVersion)
      json.member("pid", Int(pid))
    }
  }

  init(_ fields: Fields) throws(MalformedMessage) {
    protocolVersion = try fields.integer("protocol")
    daemonVersion = try fields.string("version", or: "")
    pid = try fields.integer("pid", or: 0)
  }
}
