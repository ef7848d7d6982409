// What processes report, and the processes that run on a caller's behalf: reload and actions ("errands").
extension Supervisor {
  mutating func spawned(_ key: ProcessKey, pid: Int32) {
    guard let entry = processes[key], !entry.isErrand else { return }
    if entry.role == .main, services[entry.service.index].machine.main == key {
      // Who goes on where another has stopped may be told twice.
      guard services[entry.service.index].mainPID != pid else { return }
      services[entry.service.index].mainPID = pid
    }
    deliver(entry.service, .spawned(key))
  }

  /// Takes over what was found running as the main process of a service at rest.
  mutating func adopt(_ key: ProcessKey, pid: Int32, asMainOf id: ServiceID) {
    processes[key] = ProcessEntry(service: id, role: .main)
    services[id.index].processes += 1
    services[id.index].mainPID = pid
    services[id.index].mainOrigin = .adopted
    services[id.index].inForce = services[id.index].blueprint
    deliver(id, .adopt(key))
  }

  /// What a service had left behind has ended: nothing waits for it.
  mutating func orphanEnded(_ pid: Int32, _ status: ExitStatus, of key: ProcessKey?) {
    guard let key, let entry = processes[key] else { return }
    let name = services[entry.service.index].name
    actions.append(.record(.orphan(service: name, pid: pid, status)))
  }

  mutating func spawnFailed(_ key: ProcessKey, _ failure: SpawnFailure) {
    guard let entry = processes.removeValue(forKey: key) else { return }
    if !entry.isErrand {
      services[entry.service.index].processes -= 1
      deliver(entry.service, .spawnFailed(key, failure))
    } else {
      errandEnded(key, entry, .processFailed(.spawn(entry.role, failure)))
    }
  }

  mutating func exited(_ key: ProcessKey, _ status: ExitStatus) {
    guard let entry = processes.removeValue(forKey: key) else { return }
    if !entry.isErrand {
      services[entry.service.index].processes -= 1
      deliver(entry.service, .exited(key, status))
    } else if let errand = errands[key], errand.hasTimedOut {
      errandEnded(key, entry, .processFailed(.hookTimeout(CommandName(entry.role), errand.timeout)))
    } else {
      errandEnded(key, entry, .exited(status))
    }
  }

  private mutating func errandEnded(_ key: ProcessKey, _ entry: ProcessEntry, _ reply: Answer) {
    deadlines.set(nil, for: .process(key))
    services[entry.service.index].errands -= 1
    if let errand = errands.removeValue(forKey: key) { close(errand.request, with: reply) }
    enqueue(entry.service)
  }

  // MARK: Reload and actions

  mutating func orderReload(_ name: String, request: RequestID) throws(Refusal) {
    let id = try one(name)
    guard let reaction = services[id.index].inForce.definition.reload else { throw .noReload(services[id.index].name) }
    // A reload of what does not run has nothing to tell.
    guard services[id.index].machine.isReady else { throw .notRunning(services[id.index].name) }
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
      guard let main = services[id.index].machine.main else { throw .notRunning(services[id.index].name) }
      actions.append(.signal(main, number))
      actions.append(.reply(request, .done))
    case .exec(_, let timeout):
      let key = ProcessKey(serial: nextSerial)
      nextSerial += 1
      processes[key] = ProcessEntry(service: id, role: role, isErrand: true)
      errands[key] = Errand(request: request, timeout: timeout, due: now + timeout)
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
      case .timer(let id, let kind):
        services[id.index].armed.removeAll { $0.kind == kind }
        deliver(id, .deadline(kind))
      case .request(let request): requestTimedOut(request)
      case .process(let key): errandTimedOut(key)
      case .shutdown: shutdownTimedOut()
      }
      settleAll()
    }
  }

  private mutating func errandTimedOut(_ key: ProcessKey) {
    guard let entry = processes[key], let errand = errands[key] else { return }
    if errand.hasTimedOut {
      // It outlived SIGKILL: the caller has waited long enough.
      return close(errand.request, with: .processFailed(.hookTimeout(CommandName(entry.role), errand.timeout)))
    }
    errands[key]?.hasTimedOut = true
    actions.append(.signalGroup(key, ProcessSignal.kill))
    deadlines.set(now + StopSequence.killPatience, for: .process(key))
  }

  /// A slow caller makes the process wait; that is not the process's fault.
  mutating func callerBehind(_ request: RequestID, _ isBehind: Bool) {
    guard let key = requests[request]?.errand, let errand = errands[key], !errand.hasTimedOut else { return }

    if isBehind, errand.left == nil {
      errands[key]?.left = errand.due - now
      deadlines.set(nil, for: .process(key))
    } else if !isBehind, let left = errand.left {
      errands[key]?.left = nil
      errands[key]?.due = now + left
      deadlines.set(now + left, for: .process(key))
    }
  }

  /// A signal to every process that runs on a caller's behalf.
  mutating func signalErrands(_ number: Int32) {
    for key in errands.keys.sorted(by: { $0.serial < $1.serial }) {
      actions.append(.signalGroup(key, number))
    }
  }
}
