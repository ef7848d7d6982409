import DequeModule

// Phase two of every event: what follows from it for others, without recursion.
extension Supervisor {
  mutating func enqueue(_ id: ServiceID) {
    guard !services[id.index].isQueued, !services[id.index].isForgotten else { return }
    services[id.index].isQueued = true
    queue.append(id)
  }

  mutating func settleAll() {
    while let id = queue.popFirst() {
      services[id.index].isQueued = false
      settle(id)
    }
    finishShutdownIfDone()
  }

  private mutating func settle(_ id: ServiceID) {
    let wasHeld = services[id.index].isHeld
    services[id.index].isHeld = false
    if let order = services[id.index].stopOrder {
      settleStop(id, order)
    } else if services[id.index].life.isResting {
      forgetIfDone(id)
    } else if case .waiting = services[id.index].life.state {
      settleWaiting(id)
    }
    if wasHeld { releaseHeld() }
  }

  private mutating func settleStop(_ id: ServiceID, _ order: StopOrder) {
    let record = services[id.index]
    if record.life.isResting {
      // It had come to rest before the order reached it.
      rested(id)
    } else if !record.isStopping, record.links.stoppingAbove == 0 {
      live(id, .stop(order.outcome))
    }
  }

  private mutating func settleWaiting(_ id: ServiceID) {
    guard shutdown == nil else { return live(id, .stop(.stopped(.shutdown))) }
    if services[id.index].links.unmet > 0, let trouble = hopelessRequirement(of: id) {
      return live(id, .stop(.failed(trouble)))
    }
    let links = services[id.index].links
    guard links.unmet == 0, links.comingPredecessors == 0, links.activeConflicts == 0 else { return }
    let most = configuration.supervisor.maxParallelStarts
    if most > 0, startingCount >= most {
      services[id.index].isHeld = true
      held.append(id)
    } else {
      live(id, .start)
    }
  }

  /// A place has become free, or one that waited for a place does not need it.
  mutating func releaseHeld() {
    let most = configuration.supervisor.maxParallelStarts
    guard !held.isEmpty, most == 0 || startingCount < most, let id = held.popFirst() else { return }
    enqueue(id)
  }

  /// The first requirement that can no longer be met, as a cause; `nil` while there is hope.
  ///
  /// Of several services that provide a name, those that have not been tried since this one began to wait are tried first.
  private mutating func hopelessRequirement(of id: ServiceID) -> FailureCause? {
    let since = services[id.index].life.since
    for requirement in services[id.index].links.requirements where requirement.ready == 0 {
      guard !requirement.candidates.contains(where: { hasHope($0) }) else { continue }
      let untried = requirement.candidates.first { candidate in
        let record = services[candidate.index]
        if case .failed = record.life.state { return false }
        return mayStart(candidate) && record.life.since < since
      }
      if let untried {
        start([untried], for: .service(services[id.index].name), isCommand: false)
        continue
      }
      return .requirement(requirement.name, trouble(among: requirement.candidates))
    }
    return nil
  }

  private func hasHope(_ id: ServiceID) -> Bool {
    let record = services[id.index]
    return record.stopOrder?.startsAgain ?? !record.life.isResting
  }

  private func trouble(among candidates: [ServiceID]) -> RequirementTrouble {
    guard !candidates.isEmpty else { return .unknown }
    if candidates.allSatisfy({ services[$0.index].isDisabled }) { return .disabled }
    let hasFailed = candidates.contains {
      if case .failed = services[$0.index].life.state { true } else { false }
    }
    return hasFailed ? .failed : .stopped
  }

  func mayStart(_ id: ServiceID) -> Bool {
    let record = services[id.index]
    return !record.isDisabled && !record.isRemoved && !record.isForgotten
  }

  // MARK: The service's own machine

  /// Hands an event to a service's life, carries its effects on, and tells the neighbours.
  mutating func live(_ id: ServiceID, _ event: LifeEvent) {
    guard !services[id.index].isForgotten else { return }
    if case .start = event { services[id.index].inForce = services[id.index].blueprint }
    let before = services[id.index].life.state.name
    let wasUp = services[id.index].life.isUp
    var context = LifeContext(
      blueprint: services[id.index].inForce, now: now, random: random, nextSerial: nextSerial)
    services[id.index].life.handle(event, in: &context)
    random = context.random
    nextSerial = context.nextSerial
    for effect in context.effects { carry(effect, of: id) }
    armDeadline(of: id)
    let after = services[id.index].life.state.name
    if after != before { changed(id, from: before, to: after) }
    if wasUp, !services[id.index].life.isUp { requirementWentDown(id) }
    refresh(id)
    enqueue(id)
  }

  private mutating func carry(_ effect: LifeEffect, of id: ServiceID) {
    let name = services[id.index].name
    switch effect {
    case .prepare: actions.append(.prepare(id))
    case .spawn(let key, let role):
      processes[key] = ProcessEntry(service: id, role: role)
      actions.append(.spawn(key, id, role, nil))
    case .signal(let key, let number): actions.append(.signal(key, number))
    case .signalSubtree(let number): actions.append(.signalSubtree(id, number))
    case .inspectSubtree: actions.append(.inspectSubtree(id))
    case .attemptFailed(let cause, let willRetry):
      actions.append(.record(.attemptFailed(service: name, cause, willRetry: willRetry)))
      attemptFailed(id, cause, willRetry: willRetry)
    case .ended(let cause, let willRetry):
      actions.append(.record(.ended(service: name, cause, willRetry: willRetry)))
      if willRetry { restartFollowers(of: [id], requester: .service(name)) }
    case .hookFailed(let cause):
      actions.append(.record(.hookFailed(service: name, cause)))
    }
  }

