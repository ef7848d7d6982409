import Supervision

/// The processes that the supervisor has started, by key and by service: starts them, watches their ends, signals them,
/// and gives their descriptors back when nothing of their subtrees is left.
final class ProcessTable {
  private let loop: EventLoop
  private var reaper: Reaper
  /// What was started and has not ended.
  private var processes: [ProcessKey: RunningProcess] = [:]
  /// Per service: what was started and not released, dead ones included. Nearly always that is one process, and there may be
  /// thousands of services: the others hang from the first (`RunningProcess.next`). A tree may outlive its service, whose
  /// number is another's then: never ask for it by that.
  private var trees: [Incarnation: RunningProcess] = [:]
  /// The core has asked about these services and waits for their subtrees to become empty.
  private var awaited: [Incarnation: QuestionID] = [:]
  /// Services with dead processes whose subtrees were not empty when they were looked at last.
  private var occupied: Set<Incarnation> = []
  private let exits: any ExitWatcher
  /// What could not be listed is no more empty than it is full: it is looked at again.
  private var relook: SharedRetry<Incarnation>?
  /// The end of some processes is told to nobody (`Subtree.Member.isUnheard`): they are looked for again and again.
  private var overlook: SharedRetry<Incarnation>?
  /// Stands in the way of a listing, in tests.
  var beforeListing: (() throws(SystemError) -> Void)?

  /// What runs, as whoever comes after this supervisor's death would have to know it; its entries are in the file.
  let record: ProcessRecord
  var recordFile: ProcessRecordFile?

  /// What becomes of a process: the shell turns it into events for the core.
  var onEvent: ((Event) -> Void)?
  var onAnomaly: ((String) -> Void)?

  /// - Parameter exits: tells the ends of processes; the event loop unless a test has something else in mind.
  init(loop: EventLoop, exits: (any ExitWatcher)? = nil) throws(SystemError) {
    self.loop = loop
    self.exits = exits ?? loop
    reaper = try Reaper()
    record = ProcessRecord(
      boot: try Host.bootName(), supervisor: Host.pid, start: try StartClock.start(of: Host.pid))
    relook = SharedRetry(Retry(loop: loop) { [weak self] in self?.sweepOccupied() })
    overlook = SharedRetry(
      Retry(loop: loop, first: .milliseconds(20), most: .seconds(2)) { [weak self] in self?.sweepOccupied() })
  }

  // MARK: Starting

  /// Starts a process; its fate comes as events.
  ///
  /// - Parameters:
  ///   - output: where its output goes, when it runs on a caller's behalf.
  ///   - describe: puts a failure between fork and exec into words.
  /// - Throws: there is no process then, and no event comes.
  func start(
    _ plan: LaunchPlan, for purpose: ProcessPurpose, output: CallerOutput?,
    _ describe: @escaping (LaunchFailure) -> SpawnFailure
  ) throws(SystemError) {
    let before = StartClock.now()
    let process = RunningProcess(try reaper.launch(plan), for: purpose, describe: describe)
    do throws(SystemError) {
      try process.watchExit(by: exits) { [weak self] status in self?.ended(process, status) }
    } catch {
      endUnwatched(process)
      throw error
    }
    write(purpose, pid: process.pid, started: before...StartClock.now())
    process.output = output
    processes[purpose.key] = process
    process.next = trees.updateValue(process, forKey: purpose.incarnation)
    readReport(process)
  }

  /// Nobody would hear of its end: it must not live.
  private func endUnwatched(_ process: RunningProcess) {
    _ = try? reaper.signal(HostSignal.kill, to: Subtree(firsts: [process.pid]))
    // It is reaped as adopted ones are.
    if let descriptor = process.takeDescriptor() { reaper.release(descriptor) }
  }

  private func write(_ purpose: ProcessPurpose, pid: Int32, started: ClosedRange<Int64>) {
    guard let recordFile else { return }
    let definition = purpose.blueprint.definition
    recordFile.started(
      ProcessRecord.Entry(
        pid: pid, started: started, incarnation: purpose.incarnation.serial, rule: .init(definition.stop),
        service: definition.name))
  }

