import ControlProtocol
// The core has names of its own for the same things; here the protocol's are meant.
import enum ControlProtocol.Progress
import struct ControlProtocol.Reply
import struct ControlProtocol.RequestID
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
  private let greeting: [UInt8]
  private var listener: ControlListener?
  private var listening: EventLoop.Registration?
  private var connections: [UInt64: ControlConnection] = [:]
  private var lastNumber: UInt64 = 0
  private var lastActivity: UInt64 = 0
  private var unreadOutput = 0
  /// Called when the last connection has ended after ``close(within:then:)``.
  private var whenClosed: (() -> Void)?
  private let readBuffer: UnsafeMutableRawBufferPointer

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
  public func report(_ progress: Progress, for open: OpenRequest) {
    guard let connection = connections[open.connection], connection.openRequests.contains(open.id) else { return }
    send(ServerMessage.progress(open.id, progress).encoded(), to: connection)
  }

  /// Sends the reply, which ends the request.
  public func finish(_ reply: Reply, for open: OpenRequest) {
    guard let connection = connections[open.connection], connection.openRequests.remove(open.id) != nil else { return }
    send(ServerMessage.reply(open.id, reply).encoded(), to: connection)
    settle(connection)
  }

  private func send(_ line: [UInt8], to connection: ControlConnection) {
    let before = connection.output.count
    connection.output.append(line)
    unreadOutput += line.count
    // While a request is being carried out its lines are collected and written at once, by `settle`.
    if before == 0, !connection.isInTurn { flush(connection) }
    if connection.output.count > limits.unreadOutput { drop(connection) }
    if unreadOutput > limits.unreadOutputOfAll { dropSlowest() }
  }

  private func flush(_ connection: ControlConnection) {
    let before = connection.output.count
    do {
      try connection.flush()
      unreadOutput -= before - connection.output.count
    } catch {
      drop(connection)
    }
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
  ///   - then: called when it is over, perhaps before this returns. The event loop has to go on until then.
  public func close(within time: Duration, then: @escaping () -> Void) {
    if let listening { loop.cancel(listening) }
    listening = nil
    if let listener = listener.take() {
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

  private func finishClosing() {
    guard let whenClosed else { return }
    self.whenClosed = nil
    whenClosed()
  }

  // MARK: Connections

  private func listen() throws(SystemError) {
    guard let number = listenerNumber else { return }
    listening = try loop.watch(number, for: .read) { [weak self] _ in self?.acceptWaiting() }
  }

  private var listenerNumber: Int32? {
    switch listener {
    case .some(let listener): listener.number
    case .none: nil
    }
  }

  private func accept() throws(SystemError) -> Descriptor? {
    switch listener {
    case .some(let listener): try listener.accept()
    case .none: nil
    }
  }

  private func acceptWaiting() {
    for _ in 0..<limits.acceptsPerTurn {
      do {
        guard let descriptor = try accept() else { return }
        admit(descriptor)
      } catch {
        return pauseListening()
      }
    }
  }

  /// There are no descriptors left for a new connection: one that waits for nothing gives its own, or all wait.
  private func pauseListening() {
    if let idle = longestIdle(of: nil) { return drop(idle) }
    if let listening { loop.cancel(listening) }
    listening = nil
    loop.schedule(at: Clock.now() + limits.pauseWithoutDescriptors) { [weak self] in
      // A queue that has no memory for one more registration has none for the services either; they are told elsewhere.
      try? self?.listen()
    }
  }

  private func admit(_ descriptor: consuming Descriptor) {
    guard let peer = try? LocalSocket.peer(of: descriptor) else { return }
    guard makeRoom(for: peer.user) else { return turnAway(descriptor) }
    lastNumber += 1
    let connection = ControlConnection(
      number: lastNumber, descriptor: descriptor, peer: peer, lastActive: nextActivity(), limits: limits)
    connections[connection.number] = connection
    send(greeting, to: connection)
    settle(connection)
  }

  /// Whether one more connection of the user is within the bounds, if need be at the cost of the user's own
  /// connection that has waited for nothing for the longest time. Nobody's connection ends for another user's sake.
  private func makeRoom(for user: UInt32) -> Bool {
    let own = connections.values.lazy.filter { $0.peer.user == user }.count
    let most = limits.connections + (policy.isPrivileged(user) ? limits.reservedConnections : 0)
    guard own >= limits.connectionsPerUser || connections.count >= most else { return true }
    guard let idle = longestIdle(of: user) else { return false }
    drop(idle)
    return true
  }

  private func longestIdle(of user: UInt32?) -> ControlConnection? {
    connections.values.lazy.filter { $0.isIdle && (user == nil || $0.peer.user == user) }
      .min { $0.lastActive < $1.lastActive }
  }

  private func turnAway(_ descriptor: consuming Descriptor) {
    let error = ControlError(
      .busy, "too many connections to the supervisor", hint: "end some of them, or try again in a moment")
    let line = ServerMessage.reply(nil, Reply(error: error)).encoded()
    // It either fits into an empty socket's buffer, or nobody is there to read it.
    line.withUnsafeBytes { _ = try? descriptor.write($0) }
  }

  /// Ends a connection at once.
  private func drop(_ connection: ControlConnection) {
    guard connections.removeValue(forKey: connection.number) != nil else { return }
    unreadOutput -= connection.output.count
    if let registration = connection.registration { loop.cancel(registration) }
    connection.registration = nil
    if let timer = connection.lineTimer { loop.cancel(timer) }
    if let timer = connection.closeTimer { loop.cancel(timer) }
    let open = connection.openRequests
    connection.openRequests = []
    for id in open { delegate?.callerGone(OpenRequest(connection: connection.number, id: id)) }
    if connections.isEmpty { finishClosing() }
  }

  // MARK: Turns

  /// What a connection's descriptor reports.
  private func ready(_ number: UInt64, _ readiness: EventLoop.Readiness) {
    guard let connection = connections[number] else { return }
    if readiness.contains(.write) { flush(connection) }
    if connection.interest.contains(.read), !readiness.isDisjoint(with: [.read, .hangup]) { read(connection) }
    guard connections[number] != nil else { return }
    carryOut(connection)
  }

  private func read(_ connection: ControlConnection) {
    do {
      switch try connection.read(into: readBuffer) {
      case .bytes(let count): connection.input.append(readBuffer[..<count])
      case .notReady: break
      case .endOfFile:
        connection.inputHasEnded = true
        if !connection.canStillRead() { drop(connection) }
      }
    } catch {
      drop(connection)
    }
  }

  /// Carries out the requests that have arrived, as many as are one turn's share.
  private func carryOut(_ connection: ControlConnection) {
    connection.isInTurn = true
    connection.hasLinesLeft = true
    var left = limits.requestsPerTurn
    while left > 0, connection.hasLinesLeft, connections[connection.number] != nil, !connection.isPaused(limits) {
      left -= 1
      do {
        if let line = try connection.input.next() {
          connection.lastActive = nextActivity()
          setTimer(&connection.lineTimer, false, .zero, connection.number)
          receive(line, from: connection)
        } else {
          connection.hasLinesLeft = false
        }
      } catch {
        connection.hasLinesLeft = false
        let error = ControlError(.lineTooLong, "a request is at most \(limits.requestLine) bytes long")
        refuse(nil, error, connection, fatally: true)
      }
    }
    connection.isInTurn = false
    settle(connection)
  }

  private func receive(_ line: [UInt8], from connection: ControlConnection) {
    let message: ClientMessage
    do {
      message = try ClientMessage(decoding: line)
    } catch {
      return refuse(error.id, error.error, connection, fatally: error.isFatal)
    }
    guard !connection.openRequests.contains(message.id) else {
      let error = ControlError(.duplicateID, "request \(message.id) is still open on this connection")
      return refuse(message.id, error, connection)
    }
    guard policy.allows(message.request.access, to: connection.peer) else {
      return refuse(message.id, notPermitted(message.request, connection.peer), connection)
    }
    connection.openRequests.insert(message.id)
    let open = OpenRequest(connection: connection.number, id: message.id)
    guard let delegate else {
      return finish(Reply(error: ControlError(.shuttingDown, "the supervisor is ending")), for: open)
    }
    delegate.receive(message.request, as: open, from: connection.peer)
  }

  private func notPermitted(_ request: Request, _ peer: PeerCredentials) -> ControlError {
    let list = request.access == .read ? "`read` or `control`" : "`control`"
    return ControlError(
      .notPermitted, "user \(peer.user) may not `\(request.command.rawValue)`",
      hint: "root, the supervisor's own user, and who is in \(list) of `supervisor.access` may")
  }

  /// Answers what is not a request that the delegate should see.
  private func refuse(_ id: RequestID?, _ error: ControlError, _ connection: ControlConnection, fatally: Bool = false) {
    send(ServerMessage.reply(id, Reply(error: error)).encoded(), to: connection)
    if fatally { connection.isClosing = true }
  }

  private func nextActivity() -> UInt64 {
    lastActivity += 1
    return lastActivity
  }

  // MARK: What comes next for a connection

  /// Brings what is watched, and which timers run, in line with what the connection is waiting for.
  private func settle(_ connection: ControlConnection) {
    guard !connection.isInTurn else { return }
    if !connection.output.isEmpty { flush(connection) }
    guard connections[connection.number] != nil else { return }
    if connection.isFinished { return drop(connection) }
    let isPaused = connection.isPaused(limits)
    watchTime(of: connection, isPaused: isPaused)
    if connection.hasLinesLeft, !isPaused { continueLater(connection) }

    var interest: EventLoop.Interest = []
    if !isPaused, !connection.hasLinesLeft, !connection.inputHasEnded { interest.insert(.read) }
    if !connection.output.isEmpty { interest.insert(.write) }
    do {
      try watch(connection, for: interest)
    } catch {
      drop(connection)
    }
  }

  private func watch(_ connection: ControlConnection, for interest: EventLoop.Interest) throws(SystemError) {
    if let registration = connection.registration {
      try loop.change(registration, to: interest)
    } else {
      let number = connection.number
      connection.registration = try loop.watch(connection.descriptorNumber, for: interest) { [weak self] readiness in
        self?.ready(number, readiness)
      }
    }
    connection.interest = interest
  }

  /// Lines that have arrived wait for a turn of their own: other connections, and the services, come first.
  private func continueLater(_ connection: ControlConnection) {
    guard !connection.isContinuing else { return }
    connection.isContinuing = true
    let number = connection.number
    loop.schedule(at: Clock.now()) { [weak self] in
      guard let self, let connection = connections[number] else { return }
      connection.isContinuing = false
      carryOut(connection)
    }
  }

  /// A line that has begun has to end, and output that is the last has to be read, within their times.
  private func watchTime(of connection: ControlConnection, isPaused: Bool) {
    let isMidLine = !isPaused && !connection.hasLinesLeft && connection.input.count > 0
    setTimer(&connection.lineTimer, isMidLine, limits.timeToFinishLine, connection.number)
    setTimer(&connection.closeTimer, connection.isClosing, limits.timeToFinishReading, connection.number)
  }

  /// Starts the timer where it should run and does not, and the other way about: a line's time is not
  /// extended by each byte that trickles in.
  private func setTimer(_ timer: inout TimerHeap.Timer?, _ shouldRun: Bool, _ time: Duration, _ number: UInt64) {
    if shouldRun, timer == nil {
      timer = loop.schedule(at: Clock.now() + time) { [weak self] in
        guard let self, let connection = connections[number] else { return }
        drop(connection)
      }
    } else if !shouldRun, let running = timer {
      loop.cancel(running)
      timer = nil
    }
  }
}
