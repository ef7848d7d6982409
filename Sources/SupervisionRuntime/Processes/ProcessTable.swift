import Supervision

/// The processes that were started for the supervisor, by key and by owner: has them started, watches their ends, signals
/// them, and gives their descriptors back when nothing of their subtrees is left.
final class ProcessTable {
  let loop: EventLoop
  let starter: any ProcessStarter
  /// What was asked for, and whose end is not noted.
  var processes: [ProcessKey: RunningProcess] = [:]
  /// Per owner: what was started and not released, dead ones included. Nearly always that is one process, and there may be
  /// thousands of services: the others hang from the first (`RunningProcess.next`). A tree may outlive its service, whose
  /// number is another's then: never ask for it by that.
  var trees: [ProcessOwner: RunningProcess] = [:]
  /// The core has asked about these services and waits for their subtrees to become empty.
  var awaited: [ProcessOwner: AwaitedSubtree] = [:]
  /// Owners with dead processes whose subtrees were not empty when they were looked at last.
  var occupied: Set<ProcessOwner> = []
  /// Those that are looked at when the batch of events is over.
  var suspects: Set<ProcessOwner> = []
  var look: TimerHeap.Timer?
  let exits: any ExitWatcher
  /// What could not be listed is no more empty than it is full: it is looked at again.
  private(set) var relook: Retry?
  /// The end of some processes is told to nobody (`Subtree.Member.isUnheard`): they are looked for again and again.
  private(set) var overlook: SharedRetry<ProcessOwner>?
  /// Stands in the way of a listing, in tests.
  var beforeListing: (() throws(SystemError) -> Void)?

  /// What runs, as whoever comes after this supervisor's death would have to know it; its entries are in the file.
  let record: ProcessRecord
  var recordFile: ProcessRecordFile?

  /// What becomes of a process: the shell turns it into events for the core.
  var onEvent: ((Event) -> Void)?
  var onAnomaly: ((String) -> Void)?
  /// Starts are taken again.
  var onRoom: (() -> Void)?

  /// - Parameters:
  ///   - starter: forks; its reaper is the one by which the record and the marks name the supervisor.
  ///   - exits: tells the ends of processes; the event loop unless a test has something else in mind.
  init(loop: EventLoop, starter: any ProcessStarter, exits: (any ExitWatcher)? = nil) throws(SystemError) {
    self.loop = loop
    self.starter = starter
    self.exits = exits ?? loop
    let reaper = starter.subtrees.reaper
    record = ProcessRecord(boot: try Host.bootName(), supervisor: reaper, start: try StartClock.start(of: reaper))
    relook = Retry(loop: loop) { [weak self] in self?.sweepOccupied() }
    overlook = SharedRetry(
      Retry(loop: loop, first: .milliseconds(20), most: .seconds(2)) { [weak self] in self?.sweepOccupied() })
    starter.observer = self
  }

  // MARK: Starting

  /// Whether starts are taken now: whoever forks has a bound for what waits. `onRoom` tells when they are taken again.
  var takesStarts: Bool { starter.takesStarts }

  /// Has a process started; its fate comes as events, perhaps before this returns.
  ///
  /// - Parameters:
  ///   - output: where its output goes, when it runs on a caller's behalf.
  ///   - describe: puts a failure between fork and exec into words.
  func start(
    _ plan: LaunchPlan, for purpose: ProcessPurpose, output: CallerOutput?,
    _ describe: @escaping (LaunchFailure) -> SpawnFailure
  ) {
    let process = RunningProcess(PendingLaunch(purpose, describe))
    process.output = output
    processes[purpose.key] = process
    process.next = trees.updateValue(process, forKey: purpose.owner)
    starter.start(plan, as: purpose.key.serial, label: purpose.label)
  }

  /// Nobody would hear of its end: it must not live.
  private func endUnwatched(_ process: RunningProcess, _ error: SystemError) {
    _ = try? starter.subtrees.signal(HostSignal.kill, to: Subtree(firsts: [process.pid]))
    // It is reaped as adopted ones are.
    if let descriptor = process.takeDescriptor() { starter.release(process.key.serial, descriptor) }
    fail(process, error)
  }

  private func fail(_ process: RunningProcess, _ error: SystemError) {
    closeReport(process)
    processes[process.key] = nil
    keep(held(process.owner).filter { $0 !== process }, of: process.owner)
    process.output?.finish()
    onEvent?(.spawnFailed(process.key, SpawnFailure(stage: "fork", error, "cannot start a process: \(error)")))
    lookSoon(process.owner)
  }

