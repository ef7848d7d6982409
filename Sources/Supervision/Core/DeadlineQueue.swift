import HeapModule

/// Deadlines of services and requests. An entry that was replaced stays until it comes to the top, and is dropped there:
/// it never wakes anybody.
struct DeadlineQueue: Sendable {
  enum Owner: Sendable, Hashable {
    case timer(ServiceID, ServiceTimer.Kind)
    case request(RequestID)
    case process(ProcessKey)
    case shutdown
  }

  struct Entry: Sendable, Comparable {
    var instant: Instant
    var order: UInt64
    var owner: Owner

    static func < (left: Entry, right: Entry) -> Bool {
      (left.instant, left.order) < (right.instant, right.order)
    }

    static func == (left: Entry, right: Entry) -> Bool {
      left.order == right.order
    }
  }

  private var heap = Heap<Entry>()
  private var current: [Owner: UInt64] = [:]
  private var nextOrder: UInt64 = 0

  /// Sets, moves or (with `nil`) cancels the one deadline of an owner.
  mutating func set(_ instant: Instant?, for owner: Owner) {
    guard let instant else {
      current[owner] = nil
      return
    }
    current[owner] = nextOrder
    heap.insert(Entry(instant: instant, order: nextOrder, owner: owner))
    nextOrder += 1
    if heap.count > 2 * current.count + 64 { dropAllReplaced() }
  }

  /// Entries in memory, replaced ones included.
  var storedCount: Int { heap.count }

  /// Cancels all.
  mutating func clear() {
    heap = Heap()
    current = [:]
  }

  /// The earliest deadline; `nil` when there is nothing to wait for.
  var next: Instant? {
    mutating get {
      dropReplaced()
      return heap.min?.instant
    }
  }

  /// Takes the owner of a deadline that is due.
  mutating func takeDue(at now: Instant) -> Owner? {
    dropReplaced()
    guard let first = heap.min, first.instant <= now else { return nil }
    heap.removeMin()
    current[first.owner] = nil
    return first.owner
  }

  /// Replaced entries with far deadlines would pile up while a service respawns quickly.
  private mutating func dropAllReplaced() {
    heap = Heap(heap.unordered.filter { current[$0.owner] == $0.order })
  }

  private mutating func dropReplaced() {
    while let first = heap.min, current[first.owner] != first.order {
      heap.removeMin()
    }
    // What was once needed for a boot of thousands is given back.
    if heap.isEmpty, current.capacity > 64 {
      heap = Heap()
      current = [:]
    }
  }
}
