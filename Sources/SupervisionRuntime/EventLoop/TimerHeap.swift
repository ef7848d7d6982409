import HeapModule
import Supervision

/// Deadlines, the nearest first.
public struct TimerHeap {
  /// Names a timer; never used twice.
  public struct Timer: Hashable, Sendable {
    let number: UInt64
  }

  private struct Entry: Comparable {
    var deadline: Instant
    var number: UInt64

    /// Timers of the same deadline fire in the order in which they were set.
    static func < (left: Entry, right: Entry) -> Bool {
      (left.deadline, left.number) < (right.deadline, right.number)
    }
  }

  private var heap = Heap<Entry>()
  private var handlers: [UInt64: () -> Void] = [:]
  private var lastNumber: UInt64 = 0

  public init() {}

  /// Whether no timer is set.
  public var isEmpty: Bool { handlers.isEmpty }

  /// How many entries are kept, cancelled ones included.
  public var pending: Int { heap.count }

  public mutating func insert(deadline: Instant, _ handler: @escaping () -> Void) -> Timer {
    lastNumber += 1
    handlers[lastNumber] = handler
    heap.insert(Entry(deadline: deadline, number: lastNumber))
    return Timer(number: lastNumber)
  }

  /// The heap's entry stays until it comes to the top, unless the cancelled ones become the majority: clients that
  /// come and go would otherwise pile up their timeouts.
  public mutating func cancel(_ timer: Timer) {
    guard handlers.removeValue(forKey: timer.number) != nil else { return }
    guard heap.count > 2 * handlers.count + 16 else { return }
    heap = Heap(heap.unordered.filter { handlers[$0.number] != nil })
  }

  /// The nearest deadline of a timer that is still set.
  public mutating func nextDeadline() -> Instant? {
    while let first = heap.min {
      if handlers[first.number] != nil { return first.deadline }
      heap.removeMin()
    }
    return nil
  }

  /// Takes out the next timer that is due.
  public mutating func popDue(at now: Instant) -> (() -> Void)? {
    guard let deadline = nextDeadline(), deadline <= now, let first = heap.popMin() else { return nil }
    return handlers.removeValue(forKey: first.number)
  }
}
