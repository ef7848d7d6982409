/// A request that has not had its final reply.
struct PendingRequest: Sendable {
  enum Goal: Sendable, Equatable {
    case up
    case down
    /// Down first, then up.
    case upAgain
  }

  struct Wait: Sendable {
    var service: ServiceID
    var condition: WaitCondition
    var after: Int32?
  }

  /// What is still open.
  var goals: [ServiceID: Goal] = [:]
  /// Those whose steps the caller hears of; goals among them.
  var watched: [ServiceID] = []
  var outcomes: [OrderOutcome] = []
  /// What went wrong on the way, by service.
  var troubles: [ServiceID: [FailureCause]] = [:]
  var named: Set<ServiceID>
  var wait: Wait?
  /// The process that runs on the caller's behalf.
  var errand: ProcessKey?
  /// Up for less than the trial.
  var onTrial: Set<ServiceID> = []
  var trialEnd: Instant?
  /// Is over when the supervisor is.
  var isShutdown = false

  init(named: Set<ServiceID> = []) {
    self.named = named
  }

  mutating func resolve(_ outcome: OrderOutcome) {
    outcomes.append(outcome)
  }
}

// Who waits for what: a request has goals, services have watchers, and each request gets exactly one final reply.
extension Supervisor {
  /// Keeps a request until its goals are reached; at once, if they are.
  mutating func open(_ pending: PendingRequest, as request: RequestID) {
    var pending = pending
    var watched = Set(pending.goals.keys).union(pending.watched)
    if let wait = pending.wait { watched.insert(wait.service) }
    pending.watched = watched.sorted()
    requests[request] = pending
    for id in pending.watched { watchers[id, default: []].append(request) }
    for id in pending.goals.keys.sorted() { advance(request, by: id) }
    closeIfDone(request)
  }

  mutating func close(_ request: RequestID, with reply: Answer?) {
    guard let pending = requests.removeValue(forKey: request) else { return }
    deadlines.set(nil, for: .request(request))
    for id in pending.watched {
      watchers[id]?.removeAll { $0 == request }
      if watchers[id]?.isEmpty == true { watchers[id] = nil }
    }
    if let reply { actions.append(.reply(request, reply)) }
  }

  private mutating func closeIfDone(_ request: RequestID) {
    guard let pending = requests[request], pending.goals.isEmpty, pending.wait == nil, pending.errand == nil,
      !pending.isShutdown
    else { return }
    close(request, with: .services(pending.outcomes))
  }

  // MARK: News of a service

  /// A service has entered another state.
  mutating func notify(_ id: ServiceID) {
    guard let watching = watchers[id] else { return }
    let record = services[id.index]
    let progress = ServiceStep(
      service: record.name, state: record.machine.state.name, pid: mainPID(of: id), cause: restOutcome(of: id))
    for request in watching {
      actions.append(.progress(request, progress))
      advance(request, by: id)
    }
  }

  /// A signal goes out on the way down: who watches sees which, and to whom.
  mutating func announce(_ effect: MachineEffect, of id: ServiceID) {
    guard let watching = watchers[id] else { return }
    let record = services[id.index]
    let number: Int32
    let target: String
    switch effect {
    case .signal(let key, let sent, _):
      number = sent
      target = self.target(key, of: record)
    case .signalSubtree(let sent, _):
      number = sent
      let known = record.machine.main ?? record.machine.ending?.hook
      target = known.map { self.target($0, of: record) } ?? "what is left"
    default: return
    }
    let progress = ServiceStep(
      service: record.name, state: record.machine.state.name, pid: nil, cause: nil,
      step: "\(SignalName.name(of: number)) to \(target)")
    for request in watching { actions.append(.progress(request, progress)) }
  }

  private func target(_ key: ProcessKey, of record: ServiceRecord) -> String {
    guard let entry = processes[key] else { return "what is left" }
    return entry.role == .main && record.mainPID != 0 ? "\(record.mainPID)" : "the \(entry.role)"
  }

  private mutating func advance(_ request: RequestID, by id: ServiceID) {
    if requests[request]?.wait != nil { return checkWait(request) }
    guard let goal = requests[request]?.goals[id] else { return }
    let machine = services[id.index].machine
    let startsAgain = services[id.index].stopOrder?.startsAgain ?? false
    switch goal {
    case .up:
      if isSettledUp(id) {
        settleUp(request, id)
      } else if machine.isResting, !startsAgain {
        resolve(request, id, restResult(of: id))
      }
    case .down:
      guard machine.isResting else { return }
      if case .failed(.unkillable) = machine.state {
        resolve(request, id, .failed(.unkillable, willRetry: false))
      } else {
        resolve(request, id, .stopped(stopCause(of: id)))
      }
    case .upAgain:
      guard machine.isResting else { return }
      if startsAgain {
        requests[request]?.goals[id] = .up
      } else {
        resolve(request, id, restResult(of: id))
      }
    }
  }

  /// What was started by command and says nothing about its readiness has to stay up for a moment before it is called running.
  private mutating func settleUp(_ request: RequestID, _ id: ServiceID) {
    guard let end = trialEnd(of: id), now < end else { return resolve(request, id, .up(pid: mainPID(of: id))) }
    requests[request]?.onTrial.insert(id)
    // All goals have to be reached before the reply: one deadline, that of the latest, does for all.
    let latest = max(requests[request]?.trialEnd ?? end, end)
    requests[request]?.trialEnd = latest
    deadlines.set(latest, for: .request(request))
  }

  /// How long a process without `ready` is looked at before a start by command calls it running: what cannot read its
  /// configuration, or finds its port in use, has mostly said so and ended by then.
  static let trial: Duration = .milliseconds(200)

