import ControlProtocol
import Supervision

/// Which connections there are: who is admitted, and who has to go.
extension ControlServer {
  /// Ends a pause as well: it is listened once.
  func listen() throws(SystemError) {
    stopListening()
    guard let number = listenerNumber else { return }
    listening = try loop.watch(number, for: .read) { [weak self] _ in self?.acceptWaiting() }
  }

  func stopListening() {
    if let listening { loop.cancel(listening) }
    listening = nil
    if let pause { loop.cancel(pause) }
    pause = nil
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
    keepSpare()
    for count in 0..<limits.acceptsPerTurn {
      do {
        guard let descriptor = try accept() else { return }
        admit(descriptor)
      } catch {
        // The kernel looks for a descriptor before it looks whether anybody waits: only the first one surely does.
        return count == 0 ? acceptWithoutDescriptors() : ()
      }
    }
  }

  private func keepSpare() {
    guard !hasSpare else { return }
    spare = try? Descriptor.open("/dev/null")
  }

  private var hasSpare: Bool {
    switch spare {
    case .some: true
    case .none: false
    }
  }

  /// There are no descriptors left for a new connection: one that waits for nothing gives its own. If none does, the spare
  /// one shows who it is: others are turned away, and root gets through, in the place of whoever did so before.
  private func acceptWithoutDescriptors() {
    if let idle = longestIdle(of: nil) { return drop(idle) }
    if !hasSpare, let holder = spareHolder.flatMap({ connections[$0] }) {
      guard holder.hasHadTime(limits) else { return pauseListening(for: limits.pauseForTheYoung) }
      // Its descriptor becomes the spare one: the kernel reports who waits once more.
      return drop(holder)
    }
    guard hasSpare else { return pauseListening(for: limits.pauseWithoutDescriptors) }
    spare = nil
    guard let descriptor = (try? accept()) ?? nil, let peer = try? LocalSocket.peer(of: descriptor) else {
      return pauseListening(for: limits.pauseWithoutDescriptors)
    }
    if policy.isPrivileged(peer.user) {
      admit(descriptor)
      spareHolder = lastNumber
    } else {
      turnAway(descriptor)
    }
  }

  func pauseListening(for time: Duration) {
    stopListening()
    pause = loop.schedule(at: Clock.now() + time) { [weak self] in
      // A queue that has no memory for one more registration has none for the services either; they are told elsewhere.
      try? self?.listen()
    }
  }

  private func admit(_ descriptor: consuming Descriptor) {
    guard let peer = try? LocalSocket.peer(of: descriptor) else { return }
    guard let place = place(for: peer.user) else { return turnAway(descriptor) }
    lastNumber += 1
    let connection = ControlConnection(
      number: lastNumber, descriptor: descriptor, peer: peer, place: place, lastActive: nextActivity(), limits: limits)
    connections[connection.number] = connection
    send(greeting, to: connection)
    settle(connection)
  }

  /// Where one more connection of the user finds room, if need be in the place of the user's own connection that has
  /// waited for nothing for the longest time; `nil`: nowhere. Nobody's connection ends for another user's sake.
  private func place(for user: UInt32) -> ControlConnection.Place? {
    let common = connections.values.lazy.filter { $0.place == .common }
    let own = common.filter { $0.peer.user == user }.count
    guard own >= limits.connectionsPerUser || common.count >= limits.connections else { return .common }
    if let idle = longestIdle(of: user) {
      drop(idle)
      return idle.place
    }
    return policy.isPrivileged(user) ? reservedPlace() : nil
  }

  /// Root has to get through whatever all the others do, root's own others among them. So nobody owns a place in the
  /// reserve: when all are taken, the connection that has been silent there for the longest time ends, even while it waits
  /// for an answer. What it asked for goes on.
  private func reservedPlace() -> ControlConnection.Place? {
    let reserved = connections.values.lazy.filter { $0.place == .reserve }
    if reserved.count >= limits.reservedConnections {
      guard let oldest = reserved.min(by: { $0.lastActive < $1.lastActive }) else { return nil }
      drop(oldest)
    }
    return .reserve
  }

  /// - Parameter user: `nil`: of all who have had time to ask for something.
  private func longestIdle(of user: UInt32?) -> ControlConnection? {
    connections.values.lazy.filter { [limits] connection in
      connection.isIdle && (user.map { connection.peer.user == $0 } ?? connection.hasHadTime(limits))
    }.min { $0.lastActive < $1.lastActive }
  }

  private func turnAway(_ descriptor: consuming Descriptor) {
    let error = ControlError(
      .busy, "too many connections to the supervisor", hint: "end some of them, or try again in a moment")
    let line = ServerMessage.reply(nil, Reply(error: error)).encoded()
    // It either fits into an empty socket's buffer, or nobody is there to read it.
    line.withUnsafeBytes { _ = try? descriptor.send($0) }
  }

  /// Ends a connection at once.
  func drop(_ connection: ControlConnection) {
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
}
