/// A moment of civil time, to the millisecond. On the wire it is RFC 3339 in UTC: `2026-11-24T10:02:11.250Z`.
///
/// Foundation is not linked (it costs more than the whole of herd), so the calendar is computed here, from the
/// proleptic Gregorian calendar's cycle of 400 years.
public struct Timestamp: Sendable, Hashable, Comparable {
  public var millisecondsSinceEpoch: Int64

  public init(millisecondsSinceEpoch: Int64) {
    self.millisecondsSinceEpoch = millisecondsSinceEpoch
  }

  public static func < (a: Timestamp, b: Timestamp) -> Bool {
    a.millisecondsSinceEpoch < b.millisecondsSinceEpoch
  }

  /// How long this is after `earlier`; negative when it is before.
  public func since(_ earlier: Timestamp) -> Duration {
    .milliseconds(millisecondsSinceEpoch - earlier.millisecondsSinceEpoch)
  }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339, in UTC, with milliseconds.
  public var description: String {
    String(unsafeUninitializedCapacity: Self.encodedLength) { buffer in
      writeDigits { position, byte in buffer[position] = byte }
      return Self.encodedLength
    }
  }

  /// RFC 3339 to the second, as people read it: `2026-11-24T11:02:11+01:00`; `Z` where the civil time is UTC.
  ///
  /// - Parameter offset: by how many seconds the civil time of the place is ahead of UTC.
  public func text(offset: Int) -> String {
    let minutes = abs(offset) / 60
    let local = Timestamp(
      millisecondsSinceEpoch: millisecondsSinceEpoch + Int64(offset < 0 ? -minutes : minutes) * 60_000)
    let zone =
      minutes == 0 ? "Z" : (offset < 0 ? "-" : "+") + Self.twoDigits(minutes / 60) + ":" + Self.twoDigits(minutes % 60)
    return String(local.description.prefix(19)) + zone
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }

  static let encodedLength = 24

  /// Puts the 24 characters of the wire format at their positions.
  func writeDigits(_ put: (_ position: Int, _ byte: UInt8) -> Void) {
    let day: Int64 = 86_400_000
    let clamped = min(max(millisecondsSinceEpoch, Self.earliest), Self.latest)
    let days = Int((clamped >= 0 ? clamped : clamped - day + 1) / day)
    let inDay = Int(clamped - Int64(days) * day)
    let (year, month, dayOfMonth) = Self.civil(fromDays: days)

    func digits(_ value: Int, _ count: Int, at position: Int) {
      var rest = value
      for offset in stride(from: count - 1, through: 0, by: -1) {
        put(position + offset, UInt8(ascii: "0") + UInt8(rest % 10))
        rest /= 10
      }
    }
    digits(year, 4, at: 0)
    put(4, UInt8(ascii: "-"))
    digits(month, 2, at: 5)
    put(7, UInt8(ascii: "-"))
    digits(dayOfMonth, 2, at: 8)
    put(10, UInt8(ascii: "T"))
    digits(inDay / 3_600_000, 2, at: 11)
    put(13, UInt8(ascii: ":"))
    digits(inDay / 60_000 % 60, 2, at: 14)
    put(16, UInt8(ascii: ":"))
    digits(inDay / 1000 % 60, 2, at: 17)
    put(19, UInt8(ascii: "."))
    digits(inDay % 1000, 3, at: 20)
    put(23, UInt8(ascii: "Z"))
  }

  /// 0000-01-01 and the last millisecond of 9999: what four digits can say.
  private static let earliest: Int64 = -62_167_219_200_000
  private static let latest: Int64 = 253_402_300_799_999

  /// The date of a day counted from 1970-01-01. A year is taken to begin in March, so that the leap day comes last.
  private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }
}

extension Timestamp {
  /// Reads the wire format; also without the fraction. Nothing else: an offset other than `Z` is not used.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in bytes[range] {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    for (position, separator) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")] as [(Int, Unicode.Scalar)]
    where bytes[position] != UInt8(ascii: separator) {
      return nil
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    var milliseconds = 0
    if bytes.count > 20 {
      guard bytes.count == Self.encodedLength, bytes[19] == UInt8(ascii: "."), let fraction = number(20..<23)
      else { return nil }
      milliseconds = fraction
    }
    let seconds = Self.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
    self.init(millisecondsSinceEpoch: Int64(seconds) * 1000 + Int64(milliseconds))
  }

  private static func days(year: Int, month: Int, day: Int) -> Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
