import DequeModule

// Phase two of every event: what follows from it for others, without recursion.
extension Supervisor {
  mutating func enqueue(_ id: ServiceID) {
    guard !services[id.index].isQueued, !services[id.index].isForgotten else { return }
    services[id.index].isQueued = true
    queue.append(id)
  }

  mutating func settleAll() {
    repeat {
      while let id = queue.popFirst() {
        services[id.index].isQueued = false
        settle(id)
      }
    } while releaseHeld()
    finishShutdownIfDone()
  }

  private mutating func settle(_ id: ServiceID) {
    steps += 1
    guard !services[id.index].isForgotten else { return }
    if let order = services[id.index].stopOrder {
      settleStop(id, order)
    } else if services[id.index].life.isResting {
      comeBack(id)
      forgetIfDone(id)
    } else if case .waiting = services[id.index].life.state {
      settleWaiting(id)
    }
  }

  private mutating func settleStop(_ id: ServiceID, _ order: StopOrder) {
    guard !services[id.index].isStopping else { return }
    // What was never up is in nobody's way.
    if services[id.index].links.stoppingAbove == 0 || !services[id.index].life.isActive {
      live(id, .stop(order.outcome))
    }
  }

  private mutating func settleWaiting(_ id: ServiceID) {
    guard shutdown == nil else { return live(id, .stop(.stopped(.shutdown))) }
    if services[id.index].links.unmet > 0 {
      if let trouble = hopelessRequirement(of: id) { live(id, .stop(.failed(trouble))) }
      return
    }
    guard services[id.index].links.comingPredecessors == 0 else { return }
    guard services[id.index].links.activeConflicts == 0 else { return clearTheWay(for: id) }
    guard services[id.index].processes == 0 else {
      // What outlived SIGKILL the last time is still there: a second one beside it would do harm.
      return live(id, .stop(.failed(.unkillable)))
    }
    guard mayStart(id) else {
      // Disabled, or removed, since it began to wait.
      return live(id, .stop(.stopped(services[id.index].isRemoved ? .removed : .disabled)))
    }
    if hasPlace || services[id.index].inForce.definition.isGroup {
      live(id, .start)
    } else if !services[id.index].isHeld {
      services[id.index].isHeld = true
      held.append(id)
    }
  }

  /// What conflicts was ordered to stop when this service was admitted; a load may have brought a new conflict since.
  private mutating func clearTheWay(for id: ServiceID) {
    let name = services[id.index].name
    for other in services[id.index].links.conflicts
    where services[other.index].life.isActive && services[other.index].stopOrder == nil
      && !services[other.index].isStopping
    {
      giveWay(other, to: name)
    }
  }

  private var hasPlace: Bool {
    let most = configuration.supervisor.maxParallelStarts
    return most <= 0 || startingCount < most
  }

  /// Once everything has settled: lets the next service in that waits for a place.
  private mutating func releaseHeld() -> Bool {
    while hasPlace, let id = held.popFirst() {
      guard services[id.index].isHeld else { continue }
      services[id.index].isHeld = false
      enqueue(id)
      return true
    }
    return false
  }

  /// The first requirement that can no longer be met, as a cause; `nil` while there is hope.
  ///
  /// Of several services that provide a name, each has its chance once since this one began to wait.
  private mutating func hopelessRequirement(of id: ServiceID) -> FailureCause? {
    var chances: [(slot: Int, candidate: ServiceID)] = []
    steps += services[id.index].links.requirements.count
    for slot in services[id.index].links.requirements.indices {
      guard services[id.index].links.requirements[slot].ready == 0 else { continue }
      let candidates = services[id.index].links.requirements[slot].candidates
      guard !candidates.contains(where: { hasHope($0) }) else { continue }
      guard let next = nextChance(of: id, slot, candidates) else {
        let trouble = trouble(among: candidates)
        let first = trouble == .failed ? candidates.compactMap { services[$0.index].firstCause }.first : nil
        return .requirement(services[id.index].links.requirements[slot].name, trouble, first: first)
      }
      chances.append((slot, next))
    }
    for (slot, candidate) in chances where !hasHope(candidate) {
      services[id.index].links.requirements[slot].nextCandidate += 1
      start([candidate], for: .service(services[id.index].name), on: .comeback)
      // It may not have been let in.
      enqueue(id)
    }
    return nil
  }

