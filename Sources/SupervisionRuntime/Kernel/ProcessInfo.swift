import CProc

/// A living process of the system, whosever it is, as seen at one moment.
public struct ProcessInfo: Sendable, Equatable {
  public var pid: Int32
  public var parent: Int32
  public var session: Int32
  /// By ``StartClock/now()``; with the pid it names a process once and for all, until the next boot.
  public var start: Int64
  /// Linux: the launched process by which it is marked (``Subtree``), a mark that is inherited; else `nil`.
  public var first: Int32?
  /// Linux: the value of FRUIX_SERVICE in its environment; else empty.
  public var mark: String

  public init(pid: Int32, parent: Int32, session: Int32, start: Int64, first: Int32? = nil, mark: String = "") {
    self.pid = pid
    self.parent = parent
    self.session = session
    self.start = start
    self.first = first
    self.mark = mark
  }

  /// All of them, in no order.
  public static func all() throws(SystemError) -> [ProcessInfo] {
    var processes = [cproc_process_info](repeating: cproc_process_info(), count: 512)
    while true {
      let count = cproc_process_infos(&processes, processes.count)
      guard count >= 0 else { throw SystemError("sysctl", on: "kern.proc", code: cproc_errno()) }
      if count <= processes.count { return processes.prefix(count).map(ProcessInfo.init) }
      processes = [cproc_process_info](repeating: cproc_process_info(), count: count + count / 4)
    }
  }

  private init(_ process: cproc_process_info) {
    pid = process.pid
    parent = process.parent
    session = process.session
    start = process.start
    first = process.first > 0 ? process.first : nil
    mark = withUnsafeBytes(of: process.mark) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// The clock by which the kernel tells when a process was started: nanoseconds since the boot.
public enum StartClock {
  public static func now() -> Int64 { cproc_clock_start() }
  /// How far an answer of the kernel may lie before the moment itself.
  public static var precision: Int64 { cproc_start_precision() }

  /// - Throws: `ESRCH`, there is no such process.
  public static func start(of process: Int32) throws(SystemError) -> Int64 {
    var start: Int64 = 0
    try check("sysctl", on: "\(process)", cproc_start_of(process, &start))
    return start
  }
}

extension Host {
  /// Names this boot of the system.
  public static func bootName() throws(SystemError) -> String {
    var failure: SystemError?
    let name = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer -> String in
      guard let start = buffer.baseAddress, cproc_boot_name(start, buffer.count) == 0 else {
        failure = SystemError("sysctl", on: "kern.boot_id", code: cproc_errno())
        return ""
      }
      return String(cString: start)
    }
    if let failure { throw failure }
    return name
  }
}

/// A process that is not a child of this one, held so that neither its end is missed nor another process hit that has
/// got its pid.
public struct HeldProcess: ~Copyable {
  public let pid: Int32
  private let start: Int64
  private let descriptor: Descriptor

  /// - Throws: `ESRCH`, it has ended, or the pid is another's by now.
  public init(pid: Int32, start: Int64) throws(SystemError) {
    self.pid = pid
    self.start = start
    descriptor = Descriptor(adopting: try check("pidfd_open", on: "\(pid)", cproc_hold(pid, start)))
  }

  /// Readable when the process has ended: for ``EventLoop/watch(_:for:_:)``.
  public var number: Int32 { descriptor.number }

  /// - Throws: `ESRCH`, it has ended.
  public borrowing func signal(_ signal: Int32) throws(SystemError) {
    try check("kill", on: "\(pid)", cproc_held_signal(number, pid, start, signal))
  }
}
