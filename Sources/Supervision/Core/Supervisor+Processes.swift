// What processes report, and the processes that run on a caller's behalf: reload and actions ("errands").
extension Supervisor {
  mutating func spawned(_ key: ProcessKey, pid: Int32) {
    guard let entry = processes[key] else { return }
    guard entry.request == nil else { return }
    if entry.role == .main, services[entry.service.index].life.main == key {
      services[entry.service.index].mainPID = pid
    }
    live(entry.service, .spawned(key))
  }

  mutating func spawnFailed(_ key: ProcessKey, _ failure: SpawnFailure) {
    guard let entry = processes.removeValue(forKey: key) else { return }
    if entry.request == nil {
      services[entry.service.index].processes -= 1
      live(entry.service, .spawnFailed(key, failure))
    } else {
      errandEnded(key, entry, .processFailed(.spawn(entry.role, failure)))
    }
  }

  mutating func exited(_ key: ProcessKey, _ status: ExitStatus) {
    guard let entry = processes.removeValue(forKey: key) else { return }
    if entry.request == nil {
      services[entry.service.index].processes -= 1
      live(entry.service, .exited(key, status))
    } else if entry.hasTimedOut, let timeout = entry.timeout {
      errandEnded(key, entry, .processFailed(.hookTimeout(entry.role, timeout)))
    } else {
      errandEnded(key, entry, .exited(status))
    }
  }

  private mutating func errandEnded(_ key: ProcessKey, _ entry: ProcessEntry, _ reply: Reply) {
    deadlines.set(nil, for: .process(key))
    services[entry.service.index].errands -= 1
    errandCount -= 1
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
    let actions = services[id.index].inForce.definition.actions
    guard let index = actions.firstIndex(where: { $0.name == action }) else {
      throw .unknownAction(service: services[id.index].name, action: action, known: actions.map(\.name))
    }
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
      processes[key] = ProcessEntry(service: id, role: role, request: request, timeout: timeout)
      services[id.index].errands += 1
      errandCount += 1
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
      case .shutdown: shutdownTimedOut()
      }
      settleAll()
    }
  }

  private mutating func errandTimedOut(_ key: ProcessKey) {
    guard let entry = processes[key], let request = entry.request, let timeout = entry.timeout else { return }
    if entry.hasTimedOut {
      // It outlived SIGKILL: the caller has waited long enough.
      return close(request, with: .processFailed(.hookTimeout(entry.role, timeout)))
    }
    processes[key]?.hasTimedOut = true
    actions.append(.signalGroup(key, ProcessSignal.kill))
    deadlines.set(now + Ending.killPatience, for: .process(key))
  }

  /// A signal to every process that runs on a caller's behalf.
  mutating func signalErrands(_ number: Int32) {
    guard errandCount > 0 else { return }
    for (key, _) in processes.filter({ $0.value.request != nil }).sorted(by: { $0.key.serial < $1.key.serial }) {
      actions.append(.signalGroup(key, number))
    }
  }
}
