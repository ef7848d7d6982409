import OrderedCollections

// Names exist at the edges only: here they become numbers, and sets of services are computed for answers.
extension Supervisor {
  /// All services that answer to a name: the one of that name, then those that provide it.
  func resolve(_ name: String) -> [ServiceID] {
    (idsByName[name].map { [$0] } ?? []) + (providers[name] ?? [])
  }

  /// The services that were named; patterns included.
  ///
  /// Nothing is made before every name is known: an order is refused as a whole.
  /// - Parameter making: whether an instance of a template that does not exist yet is made: only an order that starts or enables
  ///   it may do that, since whoever may only look must not be able to make anything.
  mutating func known(_ names: [String], making: Bool = false) throws(Refusal) -> [ServiceID] {
    var instances: [String: [ServiceDefinition]] = [:]
    for name in names where !NamePattern.isPattern(name) && present(name) == nil {
      // To find out whether an instance could be made means to check the whole graph: not for a question.
      guard making else { throw refusal(ofMissing: name) }
      instances[name] = if let over = finishedTransients[name] { [over] } else { try definitions(of: name) }
    }
    for name in names where NamePattern.isPattern(name) && matching(name).isEmpty { throw .unknownService(name) }
    if !instances.isEmpty { make(names.flatMap { instances[$0] ?? [] }) }
    var seen: Set<ServiceID> = []
    return names.flatMap { NamePattern.isPattern($0) ? matching($0) : present($0).map { [$0] } ?? [] }
      .filter { seen.insert($0).inserted }
  }

  /// The same for a start, refusing what is disabled.
  mutating func startable(_ names: [String]) throws(Refusal) -> [ServiceID] {
    try startingTogether(names, refusingDisabled: true)
  }

  /// The services that were named, to be started. Only one of two that conflict can be up: who names both has to say which.
  /// An order that is refused makes no instance.
  mutating func startingTogether(_ names: [String], refusingDisabled: Bool = false) throws(Refusal) -> [ServiceID] {
    let before = self
    do throws(Refusal) {
      let ids = try known(names, making: true)
      if refusingDisabled, let id = ids.first(where: { services[$0.index].isDisabled }) {
        throw .disabled(services[id.index].name)
      }
      let named = Set(ids)
      for id in ids {
        guard let other = services[id.index].links.conflicts.first(where: { named.contains($0) }) else { continue }
        throw .conflict(services[id.index].name, services[other.index].name)
      }
      return ids
    } catch {
      self = before
      throw error
    }
  }

  /// The one service that a name stands for; a pattern stands for no one in particular.
  mutating func one(_ name: String) throws(Refusal) -> ServiceID {
    guard !NamePattern.isPattern(name), let id = try known([name]).first else { throw .unknownService(name) }
    return id
  }

  /// The service of that name, or the provider of it that is up, or the first.
  private func present(_ name: String) -> ServiceID? {
    let candidates = resolve(name).filter { !services[$0.index].isRemoved }
    return candidates.first { services[$0.index].machine.isUp } ?? candidates.first
  }

  /// The services whose own names match; what they provide besides is no name of theirs.
  private func matching(_ pattern: String) -> [ServiceID] {
    let pattern = NamePattern(pattern)
    return idsByName.filter { pattern.matches($0.key) && !services[$0.value.index].isRemoved }.values.sorted()
  }

  /// The services of these very names, and those that match a pattern: who forgets a service does not mean another one that
  /// answers to its name as well.
  func owners(of names: [String]) throws(Refusal) -> [ServiceID] {
    var found: OrderedSet<ServiceID> = []
    for name in names {
      let ids =
        NamePattern.isPattern(name)
        ? matching(name) : idsByName[name].flatMap { services[$0.index].isRemoved ? nil : [$0] } ?? []
      guard !ids.isEmpty else { throw .unknownService(name) }
      found.append(contentsOf: ids)
    }
    return Array(found)
  }

  // MARK: Instances

  private func refusal(ofMissing name: String) -> Refusal {
    configuration.templates[name] != nil ? .templateWithoutInstance(name) : .unknownService(name)
  }

  /// The definitions that an instance brings: its own, and those of the instances that it names.
  private func definitions(of name: String) throws(Refusal) -> [ServiceDefinition] {
    guard let at = name.firstIndex(of: "@"), at != name.index(before: name.endIndex),
      configuration.templates[String(name[...at])] != nil
    else { throw refusal(ofMissing: name) }
    var present = currentConfiguration
    for record in services where record.isInstanceOnDemand && !record.isRemoved {
      present.services[record.name] = record.blueprint.definition
    }
    switch present.definitions(ofInstance: name) {
    case .failure(let diagnostics): throw .badInstance(name, problems: diagnostics.all.map(\.message))
    case .success(let definitions): return definitions
    }
  }

  /// Instances that were enabled before this boot, and that no file names.
  mutating func makeEnabledInstances() -> [ServiceID] {
    var made: [ServiceID] = []
    for name in enabledNames.sorted() where idsByName[name] == nil && !disabledNames.contains(name) {
      guard let at = name.firstIndex(of: "@"), at != name.index(before: name.endIndex),
        configuration.templates[String(name[...at])] != nil
      else { continue }
      do throws(Refusal) {
        make(try definitions(of: name))
        made += idsByName[name].map { [$0] } ?? []
      } catch {
        var reason = ""
        if case .badInstance(_, let problems) = error { reason = ": " + problems.joined(separator: "; ") }
        actions.append(.record(.instanceRefused("\(name) is enabled and cannot be made\(reason)")))
      }
    }
    return made
  }

  private mutating func make(_ definitions: [ServiceDefinition]) {
    var seen: Set<String> = []
    // What is named twice is made once.
    for definition in definitions where seen.insert(definition.name).inserted {
      // Unloaded and not gone yet.
      let isOfFiles = finishedTransients[definition.name] != nil
      let id = idsByName[definition.name] ?? add(definition)
      services[id.index].isRemoved = false
      services[id.index].isInstanceOnDemand = !isOfFiles
      services[id.index].isOfFiles = isOfFiles
      replace(id, with: definition)
    }
    relink()
  }

  // MARK: Closures, for answers

  /// Services and all that they require, directly or not.
  func closureBelow(_ roots: [ServiceID]) -> [ServiceID] {
    var seen = Set(roots)
    var found = roots
    var position = 0
    while position < found.count {
      let below = services[found[position].index].links.requirements.compactMap { choose($0) }
      found += below.filter { seen.insert($0).inserted }
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
        guard !services[below.index].machine.isResting else { continue }
        if let requester = services[below.index].intent?.requester, !requester.isService { continue }
        let isNeeded = services[below.index].links.dependents.contains { edge in
          !going.contains(edge.service) && !services[edge.service.index].machine.isResting
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