  private func write(_ purpose: ProcessPurpose, pid: Int32, started: ClosedRange<Int64>) {
    recordFile?.started(
      ProcessRecord.Entry(
        pid: pid, started: started, incarnation: purpose.owner.serial, rule: purpose.rule, service: purpose.name,
        role: ProcessLabel(purpose.label)?.role))
  }

  private func sendHeld(_ signals: [PendingLaunch.HeldSignal], to process: RunningProcess) {
    for signal in signals {
      switch signal {
      case .process(let number): send(number, to: process)
      case .group(let number): sendToGroup(number, of: process)
      case .subtree(let number, let continues):
        send(number, to: Subtree(firsts: [process.pid]), continues: continues)
      }
    }
  }

  private func readReport(_ process: RunningProcess) {
    guard let launch = process.launch, let number = launch.number else { return }
    do throws(SystemError) {
      switch try launch.outcome() {
      case .pending:
        guard launch.watch == nil else { return }
        launch.watch = try loop.watch(number, for: .read) { [weak self, weak process] _ in
          if let process { self?.readReport(process) }
        }
      case .executed: reportSpawned(process)
      case .failed(let failure): reportFailed(process, launch.describe(failure))
      }
    } catch {
      onAnomaly?("the report of process \(process.pid) cannot be read: \(error)")
      reportSpawned(process)
    }
  }

  private func reportSpawned(_ process: RunningProcess) {
    closeReport(process)
    onEvent?(.spawned(process.key, pid: process.pid))
  }

  /// It is about to end, which is no news: it is released then.
  private func reportFailed(_ process: RunningProcess, _ failure: SpawnFailure) {
    closeReport(process)
    process.hasFailed = true
    process.output?.finish()
    onEvent?(.spawnFailed(process.key, failure))
  }

  private func closeReport(_ process: RunningProcess) {
    if let watch = process.launch?.watch { loop.cancel(watch) }
    process.launch = nil
  }

  // MARK: Ends

  /// - Parameter status: `nil`: nobody can know how.
  func ended(_ process: RunningProcess, _ status: WaitStatus?) {
    guard !process.hasEnded else { return }
    // The end may be told before the report: whether its program ever ran comes first.
    settleReport(process)
    process.markEnded()
    if process.hasFailed {
      if process.isNoted { forget(process) }
    } else {
      process.output?.finish()
      onEvent?(.exited(process.key, ExitStatus(status)))
    }
  }

  /// An event of this table's has been handled, and what came of it is written down. Only from then on the end of a process is
  /// not asked of the kernel or the keeper any more: a successor that has not read of it would have to.
  func note(_ event: Event) {
    switch event {
    case .exited(let key, _), .spawnFailed(let key, _): if let process = processes[key] { note(process) }
    case .resume: for process in processes.values where process.hasEnded { note(process) }
    default: break
    }
  }

  private func note(_ process: RunningProcess) {
    process.isNoted = true
    if process.hasEnded { forget(process) }
  }

  private func forget(_ process: RunningProcess) {
    processes[process.key] = nil
    lookSoon(process.owner)
  }

  private func settleReport(_ process: RunningProcess) {
    readReport(process)
    // Dead, and a descendant that never closed the pipe: it was its program that made one.
    if process.launch != nil { reportSpawned(process) }
  }

  // MARK: Signals

  func signal(_ key: ProcessKey, _ number: Int32) {
    guard let process = processes[key], !process.hasFailed, !process.hasEnded else { return }
    guard process.isStarted else {
      process.launch?.signals.append(.process(number))
      return
    }
    send(number, to: process)
  }

  private func send(_ number: Int32, to process: RunningProcess) {
    guard !process.isLost else { return starter.signal(process.key.serial, number) }
    do throws(SystemError) {
      try process.signal(number)
    } catch {
      onAnomaly?("process \(process.pid) cannot be signalled: \(error)")
    }
  }

  /// To the process group that the process leads (each process of ours leads a session).
  func signalGroup(_ key: ProcessKey, _ number: Int32) {
    guard let process = processes[key], !process.hasFailed, !process.hasEnded else { return }
    guard process.isStarted else {
      process.launch?.signals.append(.group(number))
      return
    }
    sendToGroup(number, of: process)
  }

