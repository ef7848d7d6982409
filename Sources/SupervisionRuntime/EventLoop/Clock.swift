import CProc

/// Where the time comes from. Both are nanoseconds.
public enum Clock {
  /// Since an arbitrary moment; never steps.
  public static func monotonic() -> Int64 { cproc_clock_monotonic() }
  /// Since 1970; steps when somebody sets the clock.
  public static func wall() -> Int64 { cproc_clock_wall() }
}