  private mutating func nextChance(of id: ServiceID, _ slot: Int, _ candidates: [ServiceID]) -> ServiceID? {
    var position = Int(services[id.index].links.requirements[slot].nextCandidate)
    while position < candidates.count {
      if isChance(candidates[position]) { break }
      position += 1
    }
    services[id.index].links.requirements[slot].nextCandidate = Int32(position)
    return position < candidates.count ? candidates[position] : nil
  }

  /// It rests without having failed, and could start without pushing anybody out.
  func isChance(_ id: ServiceID) -> Bool {
    guard case .stopped = services[id.index].life.state, mayStart(id) else { return false }
    return !services[id.index].links.conflicts.contains { !services[$0.index].life.isResting }
  }

  private func hasHope(_ id: ServiceID) -> Bool {
    services[id.index].stopOrder?.startsAgain ?? !services[id.index].life.isResting
  }

  private func trouble(among candidates: [ServiceID]) -> RequirementTrouble {
    guard !candidates.isEmpty else { return .unknown }
    if candidates.allSatisfy({ services[$0.index].isForgotten }) { return .unknown }
    if candidates.allSatisfy({ services[$0.index].isDisabled }) { return .disabled }
    let hasFailed = candidates.contains {
      if case .failed = services[$0.index].life.state { true } else { false }
    }
    return hasFailed ? .failed : .stopped
  }

  func mayStart(_ id: ServiceID) -> Bool {
    !services[id.index].isDisabled && !services[id.index].isRemoved && !services[id.index].isForgotten
  }

  // MARK: The service's own machine

  /// Hands an event to a service's life, carries its effects on, and tells the neighbours.
  mutating func live(_ id: ServiceID, _ event: LifeEvent) {
    guard !services[id.index].isForgotten else { return }
    if case .start = event { services[id.index].inForce = services[id.index].blueprint }
    let before = services[id.index].life.state.name
    let wasUp = services[id.index].life.isUp
    var context = LifeContext(
      blueprint: services[id.index].inForce, mayRespawn: shutdown == nil && !services[id.index].isDisabled,
      ordered: services[id.index].stopOrder?.outcome, now: now, random: random, nextSerial: nextSerial)
    services[id.index].life.handle(event, in: &context)
    random = context.random
    nextSerial = context.nextSerial
    withdrawPreparation(of: id)
    for effect in context.effects { carry(effect, of: id) }
    armDeadline(of: id)
    if wasUp, !services[id.index].life.isUp { requirementWentDown(id) }
    let after = services[id.index].life.state.name
    if after != before { changed(id, from: before, to: after) }
    for effect in context.effects { announce(effect, of: id) }
    refresh(id)
    enqueue(id)
  }

