/// A moment of the monotonic clock, in nanoseconds from an arbitrary origin.
///
/// Steps of the wall clock do not touch it; whoever shows a date computes it from the age of an instant.
public struct Instant: Sendable, Hashable, Comparable {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The moment so much later; the end of time where that does not fit.
  public static func + (instant: Instant, duration: Duration) -> Instant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.nanoseconds)
    return Instant(nanoseconds: overflow ? .max : sum)
  }

  public static func - (later: Instant, earlier: Instant) -> Duration {
    .nanoseconds(later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds).partialValue)
  }

  /// The whole seconds until then, one at least, for a reader.
  func left(at now: Instant) -> String {
    Duration.seconds(max(1, (self - now).nanoseconds / 1_000_000_000)).text
  }
}

extension Duration {
  /// Whole nanoseconds, saturating: a duration of three centuries is as good as for ever.
  public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carry ? .max : sum
  }
}
