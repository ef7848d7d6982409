import CProc
import Supervision

/// Where the supervisor's own messages go: lines on a way that others may have stopped up, and that never holds it up.
///
/// What cannot be written at once waits in a queue with a bound. What does not fit is lost and counted; the count is said
/// once there is room again.
public final class OwnLog {
  /// The standard error, or a way of its own to the same terminal or pipe.
  private enum Output {
    case shared(Int32)
    case own(Int32)

    var number: Int32 {
      switch self {
      case .shared(let number), .own(let number): number
      }
    }
  }

  private var output: Output
  private let limit: Int
  private var queue: [UInt8] = []
  private var start = 0
  private var lost = 0
  private weak var loop: EventLoop?
  private var watch: EventLoop.Registration?

  /// - Parameters:
  ///   - number: a descriptor that stays open, and may be shared with other processes.
  ///   - limit: so many bytes wait at most.
  public init(to number: Int32 = 2, limit: Int = 64 << 10) {
    output = Self.best(number)
    self.limit = limit
  }

  deinit {
    close()
  }

  private static func best(_ number: Int32) -> Output {
    let own = cproc_output_private(number)
    return own >= 0 ? .own(own) : .shared(number)
  }

  private func close() {
    unwatch()
    if case .own(let number) = output { _ = cproc_close(number) }
  }

  /// What waits is written from now on as soon as it can be.
  func attach(to loop: EventLoop) {
    self.loop = loop
    flush()
  }

  /// The descriptor has become another file.
  ///
  /// - Parameter number: what everything goes to from now on, also what waits.
  func redirect(to number: Int32) {
    close()
    output = Self.best(number)
    flush()
  }

  // MARK: Lines

  /// - Parameter line: without a newline at its end.
  public func write(_ line: String) {
    guard lost == 0 || hasRoomAgain() else { return lost += 1 }
    guard pending + line.utf8.count < limit else { return lost += 1 }
    append(line)
  }

  private var pending: Int { queue.count - start }

  private func append(_ line: String) {
    let wasEmpty = pending == 0
    queue += line.utf8
    queue.append(UInt8(ascii: "\n"))
    if wasEmpty { flush() }
  }

  /// Whether so much of the queue has been taken that it is worth going on, after saying what was lost. Lines keep their
  /// order: while some are lost none is taken.
  private func hasRoomAgain() -> Bool {
    guard pending <= limit / 2 else { return false }
    let count = lost
    lost = 0
    append("\(count) message\(count == 1 ? "" : "s") could not be written here, and \(count == 1 ? "is" : "are") lost")
    // What could not be written is added to: nothing goes on yet.
    if lost > 0 { lost += count - 1 }
    return lost == 0
  }

  // MARK: Writing

  private func flush() {
    while pending > 0 {
      let count = queue.withUnsafeBytes { bytes in
        cproc_output_write(output.number, bytes.baseAddress.map { $0 + start }, bytes.count - start)
      }
      guard count > 0 else { return stuck(count < 0 ? cproc_errno() : EAGAIN) }
      start += count
    }
    empty()
    if lost > 0 { _ = hasRoomAgain() }
  }

  private func empty() {
    queue.removeAll(keepingCapacity: queue.capacity <= 8192)
    start = 0
    unwatch()
  }

  private func stuck(_ code: Int32) {
    if code == EAGAIN || code == EWOULDBLOCK {
      if start > limit / 2 {
        queue.removeSubrange(..<start)
        start = 0
      }
      return watchOutput()
    }
    // Nobody reads it any more, or the disk is full: what waits is lost, and the next message tries again.
    lost += queue[start...].lazy.filter { $0 == UInt8(ascii: "\n") }.count
    empty()
  }

  private func watchOutput() {
    guard watch == nil, let loop else { return }
    // What cannot be watched can always be written, or is tried again with the next message.
    watch = try? loop.watch(output.number, for: .write) { [weak self] _ in self?.flush() }
  }

  private func unwatch() {
    if let watch { loop?.cancel(watch) }
    watch = nil
  }

  /// Gives the reader some time to take what waits: for the end, when nobody is kept waiting any more.
  func finish(within time: Duration) {
    let deadline = Clock.now() + time
    while pending > 0 {
      let rest = (deadline - Clock.now()).nanoseconds / 1_000_000
      guard rest > 0, cproc_output_wait(output.number, Int32(clamping: rest)) > 0 else { return }
      flush()
    }
  }
}
