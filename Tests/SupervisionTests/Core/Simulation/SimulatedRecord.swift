@testable import Supervision

/// Where in a turn a supervisor dies.
enum CrashPoint: Hashable {
  /// It has decided, and written nothing.
  case beforeRecord
  /// So many bytes of the batch were written.
  case inRecord(Int)
  /// The batch is written, and so many actions are carried out.
  case afterActions(Int)
}

/// When the supervisor of a scenario dies.
struct CrashPlan {
  /// By the number of the event.
  var points: [Int: CrashPoint] = [:]
  /// Of all events, in percent, at points that hang on this seed.
  var percent = 0
  var seed: UInt64 = 0
  /// How often the record is read back and compared: after each of so many events.
  var checkStride = 1

  /// After so many events it lives, so that the world comes to rest.
  private static let patience = 600

  func point(at event: Int) -> CrashPoint? {
    if let point = points[event] { return point }
    guard percent > 0, event < Self.patience else { return nil }
    var random = SplitMix64(seed: seed &+ UInt64(event) &* 0x9e37_79b9)
    guard random.chance(percent) else { return nil }
    return switch random.below(5) {
    case 0: .beforeRecord
    case 1: .inRecord(random.below(120))
    default: .afterActions(random.below(4))
    }
  }
}

/// The file that a supervisor of the simulation writes, and the copies of the configurations.
struct SimulatedRecord {
  private let plan: CrashPlan
  private var bytes: [UInt8] = []
  private var configurations: [UInt64: Configuration] = [:]
  private var nextNumber: UInt64 = 1
  private var events = 0

  init(plan: CrashPlan) {
    self.plan = plan
  }

  func crash(at event: Int) -> CrashPoint? { plan.point(at: event) }

  /// Keeps a copy of a configuration before it is loaded.
  mutating func keep(_ event: Event) -> Event {
    switch event {
    case .boot(let configuration, let enablement):
      return .boot(keep(configuration), enablement)
    case .load(let configuration, .all, let requester, let request):
      return .load(keep(configuration), scope: .all, requester: requester, request: request)
    default: return event
    }
  }

  private mutating func keep(_ configuration: Configuration) -> Configuration {
    var numbered = configuration
    numbered.number = nextNumber
    configurations[nextNumber] = numbered
    nextNumber += 1
    return numbered
  }

  mutating func append(_ batch: [UInt8]) { bytes += batch }

  /// As the runtime does when the file has grown.
  mutating func compact(_ supervisor: Supervisor) {
    if bytes.count > 32_768 { bytes = supervisor.wholeState() }
  }

  /// - Returns: `nil` when nothing was written: then nothing was done, and another one begins.
  mutating func read() throws(StateRecordError) -> Supervisor? {
    let record: StateRecord
    do throws(StateRecordError) { record = try StateRecord(bytes) } catch {
      guard error == .empty else { throw error }
      bytes = []
      return nil
    }
    bytes.removeLast(bytes.count - record.byteCount)
    return try restored(from: record)
  }

  private func restored(from record: StateRecord) throws(StateRecordError) -> Supervisor {
    try Supervisor.restored(
      from: record, configuration: configurations[record.configurationNumber] ?? Configuration(), seed: 0)
  }

  /// What was written says what the supervisor knows, and what follows from it is the same.
  ///
  /// - Returns: what differs.
  mutating func check(_ supervisor: Supervisor) -> String? {
    events += 1
    guard events % plan.checkStride == 0 else { return nil }
    do throws(StateRecordError) {
      let again = try restored(from: StateRecord(bytes))
      guard again.wholeState() == supervisor.wholeState() else {
        return try "the record says something else\(what(again.wholeState(), differsFrom: supervisor.wholeState()))"
      }
      return difference(again, supervisor)
    } catch {
      return "the record cannot be read: \(error)"
    }
  }

  private func what(_ read: [UInt8], differsFrom known: [UInt8]) throws(StateRecordError) -> String {
    let (read, known) = (try StateRecord(read), try StateRecord(known))
    var parts: [String] = []
    for index in Set(read.services.keys).union(known.services.keys).sorted() {
      if read.services[index] != known.services[index] {
        parts.append("service \(index): \(read.services[index] ?? []), known \(known.services[index] ?? [])")
      }
      if read.definitions[index] != known.definitions[index] { parts.append("definitions of service \(index)") }
    }
    if read.processKeys != known.processKeys {
      parts.append("processes \(read.processKeys), known \(known.processKeys)")
    }
    if read.unconfirmed != known.unconfirmed {
      parts.append("actions \(read.unconfirmed), known \(known.unconfirmed)")
    }
    if read.nextSerial != known.nextSerial || read.random != known.random { parts.append("counters") }
    return parts.isEmpty ? ": the supervisor's own" : ": " + parts.joined(separator: "; ")
  }

  private func difference(_ again: Supervisor, _ supervisor: Supervisor) -> String? {
    // A load makes all edges anew, so that those to services which are gone by now have no bearing.
    var linked = supervisor
    linked.relink()
    if again.startingCount != linked.startingCount { return "startingCount differs after a reading" }
    if again.restlessCount != linked.restlessCount { return "restlessCount differs after a reading" }
    for (index, record) in linked.services.enumerated() where !record.isForgotten {
      let other = again.services[index]
      if other.announced != record.announced {
        return "\(record.name): what its neighbours were told differs after a reading"
      }
      if other.links.counters != record.links.counters { return "\(record.name): counters differ after a reading" }
      if other.armed != record.armed { return "\(record.name): deadlines differ after a reading" }
      if other.processes != record.processes || other.errands != record.errands {
        return "\(record.name): processes differ after a reading"
      }
      if !other.inForce.definition.means(record.inForce.definition) {
        return "\(record.name): definitions differ after a reading"
      }
    }
    return nil
  }
}

extension Links {
  fileprivate var counters: [Int32] {
    [unmet, comingPredecessors, activeConflicts, stoppingAbove] + requirements.map(\.ready)
  }
}
