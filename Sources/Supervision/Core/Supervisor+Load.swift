import OrderedCollections
import UCL

// Configurations: what is new, what has changed, what is gone. An unchanged service is not touched.
extension Supervisor {
  mutating func boot(_ configuration: Configuration, _ enablement: Enablement) {
    let roots = know(configuration, enablement)
    start(roots.filter { startsByItself($0) }, for: .boot, on: .automatic)
  }

  /// The first configuration: all that may start by itself, at rest.
  mutating func know(_ configuration: Configuration, _ enablement: Enablement) -> [ServiceID] {
    enabledNames = enablement.enabled
    disabledNames = enablement.disabled
    self.configuration = configuration
    self.configuration.services = [:]
    nextRank = 0
    var roots: [ServiceID] = []
    for definition in configuration.services.values {
      let id = add(definition)
      services[id.index].isOfFiles = true
      services[id.index].isConfigured = true
      roots.append(id)
    }
    relink()
    return roots + makeEnabledInstances()
  }

  /// What a load would do: on a copy, of which only the answer is kept.
  mutating func tryLoad(_ loaded: Configuration, scope: LoadScope, requester: Requester, request: RequestID) {
    let answer = try? onTrial(request) { trial in
      trial.load(loaded, scope: scope, requester: requester, request: request)
    }
    actions += answer ?? []
  }

  mutating func load(
    _ loaded: Configuration, scope: LoadScope, requester: Requester, request: RequestID?
  ) {
    guard shutdown == nil else {
      if let request { actions.append(.reply(request, .refused(.shuttingDown))) }
      return
    }
    let before = comingOrUp()
    var summary = LoadSummary()
    if case .all = scope { nextRank = 0 }
    var fresh: [ServiceID] = []
    var changed: [ServiceID] = []
    for definition in loaded.services.values {
      if case .all = scope {
        if finishedTransients[definition.name]?.means(definition) == true {
          summary.unchanged += 1
          continue
        }
      }
      take(definition, &summary, fresh: &fresh, changed: &changed)
    }
    var removed: [ServiceID] = []
    if case .all = scope {
      removed = gone(from: loaded)
      finishedTransients = finishedTransients.filter { loaded.services[$0.key] != nil }
      for index in services.indices {
        let isLoaded = loaded.services[services[index].name] != nil
        services[index].isConfigured = isLoaded
        if isLoaded { services[index].isOfFiles = true }
      }
      configuration = loaded
      configuration.services = [:]
      partTemplates = []
      remakeInstances(&summary, changed: &changed, removed: &removed)
    } else {
      for (name, template) in loaded.templates { take(template, as: name) }
    }
    summary.removed = removed.map { services[$0.index].name }
    relink()
    for id in removed { remove(id) }
    startNewRequirements(changed)
    start(fresh.filter { startsByItself($0) }, for: .load, on: .automatic)
    // What is removed may be gone when the rest has settled.
    summary.stopped = inStopOrder(downSince(before)).map { services[$0.index].name }
    // Also what rests for a requirement that it has no more.
    for index in services.indices { enqueue(ServiceID(index)) }
    // What follows from it is part of the answer.
    settleAll()
    note(whatChangedSince: before, in: &summary)
    actions.append(.record(.loaded(summary)))
    if let request { actions.append(.reply(request, .loaded(summary))) }
  }

  /// What is up, or on its way there, and not about to stop.
  private func comingOrUp() -> [Bool] {
    services.map { !$0.machine.isResting && !$0.isStopping && $0.stopOrder == nil }
  }

  private func downSince(_ before: [Bool]) -> [ServiceID] {
    let now = comingOrUp()
    return services.indices.filter { $0 < before.count && before[$0] && !now[$0] && !services[$0].isForgotten }
      .map { ServiceID($0) }
  }

  private func note(whatChangedSince before: [Bool], in summary: inout LoadSummary) {
    let told = Set(summary.stopped)
    summary.stopped += inStopOrder(downSince(before)).map { services[$0.index].name }.filter { !told.contains($0) }
    var started: [ServiceID] = []
    for (index, isUp) in comingOrUp().enumerated() where !services[index].isForgotten {
      let record = services[index]
      let wasUp = index < before.count && before[index]
      if isUp, !wasUp { started.append(ServiceID(index)) }
      if isUp, record.isDefinitionPending { summary.pending.append(record.name) }
    }
    summary.started += inStartOrder(started).map { services[$0.index].name }
  }

  private mutating func take(
    _ definition: ServiceDefinition, _ summary: inout LoadSummary, fresh: inout [ServiceID],
    changed: inout [ServiceID]
  ) {
    guard let id = idsByName[definition.name] else {
      fresh.append(add(definition))
      summary.added.append(definition.name)
      return
    }
    let before = services[id.index].blueprint.definition
    rank(id)
    if services[id.index].isRemoved {
      services[id.index].isRemoved = false
      fresh.append(id)
      summary.added.append(definition.name)
    } else if before.means(definition) {
      summary.unchanged += 1
    } else {
      changed.append(id)
      summary.changed.append(definition.name)
    }
    services[id.index].isInstanceOnDemand = false
    replace(id, with: definition)
  }

