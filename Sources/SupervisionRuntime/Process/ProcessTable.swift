import Supervision

/// The processes that the supervisor has started, by key and by service: starts them, watches their ends, signals them,
/// and gives their descriptors back when nothing of their subtrees is left.
final class ProcessTable {
  private let loop: EventLoop
  private var reaper: Reaper
  private var processes: [ProcessKey: RunningProcess] = [:]
  /// Per service: what was started and not released, dead ones included.
  private var trees: [ServiceID: Tree] = [:]
  /// Services with dead processes whose subtrees were not empty when they were looked at last.
  private var occupied: Set<ServiceID> = []
  private let supervisorPID = Host.pid

  /// What becomes of a process: the shell turns it into events for the core.
  var onEvent: ((Event) -> Void)?
  var onAnomaly: ((String) -> Void)?

  private struct Tree {
    var held: [RunningProcess] = []
    var incarnation: UInt64
    /// The core has asked and waits for the subtree to become empty.
    var isAwaited = false
  }

  init(loop: EventLoop) throws(SystemError) {
    self.loop = loop
    reaper = try Reaper()
  }

  // MARK: Starting

  /// The value of the marker variable in the environment of a service's processes.
  func mark(_ incarnation: UInt64) -> String { "\(supervisorPID).\(incarnation)" }

  /// Starts a process; its fate comes as events.
  func start(
    _ plan: LaunchPlan, key: ProcessKey, service: ServiceID, role: ProcessRole, incarnation: UInt64,
    describe: @escaping (LaunchFailure) -> SpawnFailure
  ) throws(SystemError) -> RunningProcess {
    let process = RunningProcess(try reaper.launch(plan), key: key, service: service, role: role)
    processes[key] = process
    trees[service, default: Tree(incarnation: incarnation)].held.append(process)
    try process.watchExit(on: loop) { [weak self] status in self?.ended(key, status) }
    readReport(process, describe)
    return process
  }

  private func readReport(_ process: RunningProcess, _ describe: @escaping (LaunchFailure) -> SpawnFailure) {
    do throws(SystemError) {
      switch try process.launchOutcome() {
      case .pending:
        guard process.reportWatch == nil, let number = process.reportNumber else { return }
        process.reportWatch = try loop.watch(number, for: .read) { [weak self, weak process] _ in
          guard let process else { return }
          self?.readReport(process, describe)
        }
        return
      case .executed:
        closeReport(process)
        onEvent?(.spawned(process.key, pid: process.pid))
      case .failed(let failure):
        closeReport(process)
        processes[process.key] = nil
        onEvent?(.spawnFailed(process.key, describe(failure)))
      }
    } catch {
      closeReport(process)
      onAnomaly?("the report of process \(process.pid) cannot be read: \(error)")
      onEvent?(.spawned(process.key, pid: process.pid))
    }
  }

  private func closeReport(_ process: RunningProcess) {
    if let watch = process.reportWatch { loop.cancel(watch) }
    process.reportWatch = nil
    process.closeReport()
  }

  // MARK: Ends

  private func ended(_ key: ProcessKey, _ status: WaitStatus) {
    // A child that never became its program is not in `processes` any more: its failure was the event.
    guard let process = processes.removeValue(forKey: key) else { return releaseFailedLaunch(key) }
    if process.reportNumber != nil {
      // Killed before its program ran, and the pipe's end was not seen yet.
      closeReport(process)
      onEvent?(.spawned(key, pid: process.pid))
    }
    process.markEnded()
    process.output?.finish()
    onEvent?(.exited(key, ExitStatus(status)))
    sweep(process.service)
  }

  private func releaseFailedLaunch(_ key: ProcessKey) {
    for (service, tree) in trees {
      guard let process = tree.held.first(where: { $0.key == key }) else { continue }
      process.markEnded()
      return sweep(service)
    }
  }

