import CProc
import Supervision

/// Where the time of the daemon comes from. Only the starts of processes are compared by a clock of their own (``StartClock``).
public enum Clock {
  /// The monotonic clock: what deadlines are measured by.
  public static func now() -> Instant {
    Instant(nanoseconds: cproc_clock_monotonic())
  }

  /// Nanoseconds since 1970; steps when somebody sets the clock.
  public static func wall() -> Int64 { cproc_clock_wall() }

  /// Both, for the core.
  static func moment() -> Moment { Moment(now(), wall: WallTime(nanosecondsSinceEpoch: wall())) }
}
