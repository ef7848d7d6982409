import Supervision

/// A process of a service, from its start until its descriptor is given back. There is one for each service that runs, so it
/// keeps what it needs for that, and no more.
///
/// A dead process keeps its descriptor as long as something of its subtree lives: the zombie keeps the subtree's number
/// from being used again (procctl(2), `pi_subtree`).
final class RunningProcess {
  let key: ProcessKey
  /// The service that it belongs to; its serial is in the mark.
  let incarnation: Incarnation
  let pid: Int32
  private var descriptor: ProcessDescriptor?
  private(set) var hasEnded = false
  /// It never became its program; the core has heard so, and that it ends is no news.
  var hasFailed = false
  /// The next of those that were started for the same service and not released.
  var next: RunningProcess?
  /// Until it is known whether its program runs.
  var launch: PendingLaunch?
  /// For processes that run on a caller's behalf: where their output goes.
  var output: CallerOutput?

  init(_ launched: consuming Launched, for purpose: ProcessPurpose, describe: @escaping (LaunchFailure) -> SpawnFailure)
  {
    key = purpose.key
    incarnation = purpose.incarnation
    pid = launched.process.pid
    descriptor = consume launched.process
    launch = PendingLaunch(consume launched.report, describe)
  }

  func signal(_ number: Int32) throws(SystemError) {
    guard !hasEnded else { return }
    try descriptor?.signal(number)
  }

  func watchExit(by watcher: any ExitWatcher, _ handler: @escaping (WaitStatus) -> Void) throws(SystemError) {
    // The registration ends by itself with the one event that comes.
    _ = try descriptor?.watch(by: watcher, handler)
  }

  func markEnded() {
    hasEnded = true
  }

  /// Gives the descriptor up, to be released by the reaper.
  func takeDescriptor() -> ProcessDescriptor? {
    descriptor.take()
  }
}

extension ProcessDescriptor {
  fileprivate borrowing func watch(
    by watcher: any ExitWatcher, _ handler: @escaping (WaitStatus) -> Void
  ) throws(SystemError) -> EventLoop.Registration {
    try watcher.watchExit(of: self, handler)
  }
}

/// What is open while a process is on its way to its program.
final class PendingLaunch {
  private let report: LaunchReport
  /// How its failure is told.
  let describe: (LaunchFailure) -> SpawnFailure
  /// The wait for the news.
  var watch: EventLoop.Registration?

  init(_ report: consuming LaunchReport, _ describe: @escaping (LaunchFailure) -> SpawnFailure) {
    self.report = report
    self.describe = describe
  }

  func outcome() throws(SystemError) -> LaunchReport.Outcome { try report.outcome() }

  /// The report's descriptor, for the queue.
  var number: Int32 { report.number }
}

/// What a process is started for.
struct ProcessPurpose {
  var key: ProcessKey
  var incarnation: Incarnation
  var blueprint: Blueprint
}
