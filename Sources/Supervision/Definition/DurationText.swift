/// Durations as the service language writes them: `100ms`, `5s`, `1min`, `2h`, `1d`, `1w`, `1y`, or a number of seconds.
public enum DurationText {
  /// No duration of a service file may be longer: a century, which keeps sums of deadlines far from overflow.
  public static let longest: Duration = .seconds(100 * 365 * 86_400)

  private static let units: [(suffix: String, nanoseconds: Int64)] = [
    ("y", 365 * 86_400_000_000_000),
    ("w", 7 * 86_400_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
  ]

  /// Reads a duration; `nil` when the text is none, is negative, or is longer than ``longest``.
  public static func parse(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let suffix = text[digits.endIndex...]
    guard let unit = suffix.isEmpty ? 1_000_000_000 : units.first(where: { $0.suffix == suffix })?.nanoseconds,
      let nanoseconds = scaled(digits, by: unit)
    else { return nil }
    let duration = Duration.nanoseconds(nanoseconds)
    return duration <= longest ? duration : nil
  }

  /// The shortest exact form that ``parse(_:)`` reads back: the largest unit of which the duration is a whole multiple.
  public static func format(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let nanoseconds = attoseconds / 1_000_000_000
    if nanoseconds == 0 {
      for (suffix, size) in units.dropLast(1) where suffix != "y" && suffix != "w" {
        let size = size / 1_000_000_000
        if seconds != 0, seconds % size == 0 { return "\(seconds / size)\(suffix)" }
      }
      return "0s"
    }
    if nanoseconds % 1_000_000 == 0 { return "\(seconds * 1000 + nanoseconds / 1_000_000)ms" }
    var fraction = String(nanoseconds)
    fraction = String(repeating: "0", count: 9 - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return "\(seconds).\(fraction)s"
  }

  /// A decimal number times a unit, exactly (a part below a nanosecond is dropped).
  private static func scaled(_ digits: Substring, by unit: Int64) -> Int64? {
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, !first.isEmpty, let whole = Int64(first) else { return nil }
    var (total, overflow) = whole.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    if parts.count == 2 {
      guard !parts[1].isEmpty else { return nil }
      var place = unit
      for digit in parts[1].utf8 {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        // The unit is at most 3.2e16 and a digit at most 9: no overflow.
        let part = place * Int64(digit - UInt8(ascii: "0")) / 10
        place /= 10
        (total, overflow) = total.addingReportingOverflow(part)
        guard !overflow else { return nil }
      }
    }
    return total
  }
}
