import Supervision

/// Whose processes they are: a service's, from the moment that it is known until it is forgotten, or the supervisor's own.
struct ProcessOwner: Hashable, Comparable {
  /// What the marks in their environment name. Never used again.
  let serial: UInt64

  init(_ service: Incarnation) {
    serial = service.serial
  }

  /// - Parameter process: of the supervisor's own.
  init(own process: ProcessKey) {
    serial = process.serial
  }

  static func < (left: ProcessOwner, right: ProcessOwner) -> Bool { left.serial < right.serial }
}

/// What a process is started for.
struct ProcessPurpose {
  var key: ProcessKey
  var owner: ProcessOwner
  /// What the keeper's table calls it.
  var label: String
  /// What the record calls whoever it belongs to, and how that is ended when the supervisor has died.
  var name: String
  var rule: ProcessRecord.EndingRule
}

/// A process, from the wish for it until its descriptor is given back. There is one for each service that runs, so it
/// keeps what it needs for that, and no more.
///
/// A dead process keeps its descriptor as long as something of its subtree lives: the zombie keeps the subtree's number
/// from being used again (procctl(2), `pi_subtree`).
final class RunningProcess {
  let key: ProcessKey
  let owner: ProcessOwner
  /// 0 until it is started.
  private(set) var pid: Int32 = 0
  private var descriptor: ProcessDescriptor?
  private(set) var hasEnded = false
  /// It never became its program; the core has heard so, and that it ends is no news.
  var hasFailed = false
  /// The next of those that were started for the same owner and not released.
  var next: RunningProcess?
  /// Until it is known whether its program runs.
  var launch: PendingLaunch?
  /// For processes that run on a caller's behalf: where their output goes.
  var output: CallerOutput?

  init(_ launch: PendingLaunch) {
    key = launch.purpose.key
    owner = launch.purpose.owner
    self.launch = launch
  }

  /// Whether there is a process, alive or dead.
  var isStarted: Bool { pid != 0 }

  func begin(_ process: consuming ProcessDescriptor) {
    pid = process.pid
    descriptor = consume process
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

  /// Gives the descriptor up, to be released by the starter.
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

/// What is known and open while a process is on its way to its program.
final class PendingLaunch {
  let purpose: ProcessPurpose
  /// When it was asked for, by the clock that tells when it was started.
  let began: Int64
  /// How its failure is told.
  let describe: (LaunchFailure) -> SpawnFailure
  private var report: LaunchReport?
  /// The wait for the news.
  var watch: EventLoop.Registration?
  /// Sent before there was a process: it gets them when it is there.
  var signals: [HeldSignal] = []

  enum HeldSignal {
    case process(Int32)
    case group(Int32)
    case subtree(Int32, continues: Bool)
  }

  init(_ purpose: ProcessPurpose, _ describe: @escaping (LaunchFailure) -> SpawnFailure) {
    self.purpose = purpose
    self.describe = describe
    began = StartClock.now()
  }

  func take(_ report: consuming LaunchReport) {
    self.report = consume report
  }

  /// What is known of it; without a report, that it runs.
  func outcome() throws(SystemError) -> LaunchReport.Outcome { try report?.outcome() ?? .executed }

  /// The report's descriptor, for the queue; `nil` before there is a process.
  var number: Int32? { report?.number }
}
