import Testing

@testable import ControlProtocol

@Suite("Times on the wire")
struct TimestampTests {
  @Test(
    "a moment is written in UTC with milliseconds, and read back",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"),
      (1, "1970-01-01T00:00:00.001Z"),
      (-1, "1969-12-31T23:59:59.999Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (951_868_799_999, "2000-02-29T23:59:59.999Z"),
      (951_868_800_000, "2000-03-01T00:00:00.000Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
      (1_795_514_531_250, "2026-11-24T10:02:11.250Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
      (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
    ] as [(Int64, String)])
  func roundTrip(milliseconds: Int64, text: String) {
    let time = Timestamp(millisecondsSinceEpoch: milliseconds)
    #expect(time.description == text)
    #expect(Timestamp(text) == time)
  }

  @Test("every day of four centuries comes back")
  func days() {
    let day: Int64 = 86_400_000
    for number in stride(from: Int64(-146_097), through: 146_097, by: 1) {
      let time = Timestamp(millisecondsSinceEpoch: number * day + 12_345)
      #expect(Timestamp(time.description) == time)
    }
  }

  @Test(
    "people read a moment to the second, with the offset of their place",
    arguments: [
      (0, "2026-11-24T10:02:11Z"),
      (3600, "2026-11-24T11:02:11+01:00"),
      (-12_600, "2026-11-24T06:32:11-03:30"),
      (50_400, "2026-11-25T00:02:11+14:00"),
    ] as [(Int, String)])
  func local(offset: Int, text: String) {
    #expect(Timestamp(millisecondsSinceEpoch: 1_795_514_531_250).text(offset: offset) == text)
  }

  @Test("the fraction may be left out")
  func withoutFraction() {
    #expect(Timestamp("2026-11-24T10:02:11Z")?.millisecondsSinceEpoch == 1_795_514_531_000)
  }

  @Test(
    "what is no such time is refused",
    arguments: [
      "", "now", "2026-11-24", "2026-11-24T10:02:11", "2026-11-24T10:02:11+01:00", "2026-13-24T10:02:11Z",
      "2026-11-24T24:02:11Z", "2026-11-24T10:02:11.25Z", "2026-11-24 10:02:11Z", "２０２６-11-24T10:02:11Z",
    ])
  func refused(text: String) {
    #expect(Timestamp(text) == nil)
  }
}
