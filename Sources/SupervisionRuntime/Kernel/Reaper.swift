import CProc

/// The supervisor as parent: it starts processes, and reaps them and what they leave behind.
///
/// Whatever starts processes goes through the same `Reaper`, from the main thread: which children were started and
/// which adopted is told by the table in its index.
public struct Reaper: ~Copyable {
  /// Whose child is whose.
  public let subtrees: SubtreeIndex

  /// Becomes a reaper: PROC_REAP_ACQUIRE, PR_SET_CHILD_SUBREAPER.
  public init() throws(SystemError) {
    try check("procctl", on: "PROC_REAP_ACQUIRE", cproc_reaper_acquire())
    subtrees = try SubtreeIndex(of: Host.pid)
  }

  /// Starts a process.
  ///
  /// - Throws: what pdfork(2) and pipe(2) say: no more processes, memory or descriptors. Everything later comes
  ///   by the report.
  public func launch(_ plan: LaunchPlan) throws(SystemError) -> Launched {
    let spawned = try plan.spawn(nullDevice: subtrees.nullDevice)
    subtrees.add(spawned.pid)
    return Launched(
      process: ProcessDescriptor(pid: spawned.pid, adopting: spawned.process),
      report: LaunchReport(descriptor: Descriptor(adopting: spawned.report)))
  }

  /// Reaps a process that has ended and closes its descriptor. From then on its pid can be used again, and its
  /// subtree has no name: release a main process when ``SubtreeIndex/members(of:)`` finds nothing any more.
  public func release(_ process: consuming ProcessDescriptor) {
    subtrees.remove(process.pid)
    _ = cproc_process_release(process.relinquish())
  }

  /// Reaps what was adopted and has ended: after each SIGCHLD.
  public func reapOrphans() throws(SystemError) -> [Orphan] {
    var all: [Orphan] = []
    var batch = [cproc_orphan](repeating: cproc_orphan(), count: 32)
    let known = subtrees.known
    while true {
      let count = cproc_reap_orphans(known, known.count, &batch, batch.count)
      guard count >= 0 else { throw SystemError("waitpid", code: cproc_errno()) }
      all += batch.prefix(count).map { Orphan(pid: $0.pid, status: WaitStatus(raw: $0.status)) }
      if count < batch.count { return all }
    }
  }

  /// An adopted process that has ended.
  public struct Orphan: Sendable, Equatable {
    public var pid: Int32
    public var status: WaitStatus

    public init(pid: Int32, status: WaitStatus) {
      self.pid = pid
      self.status = status
    }
  }
}
