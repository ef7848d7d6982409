import OrderedCollections

// The state record: what a supervisor writes down after each turn, before the actions of that turn are carried out, so that its
// successor goes on where it stopped (docs/STATE-RECORD.md).
//
//   turn:  handle(event) ──▶ takeChanges() appended ──▶ the actions
//   death: StateRecord(bytes) ──▶ Supervisor.restored(from:…) ──▶ handle(.resume(what the keeper says of the processes))
//
// Written is what was decided and cannot be seen elsewhere. Edges, counters, queues and deadlines follow from that. Requests are not
// written: their clients have seen the end of the connection.

/// The fields of a batch.
enum BatchField {
  static let counters: UInt8 = 1
  static let own: UInt8 = 2
  static let service: UInt8 = 3
  static let definitions: UInt8 = 4
  static let process: UInt8 = 5
  static let processGone: UInt8 = 6
  static let serviceGone: UInt8 = 7
  static let unconfirmed: UInt8 = 8
}

/// What was written last of what is not a service's.
struct WrittenState: Sendable {
  var nextSerial: UInt64 = 0
  var random: UInt64 = 0
  /// Of the supervisor's own record.
  var own: UInt64 = 0
  /// The last batch has actions of which no later batch says that they were carried out.
  var isUnconfirmed = false
}

extension Supervisor {
  /// The records of what has changed since this was asked last, as one batch to append to the state record before the actions of
  /// the event are carried out; empty: nothing has changed.
  public mutating func takeChanges() -> [UInt8] {
    var batch = StateRecordBatch.open()
    for index in services.takeTouched() { writeChanges(of: index, to: &batch) }
    let (come, gone) = processes.takeChanges()
    for key in come { write(key, to: &batch) }
    for key in gone { batch.key(BatchField.processGone, key) }
    writeOwnChanges(to: &batch)
    for action in unconfirmed { batch.value(BatchField.unconfirmed, action) }
    guard !StateRecordBatch.isEmpty(batch) else { return [] }
    written.isUnconfirmed = !unconfirmed.isEmpty
    return StateRecordBatch.close(batch, isWhole: false)
  }

  /// That the actions of the last event have been carried out, to be appended after that: they include some that nobody could
  /// see, signals, and a successor would send them again. Mostly there are none, and it is empty; then the next batch says the same.
  public mutating func takeConfirmation() -> [UInt8] {
    guard written.isUnconfirmed else { return [] }
    written.isUnconfirmed = false
    unconfirmed = []
    return StateRecordBatch.close(StateRecordBatch.open(), isWhole: false)
  }

  /// Everything, as one batch: the beginning of a compacted file. What ``takeChanges()`` has to tell stays to be told.
  public func wholeState() -> [UInt8] {
    var batch = StateRecordBatch.open()
    batch.reserve(256 * services.count + 256)
    writeCounters(to: &batch)
    writeOwn(to: &batch)
    for index in services.indices where !services[index].isForgotten {
      let beginning = batch.begin(BatchField.service)
      write(index, to: &batch)
      batch.end(beginning)
      let (blueprint, inForce) = unconfigured(index)
      if blueprint != nil || inForce != nil { write(definitionsOf: index, blueprint, inForce, to: &batch) }
    }
    for key in processes.keys { write(key, to: &batch) }
    for action in unconfirmed { batch.value(BatchField.unconfirmed, action) }
    return StateRecordBatch.close(batch, isWhole: true)
  }

  // MARK: Services

  private mutating func writeChanges(of index: Int, to batch: inout FieldWriter) {
    guard !services[index].isForgotten else {
      if services.note(1, writtenOf: index) {
        batch.number(BatchField.serviceGone, UInt32(truncatingIfNeeded: index))
        _ = services.note(nil, nil, writtenOf: index)
      }
      return
    }
    let start = batch.bytes.count
    let beginning = batch.begin(BatchField.service)
    write(index, to: &batch)
    batch.end(beginning)
    if !services.note(StateRecordHash.of(batch.bytes[start...]), writtenOf: index) { batch.cut(to: start) }
    let (blueprint, inForce) = unconfigured(index)
    if services.note(blueprint, inForce, writtenOf: index) {
      write(definitionsOf: index, blueprint, inForce, to: &batch)
    }
  }

  /// The definitions of a service that its configuration does not have: that of its next start, and that of its present run.
  func unconfigured(_ index: Int) -> (blueprint: Blueprint?, inForce: Blueprint?) {
    let blueprint = services[index].blueprint
    let inForce = services[index].inForce
    return (services[index].isConfigured ? nil : blueprint, inForce === blueprint ? nil : inForce)
  }

  private func write(
    definitionsOf index: Int, _ blueprint: Blueprint?, _ inForce: Blueprint?, to batch: inout FieldWriter
  ) {
    let beginning = batch.begin(BatchField.definitions)
    batch.number(1, UInt32(truncatingIfNeeded: index))
    batch.number(2, services[index].incarnation.serial)
    batch.value(3, blueprint.map { RecordedDefinition($0.definition) })
    batch.value(4, inForce.map { RecordedDefinition($0.definition) })
    batch.end(beginning)
  }

  private func write(_ key: ProcessKey, to batch: inout FieldWriter) {
    guard let entry = processes[key] else { return }
    let beginning = batch.begin(BatchField.process)
    entry.write(key, to: &batch)
    batch.end(beginning)
  }

  // MARK: The supervisor's own

  private mutating func writeOwnChanges(to batch: inout FieldWriter) {
    if nextSerial != written.nextSerial || random.state != written.random {
      (written.nextSerial, written.random) = (nextSerial, random.state)
      writeCounters(to: &batch)
    }
    guard hasOwnChanges else { return }
    hasOwnChanges = false
    let start = batch.bytes.count
    writeOwn(to: &batch)
    let hash = StateRecordHash.of(batch.bytes[start...])
    if hash == written.own { batch.cut(to: start) }
    written.own = hash
  }

  private func writeCounters(to batch: inout FieldWriter) {
    let beginning = batch.begin(BatchField.counters)
    batch.number(1, nextSerial)
    batch.number(2, random.state)
    batch.end(beginning)
  }

  private func writeOwn(to batch: inout FieldWriter) {
    let beginning = batch.begin(BatchField.own)
    batch.number(1, configuration.number)
    batch.texts(2, enabledNames.sorted())
    batch.texts(3, disabledNames.sorted())
    for name in finishedTransients.keys.sorted() {
      batch.value(4, finishedTransients[name].map { RecordedDefinition($0) })
    }
    batch.value(5, shutdown)
    for name in partTemplates.sorted() { batch.value(6, configuration.templates[name]) }
    batch.end(beginning)
  }
}

extension Supervisor.Shutdown: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.value(1, requester)
    writer.instant(2, timeout)
    writer.instant(3, last)
    writer.flag(4, isHurried)
    writer.flag(5, isPastErrands)
    writer.flag(6, isOver)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(requester: try fields.value(1), timeout: try fields.instant(2))
    last = try fields.optionalInstant(3)
    isHurried = try fields.flag(4)
    isPastErrands = try fields.flag(5)
    isOver = try fields.flag(6)
  }
}
