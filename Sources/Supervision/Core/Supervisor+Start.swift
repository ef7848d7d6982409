// Starting: a walk down the requirements that admits what is to come up. The graph's counters then give the order.
extension Supervisor {
  /// Makes services and the closure of their requirements wanted, and lets them wait for their turn.
  ///
  /// - Parameters:
  ///   - requester: because of whom; what is taken along is wanted because of the service that needs it.
  ///   - isCommand: somebody asked: failures of the past are forgotten, a completed one-shot runs again.
  ///   - isAgain: the intent stands already; nothing new is wanted.
  mutating func start(_ roots: [ServiceID], for requester: Requester, isCommand: Bool, isAgain: Bool = false) {
    guard shutdown == nil else { return }
    visitStamp &+= 1
    let stamp = visitStamp
    var stack = roots.reversed().map { Visit(id: $0, requester: requester, isRoot: true) }
    // What is merely wanted comes after all that is required, so that it can give way.
    var wanted: [Visit] = []
    while true {
      guard let visit = stack.popLast() else {
        guard let weak = wanted.popLast() else { return }
        let clashes = services[weak.id.index].links.conflicts.contains { services[$0.index].visit == stamp }
        if !clashes { stack.append(weak) }
        continue
      }
      guard services[visit.id.index].visit != stamp, mayStart(visit.id) else { continue }
      services[visit.id.index].visit = stamp
      want(visit)
      guard admit(visit, isCommand: isCommand, isAgain: isAgain) else { continue }
      let record = services[visit.id.index]
      for other in record.links.conflicts { giveWay(other, to: record.name) }
      for requirement in record.links.requirements.reversed() {
        guard let candidate = choose(requirement, isCommand: isCommand) else { continue }
        stack.append(Visit(id: candidate, requester: .service(record.name), isRoot: false))
      }
      wanted += record.links.wants.reversed().map { Visit(id: $0, requester: .service(record.name), isRoot: false) }
    }
  }

  private struct Visit {
    var id: ServiceID
    var requester: Requester
    var isRoot: Bool
  }

  private mutating func want(_ visit: Visit) {
    let isStronger =
      if visit.isRoot, case .service = services[visit.id.index].intent?.requester, case .user = visit.requester {
        true
      } else {
        false
      }
    if services[visit.id.index].intent == nil || isStronger {
      services[visit.id.index].intent = Intent(requester: visit.requester, since: now)
    }
  }

  /// Lets a service wait for its turn.
  ///
  /// - Returns: whether what it needs has to be looked at too.
  private mutating func admit(_ visit: Visit, isCommand: Bool, isAgain: Bool) -> Bool {
    let id = visit.id
    guard services[id.index].stopOrder == nil else {
      // The stop finishes first; the walk then begins again from there.
      services[id.index].stopOrder?.startsAgain = true
      return false
    }
    switch services[id.index].life.state {
    case .stopped:
      break
    case .failed:
      let mayRetry = isCommand || services[id.index].restsForRequirement || (visit.isRoot && isAgain)
      guard mayRetry else { return false }
    case .completed:
      guard visit.isRoot, isCommand else { return false }
    case .stopping(_, let outcome):
      guard isCommand || visit.isRoot else { return false }
      services[id.index].stopOrder = StopOrder(outcome: outcome, startsAgain: true)
      refresh(id)
      return false
    case .waiting, .starting, .running, .respawning:
      return false
    }
    if isCommand { services[id.index].life.forgetFailures() }
    live(id, .admit)
    return true
  }

  /// The service that is to meet a requirement: the one that is up, else one on its way, else the first that may be started.
  private func choose(_ requirement: Links.Requirement, isCommand: Bool) -> ServiceID? {
    let candidates = requirement.candidates
    guard candidates.count > 1 else { return candidates.first }
    if let up = candidates.first(where: { services[$0.index].life.isUp && services[$0.index].stopOrder == nil }) {
      return up
    }
    if let coming = candidates.first(where: { services[$0.index].life.isComing }) { return coming }
    let startable = candidates.filter { mayStart($0) }
    let untroubled = startable.first { candidate in
      if case .failed = services[candidate.index].life.state { false } else { true }
    }
    return untroubled ?? startable.first
  }

  /// What conflicts with a service that starts is stopped first, with its dependents, and is no longer wanted.
  private mutating func giveWay(_ id: ServiceID, to name: String) {
    guard !services[id.index].life.isResting else { return }
    let outcome = Outcome.stopped(.conflict(name))
    stop([id], outcome: outcome, above: { .stopped(.requirementStopped($0)) }, withdraws: true)
  }
}
