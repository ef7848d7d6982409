import OrderedCollections

/// What others may know of a service.
public struct ServiceSnapshot: Sendable {
  public var id: ServiceID
  public var name: String
  public var definition: ServiceDefinition
  /// The definition has changed since this run began: the next start uses the new one.
  public var definitionIsPending: Bool
  public var state: StateName
  /// When the state was entered, on the monotonic clock.
  public var since: Instant
  /// Why it rests, or why it is on its way down or respawning.
  public var cause: Outcome?
  public var mainPID: Int32?
  /// The main process was found running, after a death of everybody who knew how it was started.
  public var isMainAdopted: Bool
  public var intent: Intent?
  public var isDisabled: Bool
  public var isUp: Bool
  /// It is to stop and waits for others to stop first, or for its own end.
  public var isToStop: Bool
  /// Names of what it waits for, when it waits.
  public var waitsFor: [String]
  public var respawns: UInt32
  public var lastRespawn: Instant?
  public var lastRespawnCause: FailureCause?
  /// When it will be started again, while it waits for that.
  public var nextRespawn: Instant?
  /// What went wrong on the way in this run, and kept nothing from being done.
  public var troubles: [FailureCause]
  public var lastExit: ExitStatus?
  public var lastExitAt: Instant?
  public var dependents: [String]
}

extension Supervisor {
  /// All services that exist, in load order.
  public var allServices: [ServiceID] {
    services.indices.filter { !services[$0].isForgotten }.sorted { services[$0].rank < services[$1].rank }
      .map { ServiceID($0) }
  }

  /// Templates that instances can be made of, by name.
  public var templateNames: [String] { Array(configuration.templates.keys) }

  /// Enabled by command.
  public var enabledServices: Set<String> { enabledNames }

  public var settings: SupervisorSettings { configuration.supervisor }

  public var isShuttingDown: Bool { shutdown != nil }

  /// The service that a name stands for, if there is one; no instance is made.
  public func find(_ name: String) -> ServiceID? {
    let candidates = resolve(name)
    return candidates.first { services[$0.index].machine.isUp } ?? candidates.first
  }

  /// Services that a stop by command of one of these took along, directly or by way of others, and that nobody has asked
  /// for since.
  public func stoppedAlong(with names: [String]) -> [String] {
    var gone = Set(names)
    var found: [String] = []
    var pending = names.compactMap { idsByName[$0] }
    while let id = pending.popLast() {
      for dependent in services[id.index].links.dependents.map(\.service) {
        let record = services[dependent.index]
        guard case .stopped(.requirementStopped(let cause)) = record.machine.state, gone.contains(cause),
          record.intent == nil, !record.isDisabled, gone.insert(record.name).inserted
        else { continue }
        found.append(record.name)
        pending.append(dependent)
      }
    }
    return found.sorted()
  }

  /// Whether the service belongs to a package, and nobody has switched it on: no part of what this supervisor runs.
  public func isDormant(_ id: ServiceID) -> Bool {
    let record = services[id.index]
    guard record.blueprint.definition.isPackaged, !startsByItself(id), record.intent == nil else { return false }
    if case .stopped(.neverStarted) = record.machine.state { return true }
    return false
  }

  /// All services that match a name or a pattern (`web@*`).
  public func findAll(_ pattern: String) -> [ServiceID] {
    guard NamePattern.isPattern(pattern) else { return find(pattern).map { [$0] } ?? [] }
    let pattern = NamePattern(pattern)
    return idsByName.filter { pattern.matches($0.key) }.values.sorted()
  }

  /// The definition by which the jail of a service is made: its own, or that of the service which it shares the jail with. Of
  /// the latter the newest one, since that service may run in no jail yet; by its own name rather than by what others provide,
  /// whoever is up.
  ///
  /// - Returns: `nil` when there is no such service any more.
  public func jailMaker(of id: ServiceID) -> ServiceDefinition? {
    let definition = services[id.index].inForce.definition
    guard let name = definition.process.rare.jail?.sharedWith else { return definition }
    return resolve(name).first.map { services[$0.index].blueprint.definition }
  }

  /// What its present run was started for, if that was the failure of another service.
  public func failureNews(of id: ServiceID) -> FailureNews? { services[id.index].startedFor }

  public func name(of id: ServiceID) -> String { services[id.index].name }

  /// The definition that the present run of a service began with; at rest the one that its next start uses.
  public func blueprint(of id: ServiceID) -> Blueprint {
    services[id.index].inForce
  }

  /// Tells this service from any other that ever was: the marker of its processes.
  public func incarnation(of id: ServiceID) -> Incarnation { services[id.index].incarnation }

  public func state(of id: ServiceID) -> StateName { services[id.index].machine.state.name }

  public func snapshot(of id: ServiceID) -> ServiceSnapshot {
    let record = services[id.index]
    return ServiceSnapshot(
      id: id, name: record.name, definition: record.blueprint.definition,
      definitionIsPending: record.isDefinitionPending,
      state: record.machine.state.name, since: record.machine.since, cause: cause(of: id),
      mainPID: mainPID(of: id), isMainAdopted: mainPID(of: id) != nil && record.mainOrigin == .adopted,
      intent: record.intent, isDisabled: record.isDisabled, isUp: record.machine.isUp,
      isToStop: record.stopOrder != nil, waitsFor: waitsFor(id), respawns: record.machine.history.total,
      lastRespawn: record.machine.history.last, lastRespawnCause: record.machine.history.lastCause,
      nextRespawn: record.machine.nextRespawn, troubles: record.machine.troubles,
      lastExit: record.machine.lastExit, lastExitAt: record.machine.lastExitAt,
      dependents: record.links.dependents.map { services[$0.service.index].name })
  }

  func mainPID(of id: ServiceID) -> Int32? {
    let record = services[id.index]
    return record.machine.main != nil && record.mainPID != 0 ? record.mainPID : nil
  }

  /// Why it rests; `nil` while it does not.
  func restOutcome(of id: ServiceID) -> Outcome? {
    switch services[id.index].machine.state {
    case .stopped(let cause): .stopped(cause)
    case .failed(let cause): .failed(cause)
    default: nil
    }
  }

  func cause(of id: ServiceID) -> Outcome? {
    switch services[id.index].machine.state {
    case .stopping(_, let outcome): outcome
    case .respawning(.ending(_, let cause, _)), .respawning(.delay(_, let cause)): .failed(cause)
    default: restOutcome(of: id) ?? services[id.index].stopOrder?.outcome
    }
  }

  private func waitsFor(_ id: ServiceID) -> [String] {
    guard case .waiting = services[id.index].machine.state else { return [] }
    let links = services[id.index].links
    let unmet = links.requirements.filter { $0.ready == 0 }.map(\.name)
    let before = links.predecessors.filter { services[$0.index].announced.contains(.coming) }
    let clashing = links.conflicts.filter { services[$0.index].announced.contains(.active) }
    var seen: Set<String> = []
    return (unmet + (before + clashing).map { services[$0.index].name }).filter { seen.insert($0).inserted }
  }
}
