import DequeModule
import OrderedCollections

// From the state record back to a supervisor: what was written is taken as it is, and what follows from it is computed anew.
extension Supervisor {
  /// The supervisor that wrote a record, as it was when it did; ``Event/resume(_:)`` makes it go on.
  ///
  /// - Parameters:
  ///   - configuration: the one in force, from the copy whose number the record has. What a service runs under that is not in it
  ///     comes from the record.
  ///   - seed: for a record that has no random numbers.
  public static func restored(
    from record: StateRecord, configuration: Configuration, seed: UInt64
  ) throws(StateRecordError) -> Supervisor {
    var core = Supervisor(seed: record.random ?? seed)
    core.nextSerial = record.nextSerial
    core.configuration = configuration
    core.configuration.services = [:]
    core.restore(record.own)
    core.unconfirmed = record.unconfirmed
    for index in record.services.keys.sorted() {
      try core.restore(index, record, configuration)
    }
    core.restoreProcesses(record)
    guard core.nextSerial < Self.serialsEnd else { throw .malformed("numbers of processes are used up") }
    core.computeAnew()
    return core
  }

  /// Serials beyond are those of the supervisor's own processes.
  private static let serialsEnd: UInt64 = 1 << 63

  private mutating func restore(_ own: StateRecord.OwnState) {
    enabledNames = own.enabled
    disabledNames = own.disabled
    for transient in own.finishedTransients { finishedTransients[transient.definition.name] = transient.definition }
    shutdown = own.shutdown
    for template in own.templates {
      configuration.templates[template.name] = template
      partTemplates.insert(template.name)
    }
  }

  // MARK: Services

  private mutating func restore(
    _ index: Int, _ record: StateRecord, _ configuration: Configuration
  ) throws(StateRecordError) {
    guard let bytes = record.services[index] else { return }
    let recorded = try RecordedService(Fields(bytes, of: "a service"))
    var definitions: StateRecord.Definitions?
    if let bytes = record.definitions[index] {
      definitions = try StateRecord.Definitions(Fields(bytes, of: "definitions of \(recorded.name)"))
    }
    // Of an earlier service that had the number.
    if definitions?.incarnation != recorded.record.incarnation.serial { definitions = nil }
    while services.count < index { leavePlace() }
    var service = recorded.record
    service.blueprint = try blueprint(of: recorded, definitions, configuration)
    service.inForce = definitions?.inForce.map { Blueprint($0.definition) } ?? service.blueprint
    guard idsByName.updateValue(ServiceID(index), forKey: recorded.name) == nil else {
      throw .malformed("there are two services \(recorded.name)")
    }
    if let question = service.question {
      guard let kind = recorded.question else { throw .malformed("a question of \(recorded.name) has no kind") }
      questions[question] = Question(kind: kind, incarnation: service.incarnation)
      nextSerial = max(nextSerial, question.serial &+ 1)
    }
    nextSerial = max(nextSerial, service.incarnation.serial &+ 1)
    services.append(service)
    // What the record has of them is to be overwritten when they change.
    let (blueprint, inForce) = unconfigured(index)
    _ = services.note(blueprint, inForce, writtenOf: index)
  }

  private func blueprint(
    of recorded: RecordedService, _ definitions: StateRecord.Definitions?, _ configuration: Configuration
  ) throws(StateRecordError) -> Blueprint {
    if !recorded.record.isConfigured, let own = definitions?.blueprint { return Blueprint(own.definition) }
    guard recorded.record.isConfigured, let definition = configuration.services[recorded.name] else {
      throw .definition(service: recorded.name, problem: "it is neither in the configuration nor in the record")
    }
    return Blueprint(definition)
  }

  /// A number that no service has at present.
  private mutating func leavePlace() {
    let id = ServiceID(services.count)
    var empty = ServiceRecord(Self.nobody, incarnation: Incarnation(id, serial: 0), at: now)
    empty.isForgotten = true
    services.append(empty)
    vacated.append(id)
  }

  // MARK: Processes

  private mutating func restoreProcesses(_ record: StateRecord) {
    for key in record.processKeys {
      guard let entry = record.processes[key], services.indices.contains(entry.service.index),
        !services[entry.service.index].isForgotten
      else { continue }
      processes[key] = entry
      nextSerial = max(nextSerial, key.serial &+ 1)
      if entry.isErrand {
        // Whom it ran for has gone with the connection.
        errands[key] = Errand(request: .nobody, timeout: .zero, due: now)
        services[entry.service.index].errands &+= 1
      } else {
        services[entry.service.index].processes &+= 1
      }
    }
    // They are in the record: when they go, that is to be written.
    _ = processes.takeChanges()
  }

  // MARK: What follows

  private mutating func computeAnew() {
    relink()
    var waiting: [ServiceID] = []
    for index in services.indices where !services[index].isForgotten {
      let id = ServiceID(index)
      nextRank = max(nextRank, services[index].rank &+ 1)
      if services[index].machine.state.name == .starting { startingCount += 1 }
      if !services[index].machine.isResting { restlessCount += 1 }
      if services[index].isHeld { waiting.append(id) }
      if shutdown?.isOver != true { armTimers(of: id) }
    }
    held = Deque(waiting.sorted { services[$0.index].heldOrder < services[$1.index].heldOrder })
    nextHeldOrder = held.last.map { services[$0.index].heldOrder &+ 1 } ?? 0
    // Everybody is looked at when it goes on.
    for id in queue { services[id.index].isQueued = false }
    queue.removeAll()
  }
}

extension RequestID {
  /// The request of a client that is gone, with the supervisor that it had spoken to.
  static let nobody = RequestID(.max)
}
