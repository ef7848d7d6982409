import CProc

/// What the runtime asks of the system that it runs on.
public enum Host {
  /// This process.
  public static var pid: Int32 { cproc_pid() }
  /// Its effective user and group.
  public static var user: UInt32 { cproc_user() }
  public static var group: UInt32 { cproc_group() }

  /// Runs `body` in the thread that is to start processes: this one, or on Linux a second one while this one
  /// only waits. There adopted children are told from launched ones by the thread that has them; without this
  /// all works, but each look for them takes longer the more services there are. Call it once, around all that
  /// the daemon does.
  public static func run(_ body: () -> Void) throws(SystemError) {
    let result = withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { pointer in
        cproc_run(
          { $0?.assumingMemoryBound(to: (() -> Void).self).pointee() }, UnsafeMutableRawPointer(mutating: pointer))
      }
    }
    try check("pthread_create", result)
  }

  /// The command line, the program's name first, as the kernel gave it to this process. (`CommandLine.arguments` reads it
  /// from /proc on Linux, and is silently empty where that is not mounted.)
  public static var arguments: [String] {
    (0..<cproc_argument_count()).compactMap { index in cproc_argument(index).map { String(cString: $0) } }
  }

  /// The lines `NAME=value` of this process's environment.
  public static var environment: [ByteString] {
    guard var next = cproc_environment() else { return [] }
    var lines: [ByteString] = []
    while let line = next.pointee {
      var length = 0
      while line[length] != 0 { length += 1 }
      lines.append(ByteString(UnsafeRawBufferPointer(start: line, count: length)))
      next += 1
    }
    return lines
  }

  /// umask(2), as it is.
  static var umask: UInt32 { UInt32(cproc_mask()) }

  /// The value of a variable of this process's environment.
  public static func environmentValue(_ name: String) -> String? {
    guard let value = cproc_environment_value(name) else { return nil }
    return String(cString: value)
  }

  /// The program that this process runs, by its absolute path: /proc/self/exe, KERN_PROC_PATHNAME.
  public static func executable() throws(SystemError) -> String {
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer -> String? in
      guard let start = buffer.baseAddress, cproc_executable(start, buffer.count) == 0 else { return nil }
      return String(cString: start)
    }
    guard let text else { throw SystemError("sysctl", on: "KERN_PROC_PATHNAME", code: cproc_errno()) }
    return text
  }

  /// HOME if it is an absolute path, else what the user database says.
  public static func homeDirectory() throws(SystemError) -> String? {
    if let home = environmentValue("HOME"), home.hasPrefix("/") { return home }
    return try Account.find(user: user)?.home
  }

  /// Sees that a kernel module is there: FreeBSD loads it when it is not, Linux only looks.
  ///
  /// - Throws: `ENOENT`, there is no such module; `EPERM`, not allowed to load it.
  public static func requireModule(_ name: String) throws(SystemError) {
    try check("kldload", on: name, cproc_module_require(name))
  }

  /// A sysctl(3) by its name, as `sysctl -n` prints it.
  public static func sysctl(_ name: String) throws(SystemError) -> String {
    var size = 256
    while true {
      let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer -> String? in
        guard let start = buffer.baseAddress, cproc_sysctl(name, start, buffer.count) >= 0 else { return nil }
        return String(cString: start)
      }
      if let text { return text }
      guard cproc_errno() == ERANGE, size < 1 << 20 else { throw SystemError("sysctl", on: name, code: cproc_errno()) }
      size *= 4
    }
  }

  /// Whether the kernel has the calls that no service can be run without: found out without a fork. ``Probe`` tries what they do.
  static var hasNeededCalls: Bool { cproc_calls_are_there() }

  /// Sets what every signal does, and the mask, to what the supervisor works with, whatever it was started with. Call it
  /// before anything else.
  public static func beginSignals() throws(SystemError) {
    try check("sigaction", cproc_signals_begin())
  }
}
