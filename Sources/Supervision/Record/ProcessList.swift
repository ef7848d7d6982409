/// The processes that were asked for and have not ended, by key. It knows which have come and gone since this was asked last; one
/// that has done both in between was never here.
struct ProcessList: Sendable {
  private var entries: [ProcessKey: Supervisor.ProcessEntry] = [:]
  private var come: Set<ProcessKey> = []
  private var gone: [ProcessKey] = []

  subscript(key: ProcessKey) -> Supervisor.ProcessEntry? {
    get { entries[key] }
    set {
      guard let newValue else {
        _ = removeValue(forKey: key)
        return
      }
      entries[key] = newValue
      come.insert(key)
    }
  }

  mutating func removeValue(forKey key: ProcessKey) -> Supervisor.ProcessEntry? {
    guard let entry = entries.removeValue(forKey: key) else { return nil }
    if come.remove(key) == nil { gone.append(key) }
    return entry
  }

  var count: Int { entries.count }

  /// In the order in which they were asked for.
  var keys: [ProcessKey] { entries.keys.sorted { $0.serial < $1.serial } }

  /// Those that have come, in the order in which they were asked for, and those that have gone.
  mutating func takeChanges() -> (come: [ProcessKey], gone: [ProcessKey]) {
    defer {
      come.removeAll(keepingCapacity: come.capacity <= 64)
      gone.removeAll(keepingCapacity: gone.capacity <= 64)
    }
    return (come.sorted { $0.serial < $1.serial }, gone)
  }
}

extension ProcessList: Sequence {
  func makeIterator() -> Dictionary<ProcessKey, Supervisor.ProcessEntry>.Iterator { entries.makeIterator() }
}
