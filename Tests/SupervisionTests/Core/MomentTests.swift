import Testing

@testable import Supervision

@Suite("Times of day")
struct MomentTests {
  @Test(
    "nanoseconds since 1970 are seconds and a part that is never negative",
    arguments: [
      (0, 0, 0), (1_500_000_000, 1, 500_000_000), (-1, -1, 999_999_999), (-1_000_000_000, -1, 0),
      (-1_500_000_000, -2, 500_000_000), (Int64.max, 9_223_372_036, 854_775_807),
      (Int64.min, -9_223_372_037, 145_224_192),
    ] as [(Int64, Int64, Int32)])
  func parts(_ total: Int64, _ seconds: Int64, _ nanoseconds: Int32) {
    let wall = WallTime(nanosecondsSinceEpoch: total)
    #expect(wall == WallTime(seconds: seconds, nanoseconds: nanoseconds))
  }

  @Test("the earlier is less")
  func order() {
    #expect(WallTime(seconds: -2, nanoseconds: 5) < WallTime(seconds: -1))
    #expect(WallTime(seconds: 1, nanoseconds: 4) < WallTime(seconds: 1, nanoseconds: 5))
  }
}
