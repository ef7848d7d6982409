import ControlProtocol
import Supervision

/// A connection's turn: what has arrived is read and carried out, and what it waits for next is watched.
extension ControlServer {
  /// What a connection's descriptor reports.
  func ready(_ number: UInt64, _ readiness: EventLoop.Readiness) {
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
          connection.hasAsked = true
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
    let others =
      switch request.access {
      case .read: "root, the supervisor's own user, and who is in `read` or `control` of `supervisor.access` may"
      case .control: "root, the supervisor's own user, and who is in `control` of `supervisor.access` may"
      case .owner: "only root and the supervisor's own user may name a file to load"
      }
    return ControlError(
      .notPermitted, "user \(peer.user) may not `\(request.herdCommand)`", hint: others)
  }

  /// Answers what is not a request that the delegate should see.
  private func refuse(
    _ id: RequestNumber?, _ error: ControlError, _ connection: ControlConnection, fatally: Bool = false
  ) {
    send(ServerMessage.reply(id, Reply(error: error)).encoded(), to: connection)
    if fatally { connection.isClosing = true }
  }

  func nextActivity() -> UInt64 {
    lastActivity += 1
    return lastActivity
  }

  // MARK: What comes next for a connection

  /// Brings what is watched, and which timers run, in line with what the connection is waiting for.
  func settle(_ connection: ControlConnection) {
    // One that was dropped meanwhile has taken its output out of the sum of all; writing it would do so once more.
    guard !connection.isInTurn, connections[connection.number] != nil else { return }
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

extension Request {
  /// As herd's user gives it.
  fileprivate var herdCommand: String {
    switch self {
    case .shutdown: "herd stop root"
    case .load: "herd load root"
    case .unload: "herd unload root"
    case .action(let service, let action, _): "herd \(action) \(service)"
    case .ping: "ping"
    default: "herd \(command.rawValue)"
    }
  }
}
