// The graph: made anew from the definitions at each load, in time linear in services and edges.
extension Supervisor {
  /// Makes all edges and counters from the definitions.
  mutating func relink() {
    for index in services.indices {
      services[index].links.clear()
      services[index].announced = []
    }
    // No edge leads to an empty place any more.
    vacant += vacated
    vacated = []
    gatherProviders()
    for index in services.indices where !services[index].isForgotten { linkRequirements(ServiceID(index)) }
    for index in services.indices where !services[index].isForgotten { linkOrder(ServiceID(index)) }
    linkWants()
    for index in services.indices where !services[index].isForgotten { refresh(ServiceID(index)) }
  }

  private mutating func gatherProviders() {
    providers = [:]
    for index in services.indices where !services[index].isForgotten && !services[index].isRemoved {
      for name in services[index].blueprint.definition.provision where idsByName[name] != ServiceID(index) {
        if providers[name]?.last != ServiceID(index) { providers[name, default: []].append(ServiceID(index)) }
      }
    }
    for (name, ids) in providers where ids.count > 1 {
      providers[name] = ids.sorted { services[$0.index].rank < services[$1.index].rank }
    }
  }

  private mutating func linkRequirements(_ id: ServiceID) {
    let definition = services[id.index].blueprint.definition
    for name in definition.requirement {
      let candidates = resolve(name).filter { $0 != id }
      let slot = Int32(services[id.index].links.requirements.count)
      services[id.index].links.requirements.append(Links.Requirement(name: name, candidates: candidates))
      services[id.index].links.unmet += 1
      for candidate in candidates {
        services[candidate.index].links.dependents.append(Links.Dependent(service: id, requirement: slot))
      }
    }
  }

  private mutating func linkOrder(_ id: ServiceID) {
    let definition = services[id.index].blueprint.definition
    for name in definition.after {
      for first in resolve(name) where first != id { link(first, before: id) }
    }
    for name in definition.before {
      for second in resolve(name) where second != id { link(id, before: second) }
    }
    for name in definition.conflicts {
      for other in resolve(name) where other != id && !services[id.index].links.conflicts.contains(other) {
        services[id.index].links.conflicts.append(other)
        services[other.index].links.conflicts.append(id)
      }
    }
    for name in definition.restartWith {
      for leader in resolve(name) where leader != id { services[leader.index].links.restartFollowers.append(id) }
    }
    for name in definition.wants {
      if let wanted = resolve(name).first(where: { $0 != id }) { services[id.index].links.wants.append(wanted) }
    }
  }

  private mutating func link(_ first: ServiceID, before second: ServiceID) {
    services[second.index].links.predecessors.append(first)
    services[first.index].links.successors.append(second)
  }

  /// A wanted service comes first, unless that would close a circle: an edge inside a strongly connected component orders nothing.
  private mutating func linkWants() {
    guard services.contains(where: { !$0.links.wants.isEmpty }) else { return }
    let component = StrongComponents(count: services.count) { index in
      let links = services[index].links
      return links.requirements.flatMap { $0.candidates.map(\.index) } + links.predecessors.map(\.index)
        + links.wants.map(\.index)
    }
    for index in services.indices {
      for wanted in services[index].links.wants where component[wanted.index] != component[index] {
        link(wanted, before: ServiceID(index))
      }
    }
  }

  /// Takes a service that rests out of the graph.
  mutating func unlink(_ id: ServiceID) {
    services[id.index].stopOrder = nil
    refresh(id)
    let links = services[id.index].links
    for requirement in links.requirements {
      for candidate in requirement.candidates {
        services[candidate.index].links.dependents.removeAll { $0.service == id }
      }
    }
    for edge in links.dependents {
      services[edge.service.index].links.requirements[Int(edge.requirement)].candidates.removeAll { $0 == id }
    }
    for first in links.predecessors { services[first.index].links.successors.removeAll { $0 == id } }
    for second in links.successors { services[second.index].links.predecessors.removeAll { $0 == id } }
    for other in links.conflicts { services[other.index].links.conflicts.removeAll { $0 == id } }
    for name in services[id.index].blueprint.definition.provision { providers[name]?.removeAll { $0 == id } }
  }
}

/// Tarjan's strongly connected components, without recursion: which component each node is in.
struct StrongComponents {
  private var component: [Int]

  subscript(node: Int) -> Int { component[node] }

  init(count: Int, edges: (Int) -> [Int]) {
    component = Array(repeating: -1, count: count)
    var order = Array(repeating: -1, count: count)
    var low = Array(repeating: 0, count: count)
    var onPath: [Int] = []
    var next = 0
    var components = 0
    for root in 0..<count where order[root] < 0 {
      var walk: [(node: Int, edges: [Int], position: Int)] = []
      func enter(_ node: Int) {
        order[node] = next
        low[node] = next
        next += 1
        onPath.append(node)
        walk.append((node, edges(node), 0))
      }
      enter(root)
      while let top = walk.last {
        if top.position < top.edges.count {
          walk[walk.count - 1].position += 1
          let target = top.edges[top.position]
          if order[target] < 0 {
            enter(target)
          } else if component[target] < 0 {
            low[top.node] = min(low[top.node], order[target])
          }
        } else {
          walk.removeLast()
          if let parent = walk.last?.node { low[parent] = min(low[parent], low[top.node]) }
          if low[top.node] == order[top.node] {
            while let member = onPath.popLast() {
              component[member] = components
              if member == top.node { break }
            }
            components += 1
          }
        }
      }
    }
  }
}
