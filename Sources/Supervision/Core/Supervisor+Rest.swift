// What follows when a service has come to rest, or has become ready: who starts again, and because of what.
extension Supervisor {
  func mayStartAgain(_ id: ServiceID) -> Bool {
    if case .failed(.unkillable) = services[id.index].machine.state { return false }
    return services[id.index].intent != nil && shutdown == nil && mayStart(id)
  }

  /// It has come to rest: what was to follow follows now.
  mutating func rested(_ id: ServiceID) {
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
    switch services[id.index].machine.state {
    case .stopped(.exited), .stopped(.background): services[id.index].intent = nil
    case .failed(.requirement): break
    case .failed(let cause): startOnFailure(of: id, cause)
    default: break
    }
    enqueue(id)
  }

  /// Starts a service that is wanted and rests without a reason.
  mutating func startIfWanted(_ id: ServiceID) {
    guard shutdown == nil, services[id.index].intent != nil, mayStart(id), hasNoReasonToRest(id) else { return }
    startAgain(id, on: .comeback)
  }

  /// The requirement that it rests for was quicker to come back than this service to go, or is none any more.
  func hasNoReasonToRest(_ id: ServiceID) -> Bool {
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

  private mutating func startOnFailure(of id: ServiceID, _ cause: FailureCause) {
    guard shutdown == nil, services[id.index].startedFor == nil else { return }
    let reactions = services[id.index].inForce.definition.onFailure.compactMap { resolve($0).first { mayStart($0) } }
    guard !reactions.isEmpty else { return }
    let news = FailureNews(service: services[id.index].name, cause: cause)
    for reaction in reactions where !services[reaction.index].machine.isUp || isRerun(reaction) {
      services[reaction.index].startedFor = news
    }
    // Not thorough: a reaction that requires what has just failed would start it again, for ever.
    start(reactions, for: .onFailure(of: services[id.index].name), on: .reaction)
  }

  /// It is ready: dependents that rest only because it was not there are started again, if they are still wanted.
  mutating func becameReady(_ id: ServiceID) {
    guard shutdown == nil else { return }
    for dependent in services[id.index].links.dependents {
      let other = dependent.service
      if services[other.index].intent != nil, services[other.index].restsFor != nil, mayStart(other) {
        startAgain(other, on: .comeback)
      }
    }
  }

  mutating func forgetIfDone(_ id: ServiceID) {
    guard services[id.index].isGone else { return }
    let isTransient = services[id.index].blueprint.definition.isTransient && services[id.index].hasLived
    if services[id.index].isRemoved || isTransient { forget(id) }
  }
}
