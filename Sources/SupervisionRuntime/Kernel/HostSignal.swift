import CProc

/// The signals that the supervisor listens to or sends by itself, by their numbers on this system.
public enum HostSignal {
  public static var terminate: Int32 { SIGTERM }
  public static var interrupt: Int32 { SIGINT }
  public static var hangup: Int32 { SIGHUP }
  /// Asks for an upgrade.
  static var upgrade: Int32 { SIGUSR2 }
  public static var child: Int32 { SIGCHLD }
  public static var kill: Int32 { SIGKILL }
  public static var `continue`: Int32 { SIGCONT }

  /// What a program gets for what it has done itself.
  static var faults: [Int32] { [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS] }

  /// Whether this process ignores the signal: whoever started it in the background wants that.
  public static func isIgnored(_ signal: Int32) -> Bool { cproc_signal_is_ignored(signal) }

  /// Blocks a signal until it is watched: it stays pending.
  static func hold(_ signal: Int32) throws(SystemError) {
    try check("sigprocmask", cproc_signal_hold(signal))
  }

  /// Takes a blocked signal that is pending: one from before it was watched. Returns whether there was one.
  static func takePending(_ signal: Int32) -> Bool { cproc_signal_take(signal) }

  /// Those that would kill or stop the supervisor, and mean nothing to it.
  static var strange: [Int32] {
    (1...).lazy.map { Int32($0) }.prefix { cproc_signal_use($0) != CPROC_SIGNAL_NONE }
      .filter { cproc_signal_use($0) == CPROC_SIGNAL_STRANGE }
  }
}