  /// Releases a service's dead processes if nothing of their subtrees is left.
  private func sweep(_ service: ServiceID) {
    guard let tree = trees[service], tree.held.contains(where: \.hasEnded) else { return }
    if tree.isAwaited {
      answer(service)
      return
    }
    let dead = tree.held.filter(\.hasEnded)
    if isEmpty(dead, tree.incarnation, isWhole: dead.count == tree.held.count) {
      release(dead, of: service)
    } else {
      occupied.insert(service)
    }
  }

  private func release(_ dead: [RunningProcess], of service: ServiceID) {
    for process in dead {
      if let descriptor = process.takeDescriptor() { reaper.release(descriptor) }
    }
    trees[service]?.held.removeAll { $0.hasEnded }
    occupied.remove(service)
    if trees[service]?.held.isEmpty == true { trees[service] = nil }
  }

  /// Whether nothing lives that descends from these processes.
  private func isEmpty(_ firsts: [RunningProcess], _ incarnation: UInt64, isWhole: Bool) -> Bool {
    // The marker speaks for the whole service; it says nothing about a part of its processes.
    let subtree = Subtree(firsts: firsts.map(\.pid), mark: isWhole ? mark(incarnation) : nil)
    do throws(SystemError) {
      return try reaper.members(of: subtree).isEmpty
    } catch {
      onAnomaly?("the subtree of process \(firsts.first?.pid ?? 0) cannot be listed: \(error)")
      return true
    }
  }

  /// SIGCHLD: adopted processes have ended; a subtree may have become empty.
  func reapOrphans() {
    do throws(SystemError) {
      guard try !reaper.reapOrphans().isEmpty else { return }
    } catch {
      onAnomaly?("adopted processes cannot be waited for: \(error)")
    }
    for service in occupied.sorted() { sweep(service) }
  }

  // MARK: What the core asks for

  /// Is anything left of a service? The answer comes as an event, and comes again when there is nothing any more.
  func inspect(_ service: ServiceID) {
    guard trees[service] != nil else {
      onEvent?(.subtree(service, isEmpty: true))
      return
    }
    trees[service]?.isAwaited = true
    let isOccupied = answer(service)
    if isOccupied { onEvent?(.subtree(service, isEmpty: false)) }
  }

  /// Tells the core if the subtree is empty now.
  @discardableResult
  private func answer(_ service: ServiceID) -> Bool {
    guard let tree = trees[service], tree.isAwaited else { return false }
    guard tree.held.allSatisfy(\.hasEnded), isEmpty(tree.held, tree.incarnation, isWhole: true) else {
      occupied.insert(service)
      return true
    }
    trees[service]?.isAwaited = false
    release(tree.held, of: service)
    onEvent?(.subtree(service, isEmpty: true))
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
    } catch where error.code == SystemError.noSuchProcess {
      // It has just ended.
    } catch {
      onAnomaly?("the process group of \(process.pid) cannot be signalled: \(error)")
    }
  }

  /// To every process of a service.
  func signalSubtree(_ service: ServiceID, _ number: Int32) {
    guard let tree = trees[service] else { return }
    do throws(SystemError) {
      try reaper.signal(number, to: subtree(tree))
    } catch {
      onAnomaly?("not all processes of the service can be signalled: \(error)")
    }
  }

  /// All living processes of a service.
  func members(of service: ServiceID) throws(SystemError) -> [Subtree.Member] {
    guard let tree = trees[service] else { return [] }
    return try reaper.members(of: subtree(tree))
  }

  /// The service exists no more; what its dead processes still hold is released when it is empty.
  func forget(_ service: ServiceID) {
    sweep(service)
  }

  /// Whether a service has left processes behind that are no longer under a main process.
  func hasRemains(_ service: ServiceID) -> Bool { occupied.contains(service) }

  private func subtree(_ tree: Tree) -> Subtree {
    Subtree(firsts: tree.held.map(\.pid), mark: mark(tree.incarnation))
  }

  subscript(key: ProcessKey) -> RunningProcess? { processes[key] }
}

extension ExitStatus {
  init(_ status: WaitStatus) {
    switch status {
    case .exited(let code): self = .exited(code)
    case .signaled(let number, let core): self = .signaled(number, core: core)
    }
  }
}
