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
  /// What the keeper's table calls it.
  let label: String
  /// 0 until it is started.
  private(set) var pid: Int32 = 0
  private var descriptor: ProcessDescriptor?
  /// What holds one that has no descriptor because it is nobody's child here.
  private var stranger: Stranger?
  /// Whether it is a child of the reaper, or was.
  private(set) var isOurs = true
  private(set) var hasEnded = false
  /// That it has ended, or never began, is written down wherever that is done: its descriptor is not needed for it any more.
  var isNoted = false
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
    label = launch.purpose.label
    self.launch = launch
  }

  /// Whether nothing more is to come of it but what it has left.
  var isOver: Bool { hasEnded && isNoted }

  /// Whether there is a process, alive or dead.
  var isStarted: Bool { pid != 0 }

  func begin(_ process: consuming ProcessDescriptor) {
    pid = process.pid
    descriptor = consume process
  }

  // MARK: Signals and ends

  /// Whether only the keeper can signal it, and tell its end.
  var isLost: Bool { descriptor == nil && stranger == nil }

  func signal(_ number: Int32) throws(SystemError) {
    guard !hasEnded else { return }
    if let stranger { try stranger.signal(number) } else { try descriptor?.signal(number) }
  }

  func watchExit(by watcher: any ExitWatcher, _ handler: @escaping (WaitStatus) -> Void) throws(SystemError) {
    // The registration ends by itself with the one event that comes.
    _ = try descriptor?.watch(by: watcher, handler)
  }

  /// Where only the parent learns how a process has ended: that it has is to be seen from its descriptor, too.
  func watchGoing(on loop: EventLoop, _ handler: @escaping () -> Void) throws(SystemError) {
    guard let number = stranger?.number ?? descriptor?.number else { return }
    var registration: EventLoop.Registration?
    registration = try loop.watch(number, for: .read) { _ in
      if let registration { loop.cancel(registration) }
      handler()
    }
  }

  func markEnded() {
    hasEnded = true
  }

  /// How it has ended, as its descriptor tells; `nil`: it runs, or the descriptor does not tell.
  func knownStatus() -> WaitStatus? {
    (try? descriptor?.status()) ?? nil
  }

  /// The number of its descriptor, for the holder.
  var descriptorNumber: Int32? { descriptor?.number }

  /// Gives the descriptor up, to be released by the starter.
  func takeDescriptor() -> ProcessDescriptor? {
    stranger = nil
    return descriptor.take()
  }

  // MARK: Those of a predecessor

  /// One that a predecessor has started.
  ///
  /// - Parameter descriptor: `nil`: it was lost.
  init(
    _ key: ProcessKey, of owner: ProcessOwner, label: String, pid: Int32, _ descriptor: consuming ProcessDescriptor?
  ) {
    self.key = key
    self.owner = owner
    self.label = label
    self.pid = pid
    self.descriptor = descriptor
  }

  /// It is no child of the reaper, or not any more: what it leaves behind is not told to this process.
  func becomeStranger() {
    isOurs = false
  }

  /// - Parameter start: when it was started; `nil`: whoever has the pid now is the one that is meant.
  /// - Throws: `ESRCH`, it has ended.
  func holdAsStranger(started start: Int64? = nil) throws(SystemError) {
    isOurs = false
    guard descriptor == nil else { return }
    if let start {
      stranger = try Stranger(pid: pid, start: start)
    } else {
      stranger = try Stranger(pid: pid, start: StartClock.start(of: pid))
    }
  }
}

/// A process that is held without a process descriptor.
private final class Stranger {
  private let process: HeldProcess

  init(pid: Int32, start: Int64) throws(SystemError) {
    process = try HeldProcess(pid: pid, start: start)
  }

  var number: Int32 { process.number }

  func signal(_ number: Int32) throws(SystemError) {
    do { try process.signal(number) } catch  where error.code == SystemError.noSuchProcess {
      // Its end is about to be told.
    }
  }
}

extension ProcessDescriptor {
  borrowing func watch(
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
