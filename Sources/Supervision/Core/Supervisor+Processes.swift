// What processes report, and the processes that run on a caller's behalf: reload and actions ("errands").
extension Supervisor {
  mutating func spawned(_ key: ProcessKey, pid: Int32) {
    guard let entry = processes[key] else { return }
    guard entry.request == nil else { return }
    if entry.role == .main { services[entry.service.index].mainPID = pid }
    live(entry.service, .spawned(key))
  }

  mutating func spawnFailed(_ key: ProcessKey, _ failure: SpawnFailure) {
    guard let entry = processes.removeValue(forKey: key) else { return }
    if entry.request == nil {
      live(entry.service, .spawnFailed(key, failure))
    } else {
      errandEnded(key, entry, .processFailed(.spawn(entry.role, failure)))
    }
  }

  mutating func exited(_ key: ProcessKey, _ status: ExitStatus) {
    guard let entry = processes.removeValue(forKey: key) else { return }
    if entry.request == nil {
      live(entry.service, .exited(key, status))
    } else if let timeout = entry.timedOut {
      errandEnded(key, entry, .processFailed(.hookTimeout(entry.role, timeout)))
    } else {
      errandEnded(key, entry, .exited(status))
    }
  }

  private mutating func errandEnded(_ key: ProcessKey, _ entry: ProcessEntry, _ reply: Reply) {
    deadlines.set(nil, for: .process(key))
    services[entry.service.index].errands -= 1
    if let request = entry.request { close(request, with: reply) }
    enqueue(entry.service)
  }

  // MARK: Reload and actions

  mutating func orderReload(_ name: String, request: RequestID) throws(Refusal) {
    let id = try one(name)
    guard let reaction = services[id.index].inForce.definition.reload else { throw .noReload(services[id.index].name) }
    // A reload of what does not run has nothing to tell.
    guard services[id.index].life.isReady else { throw .notRunning(services[id.index].name) }
    try react(id, reaction, role: .reload, arguments: [], request: request)
  }

  mutating func orderAction(
    _ name: String, _ action: String, arguments: [String], request: RequestID
  ) throws(Refusal) {
    let id = try one(name)
    let blueprint = services[id.index].life.isResting ? services[id.index].blueprint : services[id.index].inForce
    let actions = blueprint.definition.actions
    guard let index = actions.firstIndex(where: { $0.name == action }) else {
      throw .unknownAction(service: services[id.index].name, action: action, known: actions.map(\.name))
    }
    if services[id.index].life.isResting { services[id.index].inForce = blueprint }
    try react(id, actions[index].reaction, role: .action(index), arguments: arguments, request: request)
  }

  private mutating func react(
    _ id: ServiceID, _ reaction: Reaction, role: ProcessRole, arguments: [String], request: RequestID
  ) throws(Refusal) {
    switch reaction {
    case .signal(let number):
      guard let main = services[id.index].life.main else { throw .notRunning(services[id.index].name) }
      actions.append(.signal(main, number))
      actions.append(.reply(request, .done))
    case .exec(_, let timeout):
      let key = ProcessKey(serial: nextSerial)
      nextSerial += 1
      processes[key] = ProcessEntry(service: id, role: role, request: request)
      services[id.index].errands += 1
      actions.append(.spawn(key, id, role, Invocation(request: request, arguments: arguments)))
      deadlines.set(now + timeout, for: .process(key))
      var pending = PendingRequest()
      pending.errand = key
      open(pending, as: request)
    }
  }

  // MARK: Time

  mutating func tick() {
    while let owner = deadlines.takeDue(at: now) {
      switch owner {
      case .service(let id):
        services[id.index].armed = nil
        live(id, .deadline)
      case .request(let request): waitTimedOut(request)
      case .process(let key): errandTimedOut(key)
      case .shutdown: forceShutdown()
      }
      settleAll()
    }
  }

  private mutating func errandTimedOut(_ key: ProcessKey) {
    guard let entry = processes[key] else { return }
    if case .exec(_, let timeout) = reaction(of: entry) { processes[key]?.timedOut = timeout }
    actions.append(.signalGroup(key, ProcessSignal.kill))
  }

  private func reaction(of entry: ProcessEntry) -> Reaction? {
    let definition = services[entry.service.index].inForce.definition
    switch entry.role {
    case .reload: return definition.reload
    case .action(let index): return definition.actions.indices.contains(index) ? definition.actions[index].reaction : nil
    default: return nil
    }
  }

  // MARK: Leaving

  mutating func beginShutdown(_ requester: Requester, request: RequestID?) {
    if let request {
      if requests[request] == nil { requests[request] = PendingRequest() }
      for id in services.indices where !services[id].life.isResting {
        watchers[ServiceID(id), default: []].append(request)
        requests[request]?.observed.insert(ServiceID(id))
      }
    }
    guard shutdown == nil else {
      if let request { shutdown?.requests.append(request) }
      return
    }
    shutdown = Shutdown(requester: requester, requests: request.map { [$0] } ?? [])
    actions.append(.record(.ordered("stop root", requester)))
    deadlines.set(now + configuration.supervisor.shutdownTimeout, for: .shutdown)
    let all = services.indices.filter { !services[$0].life.isResting }.map { ServiceID($0) }
    stop(all, outcome: .stopped(.shutdown), above: { _ in .stopped(.shutdown) }, withdraws: true)
    for (key, entry) in processes.sorted(by: { $0.key.serial < $1.key.serial }) where entry.request != nil {
      actions.append(.signalGroup(key, ProcessSignal.terminate))
    }
  }

  /// The shutdown timeout has passed: SIGKILL for all that is left, in no order.
  private mutating func forceShutdown() {
    guard shutdown?.isOver == false else { return }
    shutdown?.isForced = true
    for index in services.indices where !services[index].life.isResting {
      let id = ServiceID(index)
      if !services[index].isStopping { live(id, .stop(.stopped(.shutdown))) }
      live(id, .kill)
    }
  }

  mutating func finishShutdownIfDone() {
    guard let leaving = shutdown, !leaving.isOver, restlessCount == 0 else { return }
    shutdown?.isOver = true
    deadlines.set(nil, for: .shutdown)
    for (key, entry) in processes.sorted(by: { $0.key.serial < $1.key.serial }) where entry.request != nil {
      actions.append(.signalGroup(key, ProcessSignal.kill))
    }
    let unstopped = services.filter {
      if case .failed(.unkillable) = $0.life.state { true } else { false }
    }
    .map(\.name)
    for request in requests.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      close(request, with: leaving.requests.contains(request) ? .done : .refused(.shuttingDown))
    }
    actions.append(.exit(unstopped: unstopped))
  }
}
