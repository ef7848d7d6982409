// How what is known of a service is written down. Its definitions stand in a record of their own, since they change rarely; edges
// and counters follow from them, and are not written.

/// The marks of a service, a bit each.
private struct Marks: OptionSet {
  let rawValue: UInt32

  static let isDisabled = Marks(rawValue: 1)
  static let isRemoved = Marks(rawValue: 2)
  static let hasLived = Marks(rawValue: 4)
  static let isInstanceOnDemand = Marks(rawValue: 8)
  static let isOfFiles = Marks(rawValue: 16)
  static let isConfigured = Marks(rawValue: 32)
  static let isMainAdopted = Marks(rawValue: 64)

  init(rawValue: UInt32) { self.rawValue = rawValue }

  init(of record: ServiceRecord) {
    self = []
    if record.isDisabled { insert(.isDisabled) }
    if record.isRemoved { insert(.isRemoved) }
    if record.hasLived { insert(.hasLived) }
    if record.isInstanceOnDemand { insert(.isInstanceOnDemand) }
    if record.isOfFiles { insert(.isOfFiles) }
    if record.isConfigured { insert(.isConfigured) }
    if record.mainOrigin == .adopted { insert(.isMainAdopted) }
  }

  func apply(to record: inout ServiceRecord) {
    record.isDisabled = contains(.isDisabled)
    record.isRemoved = contains(.isRemoved)
    record.hasLived = contains(.hasLived)
    record.isInstanceOnDemand = contains(.isInstanceOnDemand)
    record.isOfFiles = contains(.isOfFiles)
    record.isConfigured = contains(.isConfigured)
    record.mainOrigin = contains(.isMainAdopted) ? .adopted : .spawned
  }
}

extension Supervisor {
  func write(_ index: Int, to writer: inout FieldWriter) {
    // A service is looked at where it stands: a copy of it would cost more than the rest.
    writer.number(1, UInt32(truncatingIfNeeded: index))
    writer.number(2, services[index].incarnation.serial)
    writer.text(3, services[index].name)
    writer.number(4, Marks(of: services[index]).rawValue)
    writer.signed(5, services[index].rank)
    if services[index].isHeld { writer.number(6, services[index].heldOrder) }
    writer.value(7, services[index].intent)
    writer.value(8, services[index].stopOrder)
    if services[index].mainPID != 0 { writer.signed(9, services[index].mainPID) }
    if let id = services[index].question, let question = questions[id] {
      writer.number(10, id.serial)
      writer.value(11, question.kind)
    }
    writer.value(12, services[index].startedFor)
    writer.value(13, services[index].machine)
  }
}

/// A service as it was written down.
struct RecordedService {
  var record: ServiceRecord
  var name: String
  var question: Supervisor.Question.Kind?

  /// The most services that there can ever have been at once: what is beyond is damage.
  private static let mostIndex = 1 << 18

  static func index(_ fields: Fields) throws(StateRecordError) -> Int {
    let index = try fields.number(1, as: Int.self)
    guard index < mostIndex else { throw .malformed("a service has the number \(index)") }
    return index
  }

  init(_ fields: Fields) throws(StateRecordError) {
    let index = try Self.index(fields)
    name = try fields.text(3)
    record = ServiceRecord(
      Supervisor.nobody, incarnation: Incarnation(ServiceID(index), serial: try fields.number(2)),
      at: Instant(nanoseconds: 0))
    Marks(rawValue: try fields.optionalNumber(4) ?? 0).apply(to: &record)
    record.rank = try fields.optionalSigned(5) ?? 0
    if let order: UInt64 = try fields.optionalNumber(6) {
      record.isHeld = true
      record.heldOrder = order
    }
    record.intent = try fields.optionalValue(7)
    record.stopOrder = try fields.optionalValue(8)
    record.mainPID = try fields.optionalSigned(9) ?? 0
    record.question = try fields.optionalNumber(10).map { QuestionID(serial: $0) }
    question = try fields.optionalValue(11)
    record.startedFor = try fields.optionalValue(12)
    record.machine = try fields.value(13)
  }
}

extension Supervisor.Question.Kind: RecordedChoice {
  static let recorded: [Self] = [.prepare, .enterJail, .release, .inspectSubtree]
}

// MARK: - Processes

extension Supervisor.ProcessEntry {
  func write(_ key: ProcessKey, to writer: inout FieldWriter) {
    writer.key(1, key)
    writer.number(2, UInt32(truncatingIfNeeded: service.index))
    writer.value(3, role)
    writer.flag(4, isErrand)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(
      service: ServiceID(try fields.index(2)), role: try fields.value(3), isErrand: try fields.flag(4))
  }
}
