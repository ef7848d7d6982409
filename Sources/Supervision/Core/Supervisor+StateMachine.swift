// A service's own machine: what it is told, and what its answers mean for the rest.
extension Supervisor {
  /// Hands an event to a service's state machine, carries its effects on, and tells the neighbours.
  mutating func deliver(_ id: ServiceID, _ event: MachineEvent) {
    guard !services[id.index].isForgotten else { return }
    if case .start = event { services[id.index].inForce = services[id.index].blueprint }
    let before = services[id.index].machine.state.name
    let wasUp = services[id.index].machine.isUp
    var context = MachineContext(
      blueprint: services[id.index].inForce, mayRespawn: shutdown == nil && !services[id.index].isDisabled,
      ordered: services[id.index].stopOrder?.outcome, now: now, random: random, nextSerial: nextSerial)
    services[id.index].machine.handle(event, in: &context)
    random = context.random
    nextSerial = context.nextSerial
    withdrawPreparation(of: id)
    for effect in context.effects { emit(effect, of: id) }
    armTimers(of: id)
    if wasUp, !services[id.index].machine.isUp { requirementWentDown(id) }
    let after = services[id.index].machine.state.name
    if after != before { changed(id, from: before, to: after) }
    for effect in context.effects { announce(effect, of: id) }
    refresh(id)
    enqueue(id)
  }

  private mutating func emit(_ effect: MachineEffect, of id: ServiceID) {
    let name = services[id.index].name
    switch effect {
    case .prepare: actions.append(.prepare(ask(.prepare, id), services[id.index].incarnation))
    case .enterJail: actions.append(.enterJail(ask(.enterJail, id), services[id.index].incarnation))
    case .release: actions.append(.release(ask(.release, id), services[id.index].incarnation))
    case .spawn(let key, let role):
      processes[key] = ProcessEntry(service: id, role: role)
      services[id.index].processes += 1
      if role == .main {
        services[id.index].mainPID = 0
        services[id.index].mainOrigin = .spawned
      }
      actions.append(.spawn(key, id, role, nil))
    case .signal(let key, let number, let continues):
      actions.append(.signal(key, number))
      if continues, let number = ProcessSignal.continue { actions.append(.signal(key, number)) }
    case .signalSubtree(let number, let continues):
      actions.append(.signalSubtree(services[id.index].incarnation, number, continues: continues))
    case .inspectSubtree: actions.append(.inspectSubtree(ask(.inspectSubtree, id), services[id.index].incarnation))
    case .attemptFailed(let cause, let willRetry):
      actions.append(.record(.attemptFailed(service: name, cause, willRetry: willRetry)))
      if willRetry { attemptFailed(id, cause) }
    case .ended(let cause, let willRetry):
      actions.append(.record(.ended(service: name, cause, willRetry: willRetry)))
      endedOnTrial(id, cause, willRetry: willRetry)
      if willRetry { restartFollowers(of: [id], requester: .service(name)) }
    case .trouble(let cause):
      actions.append(.record(.trouble(service: name, cause)))
      noteTrouble(cause, of: id)
    case .anomaly(let event, let state):
      actions.append(.record(.anomaly(.misplaced(event.word, service: name, in: state))))
    case .killing(let patience):
      actions.append(.record(.killing(service: name, after: patience, cause(of: id))))
    }
  }

  mutating func armTimers(of id: ServiceID) {
    let timers = services[id.index].machine.timers
    let armed = services[id.index].armed
    guard timers != armed else { return }
    services[id.index].armed = timers
    for timer in armed where !timers.contains(where: { $0.kind == timer.kind }) {
      deadlines.set(nil, for: .timer(id, timer.kind))
    }
    for timer in timers where !armed.contains(timer) { deadlines.set(timer.due, for: .timer(id, timer.kind)) }
  }

  mutating func changed(_ id: ServiceID, from before: StateName, to after: StateName) {
    services[id.index].hasLived = true
    services[id.index].isHeld = false
    if before == .starting { startingCount -= 1 }
    if after == .starting { startingCount += 1 }
    if before == .stopped || before == .failed { restlessCount += 1 }
    let isResting = services[id.index].machine.isResting
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
    if services[id.index].machine.isReady { becameReady(id) }
  }
}
