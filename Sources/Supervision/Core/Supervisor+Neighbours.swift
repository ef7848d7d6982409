// What services are told of each other: counters of what holds them.
extension Supervisor {
  /// Compares what a service is with what its neighbours were told, and updates their counters.
  mutating func refresh(_ id: ServiceID) {
    let facts = services[id.index].facts
    let told = services[id.index].announced
    guard facts != told else { return }
    services[id.index].announced = facts
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
