/// The services by number. It knows which of them somebody has had in hand since this was asked last, so that no writer can forget
/// to say that a service has changed.
struct ServiceList: Sendable {
  private var records: [ServiceRecord] = []
  /// Had in hand; some twice.
  private var touched: [Int] = []
  /// What was written down of each, to see whether it is something else by now.
  private var written: [Written] = []

  private struct Written: Sendable {
    /// Of the record; 0: nothing yet.
    var hash: UInt64 = 0
    /// The definitions by which they were written, if they were.
    var blueprint: Blueprint?
    var inForce: Blueprint?
  }

  mutating func append(_ record: ServiceRecord) {
    records.append(record)
    written.append(Written())
    touch(records.count - 1)
  }

  private mutating func touch(_ index: Int) {
    guard !records[index].isTouched else { return }
    records[index].isTouched = true
    touched.append(index)
  }

  // MARK: What has changed

  /// The services that may have changed, each once.
  mutating func takeTouched() -> [Int] {
    var taken: [Int] = []
    taken.reserveCapacity(touched.count)
    for index in touched where records[index].isTouched {
      records[index].isTouched = false
      taken.append(index)
    }
    touched.removeAll(keepingCapacity: touched.capacity <= 64)
    return taken
  }

  /// - Returns: whether this is something else than what was written down of the service last.
  mutating func note(_ hash: UInt64, writtenOf index: Int) -> Bool {
    guard written[index].hash != hash else { return false }
    written[index].hash = hash
    return true
  }

  /// The same for the definitions that the configuration does not have: `nil` for one that it has.
  mutating func note(_ blueprint: Blueprint?, _ inForce: Blueprint?, writtenOf index: Int) -> Bool {
    guard written[index].blueprint !== blueprint || written[index].inForce !== inForce else { return false }
    written[index].blueprint = blueprint
    written[index].inForce = inForce
    return true
  }
}

extension ServiceList: RandomAccessCollection {
  var startIndex: Int { 0 }
  var endIndex: Int { records.count }

  subscript(index: Int) -> ServiceRecord {
    // No `_read`: with Swift 6.3 who switches over a part of so large a value uses it after the end of the access.
    get { records[index] }
    _modify {
      defer { touch(index) }
      yield &records[index]
    }
  }
}
