import Supervision

/// Something that could not be done now and is tried again later, after growing pauses, until it succeeds. While all is well
/// there is no timer.
final class Retry {
  private let loop: EventLoop
  private let first: Duration
  private let most: Duration
  private let again: () -> Void
  private var pause: Duration
  private var timer: TimerHeap.Timer?
  private var isInTrouble = false

  init(
    loop: EventLoop, first: Duration = .seconds(1), most: Duration = .seconds(60), again: @escaping () -> Void
  ) {
    self.loop = loop
    self.first = first
    self.most = most
    pause = first
    self.again = again
  }

  /// It has failed: `again` is called after a pause.
  ///
  /// - Returns: whether it had succeeded before: then it is news.
  func failed() -> Bool {
    defer { isInTrouble = true }
    guard timer == nil else { return !isInTrouble }
    timer = loop.schedule(at: Clock.now() + pause) { [weak self] in
      self?.timer = nil
      self?.again()
    }
    pause = min(pause + pause, most)
    return !isInTrouble
  }

  func succeeded() {
    guard isInTrouble, timer == nil else { return }
    isInTrouble = false
    pause = first
  }
}

/// The same for several that fail or succeed one by one: it is over when none fails any more. One that is well says nothing
/// about the others.
final class SharedRetry<Key: Hashable> {
  private let retry: Retry
  private var failing: Set<Key> = []

  init(_ retry: Retry) {
    self.retry = retry
  }

  /// - Returns: whether all had succeeded before: then it is news.
  @discardableResult
  func failed(_ key: Key) -> Bool {
    failing.insert(key)
    return retry.failed()
  }

  func succeeded(_ key: Key) {
    failing.remove(key)
    if failing.isEmpty { retry.succeeded() }
  }
}
