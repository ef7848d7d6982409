import ControlProtocol

/// Names a request that has not been answered yet.
public struct OpenRequest: Hashable, Sendable {
  /// Which connection; never used twice.
  public let connection: UInt64
  public let id: RequestNumber
}

/// Who carries out what clients ask for.
public protocol ControlDelegate: AnyObject {
  /// A client that may do so asks for something. Sooner or later, perhaps before this returns, the answer is
  /// ``ControlServer/finish(_:for:)``, exactly once.
  func receive(_ request: Request, as open: OpenRequest, from peer: PeerCredentials)

  /// The client of a request has gone before it was answered. Answers to it are dropped from now on; what it asked for
  /// goes on, only an action ends with its caller.
  func callerGone(_ open: OpenRequest)

  /// The client of a connection has read so much that more may be sent to it, after ``ControlServer/report(_:for:)`` has
  /// said that it is behind.
  func caughtUp(_ connection: UInt64)
}
