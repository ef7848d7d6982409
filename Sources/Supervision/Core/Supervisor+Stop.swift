// Stopping: a walk up the dependents that orders what is to go down. The graph's counters then give the order.
extension Supervisor {
  /// Orders services and all that needs them to stop.
  ///
  /// - Parameters:
  ///   - outcome: what the roots come to.
  ///   - above: what a dependent comes to, given the name of its requirement that goes down.
  ///   - withdraws: nobody wants them any more.
  ///   - startsAgain: a restart: what was up, or on its way, starts again afterwards.
  ///   - hasFailed: the roots have lost a requirement that failed, and others that provide the same name may take its place.
  /// - Returns: all that was ordered to stop, roots first.
  @discardableResult
  mutating func stop(
    _ roots: [ServiceID], outcome: Outcome, above: (String) -> Outcome, withdraws: Bool, startsAgain: Bool = false,
    hasFailed: Bool = false
  ) -> [ServiceID] {
    visitStamp &+= 1
    let stamp = visitStamp
    var affected: [ServiceID] = []
    // What was named is a root also when the walk comes to it as a dependent of another.
    let named = Set(roots)
    let occasion: StartOccasion = hasFailed ? .comeback : .again
    var stack = roots.reversed().map { Going(id: $0, outcome: outcome, startsAgain: startsAgain) }
    while let going = stack.popLast() {
      let id = going.id
      guard services[id.index].stopVisit != stamp else { continue }
      services[id.index].stopVisit = stamp
      if withdraws { services[id.index].intent = nil }
      guard !services[id.index].machine.isResting else { continue }
      let isRoot = named.contains(id)
      let order = StopOrder(
        outcome: isRoot ? outcome : going.outcome, startsAgain: going.startsAgain, occasion: occasion)
      self.order(id, order, isRoot: isRoot)
      affected.append(id)
      let name = services[id.index].name
      for edge in services[id.index].links.dependents.reversed() where !isMetWithout(edge, visited: stamp) {
        // Somebody else's dependents at rest are left as they are, intent and all.
        guard !services[edge.service.index].machine.isResting else { continue }
        let again = going.startsAgain || (hasFailed && hasOtherChance(edge, than: id, visited: stamp))
        let outcomeAbove = again && hasFailed ? .stopped(.requirementStopped(name)) : above(name)
        stack.append(Going(id: edge.service, outcome: outcomeAbove, startsAgain: again))
      }
    }
    return affected
  }

  /// Where the walk goes on.
  private struct Going {
    var id: ServiceID
    var outcome: Outcome
    var startsAgain: Bool
  }

  private mutating func order(_ id: ServiceID, _ order: StopOrder, isRoot: Bool) {
    if let present = services[id.index].stopOrder {
      if order.startsAgain {
        // A restart of what is being stopped: the stop finishes, then it starts.
        if isRoot {
          services[id.index].stopOrder?.startsAgain = true
          // It is no longer because of a failure of another service.
          if present.occasion == .reaction { services[id.index].stopOrder?.occasion = order.occasion }
        }
      } else {
        let outcome = present.startsAgain ? order.outcome : present.outcome
        services[id.index].stopOrder = StopOrder(outcome: outcome, startsAgain: false)
        if services[id.index].isStopping { deliver(id, .stop(outcome)) }
      }
    } else {
      // What is going down by itself starts again only if it is what the caller named.
      let again = order.startsAgain && (isRoot || !services[id.index].isStopping)
      services[id.index].stopOrder = StopOrder(outcome: order.outcome, startsAgain: again, occasion: order.occasion)
    }
    refresh(id)
    enqueue(id)
  }

  /// Whether another service that stays up meets the requirement.
  private func isMetWithout(_ edge: Links.Dependent, visited stamp: UInt32) -> Bool {
    let requirement = services[edge.service.index].links.requirements[Int(edge.requirement)]
    return requirement.candidates.contains { candidate in
      services[candidate.index].stopVisit != stamp && isUpToStay(candidate)
    }
  }

  /// Whether a name that has lost the provider which was up may be met by another one yet.
  private func hasOtherChance(_ edge: Links.Dependent, than lost: ServiceID, visited stamp: UInt32) -> Bool {
    let requirement = services[edge.service.index].links.requirements[Int(edge.requirement)]
    return requirement.candidates.contains { candidate in
      guard candidate != lost, services[candidate.index].stopVisit != stamp else { return false }
      let machine = services[candidate.index].machine
      return services[candidate.index].stopOrder?.startsAgain
        ?? (machine.isUp || machine.isComing || isChance(candidate))
    }
  }

  func isUpToStay(_ id: ServiceID) -> Bool {
    services[id.index].stopOrder == nil && services[id.index].machine.isUp
  }

  /// A service went down unasked: what runs on top of it stops, and stays wanted.
  mutating func requirementWentDown(_ id: ServiceID) {
    guard services[id.index].stopOrder == nil else { return }
    let name = services[id.index].name
    let first = services[id.index].firstCause
    let hasFailed = first != nil
    let above: (String) -> Outcome = {
      hasFailed ? .failed(.requirement($0, .failed, first: first)) : .stopped(.requirementStopped($0))
    }
    var lost: [ServiceID] = []
    var lostForNow: [ServiceID] = []
    for edge in services[id.index].links.dependents {
      let dependent = edge.service.index
      guard services[dependent].machine.isActive, services[dependent].stopOrder == nil else { continue }
      let candidates = services[dependent].links.requirements[Int(edge.requirement)].candidates
      guard !candidates.contains(where: { $0 != id && isUpToStay($0) }) else { continue }
      if hasFailed, hasOtherChance(edge, than: id, visited: visitStamp &+ 1) {
        lostForNow.append(edge.service)
      } else {
        lost.append(edge.service)
      }
    }
    if !lost.isEmpty { stop(lost, outcome: above(name), above: above, withdraws: false, hasFailed: hasFailed) }
    guard !lostForNow.isEmpty else { return }
    stop(
      lostForNow, outcome: .stopped(.requirementStopped(name)), above: above, withdraws: false, startsAgain: true,
      hasFailed: true)
  }

  /// Restarts what is to be restarted along with others; each service once.
  ///
  /// - Returns: all that will stop and start again.
  @discardableResult
  mutating func restartFollowers(of ids: [ServiceID], requester: Requester) -> [ServiceID] {
    guard shutdown == nil else { return [] }
    var seen = Set(ids)
    var pending = ids
    var restarted: [ServiceID] = []
    while let id = pending.popLast() {
      let followers = services[id.index].links.restartFollowers.filter { follower in
        seen.insert(follower).inserted && services[follower.index].machine.isUp
          && services[follower.index].stopOrder == nil
      }
      guard !followers.isEmpty else { continue }
      let affected = stop(
        followers, outcome: .stopped(.restart(requester)), above: { .stopped(.requirementStopped($0)) },
        withdraws: false, startsAgain: true)
      // Dependents are restarted too, and have followers of their own.
      pending += affected
      restarted += affected
      seen.formUnion(affected)
    }
    return restarted
  }
}
