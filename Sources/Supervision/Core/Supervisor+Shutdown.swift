// Leaving: everything stops in order, then by force, and then it is over in any case.
extension Supervisor {
  mutating func beginShutdown(_ requester: Requester, request: RequestID?) {
    if let request { openShutdown(request) }
    guard shutdown == nil else {
      if let request { shutdown?.requests.append(request) }
      return
    }
    shutdown = Shutdown(requester: requester, requests: request.map { [$0] } ?? [])
    actions.append(.record(.ordered("stop root", requester)))
    deadlines.set(now + configuration.supervisor.shutdownTimeout, for: .shutdown)
    let all = services.indices.filter { !services[$0].life.isResting }.map { ServiceID($0) }
    stop(all, outcome: .stopped(.shutdown), above: { _ in .stopped(.shutdown) }, withdraws: true)
    signalErrands(ProcessSignal.terminate)
  }

  /// Who asked hears of every step, and of the end.
  private mutating func openShutdown(_ request: RequestID) {
    var pending = PendingRequest()
    pending.isShutdown = true
    pending.watched = services.indices.filter { !services[$0].life.isResting }.map { ServiceID($0) }
    open(pending, as: request)
  }

  /// Nobody wants to wait for grace periods any more.
  mutating func hurryShutdown() {
    guard let leaving = shutdown, !leaving.isForced else { return }
    shutdownTimedOut()
  }

  /// What a shutdown still waits for, a clause for each service: `db: pid 812, SIGKILL in 4 min at the latest`.
  public func holdups(at now: Instant) -> [String] {
    services.indices.filter { !services[$0].isForgotten && !services[$0].life.isResting }.map { index in
      let record = services[index]
      var clause = "\(record.name) is \(record.life.state.name.rawValue)"
      if let pid = mainPID(of: ServiceID(index)) { clause += ", pid \(pid)" }
      if let deadline = record.life.deadline, deadline > now {
        let left = Duration.seconds(max(1, (deadline - now).nanoseconds / 1_000_000_000))
        clause += ", for \(left.text) more at the most"
      }
      return clause
    }
  }

  /// The shutdown timeout has passed: SIGKILL for all that is left, in no order. What outlives even that is left behind.
  mutating func shutdownTimedOut() {
    guard let leaving = shutdown, !leaving.isOver else { return }
    guard !leaving.isForced else { return finishShutdown() }
    shutdown?.isForced = true
    for index in services.indices where !services[index].life.isResting {
      let id = ServiceID(index)
      if !services[index].isStopping { live(id, .stop(.stopped(.shutdown))) }
      live(id, .kill)
    }
    signalErrands(ProcessSignal.kill)
    // After the services' own patience with SIGKILL: their deadlines of the same moment come first.
    deadlines.set(now + Ending.killPatience, for: .shutdown)
  }

  mutating func finishShutdownIfDone() {
    guard let leaving = shutdown, !leaving.isOver, restlessCount == 0, errands.isEmpty else { return }
    finishShutdown()
  }

  private mutating func finishShutdown() {
    guard let leaving = shutdown else { return }
    shutdown?.isOver = true
    deadlines.clear()
    let unstopped = services.indices.filter { !services[$0].isForgotten && !services[$0].isGone }
      .map { services[$0].name }
    let failures = unstopped.map { name in
      ServiceOutcome(service: name, result: .failed(.unkillable, willRetry: false), isNamed: false)
    }
    for request in requests.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      let report = failures.isEmpty ? Reply.done : .services(failures)
      close(request, with: leaving.requests.contains(request) ? report : .refused(.shuttingDown))
    }
    actions.append(.exit(unstopped: unstopped))
  }
}
