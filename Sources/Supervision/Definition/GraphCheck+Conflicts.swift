import UCL

// Conflicts that no start could satisfy.
extension GraphCheck {
  private struct Conflict {
    var service: Int
    var other: Int
    var name: String
  }

  mutating func checkConflicts() {
    var conflicts: [Conflict] = []
    for (position, service) in services.enumerated() {
      for name in service.conflicts {
        for other in names.providers(of: name) {
          // `conflicts` with a provision of one's own excludes the other providers.
          if other != position || name == service.name {
            conflicts.append(Conflict(service: position, other: other, name: name))
          }
        }
      }
    }
    guard !conflicts.isEmpty else { return }
    for conflict in conflicts { checkBoot(conflict) }
    checkRequirements(conflicts)
  }

  private mutating func checkBoot(_ conflict: Conflict) {
    let (service, other) = (services[conflict.service], services[conflict.other])
    let place = locate(conflict.service, .conflicts, conflict.name)
    if conflict.service == conflict.other {
      diagnostics.append(Diagnostic(.error, "\(service.name) conflicts with itself", at: place))
    } else if service.autoStart, other.autoStart {
      // Told once, when both name each other.
      let isMutual = other.conflicts.contains { names.providers(of: $0).contains(conflict.service) }
      if isMutual, conflict.other < conflict.service { return }
      diagnostics.append(
        Diagnostic(
          .error, "\(service.name) and \(other.name) conflict, and both start at boot", at: place,
          hint: "say `auto-start = false` in one of them"))
    }
  }

  /// A service can never be up when it conflicts with something that must be up before it.
  private mutating func checkRequirements(_ conflicts: [Conflict]) {
    var edges: [(source: Int, target: Int)] = []
    for (position, service) in services.enumerated() {
      for name in service.requirement {
        // Where several provide the name, the others may serve.
        let providers = names.providers(of: name)
        if providers.count == 1 { edges.append((position, providers[0])) }
      }
    }
    let graph = DirectedGraph(count: services.count, edges: edges)
    let pairs = conflicts.flatMap { [($0.service, $0.other), ($0.other, $0.service)] }
    let reached = Reachability(graph).reached(pairs)
    var explained = 0
    for (index, conflict) in conflicts.enumerated() where conflict.service != conflict.other {
      for (start, end) in [pairs[2 * index], pairs[2 * index + 1]] where reached[start]?.contains(end) == true {
        explained += 1
        let path = explained <= Self.explained ? graph.path(from: start, to: end) : nil
        reportImpossible(conflict, from: start, to: end, path: path ?? [start, end])
      }
    }
  }

  private mutating func reportImpossible(_ conflict: Conflict, from start: Int, to end: Int, path: [Int]) {
    var diagnostic = Diagnostic(
      .error, "\(services[start].name) requires \(services[end].name) and conflicts with it: \(way(path))",
      at: locate(conflict.service, .conflicts, conflict.name))
    for (source, target) in zip(path, path.dropFirst()).prefix(Self.mostSteps) {
      let message = "\(services[source].name) requires \(services[target].name)"
      if let step = step(from: source, to: target, .requirement, message), let location = step.location {
        diagnostic.related.append((step.message, location))
      }
    }
    diagnostics.append(diagnostic)
  }
}

/// Answers for many pairs at once whether one node leads to the other: 64 sources share one walk over the edges.
private struct Reachability {
  private let graph: DirectedGraph
  private let order: [Int]

  init(_ graph: DirectedGraph) {
    self.graph = graph
    // Components come out with the targets first; where there is a circle, its own error comes from elsewhere.
    order = graph.components().reversed().flatMap(\.self)
  }

  /// Of the pairs, those whose first node leads to the second.
  func reached(_ pairs: [(Int, Int)]) -> [Int: Set<Int>] {
    var targets: [Int: [Int]] = [:]
    for (source, target) in pairs { targets[source, default: []].append(target) }
    let sources = targets.keys.sorted()
    var reached: [Int: Set<Int>] = [:]
    for start in stride(from: 0, to: sources.count, by: 64) {
      let batch = Array(sources[start..<min(start + 64, sources.count)])
      let marks = spread(batch)
      for (bit, source) in batch.enumerated() {
        for target in targets[source] ?? [] where marks[target] & (1 << UInt64(bit)) != 0 && target != source {
          reached[source, default: []].insert(target)
        }
      }
    }
    return reached
  }

  private func spread(_ batch: [Int]) -> [UInt64] {
    var marks = [UInt64](repeating: 0, count: graph.count)
    for (bit, source) in batch.enumerated() { marks[source] |= 1 << UInt64(bit) }
    for node in order where marks[node] != 0 {
      for next in graph.successors(of: node) { marks[next] |= marks[node] }
    }
    return marks
  }
}
