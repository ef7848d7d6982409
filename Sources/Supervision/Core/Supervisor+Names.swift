import OrderedCollections

// Names exist at the edges only: here they become numbers, and sets of services are computed for answers.
extension Supervisor {
  /// All services that answer to a name: the one of that name, then those that provide it.
  func resolve(_ name: String) -> [ServiceID] {
    (idsByName[name].map { [$0] } ?? []) + (providers[name] ?? [])
  }

  /// The services that were named; patterns and instances of templates included.
  mutating func known(_ names: [String]) throws(Refusal) -> [ServiceID] {
    var ids: [ServiceID] = []
    for name in names {
      if name.contains("*") || name.contains("?") {
        let matching = idsByName.filter { Glob.matches($0.key, name) && !services[$0.value.index].isRemoved }
        guard !matching.isEmpty else { throw .unknownService(name) }
        ids += matching.values.sorted()
      } else {
        ids.append(try one(name))
      }
    }
    var seen: Set<ServiceID> = []
    return ids.filter { seen.insert($0).inserted }
  }

  /// The same, refusing what is disabled.
  mutating func startable(_ names: [String]) throws(Refusal) -> [ServiceID] {
    let ids = try known(names)
    for id in ids where services[id.index].isDisabled { throw .disabled(services[id.index].name) }
    return ids
  }

  /// The one service that a name stands for: its own, or the provider that is up, or the first; an instance is made.
  mutating func one(_ name: String) throws(Refusal) -> ServiceID {
    let candidates = resolve(name).filter { !services[$0.index].isRemoved }
    if let first = candidates.first {
      return candidates.first { services[$0.index].life.isUp } ?? first
    }
    return try instance(name)
  }

  private mutating func instance(_ name: String) throws(Refusal) -> ServiceID {
    if configuration.templates[name] != nil { throw .templateWithoutInstance(name) }
    guard let at = name.firstIndex(of: "@") else { throw .unknownService(name) }
    let base = String(name[...at])
    guard let template = configuration.templates[base], at != name.index(before: name.endIndex) else {
      throw .unknownService(name)
    }
    switch template.make(String(name[name.index(after: at)...])) {
    case .failure(let diagnostics): throw .badInstance(name, problems: diagnostics.all.map(\.message))
    case .success(let definition):
      let id = add(definition)
      services[id.index].isInstanceOnDemand = true
      relink()
      return id
    }
  }

  // MARK: Closures, for answers and dry runs

  /// Services and all that they require, directly or not.
  func closureBelow(_ roots: [ServiceID]) -> [ServiceID] {
    closure(roots) { id in services[id.index].links.requirements.compactMap { choose($0) } }
  }

  /// Services that run and all running ones that need them, directly or not.
  func closureAbove(_ roots: [ServiceID]) -> [ServiceID] {
    closure(roots) { id in
      services[id.index].links.dependents.map(\.service)
    }
    .filter { !services[$0.index].life.isResting }
  }

  private func closure(_ roots: [ServiceID], _ next: (ServiceID) -> [ServiceID]) -> [ServiceID] {
    var seen = Set(roots)
    var found = roots
    var position = 0
    while position < found.count {
      found += next(found[position]).filter { seen.insert($0).inserted }
      position += 1
    }
    return found
  }

  /// What the services require and nothing else that is wanted needs.
  func requirementsNobodyNeeds(without ids: [ServiceID]) -> [ServiceID] {
    var going = Set(ids)
    var found: [ServiceID] = []
    var pending = ids
    // Each time a service turns out to go, what it requires is looked at once more.
    while let id = pending.popLast() {
      for below in services[id.index].links.requirements.flatMap(\.candidates) where !going.contains(below) {
        guard !services[below.index].life.isResting else { continue }
        if let requester = services[below.index].intent?.requester, !requester.isService { continue }
        let isNeeded = services[below.index].links.dependents.contains { edge in
          !going.contains(edge.service) && !services[edge.service.index].life.isResting
        }
        guard !isNeeded else { continue }
        going.insert(below)
        found.append(below)
        pending.append(below)
      }
    }
    return found
  }
}

extension Requester {
  /// Wanted only because another service needs it.
  var isService: Bool {
    if case .service = self { true } else { false }
  }
}

/// Patterns of service names: `*` is any run of characters, `?` any one.
public enum Glob {
  public static func matches(_ name: String, _ pattern: String) -> Bool {
    let text = Array(name.utf8)
    let glob = Array(pattern.utf8)
    var position = 0
    var next = 0
    // Where to go on after the last star, if what follows does not fit.
    var retry: (glob: Int, text: Int)?
    while position < text.count {
      if next < glob.count, glob[next] == UInt8(ascii: "*") {
        retry = (next + 1, position)
        next += 1
      } else if next < glob.count, glob[next] == UInt8(ascii: "?") || glob[next] == text[position] {
        next += 1
        position += 1
      } else if let (star, start) = retry {
        retry = (star, start + 1)
        next = star
        position = start + 1
      } else {
        return false
      }
    }
    return glob[next...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