  private mutating func armDeadline(of id: ServiceID) {
    let deadline = services[id.index].life.deadline
    guard deadline != services[id.index].armed else { return }
    services[id.index].armed = deadline
    deadlines.set(deadline, for: .service(id))
  }

  private mutating func changed(_ id: ServiceID, from before: StateName, to after: StateName) {
    services[id.index].hasLived = true
    if before == .starting {
      startingCount -= 1
      releaseHeld()
    }
    if after == .starting { startingCount += 1 }
    if before == .stopped || before == .failed { restlessCount += 1 }
    let isResting = services[id.index].life.isResting
    if isResting { restlessCount -= 1 }
    actions.append(.record(.state(service: services[id.index].name, after, restOutcome(of: id), pid: mainPID(of: id))))
    notify(id)
    if isResting { rested(id) }
    if services[id.index].life.isReady { becameReady(id) }
  }

  /// It has come to rest: what was to follow follows now.
  private mutating func rested(_ id: ServiceID) {
    services[id.index].mainPID = 0
    var startsAgain = services[id.index].stopOrder?.startsAgain ?? false
    if case .failed(.unkillable) = services[id.index].life.state { startsAgain = false }
    services[id.index].stopOrder = nil
    refresh(id)
    for dependent in services[id.index].links.dependents { enqueue(dependent.service) }
    if startsAgain, services[id.index].intent != nil, shutdown == nil, mayStart(id) {
      return start([id], for: .service(services[id.index].name), isCommand: false, isAgain: true)
    }
    switch services[id.index].life.state {
    case .stopped(.exited): services[id.index].intent = nil
    case .failed(.requirement): break
    case .failed: startOnFailure(id)
    default: break
    }
    enqueue(id)
  }

  private mutating func startOnFailure(_ id: ServiceID) {
    let record = services[id.index]
    guard shutdown == nil, !record.wasStartedOnFailure else { return }
    let reactions = record.inForce.definition.onFailure.flatMap { resolve($0).prefix(1) }.filter { mayStart($0) }
    guard !reactions.isEmpty else { return }
    for reaction in reactions where services[reaction.index].life.isResting {
      services[reaction.index].wasStartedOnFailure = true
    }
    start(reactions, for: .onFailure(of: record.name), isCommand: true)
  }

  /// It is ready: dependents that rest only because it was not there are started again, if they are still wanted.
  private mutating func becameReady(_ id: ServiceID) {
    guard shutdown == nil else { return }
    for dependent in services[id.index].links.dependents {
      let record = services[dependent.service.index]
      if record.intent != nil, record.life.isResting, record.restsForRequirement, mayStart(dependent.service) {
        start([dependent.service], for: .service(record.name), isCommand: false, isAgain: true)
      }
    }
  }

  private mutating func forgetIfDone(_ id: ServiceID) {
    let record = services[id.index]
    let isDone = record.isRemoved || (record.blueprint.definition.isTransient && record.hasLived)
    guard isDone, record.errands == 0 else { return }
    forget(id)
  }

  // MARK: Neighbours

  /// Compares what a service is with what its neighbours were told, and updates their counters.
  mutating func refresh(_ id: ServiceID) {
    let facts = services[id.index].facts
    let told = services[id.index].told
    guard facts != told else { return }
    services[id.index].told = facts
    if facts.contains(.ready) != told.contains(.ready) { tellReady(id, facts.contains(.ready)) }
    if facts.contains(.coming) != told.contains(.coming) { tellComing(id, facts.contains(.coming)) }
    if facts.contains(.active) != told.contains(.active) { tellActive(id, facts.contains(.active)) }
    if facts.contains(.beingStopped) != told.contains(.beingStopped) {
      tellBeingStopped(id, facts.contains(.beingStopped))
    }
  }

  private mutating func tellReady(_ id: ServiceID, _ isReady: Bool) {
    for edge in services[id.index].links.dependents {
      let dependent = edge.service.index
      let slot = Int(edge.requirement)
      services[dependent].links.requirements[slot].ready += isReady ? 1 : -1
      let count = services[dependent].links.requirements[slot].ready
      if isReady, count == 1 { services[dependent].links.unmet -= 1 }
      if !isReady, count == 0 { services[dependent].links.unmet += 1 }
      if isReady, services[dependent].links.unmet == 0 { enqueue(edge.service) }
    }
  }

  private mutating func tellComing(_ id: ServiceID, _ isComing: Bool) {
    for successor in services[id.index].links.successors {
      services[successor.index].links.comingPredecessors += isComing ? 1 : -1
      if services[successor.index].links.comingPredecessors == 0 { enqueue(successor) }
    }
  }

  private mutating func tellActive(_ id: ServiceID, _ isActive: Bool) {
    for other in services[id.index].links.conflicts {
      services[other.index].links.activeConflicts += isActive ? 1 : -1
      if services[other.index].links.activeConflicts == 0 { enqueue(other) }
    }
  }

  private mutating func tellBeingStopped(_ id: ServiceID, _ isBeingStopped: Bool) {
    let change: Int32 = isBeingStopped ? 1 : -1
    for requirement in services[id.index].links.requirements {
      for below in requirement.candidates { tellStoppingAbove(below, change) }
    }
    for below in services[id.index].links.predecessors { tellStoppingAbove(below, change) }
  }

  private mutating func tellStoppingAbove(_ id: ServiceID, _ change: Int32) {
    services[id.index].links.stoppingAbove += change
    if services[id.index].links.stoppingAbove == 0 { enqueue(id) }
  }
}
