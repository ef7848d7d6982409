import Supervision

/// A process of a service, from its start until its descriptor is given back.
///
/// A dead process keeps its descriptor as long as something of its subtree lives: the zombie keeps the subtree's number
/// from being used again (procctl(2), `pi_subtree`).
final class RunningProcess {
  let key: ProcessKey
  let service: ServiceID
  let role: ProcessRole
  let pid: Int32
  private(set) var hasEnded = false
  /// The wait for its end.
  var exitWatch: EventLoop.Registration?
  /// The wait for the news whether its program runs.
  var reportWatch: EventLoop.Registration?
  /// For processes that run on a caller's behalf: where their output goes.
  var output: CallerOutput?

  private var descriptor: ProcessDescriptor?
  private var report: LaunchReport?

  init(_ launched: consuming Launched, key: ProcessKey, service: ServiceID, role: ProcessRole) {
    self.key = key
    self.service = service
    self.role = role
    pid = launched.process.pid
    descriptor = consume launched.process
    report = consume launched.report
  }

  /// Whether the program runs, as far as it is known by now.
  func launchOutcome() throws(SystemError) -> LaunchReport.Outcome {
    guard report != nil else { return .executed }
    return try report?.outcome() ?? .executed
  }

  /// The report's descriptor, for the queue.
  var reportNumber: Int32? {
    if report == nil { nil } else { report?.number }
  }

  /// The news has come; its pipe is closed.
  func closeReport() {
    _ = report.take()
  }

  func signal(_ number: Int32) throws(SystemError) {
    guard !hasEnded else { return }
    try descriptor?.signal(number)
  }

  func watchExit(on loop: EventLoop, _ handler: @escaping (WaitStatus) -> Void) throws(SystemError) {
    if let watch = try descriptor?.watch(on: loop, handler) { exitWatch = watch }
  }

  func markEnded() {
    hasEnded = true
    exitWatch = nil
  }

  /// Gives the descriptor up, to be released by the reaper.
  func takeDescriptor() -> ProcessDescriptor? {
    descriptor.take()
  }
}

extension ProcessDescriptor {
  fileprivate borrowing func watch(
    on loop: EventLoop, _ handler: @escaping (WaitStatus) -> Void
  ) throws(SystemError) -> EventLoop.Registration {
    try loop.watchExit(of: self, handler)
  }
}
