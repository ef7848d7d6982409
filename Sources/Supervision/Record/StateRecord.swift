/// A state record as it was read: the last that was written of each service and process. What it means is found out by
/// ``Supervisor/restored(from:configuration:seed:)``.
public struct StateRecord {
  struct Definitions {
    var incarnation: UInt64
    var blueprint: RecordedDefinition?
    var inForce: RecordedDefinition?
  }

  private(set) var nextSerial: UInt64 = 1
  /// The state of the random numbers; `nil`: none was written.
  private(set) var random: UInt64?
  private(set) var own = OwnState()
  private(set) var services: [Int: ArraySlice<UInt8>] = [:]
  private(set) var definitions: [Int: ArraySlice<UInt8>] = [:]
  private(set) var processes: [ProcessKey: Supervisor.ProcessEntry] = [:]
  /// What the last batch says is to be done, and may not have been.
  private(set) var unconfirmed: [UnconfirmedAction] = []
  /// How many of the bytes were whole batches: what is behind them was never written to its end.
  public private(set) var byteCount = 0

  /// Which copy of the configuration the record was written with (``Configuration/number``).
  public var configurationNumber: UInt64 { own.configurationNumber }

  /// The processes that had not ended, as far as the dead supervisor had heard. Those that the keeper knows besides are of no
  /// account any more.
  public var processKeys: [ProcessKey] { processes.keys.sorted { $0.serial < $1.serial } }

  struct OwnState {
    var configurationNumber: UInt64 = 0
    var enabled: Set<String> = []
    var disabled: Set<String> = []
    var finishedTransients: [RecordedDefinition] = []
    var shutdown: Supervisor.Shutdown?
    var templates: [Template] = []
  }

  /// Reads the batches of a record, one after the other; the last one counts only when it is whole.
  ///
  /// - Throws: when there is none, or something in it makes no sense.
  public init(_ bytes: [UInt8]) throws(StateRecordError) {
    while byteCount < bytes.count {
      guard let batch = try StateRecordBatch.next(bytes, &byteCount) else { break }
      if batch.isWhole { forgetAll() }
      try take(Fields(batch.fields, of: "a batch"))
    }
    guard byteCount > 0 else { throw .empty }
  }

  private mutating func forgetAll() {
    services = [:]
    definitions = [:]
    processes = [:]
  }

  private mutating func take(_ batch: Fields) throws(StateRecordError) {
    if let counters = try batch.optionalFields(BatchField.counters) {
      nextSerial = try counters.number(1)
      random = try counters.optionalNumber(2)
    }
    if let fields = try batch.optionalFields(BatchField.own) { own = try OwnState(fields) }
    for index in try batch.numbers(BatchField.serviceGone) {
      services[Int(truncatingIfNeeded: index)] = nil
      definitions[Int(truncatingIfNeeded: index)] = nil
    }
    for bytes in try batch.runs(BatchField.service) {
      services[try RecordedService.index(Fields(bytes, of: "a service"))] = bytes
    }
    for bytes in try batch.runs(BatchField.definitions) {
      definitions[try RecordedService.index(Fields(bytes, of: "definitions"))] = bytes
    }
    for serial in try batch.numbers(BatchField.processGone) { processes[ProcessKey(serial: serial)] = nil }
    for bytes in try batch.runs(BatchField.process) {
      let fields = try Fields(bytes, of: "a process")
      processes[try fields.key(1)] = try Supervisor.ProcessEntry(fields)
    }
    unconfirmed = try batch.values(BatchField.unconfirmed)
  }
}

extension StateRecord.OwnState {
  init(_ fields: Fields) throws(StateRecordError) {
    configurationNumber = try fields.optionalNumber(1) ?? 0
    enabled = Set(try fields.texts(2))
    disabled = Set(try fields.texts(3))
    finishedTransients = try fields.values(4)
    shutdown = try fields.optionalValue(5)
    templates = try fields.values(6)
  }
}

extension StateRecord.Definitions {
  init(_ fields: Fields) throws(StateRecordError) {
    incarnation = try fields.number(2)
    blueprint = try fields.optionalValue(3)
    inForce = try fields.optionalValue(4)
  }
}
