// A start waits for other services; one of them may fail and be tried again, for as long as that takes. Who asked for the start
// hears of it as he would if it were the service itself, and the start goes on.
extension Supervisor {
  /// The start of a service came to nothing and will be tried again: tells who waits for what waits for it.
  mutating func tellThoseAbove(_ id: ServiceID, _ cause: FailureCause) {
    guard !requests.isEmpty else { return }
    let reason = FailureCause.awaits(services[id.index].name, cause)
    for above in waiting(for: id) {
      for request in watchers[above] ?? [] where requests[request]?.goals[above] == .up {
        resolve(request, above, .failed(reason, willRetry: true))
      }
    }
  }

  /// What waits for a service, directly or by way of others.
  private func waiting(for id: ServiceID) -> [ServiceID] {
    var seen: Set<ServiceID> = [id]
    var found: [ServiceID] = []
    var pending = [id]
    while let below = pending.popLast() {
      let links = services[below.index].links
      var above = links.dependents.filter { isHeld($0, by: below) }.map(\.service)
      if services[below.index].facts.contains(.coming) { above += links.successors }
      for next in above where isWaiting(next) && seen.insert(next).inserted {
        found.append(next)
        pending.append(next)
      }
    }
    return found.sorted()
  }

  private func isWaiting(_ id: ServiceID) -> Bool {
    if case .waiting = services[id.index].machine.state { true } else { false }
  }

  /// Whether nothing else that provides the name is there, or on its way.
  private func isHeld(_ edge: Links.Dependent, by below: ServiceID) -> Bool {
    let requirement = services[edge.service.index].links.requirements[Int(edge.requirement)]
    return requirement.ready == 0
      && !requirement.candidates.contains { $0 != below && services[$0.index].machine.isComing }
  }
}
