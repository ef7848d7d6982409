/// When an event is handled, by both clocks: the core computes with the instant, and tells people the time of day.
public struct Moment: Sendable, Hashable {
  public var instant: Instant
  public var wall: WallTime

  public init(_ instant: Instant, wall: WallTime) {
    self.instant = instant
    self.wall = wall
  }
}

/// The time of day, in seconds since 1970. Somebody may set the clock, so that a later one may be less.
public struct WallTime: Sendable, Hashable, Comparable {
  public var seconds: Int64
  /// From 0 to 999,999,999, also before 1970.
  public var nanoseconds: Int32

  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  public init(nanosecondsSinceEpoch total: Int64) {
    let (quotient, remainder) = total.quotientAndRemainder(dividingBy: 1_000_000_000)
    self.init(
      seconds: remainder < 0 ? quotient - 1 : quotient,
      nanoseconds: Int32(remainder < 0 ? remainder + 1_000_000_000 : remainder))
  }

  public static func < (left: WallTime, right: WallTime) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}
