// What clients ask for. An order is refused as a whole, or taken as a whole.
extension Supervisor {
  mutating func take(_ order: Order, from requester: Requester, request: RequestID) {
    do throws(Refusal) {
      if shutdown?.isOver == true { throw .shuttingDown }
      if order.isDryRun {
        // An instance that it would make does not stay either.
        actions += try onTrial(request) { (trial) throws(Refusal) in
          try trial.carryOut(order, from: requester, request: request)
        }
      } else {
        try carryOut(order, from: requester, request: request)
      }
    } catch {
      actions.append(.reply(request, .refused(error)))
    }
  }

  private mutating func carryOut(
    _ order: Order, from requester: Requester, request: RequestID
  ) throws(Refusal) {
    if shutdown != nil, order.startsSomething { throw .shuttingDown }
    switch order {
    case .start(let names, let options):
      let ids = try startable(names)
      orderStart(ids, from: requester, request: request, options: options)
    case .stop(let names, let withRequirements, let options):
      let ids = try known(names)
      orderStop(ids, withRequirements: withRequirements, from: requester, request: request, options: options)
    case .restart(let names, let options):
      let ids = try startable(names)
      orderRestart(ids, from: requester, request: request, options: options)
    case .reload(let name): try orderReload(name, request: request)
    case .action(let name, let action, let arguments):
      try orderAction(name, action, arguments: arguments, request: request)
    case .signal(let names, let number, let group): try orderSignal(names, number, group: group, request: request)
    case .enable(let names, let now, let options):
      try orderEnable(names, now: now, from: requester, request: request, options: options)
    case .disable(let names, let stop, let options):
      try orderDisable(names, stop: stop, from: requester, request: request, options: options)
    case .reset(let names): try orderReset(names, from: requester, request: request)
    case .preset(let names): try orderPreset(names, from: requester, request: request)
    case .wait(let name, let condition, let pid, let timeout):
      try orderWait(name, for: condition, after: pid, timeout: timeout, request: request)
    case .unload(let names): try orderUnload(names, from: requester, request: request)
    case .stopRoot: beginShutdown(requester, request: request)
    }
  }

  // MARK: Start, stop, restart

  mutating func orderStart(
    _ ids: [ServiceID], from requester: Requester, request: RequestID, options: OrderOptions
  ) {
    let before = options.dryRun ? stateNames : []
    let readyBefore = Set(ids.filter { isSettledUp($0) && (options.repeated || !isRerun($0)) })
    note(order: "start", ids, requester)
    for id in ids { services[id.index].startedFor = nil }
    let displaced = start(ids, for: requester, on: options.repeated ? .again : .command)
    if options.dryRun { return reply(request, wouldStop: displaced, since: before, named: ids) }
    guard !options.noWait else { return accept(request, ids) }
    var pending = PendingRequest(named: Set(ids))
    for id in displaced { pending.goals[id] = .down }
    for id in ids {
      if readyBefore.contains(id), isSettledUp(id) {
        pending.resolve(outcome(id, .alreadyUp(pid: mainPID(of: id)), named: true))
      } else {
        pending.goals[id] = .up
      }
    }
    pending.watched = closureBelow(ids).filter { services[$0.index].machine.isComing }
    open(pending, as: request)
  }

  mutating func orderStop(
    _ ids: [ServiceID], withRequirements: Bool, from requester: Requester, request: RequestID, options: OrderOptions
  ) {
    var roots = ids
    if withRequirements { roots += requirementsNobodyNeeds(without: ids) }
    note(order: "stop", ids, requester)
    let affected = stop(
      roots, outcome: .stopped(.command(requester)), above: { .stopped(.requirementStopped($0)) }, withdraws: true)
    if options.dryRun { return reply(request, wouldStop: affected, since: [], named: ids) }
    // Whoever stops what has failed has seen it.
    var forgotten: [ServiceID: FailureCause] = [:]
    for id in ids {
      guard case .failed(let cause) = services[id.index].machine.state else { continue }
      forgotten[id] = cause
      forgetFailure(of: id, as: .command(requester))
    }
    guard !options.noWait else { return accept(request, ids) }
    var pending = PendingRequest(named: Set(ids))
    for id in ids where services[id.index].machine.isResting {
      let rest = forgotten[id].map { OrderOutcome.Result.forgotten($0) } ?? .alreadyStopped
      // What outlived SIGKILL is as it was.
      pending.resolve(outcome(id, services[id.index].hasFailed ? restResult(of: id) : rest, named: true))
    }
    for id in affected { pending.goals[id] = .down }
    open(pending, as: request)
  }

