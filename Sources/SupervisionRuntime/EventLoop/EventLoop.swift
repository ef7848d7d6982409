import CProc
import Supervision

/// One thread, one queue: everything that the supervisor does begins in a closure that is called from here.
///
/// Nothing is polled. With no timer set and nothing to report, the loop sleeps in one system call without a
/// timeout. Not for use by several threads.
public final class EventLoop {
  /// What a descriptor is watched for.
  public struct Interest: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Something can be read: data, a connection to accept, the end of the file.
    public static let read = Interest(rawValue: CPROC_READY_READ.rawValue)
    /// Something can be written.
    public static let write = Interest(rawValue: CPROC_READY_WRITE.rawValue)
  }

  /// What has happened to a descriptor.
  public struct Readiness: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let read = Readiness(rawValue: CPROC_READY_READ.rawValue)
    public static let write = Readiness(rawValue: CPROC_READY_WRITE.rawValue)
    /// The other side has gone; read until the end of the file to have what it has left.
    public static let hangup = Readiness(rawValue: CPROC_READY_HANGUP.rawValue)
  }

  /// A hangup counts as whatever was waited for: the read or write that follows tells the rest.
  private static func readiness(_ ready: UInt32, _ interest: Interest) -> Readiness {
    let asked = Readiness(rawValue: interest.rawValue)
    let found = Readiness(rawValue: ready)
    return found.contains(.hangup) ? asked.union(.hangup) : found.intersection(asked)
  }

  /// What has happened to a watched file.
  public struct FileChange: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let written = FileChange(rawValue: CPROC_VNODE_WRITE.rawValue)
    public static let attributes = FileChange(rawValue: CPROC_VNODE_ATTRIB.rawValue)
    public static let deleted = FileChange(rawValue: CPROC_VNODE_DELETE.rawValue)
    public static let renamed = FileChange(rawValue: CPROC_VNODE_RENAME.rawValue)
  }

  /// Names something that is watched. Never used twice by one loop, so a stale one is harmless.
  public struct Registration: Hashable, Sendable {
    let token: UInt64
  }

  private enum Source {
    case descriptor(Int32, Interest, (Readiness) -> Void)
    case process(Int32, (WaitStatus) -> Void)
    case signal(Int32, (Int) -> Void)
    case file(Int32, (FileChange) -> Void)
  }

  private static let batchSize = 64

  private let queue: OpaquePointer
  private let events = UnsafeMutablePointer<cproc_event>.allocate(capacity: EventLoop.batchSize)
  private var sources: [UInt64: Source] = [:]
  private var lastToken: UInt64 = 0
  private var timers = TimerHeap()
  private var isStopping = false

  /// - Throws: no more descriptors or memory.
  public init() throws(SystemError) {
    guard let queue = cproc_queue_make() else { throw SystemError("kqueue", code: cproc_errno()) }
    self.queue = queue
  }

  deinit {
    cproc_queue_free(queue)
    events.deallocate()
  }

  // MARK: Descriptors

  /// Watches a descriptor, level-triggered: the handler is called as long as what it is watched for holds.
  ///
  /// The caller keeps the descriptor open, and calls ``cancel(_:)`` before it closes it.
  public func watch(
    _ descriptor: Int32, for interest: Interest, _ handler: @escaping (Readiness) -> Void
  ) throws(SystemError) -> Registration {
    let token = nextToken()
    try check("kevent", cproc_queue_watch(queue, descriptor, 0, interest.rawValue, token))
    sources[token] = .descriptor(descriptor, interest, handler)
    return Registration(token: token)
  }

  /// Changes what a descriptor is watched for; an empty set pauses it.
  public func change(_ registration: Registration, to interest: Interest) throws(SystemError) {
    guard case .descriptor(let number, let was, let handler) = sources[registration.token], was != interest else {
      return
    }
    try check("kevent", cproc_queue_watch(queue, number, was.rawValue, interest.rawValue, registration.token))
    sources[registration.token] = .descriptor(number, interest, handler)
  }

  /// Ends a registration of any kind. Its handler is not called again, not even for what is already in the
  /// current batch.
  public func cancel(_ registration: Registration) {
    guard let source = sources.removeValue(forKey: registration.token) else { return }
    // A failure means that the kernel has already forgotten it, which is what is wanted.
    switch source {
    case .descriptor(let number, let interest, _):
      _ = cproc_queue_watch(queue, number, interest.rawValue, 0, registration.token)
    case .process(let number, _):
      _ = cproc_queue_forget_exit(queue, number)
    case .file(let number, _):
      _ = cproc_queue_forget_vnode(queue, number)
    case .signal:
      break
    }
  }

  // MARK: Processes, signals, files

  /// Calls the handler once, when the process has ended. The process is not reaped by this: that is
  /// ``Reaper/release(_:)``.
  public func watchExit(
    of process: borrowing ProcessDescriptor, _ handler: @escaping (WaitStatus) -> Void
  ) throws(SystemError) -> Registration {
    let token = nextToken()
    let number = process.number
    try check("kevent", on: "\(process.pid)", cproc_queue_watch_exit(queue, number, token))
    sources[token] = .process(number, handler)
    return Registration(token: token)
  }

  /// From now on the signal has no other effect than that the handler is called, with how often it has come (at
  /// least once).
  public func watchSignal(
    _ signal: Int32, _ handler: @escaping (_ count: Int) -> Void
  ) throws(SystemError) -> Registration {
    let token = nextToken()
    try check("kevent", on: "signal \(signal)", cproc_queue_watch_signal(queue, signal, token))
    sources[token] = .signal(signal, handler)
    return Registration(token: token)
  }

  /// Watches the file behind an open descriptor for changes.
  public func watchFile(
    _ descriptor: Int32, _ handler: @escaping (FileChange) -> Void
  ) throws(SystemError) -> Registration {
    let token = nextToken()
    try check("kevent", cproc_queue_watch_vnode(queue, descriptor, token))
    sources[token] = .file(descriptor, handler)
    return Registration(token: token)
  }

  // MARK: Time

  /// Calls the handler once, at or after `deadline` by ``Clock/now()``.
  @discardableResult
  public func schedule(at deadline: Instant, _ handler: @escaping () -> Void) -> TimerHeap.Timer {
    timers.insert(deadline: deadline, handler)
  }

  /// A timer that has fired or was cancelled before is ignored.
  public func cancel(_ timer: TimerHeap.Timer) {
    timers.cancel(timer)
  }

  // MARK: Running

  /// Runs until ``stop()``, which may have been said already: what was done before the loop runs may have ended it all.
  ///
  /// - Throws: only what waiting itself may say, which is a fault of this program.
  public func run() throws(SystemError) {
    defer { isStopping = false }
    while !isStopping {
      try turn()
    }
  }

  /// Waits for one batch of events and calls their handlers, then those of the timers that are due.
  public func turn() throws(SystemError) {
    guard !isStopping else { return }
    let count = cproc_queue_wait(queue, events, Self.batchSize, timeUntilNextTimer())
    guard count >= 0 else { throw SystemError("kevent", code: cproc_errno()) }
    for index in 0..<Int(count) where !isStopping {
      deliver(events[index])
    }
    // Timers that handlers set for now wait for the next turn, so that a timer which renews itself starves nobody.
    let now = Clock.now()
    while !isStopping, let handler = timers.popDue(at: now) { handler() }
  }

  /// In nanoseconds; negative: there is none.
  private func timeUntilNextTimer() -> Int64 {
    guard let deadline = timers.nextDeadline() else { return -1 }
    return max(0, (deadline - Clock.now()).nanoseconds)
  }

  private func deliver(_ event: cproc_event) {
    // An event whose registration an earlier handler of the same batch has cancelled finds nothing here.
    switch sources[event.token] {
    case .descriptor(_, let interest, let handler):
      handler(Self.readiness(event.ready, interest))
    case .process(_, let handler):
      sources[event.token] = nil
      handler(WaitStatus(raw: Int32(truncatingIfNeeded: event.data)))
    case .signal(_, let handler):
      handler(Int(event.data))
    case .file(_, let handler):
      handler(FileChange(rawValue: UInt32(truncatingIfNeeded: event.data)))
    case nil:
      break
    }
  }

  /// Makes ``run()`` return after the current handler, or at once when it is called the next time.
  public func stop() {
    isStopping = true
  }

  private func nextToken() -> UInt64 {
    lastToken += 1
    return lastToken
  }
}
