/// What a start comes from.
enum StartOccasion: Sendable {
  /// Somebody asked for it: failures of the past are forgotten, also below; a completed one-shot runs again.
  case command
  /// The on-failure of another service: as if asked for, but what failed below is left alone.
  case reaction
  /// Boot, or a load that brought it.
  case automatic
  /// It was stopped to be started again, or asked for while it stopped.
  case again
  /// A requirement is back, or another one has to do: nobody has to make room.
  case comeback

  var isAsked: Bool { self == .command || self == .reaction }

  /// The start is that for which a failure of another service is the reason, or the end of an interruption of it.
  var keepsFailureNews: Bool { self == .reaction || self == .comeback }

  var displaces: Bool { self != .comeback }
}

// Starting: a walk down the requirements that admits what is to come up. The graph's counters then give the order.
extension Supervisor {
  /// Makes services and the closure of their requirements wanted, and lets them wait for their turn.
  ///
  /// - Parameters:
  ///   - requester: because of whom; what is taken along is wanted because of the service that needs it.
  ///   - occasion: what it came from, and so what it may do.
  /// - Returns: what has to stop because it conflicts, with its dependents.
  @discardableResult
  mutating func start(
    _ roots: [ServiceID], for requester: Requester, on occasion: StartOccasion
  ) -> [ServiceID] {
    guard shutdown == nil, !isCircling() else { return [] }
    var displaced: Set<ServiceID> = []
    visitStamp &+= 1
    let stamp = visitStamp
    var stack = roots.reversed().map { Visit(id: $0, requester: requester, isRoot: true) }
    // What is merely wanted comes after all that is required, so that it can give way.
    var wanted: [Visit] = []
    while true {
      guard let visit = stack.popLast() else {
        guard let weak = wanted.popLast() else { return displaced.sorted() }
        let clashes = services[weak.id.index].links.conflicts.contains { services[$0.index].startVisit == stamp }
        // What had to make room for this very start does not come back by it: they would push each other out for ever.
        if !clashes, !displaced.contains(weak.id) { stack.append(weak) }
        continue
      }
      guard services[visit.id.index].startVisit != stamp, mayStart(visit.id),
        mayTakePlace(visit, stamp, on: occasion)
      else { continue }
      services[visit.id.index].startVisit = stamp
      want(visit)
      let admission = admit(visit, on: occasion)
      guard admission != .none else { continue }
      let name = services[visit.id.index].name
      if admission == .whole {
        for other in services[visit.id.index].links.conflicts {
          displaced.formUnion(stopForConflict(other, with: name))
        }
      }
      for requirement in services[visit.id.index].links.requirements.reversed() {
        guard let candidate = choose(requirement) else { continue }
        stack.append(Visit(id: candidate, requester: .service(name), isRoot: false))
      }
      guard admission == .whole else { continue }
      for weak in services[visit.id.index].links.wants.reversed() {
        wanted.append(Visit(id: weak, requester: .service(name), isRoot: false))
      }
    }
  }

  /// What conflicts with something that this very start needs is left out: they could only take turns. And what comes back by
  /// itself pushes nobody out.
  private func mayTakePlace(_ visit: Visit, _ stamp: UInt32, on occasion: StartOccasion) -> Bool {
    guard !visit.isRoot || !occasion.displaces else { return true }
    return !services[visit.id.index].links.conflicts.contains { other in
      !services[other.index].machine.isResting && (services[other.index].startVisit == stamp || !occasion.displaces)
    }
  }

  /// No graph that a load accepts leads here. If one does, it costs a line in the journal and not the machine.
  private mutating func isCircling() -> Bool {
    startsInEvent += 1
    let most = 16 * services.count + 1000
    if startsInEvent == most { actions.append(.record(.anomaly(.circling))) }
    return startsInEvent >= most
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

  /// What a start has to look at beside a service.
  private enum Admission {
    case none
    /// It is on its way: what it merely wants, and what had to make room for it, was seen to before.
    case requirements
    case whole
  }

  /// Lets a service wait for its turn.
  private mutating func admit(_ visit: Visit, on occasion: StartOccasion) -> Admission {
    let id = visit.id
    let isCommand = visit.isRoot ? occasion.isAsked : occasion == .command
    guard services[id.index].stopOrder == nil else {
      // The stop finishes first; the walk then begins again from there.
      return startAfterStop(id, isCommand ? occasion : nil)
    }
    switch services[id.index].machine.state {
    case .stopped:
      break
    case .failed:
      let mayRetry = isCommand || services[id.index].restsFor != nil || (visit.isRoot && occasion != .automatic)
      guard mayRetry else { return .none }
    case .completed:
      guard visit.isRoot, isCommand else { return .none }
    case .stopping(_, let outcome):
      guard isCommand || visit.isRoot else { return .none }
      services[id.index].stopOrder = StopOrder(outcome: outcome, startsAgain: true)
      return startAfterStop(id, isCommand ? occasion : nil)
    case .respawning:
      guard isCommand else { return .none }
      // Asked for, also by way of what requires it, it does not wait for its delay.
      services[id.index].machine.forgetFailures()
      deliver(id, .admit)
      return .requirements
    case .waiting, .starting, .running:
      return .none
    }
    if isCommand { services[id.index].machine.forgetFailures() }
    for slot in services[id.index].links.requirements.indices {
      services[id.index].links.requirements[slot].nextCandidate = 0
    }
    if !visit.isRoot || !occasion.keepsFailureNews { services[id.index].startedFor = nil }
    deliver(id, .admit)
    return .whole
  }

  /// - Parameter occasion: `nil`: nobody has asked for it.
  private mutating func startAfterStop(_ id: ServiceID, _ occasion: StartOccasion?) -> Admission {
    services[id.index].stopOrder?.startsAgain = true
    if let occasion {
      // What somebody has asked for is not taken for less because something else has failed meanwhile.
      if services[id.index].stopOrder?.occasion != .command { services[id.index].stopOrder?.occasion = occasion }
      services[id.index].machine.forgetFailures()
    }
    refresh(id)
    return .none
  }

  /// The service that is to meet a requirement: the one that is up, else one on its way, else the first that may be started.
  func choose(_ requirement: Links.Requirement) -> ServiceID? {
    let candidates = requirement.candidates
    guard candidates.count > 1 else { return candidates.first }
    if let up = candidates.first(where: { services[$0.index].machine.isUp && services[$0.index].stopOrder == nil }) {
      return up
    }
    if let coming = candidates.first(where: { services[$0.index].machine.isComing }) { return coming }
    let startable = candidates.filter { mayStart($0) }
    return startable.first { !services[$0.index].hasFailed } ?? startable.first
  }

  /// What conflicts with a service that starts is stopped first, with its dependents, and is no longer wanted.
  @discardableResult
  mutating func stopForConflict(_ id: ServiceID, with name: String) -> [ServiceID] {
    // Also what rests and would come up with its requirement: of two that conflict the one asked for last is meant.
    services[id.index].intent = nil
    guard !services[id.index].machine.isResting else { return [] }
    let outcome = Outcome.stopped(.conflict(name))
    return stop([id], outcome: outcome, above: { .stopped(.requirementStopped($0)) }, withdraws: true)
  }
}
