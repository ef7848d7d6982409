import ControlProtocol
// The core has names of its own for the same things; here the protocol's are meant.
import Supervision

/// The server's side of the control socket: connections, lines, rights, and bounds on all of them.
///
/// It knows nothing of services: what a client asks for, and may ask for, goes to the delegate. Whatever a client does,
/// the worst that happens is that this client loses its connection; no read, no write and no answer ever waits.
///
/// Rules of fairness: of each connection a bounded number of bytes is read and a bounded number of requests carried out
/// per turn of the event loop; a client that does not read its answers, or has too many requests open, is not
/// read from until it has caught up.
public final class ControlServer {
  public weak var delegate: (any ControlDelegate)?
  /// Who may do what; replaced when the configuration is read again.
  public var policy: AccessPolicy

  let loop: EventLoop
  let limits: ControlLimits
  let greeting: [UInt8]
  var listener: ControlListener?
  var listening: EventLoop.Registration?
  /// Until it listens again.
  var pause: TimerHeap.Timer?
  /// Held for nothing: when there are no descriptors left, it makes room to see who it is that wants to be let in.
  var spare: Descriptor?
  /// The connection that was let in in its place.
  var spareHolder: UInt64?
  var connections: [UInt64: ControlConnection] = [:]
  var lastNumber: UInt64 = 0
  var lastActivity: UInt64 = 0
  var unreadOutput = 0
  /// Called when the last connection has ended after ``close(within:then:)``.
  var whenClosed: (() -> Void)?
  let readBuffer: UnsafeMutableRawBufferPointer

  /// Starts to accept connections.
  ///
  /// - Parameters:
  ///   - listener: the socket; it is removed when the server is closed.
  ///   - daemonVersion, pid: what the greeting says.
  public init(
    on listener: consuming ControlListener, loop: EventLoop, policy: AccessPolicy, daemonVersion: String, pid: Int32,
    limits: ControlLimits = ControlLimits()
  ) throws(SystemError) {
    self.loop = loop
    self.policy = policy
    self.limits = limits
    greeting = ServerMessage.greeting(Greeting(daemonVersion: daemonVersion, pid: pid)).encoded()
    readBuffer = .allocate(byteCount: limits.bytesPerTurn, alignment: 16)
    self.listener = consume listener
    try listen()
  }

  deinit {
    readBuffer.deallocate()
  }

  /// How many clients are connected.
  public var connectionCount: Int { connections.count }

  // MARK: Answers

  /// Sends a line that belongs to a request and is not its end. A request whose client has gone is passed over.
  ///
  /// - Returns: whether the client keeps up. If not, whoever can wait should, until ``ControlDelegate/caughtUp(_:)``.
  @discardableResult
  public func report(_ progress: Progress, for open: OpenRequest) -> Bool {
    guard let connection = connections[open.connection], connection.openRequests.contains(open.id) else { return true }
    send(ServerMessage.progress(open.id, progress).encoded(), to: connection)
    guard connection.output.count > limits.unreadBeforePause else { return true }
    connection.isBehind = true
    return false
  }

  /// Sends the reply, which ends the request.
  public func finish(_ reply: Reply, for open: OpenRequest) {
    guard let connection = connections[open.connection], connection.openRequests.remove(open.id) != nil else { return }
    send(ServerMessage.reply(open.id, reply).encoded(), to: connection)
    settle(connection)
  }

  func send(_ line: [UInt8], to connection: ControlConnection) {
    connection.output.append(line)
    unreadOutput += line.count
    // While a request is being carried out its lines are collected and written at once. A client that has not read all is
    // being watched already.
    if !connection.isInTurn, !connection.interest.contains(.write) { settle(connection) }
    if connection.output.count > limits.unreadOutput { drop(connection) }
    if unreadOutput > limits.unreadOutputOfAll { dropSlowest() }
  }

  func flush(_ connection: ControlConnection) {
    let before = connection.output.count
    do {
      try connection.flush()
      unreadOutput -= before - connection.output.count
    } catch {
      return drop(connection)
    }
    // Half of the mark, so that each read of the client's does not switch everything on and off.
    guard connection.isBehind, connection.output.count <= limits.unreadBeforePause / 2 else { return }
    connection.isBehind = false
    delegate?.caughtUp(connection.number)
  }

  private func dropSlowest() {
    if let slowest = connections.values.max(by: { $0.output.count < $1.output.count }) { drop(slowest) }
  }

  // MARK: The end

  /// Accepts no more connections, ends those that are there when they have read what is left for them, and removes the
  /// socket.
  ///
  /// - Parameters:
  ///   - time: who has not read everything by then loses the rest.
  ///   - keepsSocket: another process goes on listening on it.
  ///   - then: called when it is over, perhaps before this returns. The event loop has to go on until then.
  public func close(within time: Duration, keepsSocket: Bool = false, then: @escaping () -> Void) {
    stopListening()
    spare = nil
    if let listener = listener.take(), !keepsSocket {
      // A socket that somebody else has removed is gone as well.
      try? listener.close()
    }
    whenClosed = then
    for connection in connections.values {
      connection.isClosing = true
      settle(connection)
    }
    guard !connections.isEmpty else { return finishClosing() }
    loop.schedule(at: Clock.now() + time) { [weak self] in
      guard let self else { return }
      for connection in connections.values { drop(connection) }
    }
  }

  func finishClosing() {
    guard let whenClosed else { return }
    self.whenClosed = nil
    whenClosed()
  }
}