  private func trialEnd(of id: ServiceID) -> Instant? {
    let record = services[id.index]
    guard case .running(_?) = record.machine.state, record.inForce.definition.ready == nil else { return nil }
    return record.machine.launchedAt.map { $0 + Self.trial }
  }

  private mutating func trialOver(_ request: RequestID) {
    for id in (requests[request]?.onTrial ?? []).sorted() where isSettledUp(id) {
      requests[request]?.onTrial.remove(id)
      settleUp(request, id)
    }
  }

  /// It was called up only because its program was executed, and has ended already. What it comes to when no respawn follows
  /// is the answer, once it rests.
  mutating func endedOnTrial(_ id: ServiceID, _ cause: FailureCause, willRetry: Bool) {
    for request in watchers[id] ?? [] where requests[request]?.onTrial.contains(id) == true {
      requests[request]?.onTrial.remove(id)
      if willRetry, requests[request]?.goals[id] == .up { resolve(request, id, .failed(cause, willRetry: true)) }
    }
  }

  /// A start came to nothing and will be tried again: who waits for it hears of it.
  mutating func attemptFailed(_ id: ServiceID, _ cause: FailureCause) {
    for request in watchers[id] ?? [] where requests[request]?.goals[id] == .up {
      resolve(request, id, .failed(cause, willRetry: true))
    }
    tellThoseAbove(id, cause)
  }

  mutating func noteTrouble(_ cause: FailureCause, of id: ServiceID) {
    // Who only looks on may do so for days.
    for request in watchers[id] ?? [] where requests[request]?.goals[id] != nil {
      requests[request]?.troubles[id, default: []].append(cause)
    }
  }

  mutating func resolve(_ request: RequestID, _ id: ServiceID, _ result: OrderOutcome.Result) {
    guard requests[request]?.goals.removeValue(forKey: id) != nil else { return }
    let isNamed = requests[request]?.named.contains(id) ?? false
    var resolved = outcome(id, result, named: isNamed)
    resolved.troubles = requests[request]?.troubles[id] ?? []
    requests[request]?.resolve(resolved)
    closeIfDone(request)
  }

  // MARK: Wait

  mutating func orderWait(
    _ name: String, for condition: WaitCondition, after pid: Int32?, timeout: Duration?, request: RequestID
  ) throws(Refusal) {
    let id = try one(name)
    var pending = PendingRequest()
    pending.wait = PendingRequest.Wait(service: id, condition: condition, after: pid)
    open(pending, as: request)
    if let timeout { deadlines.set(now + timeout, for: .request(request)) }
    checkWait(request)
  }

  private mutating func checkWait(_ request: RequestID) {
    guard let wait = requests[request]?.wait else { return }
    let record = services[wait.service.index]
    let holds: Bool =
      switch (wait.condition, record.machine.state) {
      case (.running, .running): wait.after == nil || (record.mainPID != 0 && record.mainPID != wait.after)
      case (.running, .completed), (.completed, .completed): true
      case (.stopped, .stopped), (.failed, .failed): true
      default: false
      }
    if holds { close(request, with: .done) }
  }

  mutating func requestTimedOut(_ request: RequestID) {
    guard let wait = requests[request]?.wait else { return trialOver(request) }
    let record = services[wait.service.index]
    close(request, with: .refused(.timedOut(record.name, record.machine.state.name)))
  }

  // MARK: The caller

  /// What it asked for goes on; only a process that runs for it is ended.
  mutating func callerGone(_ request: RequestID) {
    shutdown?.requests.removeAll { $0 == request }
    let errand = requests[request]?.errand
    close(request, with: nil)
    guard let errand, let entry = processes[errand] else { return }
    endErrand(errand, entry)
  }

  /// Ends a command that ran for a caller who has gone.
  mutating func endErrand(_ errand: ProcessKey, _ entry: ProcessEntry) {
    let grace = services[entry.service.index].blueprint.definition.stop.gracePeriod
    actions.append(.signal(errand, ProcessSignal.terminate))
    deadlines.set(now + grace, for: .process(errand))
  }

  // MARK: Answers

  func outcome(_ id: ServiceID, _ result: OrderOutcome.Result, named: Bool) -> OrderOutcome {
    OrderOutcome(service: services[id.index].name, result: result, isNamed: named)
  }

  mutating func accept(_ request: RequestID, _ ids: [ServiceID]) {
    replyAll(request, ids, .accepted)
  }

  mutating func replyAll(_ request: RequestID, _ ids: [ServiceID], _ result: OrderOutcome.Result) {
    actions.append(.reply(request, .services(ids.map { outcome($0, result, named: true) })))
  }

  func restResult(of id: ServiceID) -> OrderOutcome.Result {
    switch services[id.index].machine.state {
    case .failed(let cause): .failed(cause, willRetry: false)
    case .stopped(let cause): .stopped(cause)
    default: .accepted
    }
  }

  private func stopCause(of id: ServiceID) -> StopCause {
    switch services[id.index].machine.state {
    case .stopped(let cause): cause
    case .failed(.requirement(let name, _, _)): .requirementStopped(name)
    default: services[id.index].machine.lastExit.map { .exited($0) } ?? .neverStarted
    }
  }

  /// Up and not on its way anywhere.
  func isSettledUp(_ id: ServiceID) -> Bool {
    services[id.index].machine.isReady && services[id.index].stopOrder == nil
  }

  /// A start makes it run again.
  func isRerun(_ id: ServiceID) -> Bool {
    if case .completed = services[id.index].machine.state { true } else { false }
  }

  mutating func note(order: String, _ ids: [ServiceID], _ requester: Requester) {
    let names = ids.map { services[$0.index].name }.joined(separator: " ")
    actions.append(.record(.ordered("\(order) \(names)", requester)))
  }
}
