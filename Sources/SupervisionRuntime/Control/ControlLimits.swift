import ControlProtocol

/// What one client, and all of them together, may cost. docs/PROTOCOL.md tells these numbers to those who write clients.
public struct ControlLimits: Sendable {
  /// The longest line of a client, its end included.
  public var requestLine = MessageLimits.requestLine
  /// From the first byte of a line to its last.
  public var timeToFinishLine: Duration = .seconds(10)
  /// How long a connection that is to end may take to read what is left for it.
  public var timeToFinishReading: Duration = .seconds(10)
  /// How long a connection that has said nothing is left alone when there are no descriptors left: its client may be about to.
  public var timeToAsk: Duration = .seconds(1)
  /// How long nobody is accepted when all connections are as young as that.
  public var pauseForTheYoung: Duration = .milliseconds(20)
  /// How long nobody is accepted when there are no descriptors left.
  public var pauseWithoutDescriptors: Duration = .milliseconds(500)
  /// Open connections of one user.
  public var connectionsPerUser = 64
  /// Open connections of all users.
  public var connections = 256
  /// Beyond both bounds, for root and the supervisor's own user.
  public var reservedConnections = 16
  /// Requests of one connection that have no reply yet.
  public var openRequests = 32
  /// With so much unread output no further request of the connection is read.
  public var unreadBeforePause = 256 << 10
  /// With so much the connection ends.
  public var unreadOutput = 16 << 20
  /// With so much in all connections together the one with the most ends.
  public var unreadOutputOfAll = 64 << 20
  /// Bytes read from one connection before the next has its turn.
  public var bytesPerTurn = 16 << 10
  /// Requests of one connection that are carried out before the next has its turn.
  public var requestsPerTurn = 8
  /// Connections accepted before anything else has its turn.
  public var acceptsPerTurn = 16

  public init() {}
}
