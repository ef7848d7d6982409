import DequeModule

// Phase two of every event: who may start or stop now, and for whom there is no hope, without recursion.
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
    } else if services[id.index].machine.isResting {
      startIfWanted(id)
      forgetIfDone(id)
    } else if case .waiting = services[id.index].machine.state {
      settleWaiting(id)
    }
  }

  private mutating func settleStop(_ id: ServiceID, _ order: StopOrder) {
    guard !services[id.index].isStopping else { return }
    // What was never up is in nobody's way.
    if services[id.index].links.stoppingAbove == 0 || !services[id.index].machine.isActive {
      deliver(id, .stop(order.outcome))
    }
  }

  private mutating func settleWaiting(_ id: ServiceID) {
    guard shutdown == nil else { return deliver(id, .stop(.stopped(.shutdown))) }
    if services[id.index].links.unmet > 0 {
      if let trouble = hopelessRequirement(of: id) { deliver(id, .stop(.failed(trouble))) }
      return
    }
    guard services[id.index].links.comingPredecessors == 0 else { return }
    guard services[id.index].links.activeConflicts == 0 else { return stopConflicting(for: id) }
    guard services[id.index].processes == 0 else {
      // What outlived SIGKILL the last time is still there: a second one beside it would do harm.
      return deliver(id, .stop(.failed(.unkillable)))
    }
    guard mayStart(id) else {
      // Disabled, or removed, since it began to wait.
      return deliver(id, .stop(.stopped(services[id.index].isRemoved ? .removed : .disabled)))
    }
    if hasPlace || services[id.index].inForce.definition.isGroup {
      deliver(id, .start)
    } else if !services[id.index].isHeld {
      services[id.index].isHeld = true
      services[id.index].heldOrder = nextHeldOrder
      nextHeldOrder += 1
      held.append(id)
    }
  }

  /// What conflicts was ordered to stop when this service was admitted; a load may have brought a new conflict since.
  private mutating func stopConflicting(for id: ServiceID) {
    let name = services[id.index].name
    for other in services[id.index].links.conflicts
    where services[other.index].machine.isActive && services[other.index].stopOrder == nil
      && !services[other.index].isStopping
    {
      stopForConflict(other, with: name)
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
    guard case .stopped = services[id.index].machine.state, mayStart(id) else { return false }
    return !services[id.index].links.conflicts.contains { !services[$0.index].machine.isResting }
  }

  private func hasHope(_ id: ServiceID) -> Bool {
    services[id.index].stopOrder?.startsAgain ?? !services[id.index].machine.isResting
  }

  private func trouble(among candidates: [ServiceID]) -> RequirementTrouble {
    guard !candidates.isEmpty else { return .unknown }
    if candidates.allSatisfy({ services[$0.index].isForgotten }) { return .unknown }
    if candidates.allSatisfy({ services[$0.index].isDisabled }) { return .disabled }
    return candidates.contains { services[$0.index].hasFailed } ? .failed : .stopped
  }

  func mayStart(_ id: ServiceID) -> Bool {
    !services[id.index].isDisabled && !services[id.index].isRemoved && !services[id.index].isForgotten
  }
}
