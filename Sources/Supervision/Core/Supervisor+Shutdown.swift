// Leaving: everything stops in order, then without order, and then it is over in any case.
extension Supervisor {
  mutating func beginShutdown(_ requester: Requester, request: RequestID?) {
    if let request { openShutdown(request) }
    guard shutdown == nil else {
      if let request { shutdown?.requests.append(request) }
      return
    }
    let timeout = now + configuration.supervisor.shutdownTimeout
    shutdown = Shutdown(requester: requester, requests: request.map { [$0] } ?? [], timeout: timeout)
    actions.append(.record(.ordered("stop root", requester)))
    deadlines.set(timeout, for: .shutdown)
    let all = services.indices.filter { !services[$0].machine.isResting }.map { ServiceID($0) }
    stop(all, outcome: .stopped(.shutdown), above: { _ in .stopped(.shutdown) }, withdraws: true)
    signalErrands(ProcessSignal.terminate)
  }

  /// Who asked hears of every step, and of the end.
  private mutating func openShutdown(_ request: RequestID) {
    var pending = PendingRequest()
    pending.isShutdown = true
    pending.watched = services.indices.filter { !services[$0].machine.isResting }.map { ServiceID($0) }
    open(pending, as: request)
  }

  /// Nobody wants to wait for grace periods any more: SIGKILL for all that is left. Who says so again changes nothing.
  mutating func hurryShutdown() {
    guard let leaving = shutdown, !leaving.isOver, !leaving.isHurried else { return }
    giveUpOrder(.kill)
    let last = now + StopSequence.killPatience + StopSequence.killPatience
    shutdown?.isHurried = true
    shutdown?.last = leaving.last.map { min($0, last) } ?? last
    deadlines.set(now + StopSequence.killPatience, for: .shutdown)
  }

  /// The shutdown timeout has passed: what still waits for its turn gets its stop signal now, and no post-stop command begins any
  /// more. Each service has its own grace period all the same. What outlives even SIGKILL is left behind.
  mutating func shutdownTimedOut() {
    guard let leaving = shutdown, !leaving.isOver else { return }
    if let last = leaving.last {
      // Commands for callers have had their time, and so has everything else but what is in its grace period.
      shutdown?.isPastErrands = true
      guard restlessCount > 0, now < last else { return finishShutdown() }
      return deadlines.set(last, for: .shutdown)
    }
    let longest = giveUpOrder(.hurry)
    // A stop command and the signal after it have a grace period each; then come SIGKILL and the end of the jail. The services'
    // own deadlines of the same moment come before this one.
    let last = now + longest + longest + StopSequence.killPatience + StopSequence.killPatience
    shutdown?.last = last
    deadlines.set(now + StopSequence.killPatience, for: .shutdown)
  }

  /// - Returns: the longest grace period of what is left.
  @discardableResult
  private mutating func giveUpOrder(_ event: MachineEvent) -> Duration {
    var longest = Duration.zero
    for index in services.indices where !services[index].machine.isResting {
      let id = ServiceID(index)
      longest = max(longest, services[index].inForce.definition.stop.gracePeriod)
      if !services[index].isStopping { deliver(id, .stop(.stopped(.shutdown))) }
      deliver(id, event)
    }
    signalErrands(ProcessSignal.kill)
    return longest
  }

  mutating func finishShutdownIfDone() {
    guard let leaving = shutdown, !leaving.isOver, restlessCount == 0, errands.isEmpty || leaving.isPastErrands else {
      return
    }
    finishShutdown()
  }

  private mutating func finishShutdown() {
    guard let leaving = shutdown else { return }
    shutdown?.isOver = true
    deadlines.clear()
    let failures = unstopped.map { name in
      OrderOutcome(service: name, result: .failed(.unkillable, willRetry: false), isNamed: false)
    }
    for request in requests.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      let report = failures.isEmpty ? Answer.done : .services(failures)
      close(request, with: leaving.requests.contains(request) ? report : .refused(.shuttingDown))
    }
    leave()
  }

  /// Everything is over.
  mutating func leave() {
    actions.append(.exit(unstopped: unstopped))
  }

  private var unstopped: [String] {
    services.indices.filter { !services[$0].isForgotten && !services[$0].isGone }.map { services[$0].name }
  }
}
