// What an order or a load would do: it is carried out on a copy, of which only the answer is kept.
extension Supervisor {
  /// What the reply says is what would be done, since it was done.
  func onTrial(_ request: RequestID, _ body: (inout Supervisor) throws(Refusal) -> Void) throws(Refusal) -> [Action] {
    var trial = self
    trial.actions = []
    try body(&trial)
    // Others may wait for what happens there, and it does not happen.
    return trial.actions.filter { if case .reply(request, _) = $0 { true } else { false } }
  }

  /// The answer to a dry run, given the states before it.
  ///
  /// - Parameter stopping: what was ordered to stop.
  mutating func reply(
    _ request: RequestID, wouldStop stopping: [ServiceID], since before: [StateName], named: [ServiceID]
  ) {
    let names = Set(named)
    let starting = services.indices.map { ServiceID($0) }.filter {
      wouldStart($0, since: before, isNamed: names.contains($0))
    }
    let outcomes =
      inStopOrder(stopping).map { outcome($0, .wouldStop, named: names.contains($0)) }
      + inStartOrder(starting).map { outcome($0, .wouldStart, named: names.contains($0)) }
    actions.append(.reply(request, .services(outcomes.isEmpty ? named.compactMap { alreadyThere($0) } : outcomes)))
  }

  /// Why there is nothing to do.
  private func alreadyThere(_ id: ServiceID) -> OrderOutcome? {
    let record = services[id.index]
    if record.machine.isReady { return outcome(id, .alreadyUp(pid: mainPID(of: id)), named: true) }
    return record.machine.isResting ? outcome(id, .alreadyStopped, named: true) : nil
  }

  var stateNames: [StateName] { services.map(\.machine.state.name) }

  private func wouldStart(_ id: ServiceID, since before: [StateName], isNamed: Bool) -> Bool {
    let record = services[id.index]
    if let order = record.stopOrder { return order.startsAgain }
    guard case .waiting = record.machine.state else { return false }
    return isNamed || id.index >= before.count || before[id.index] != .waiting
  }

  // MARK: Order

  /// Services in an order in which they may start: what one waits for comes before it.
  func inStartOrder(_ ids: [ServiceID]) -> [ServiceID] {
    let members = Set(ids)
    var seen: Set<ServiceID> = []
    var ordered: [ServiceID] = []
    for root in ids where seen.insert(root).inserted {
      var walk = [(id: root, below: below(root, within: members))]
      while var top = walk.popLast() {
        guard let next = top.below.popLast() else {
          ordered.append(top.id)
          continue
        }
        walk.append(top)
        if seen.insert(next).inserted { walk.append((next, below(next, within: members))) }
      }
    }
    return ordered
  }

  /// Services in an order in which they stop: what needs one comes before it.
  func inStopOrder(_ ids: [ServiceID]) -> [ServiceID] {
    inStartOrder(ids.reversed()).reversed()
  }

  /// What a service waits for, the last one first.
  private func below(_ id: ServiceID, within members: Set<ServiceID>) -> [ServiceID] {
    let links = services[id.index].links
    return (links.requirements.flatMap(\.candidates) + links.predecessors).filter { members.contains($0) }.reversed()
  }
}
