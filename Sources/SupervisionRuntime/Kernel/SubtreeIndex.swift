import CProc

/// Which of the processes below the reaper belong to which of those that were started.
///
/// The reaper is whoever forks: this process, or the keeper. One look at its descendants is enough for questions about any number
/// of services.
public final class SubtreeIndex {
  /// Its pid.
  public let reaper: Int32
  /// The pids of what was started and not released, ascending.
  private(set) var known: [Int32] = []
  private let descendants: OpaquePointer
  private let reserve = DescriptorReserve()
  private let devNull: Descriptor

  public init(of reaper: Int32) throws(SystemError) {
    self.reaper = reaper
    devNull = try Descriptor.open("/dev/null")
    guard let descendants = cproc_descendants_make(reaper) else {
      throw SystemError("malloc", code: SystemError.noMemory)
    }
    self.descendants = descendants
    reserve.refill(from: devNull)
  }

  deinit {
    cproc_descendants_free(descendants)
  }

  /// /dev/null: number 0 of every process that is not promised another.
  var nullDevice: Int32 { devNull.number }

  // MARK: What was started

  /// How many processes it looks below.
  var count: Int { known.count }

  func add(_ pid: Int32) {
    known.insert(pid, at: known.lowerBound(of: pid))
  }

  func remove(_ pid: Int32) {
    let position = known.lowerBound(of: pid)
    if position < known.count, known[position] == pid { known.remove(at: position) }
  }

  // MARK: What descends from it

  /// Looks at all of it anew.
  public func look() throws(SystemError) {
    _ = try lending { () throws(SystemError) in
      try check("procctl", on: "PROC_REAP_GETPIDS", cproc_descendants_look(descendants, known, known.count))
    }
  }

  /// The living processes of a service, as of the last look: its first processes and all that descends from them, adopted ones
  /// included.
  public func members(of subtree: Subtree) throws(SystemError) -> [Subtree.Member] {
    try lending { () throws(SystemError) in try list(subtree) }
  }

  /// Tries again with the descriptors in reserve where there are no others.
  private func lending<Result>(_ body: () throws(SystemError) -> Result) throws(SystemError) -> Result {
    do {
      return try body()
    } catch  where reserve.helps(error) {
      reserve.lend()
      defer { reserve.refill(from: devNull) }
      return try body()
    }
  }

  private func list(_ subtree: Subtree) throws(SystemError) -> [Subtree.Member] {
    try subtree.withRequest { (request) throws(SystemError) in
      var members = [cproc_member](repeating: cproc_member(), count: 16)
      while true {
        let count = cproc_descendants_members(descendants, &request, &members, members.count)
        guard count >= 0 else { throw SystemError("procctl", on: "PROC_REAP_GETPIDS", code: cproc_errno()) }
        if count <= members.count { return members.prefix(count).map(Subtree.Member.init) }
        members = [cproc_member](repeating: cproc_member(), count: 2 * count)
      }
    }
  }

  /// Sends a signal to all members, whom it looks for anew. Returns how many got it; 0 when there are none.
  ///
  /// - Parameter continues: each gets SIGCONT after it.
  /// - Throws: when a member could not be signalled (the others were), or they could not be listed.
  @discardableResult
  public func signal(
    _ signal: Int32, to subtree: Subtree, continues: Bool = false
  ) throws(SystemError) -> Int {
    try lending { () throws(SystemError) in try send(signal, to: subtree, continues) }
  }

  private func send(_ signal: Int32, to subtree: Subtree, _ continues: Bool) throws(SystemError) -> Int {
    try subtree.withRequest { (request) throws(SystemError) in
      var killed = cproc_subtree_killed()
      if cproc_descendants_signal(descendants, known, known.count, &request, signal, continues, &killed) < 0 {
        let code = cproc_errno()
        if code == ESRCH { return 0 }
        throw SystemError("procctl", on: "PROC_REAP_GETPIDS", code: code)
      }
      if killed.refused != 0 { throw SystemError("kill", on: "\(killed.refused)", code: killed.error) }
      return Int(killed.signalled)
    }
  }
}

/// Names the processes of one service.
public struct Subtree: Sendable, Equatable {
  /// The processes that were launched for the service and not released: main process, hooks, actions.
  public var firsts: [Int32]
  /// Those of a service that live and are no descendants of the reaper: they, and what descends from them.
  public var strangers: [Int32]
  /// The value of FRUIX_SERVICE in the environment of its processes. Only the Linux backend looks at it.
  public var mark: String?

  public init(firsts: [Int32], strangers: [Int32] = [], mark: String? = nil) {
    self.firsts = firsts
    self.strangers = strangers
    self.mark = mark
  }

  public struct Member: Sendable, Equatable {
    public var pid: Int32
    /// Its parent; `nil` when it could not be asked for any more.
    public var parent: Int32?
    /// Which of the subtree's first processes it descends from; `nil` when only the mark tells.
    public var first: Int32?
    /// Whether its end is told to nobody, and has to be looked for.
    public var isUnheard = false
  }
}

extension Subtree.Member {
  init(_ member: cproc_member) {
    pid = member.pid
    parent = member.parent > 0 ? member.parent : nil
    first = member.first > 0 ? member.first : nil
    isUnheard = member.is_unheard
  }
}

extension Subtree {
  /// Lays the request out in C for the time of the call.
  fileprivate func withRequest<Result>(
    _ body: (inout cproc_subtree) throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    try firsts.withUnsafeBufferPointer { (firsts) throws(SystemError) in
      try strangers.withUnsafeBufferPointer { (strangers) throws(SystemError) in
        var request = cproc_subtree(
          firsts: firsts.baseAddress, first_count: firsts.count, strangers: strangers.baseAddress,
          stranger_count: strangers.count, mark: nil)
        guard let mark else { return try body(&request) }
        var bytes = mark.utf8CString
        return try bytes.withUnsafeMutableBufferPointer { (bytes) throws(SystemError) in
          request.mark = UnsafePointer(bytes.baseAddress)
          return try body(&request)
        }
      }
    }
  }
}