  private func sendToGroup(_ number: Int32, of process: RunningProcess) {
    do throws(SystemError) {
      try Reaper.signalGroup(of: process.pid, number)
    } catch  where error.code == SystemError.noSuchProcess {
      // It has just ended.
    } catch {
      onAnomaly?("the process group of \(process.pid) cannot be signalled: \(error)")
    }
  }

  /// To every process of an owner; with `continues`, each gets SIGCONT after it.
  func signalSubtree(_ owner: ProcessOwner, _ number: Int32, continues: Bool = false) {
    for process in held(owner) where !process.isStarted {
      process.launch?.signals.append(.subtree(number, continues: continues))
    }
    if let subtree = subtree(owner) { send(number, to: subtree, continues: continues) }
  }

  private func send(_ number: Int32, to subtree: Subtree, continues: Bool) {
    do throws(SystemError) {
      try starter.subtrees.signal(number, to: subtree, continues: continues)
    } catch {
      onAnomaly?("not all processes of the service can be signalled: \(error)")
    }
  }
}

// MARK: - What the starter tells

extension ProcessTable: StarterObserver {
  func started(_ identity: UInt64, _ launched: consuming Launched) {
    let descriptor = launched.process
    guard let process = processes[ProcessKey(serial: identity)], let launch = process.launch, !process.isStarted else {
      onAnomaly?("process \(descriptor.pid) was started, and nobody had asked for it")
      return starter.release(identity, descriptor)
    }
    let report = launched.report
    process.begin(descriptor)
    launch.take(report)
    do throws(SystemError) {
      try watch(process)
    } catch {
      return endUnwatched(process, error)
    }
    write(launch.purpose, pid: process.pid, started: launch.began...StartClock.now())
    sendHeld(launch.signals, to: process)
    readReport(process)
  }

  func watch(_ process: RunningProcess) throws(SystemError) {
    guard !starter.tellsEnds else { return }
    try process.watchExit(by: exits) { [weak self, weak process] status in
      if let process { self?.ended(process, status) }
    }
  }

  func startFailed(_ identity: UInt64, _ error: SystemError) {
    guard let process = processes[ProcessKey(serial: identity)], !process.isStarted else { return }
    fail(process, error)
  }

  func ended(_ identity: UInt64, _ status: WaitStatus?) {
    if let process = processes[ProcessKey(serial: identity)] { ended(process, status) }
  }

  func orphanEnded(_ orphan: Reaper.Orphan, of identity: UInt64?) {
    sweepOccupied()
    guard let key = identity.map({ ProcessKey(serial: $0) }), !OwnProcesses.isOwn(key) else { return }
    onEvent?(.orphan(pid: orphan.pid, ExitStatus(orphan.status), of: key))
  }

  func starterHasRoom() {
    onRoom?()
  }

  /// Those who live are watched by themselves, and what they leave behind is not heard of.
  func reaperLost() {
    for process in trees.values.flatMap(\.line) where process.isOurs && process.isStarted { orphan(process) }
  }

  var strangers: [KeptProcess] {
    kept.filter { !$0.isOurs && !$0.hasEnded }.map { KeptProcess($0, number: nil) }
  }

  var descriptors: [KeptProcess] {
    kept.compactMap { process in process.descriptorNumber.map { KeptProcess(process, number: $0) } }
  }

  private var kept: [RunningProcess] {
    trees.values.flatMap(\.line).sorted { $0.key.serial < $1.key.serial }
  }

  func starterTrouble(_ text: String) {
    onAnomaly?(text)
  }
}

extension KeptProcess {
  fileprivate init(_ process: RunningProcess, number: Int32?) {
    self.init(identity: process.key.serial, pid: process.pid, label: process.label, descriptor: number)
  }
}

/// Tells when processes end.
protocol ExitWatcher: AnyObject {
  /// Calls the handler once, when the process has ended.
  func watchExit(
    of process: borrowing ProcessDescriptor, _ handler: @escaping (WaitStatus) -> Void
  ) throws(SystemError) -> EventLoop.Registration
}

extension EventLoop: ExitWatcher {}

extension ExitStatus {
  /// - Parameter status: `nil`: only that it has ended is known.
  init(_ status: WaitStatus?) {
    switch status {
    case .exited(let code): self = .exited(code)
    case .signaled(let number, let core): self = .signaled(number, core: core)
    case nil: self = .unknown
    }
  }
}