  /// A template of a part that is loaded by itself; most are those that are in force.
  private mutating func take(_ template: Template, as name: String) {
    guard configuration.templates[name]?.value.json != template.value.json else { return }
    configuration.templates[name] = template
    partTemplates.insert(name)
  }

  mutating func replace(_ id: ServiceID, with definition: ServiceDefinition) {
    guard services[id.index].blueprint.definition != definition else { return }
    services[id.index].blueprint = Blueprint(definition)
    services[id.index].isConfigured = false
    // Lines may have moved, or an edit was taken back: what means the same as the run began with is no news for it.
    if services[id.index].isGone || services[id.index].inForce.definition.means(definition) {
      services[id.index].inForce = services[id.index].blueprint
    }
  }

  private func gone(from loaded: Configuration) -> [ServiceID] {
    services.indices.filter { index in
      let record = services[index]
      return !record.isForgotten && !record.isRemoved && !record.isInstanceOnDemand
        && loaded.services[record.name] == nil
    }
    .map { ServiceID($0) }
  }

  /// Instances that somebody named at run time follow their template, and go with it.
  private mutating func remakeInstances(
    _ summary: inout LoadSummary, changed: inout [ServiceID], removed: inout [ServiceID]
  ) {
    for index in services.indices where services[index].isInstanceOnDemand && !services[index].isRemoved {
      let id = ServiceID(index)
      rank(id)
      let name = services[index].name
      guard let at = name.firstIndex(of: "@"), let template = configuration.templates[String(name[...at])],
        case .success(let definition) = template.make(String(name[name.index(after: at)...]))
      else {
        removed.append(id)
        continue
      }
      if services[index].blueprint.definition.means(definition) {
        summary.unchanged += 1
      } else {
        changed.append(id)
        summary.changed.append(name)
      }
      replace(id, with: definition)
    }
  }

  /// A service that runs may have got a new requirement: that is started beside it.
  mutating func startNewRequirements(_ changed: [ServiceID]) {
    for id in changed where services[id.index].machine.isActive && services[id.index].stopOrder == nil {
      let name = services[id.index].name
      for requirement in services[id.index].links.requirements {
        let isMet = requirement.candidates.contains { isUpToStay($0) }
        if !isMet, let first = choose(requirement), !services[first.index].machine.isComing {
          start([first], for: .service(name), on: .comeback)
        }
      }
    }
  }

  // MARK: Adding and removing

  private mutating func rank(_ id: ServiceID) {
    services[id.index].rank = nextRank
    nextRank += 1
  }

  mutating func add(_ definition: ServiceDefinition) -> ServiceID {
    let id = vacant.popLast() ?? ServiceID(services.count)
    var record = ServiceRecord(Blueprint(definition), incarnation: Incarnation(id, serial: nextSerial), at: now)
    nextSerial += 1
    record.isDisabled = disabledNames.contains(definition.name)
    if id.index == services.count {
      services.append(record)
    } else {
      services[id.index] = record
    }
    rank(id)
    idsByName[definition.name] = id
    finishedTransients[definition.name] = nil
    return id
  }

  /// Stops a service in order; it is forgotten when it rests.
  @discardableResult
  mutating func remove(_ id: ServiceID) -> [ServiceID] {
    services[id.index].isRemoved = true
    services[id.index].intent = nil
    let affected = stop(
      [id], outcome: .stopped(.removed), above: { .stopped(.requirementStopped($0)) }, withdraws: true)
    enqueue(id)
    return affected
  }

  mutating func forget(_ id: ServiceID) {
    let name = services[id.index].name
    let record = services[id.index]
    if record.isOfFiles, !record.isRemoved { finishedTransients[name] = record.blueprint.definition }
    for request in watchers[id] ?? [] {
      if requests[request]?.wait != nil {
        close(request, with: .refused(.gone(name)))
      } else {
        requests[request]?.watched.removeAll { $0 == id }
      }
    }
    watchers[id] = nil
    unlink(id)
    for timer in services[id.index].armed { deadlines.set(nil, for: .timer(id, timer.kind)) }
    idsByName[name] = nil
    var empty = ServiceRecord(Self.nobody, incarnation: Incarnation(id, serial: 0), at: now)
    empty.isForgotten = true
    empty.isQueued = services[id.index].isQueued
    services[id.index] = empty
    vacated.append(id)
    actions.append(.record(.forgotten(service: name)))
    actions.append(.forget(record.incarnation, name: name))
  }

  static let nobody = Blueprint(ServiceDefinition(name: ""))

  func startsByItself(_ id: ServiceID) -> Bool {
    let record = services[id.index]
    guard !record.isDisabled, !record.isRemoved else { return false }
    let definition = record.blueprint.definition
    return definition.autoStart || (definition.isPackaged && enabledNames.contains(definition.name))
  }
}