  private func readReport(_ process: RunningProcess) {
    guard let launch = process.launch else { return }
    do throws(SystemError) {
      switch try launch.outcome() {
      case .pending:
        guard launch.watch == nil else { return }
        launch.watch = try loop.watch(launch.number, for: .read) { [weak self, weak process] _ in
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
    processes[process.key] = nil
    onEvent?(.spawnFailed(process.key, failure))
  }

  private func closeReport(_ process: RunningProcess) {
    if let watch = process.launch?.watch { loop.cancel(watch) }
    process.launch = nil
  }

  // MARK: Ends

  private func ended(_ process: RunningProcess, _ status: WaitStatus) {
    // The end may be told before the report: whether its program ever ran comes first.
    settleReport(process)
    process.markEnded()
    processes[process.key] = nil
    if !process.hasFailed {
      process.output?.finish()
      onEvent?(.exited(process.key, ExitStatus(status)))
    }
    sweep(process.incarnation)
  }

  private func settleReport(_ process: RunningProcess) {
    readReport(process)
    // Dead, and a descendant that never closed the pipe: it was its program that made one.
    if process.launch != nil { reportSpawned(process) }
  }

  /// Releases a service's dead processes if nothing of their subtrees is left.
  private func sweep(_ service: Incarnation) {
    if awaited[service] != nil {
      answer(service)
      return
    }
    let held = held(service)
    let dead = held.filter(\.hasEnded)
    guard !dead.isEmpty else { return }
    if isEmpty(dead, service, isWhole: dead.count == held.count) {
      release(dead, of: service)
    } else {
      occupied.insert(service)
    }
  }

  /// What was started for a service and not released.
  private func held(_ service: Incarnation) -> [RunningProcess] {
    Array(sequence(first: trees[service]) { $0?.next }.lazy.compactMap { $0 })
  }

  private func release(_ dead: [RunningProcess], of service: Incarnation) {
    for process in dead {
      guard let descriptor = process.takeDescriptor() else { continue }
      reaper.release(descriptor)
      recordFile?.released(process.pid)
    }
    occupied.remove(service)
    keep(held(service).filter { !$0.hasEnded }, of: service)
  }

  private func keep(_ living: [RunningProcess], of service: Incarnation) {
    var first: RunningProcess?
    for process in living.reversed() {
      process.next = first
      first = process
    }
    trees[service] = first
  }

  /// Whether nothing lives that descends from these processes. While that cannot be known it counts as occupied.
  private func isEmpty(_ firsts: [RunningProcess], _ service: Incarnation, isWhole: Bool) -> Bool {
    // The marker speaks for the whole service; it says nothing about a part of its processes.
    let subtree = Subtree(firsts: firsts.map(\.pid), mark: isWhole ? record.mark(service.serial) : nil)
    do throws(SystemError) {
      let members = try list(subtree)
      relook?.succeeded(service)
      if members.contains(where: \.isUnheard) { overlook?.failed(service) } else { overlook?.succeeded(service) }
      return members.isEmpty
    } catch {
      if relook?.failed(service) == true {
        onAnomaly?(
          "what is left of process \(firsts.first?.pid ?? 0) cannot be listed: \(error); "
            + "this is tried again until it succeeds")
      }
      return false
    }
  }

  private func list(_ subtree: Subtree) throws(SystemError) -> [Subtree.Member] {
    try beforeListing?()
    return try reaper.members(of: subtree)
  }

  /// SIGCHLD: adopted processes have ended; a subtree may have become empty.
  func reapOrphans() {
    do throws(SystemError) {
      guard try !reaper.reapOrphans().isEmpty else { return }
    } catch {
      onAnomaly?("adopted processes cannot be waited for: \(error)")
    }
    sweepOccupied()
  }

  private func sweepOccupied() {
    for service in occupied.sorted() { sweep(service) }
  }

  // MARK: What the core asks for

  /// Is anything left of a service? The answer comes as an event, and comes again when there is nothing any more.
  func inspect(_ service: Incarnation, _ question: QuestionID) {
    guard trees[service] != nil else {
      onEvent?(.subtree(question, isEmpty: true))
      return
    }
    // Only the latest question is waited for: who leaves processes at each respawn is not asked about ever more often.
    if let earlier = awaited.updateValue(question, forKey: service) { onEvent?(.subtree(earlier, isEmpty: true)) }
    let isOccupied = answer(service)
    if isOccupied { onEvent?(.subtree(question, isEmpty: false)) }
  }

  /// Tells the core if the subtree is empty now.
  @discardableResult
  private func answer(_ service: Incarnation) -> Bool {
    let held = held(service)
    guard awaited[service] != nil, !held.isEmpty else { return false }
    guard held.allSatisfy(\.hasEnded), isEmpty(held, service, isWhole: true) else {
      occupied.insert(service)
      return true
    }
    let question = awaited.removeValue(forKey: service)
    release(held, of: service)
    if let question { onEvent?(.subtree(question, isEmpty: true)) }
    return false
  }

  func signal(_ key: ProcessKey, _ number: Int32) {
    guard let process = processes[key] else { return }
    do throws(SystemError) {
      try process.signal(number)
    } catch {
      onAnomaly?("process \(process.pid) cannot be signalled: \(error)")
    }
  }

  /// To the process group that the process leads (each process of ours leads a session).
  func signalGroup(_ key: ProcessKey, _ number: Int32) {
    guard let process = processes[key], !process.hasEnded else { return }
    do throws(SystemError) {
      try Reaper.signalGroup(of: process.pid, number)
    } catch  where error.code == SystemError.noSuchProcess {
      // It has just ended.
    } catch {
      onAnomaly?("the process group of \(process.pid) cannot be signalled: \(error)")
    }
  }

  /// To every process of a service; with `continues`, each gets SIGCONT after it.
  func signalSubtree(_ service: Incarnation, _ number: Int32, continues: Bool = false) {
    guard let subtree = subtree(service) else { return }
    do throws(SystemError) {
      try reaper.signal(number, to: subtree, continues: continues)
    } catch {
      onAnomaly?("not all processes of the service can be signalled: \(error)")
    }
  }

  /// All living processes of a service.
  func members(of service: Incarnation) throws(SystemError) -> [Subtree.Member] {
    guard let subtree = subtree(service) else { return [] }
    return try list(subtree)
  }

  /// The service exists no more; what its dead processes still hold is released when it is empty.
  func forget(_ service: Incarnation) {
    sweep(service)
  }

  private func subtree(_ service: Incarnation) -> Subtree? {
    guard trees[service] != nil else { return nil }
    return Subtree(firsts: held(service).map(\.pid), mark: record.mark(service.serial))
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