  private mutating func orderRestart(
    _ ids: [ServiceID], from requester: Requester, request: RequestID, options: OrderOptions
  ) {
    let before = options.dryRun ? stateNames : []
    note(order: "restart", ids, requester)
    let wereResting = ids.filter { services[$0.index].machine.isResting }
    for id in ids {
      services[id.index].machine.forgetFailures()
      if services[id.index].intent == nil { services[id.index].intent = Intent(requester: requester, since: now) }
    }
    var affected = stop(
      ids, outcome: .stopped(.restart(requester)), above: { .stopped(.requirementStopped($0)) }, withdraws: false,
      startsAgain: true)
    affected += restartFollowers(of: affected, requester: requester)
    let displaced = start(wereResting, for: requester, on: .command)
    if options.dryRun { return reply(request, wouldStop: affected + displaced, since: before, named: ids) }
    guard !options.noWait else { return accept(request, ids) }
    var pending = PendingRequest(named: Set(ids))
    for id in affected {
      let isAgain = services[id.index].stopOrder?.startsAgain ?? false
      pending.goals[id] = isAgain || pending.named.contains(id) ? .upAgain : .down
    }
    for id in wereResting { pending.goals[id] = .up }
    for id in displaced where pending.goals[id] == nil { pending.goals[id] = .down }
    open(pending, as: request)
  }

  // MARK: Unload

  private mutating func orderUnload(
    _ names: [String], from requester: Requester, request: RequestID
  ) throws(Refusal) {
    let ids = try owners(of: names)
    for id in ids {
      let needing = neededBy(id).filter { !ids.contains($0) }
      guard needing.isEmpty else {
        throw .requiredBy(services[id.index].name, needing.map { services[$0.index].name })
      }
    }
    note(order: "unload", ids, requester)
    var pending = PendingRequest(named: Set(ids))
    for id in ids {
      if services[id.index].machine.isResting { pending.resolve(outcome(id, .alreadyStopped, named: true)) }
      for other in remove(id) { pending.goals[other] = .down }
    }
    open(pending, as: request)
  }

  /// Services whose requirement only this one meets.
  private func neededBy(_ id: ServiceID) -> [ServiceID] {
    services[id.index].links.dependents.filter { edge in
      let other = services[edge.service.index]
      return !other.isRemoved && other.links.requirements[Int(edge.requirement)].candidates == [id]
    }
    .map(\.service)
  }

  // MARK: Signals

  private mutating func orderSignal(
    _ names: [String], _ number: Int32, group: Bool, request: RequestID
  ) throws(Refusal) {
    var targets: [(id: ServiceID, main: ProcessKey)] = []
    for id in try known(names) {
      guard let main = services[id.index].machine.main else { throw .notRunning(services[id.index].name) }
      targets.append((id, main))
    }
    for (_, main) in targets { actions.append(group ? .signalGroup(main, number) : .signal(main, number)) }
    let outcomes = targets.map { outcome($0.id, .signalled(pid: mainPID(of: $0.id)), named: true) }
    actions.append(.reply(request, .services(outcomes)))
  }
}

extension Order {
  /// Only asks what would be done.
  fileprivate var isDryRun: Bool {
    switch self {
    case .start(_, let options), .stop(_, _, let options), .restart(_, let options), .enable(_, _, let options),
      .disable(_, _, let options):
      options.dryRun
    case .reload, .action, .signal, .reset, .preset, .wait, .unload, .stopRoot: false
    }
  }

  /// What is refused once the supervisor is on its way out.
  var startsSomething: Bool {
    switch self {
    case .start, .restart, .reload, .action: true
    case .enable(_, let now, _): now
    case .stop, .signal, .disable, .reset, .preset, .wait, .unload, .stopRoot: false
    }
  }
}