  private mutating func carry(_ effect: LifeEffect, of id: ServiceID) {
    let name = services[id.index].name
    switch effect {
    case .prepare: actions.append(.prepare(ask(.prepare, id), services[id.index].incarnation))
    case .confine: actions.append(.confine(ask(.confine, id), services[id.index].incarnation))
    case .release: actions.append(.release(ask(.release, id), services[id.index].incarnation))
    case .spawn(let key, let role):
      processes[key] = ProcessEntry(service: id, role: role)
      services[id.index].processes += 1
      if role == .main { services[id.index].mainPID = 0 }
      actions.append(.spawn(key, id, role, nil))
    case .signal(let key, let number, let continues):
      actions.append(.signal(key, number))
      if continues, let number = ProcessSignal.continue { actions.append(.signal(key, number)) }
    case .signalSubtree(let number, let continues):
      actions.append(.signalSubtree(services[id.index].incarnation, number, continues: continues))
    case .inspectSubtree: actions.append(.inspectSubtree(ask(.inspectSubtree, id), services[id.index].incarnation))
    case .attemptFailed(let cause, let willRetry):
      actions.append(.record(.attemptFailed(service: name, cause, willRetry: willRetry)))
      attemptFailed(id, cause, willRetry: willRetry)
    case .ended(let cause, let willRetry):
      actions.append(.record(.ended(service: name, cause, willRetry: willRetry)))
      endedOnTrial(id, cause, willRetry: willRetry)
      if willRetry { restartFollowers(of: [id], requester: .service(name)) }
    case .hookFailed(let cause):
      actions.append(.record(.hookFailed(service: name, cause)))
    case .killing(let patience):
      actions.append(.record(.killing(service: name, after: patience, cause(of: id))))
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
    services[id.index].isHeld = false
    if before == .starting { startingCount -= 1 }
    if after == .starting { startingCount += 1 }
    if before == .stopped || before == .failed { restlessCount += 1 }
    let isResting = services[id.index].life.isResting
    if isResting {
      restlessCount -= 1
      if services[id.index].stopOrder?.startsAgain == true, !mayStartAgain(id) {
        services[id.index].stopOrder?.startsAgain = false
      }
    }
    actions.append(
      .record(
        .state(
          service: services[id.index].name, after, restOutcome(of: id), pid: mainPID(of: id),
          requester: services[id.index].intent?.requester)))
    notify(id)
    if isResting { rested(id) }
    if services[id.index].life.isReady { becameReady(id) }
  }

  private func mayStartAgain(_ id: ServiceID) -> Bool {
    if case .failed(.unkillable) = services[id.index].life.state { return false }
    return services[id.index].intent != nil && shutdown == nil && mayStart(id)
  }

  /// It has come to rest: what was to follow follows now.
  private mutating func rested(_ id: ServiceID) {
    services[id.index].mainPID = 0
    let order = services[id.index].stopOrder
    services[id.index].stopOrder = nil
    if services[id.index].errands == 0 { services[id.index].inForce = services[id.index].blueprint }
    refresh(id)
    for dependent in services[id.index].links.dependents { enqueue(dependent.service) }
    for other in services[id.index].links.conflicts { enqueue(other) }
    if let order, order.startsAgain {
      return startAgain(id, on: order.occasion)
    }
    // Whoever enables it says whether it is to start: nothing is left over from before.
    if services[id.index].isDisabled { services[id.index].intent = nil }
    switch services[id.index].life.state {
    case .stopped(.exited), .stopped(.background): services[id.index].intent = nil
    case .failed(.requirement): break
    case .failed: startOnFailure(id)
    default: break
    }
    enqueue(id)
  }

  /// Starts a service that is wanted and rests without a reason.
  private mutating func comeBack(_ id: ServiceID) {
    guard shutdown == nil, services[id.index].intent != nil, mayStart(id), restsForNothing(id) else { return }
    startAgain(id, on: .comeback)
  }

  /// The requirement that it rests for was quicker to come back than this service to go, or is none any more.
  func restsForNothing(_ id: ServiceID) -> Bool {
    guard let name = services[id.index].restsFor else { return false }
    let named = resolve(name)
    if named.contains(where: { isSettledUp($0) }) { return true }
    // The name is that of the requirement, or that of the service which met it and went down.
    return !services[id.index].links.requirements.contains { requirement in
      requirement.name == name || requirement.candidates.contains { services[$0.index].name == name }
    }
  }

  private mutating func startAgain(_ id: ServiceID, on occasion: StartOccasion) {
    start([id], for: .service(services[id.index].name), on: occasion)
  }

  private mutating func startOnFailure(_ id: ServiceID) {
    guard shutdown == nil, !services[id.index].wasStartedOnFailure else { return }
    let reactions = services[id.index].inForce.definition.onFailure.compactMap { resolve($0).first { mayStart($0) } }
    guard !reactions.isEmpty else { return }
    for reaction in reactions where !services[reaction.index].life.isUp {
      services[reaction.index].wasStartedOnFailure = true
    }
    // Not thorough: a reaction that requires what has just failed would start it again, for ever.
    start(reactions, for: .onFailure(of: services[id.index].name), on: .reaction)
  }

  /// It is ready: dependents that rest only because it was not there are started again, if they are still wanted.
  private mutating func becameReady(_ id: ServiceID) {
    guard shutdown == nil else { return }
    for dependent in services[id.index].links.dependents {
      let other = dependent.service
      if services[other.index].intent != nil, services[other.index].restsFor != nil, mayStart(other) {
        startAgain(other, on: .comeback)
      }
    }
  }

  private mutating func forgetIfDone(_ id: ServiceID) {
    guard services[id.index].isGone else { return }
    let isTransient = services[id.index].blueprint.definition.isTransient && services[id.index].hasLived
    if services[id.index].isRemoved || isTransient { forget(id) }
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
    steps += services[id.index].links.dependents.count
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
    steps += services[id.index].links.successors.count
    for successor in services[id.index].links.successors {
      services[successor.index].links.comingPredecessors += isComing ? 1 : -1
      if services[successor.index].links.comingPredecessors == 0 { enqueue(successor) }
    }
  }

  private mutating func tellActive(_ id: ServiceID, _ isActive: Bool) {
    steps += services[id.index].links.conflicts.count
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
    steps += 1
    services[id.index].links.stoppingAbove += change
    if services[id.index].links.stoppingAbove == 0 { enqueue(id) }
  }
}
