/// Keeps a storm of equal messages from filling a log: the first few of a kind are written as they come, the others are
/// counted, and now and then their number is told.
///
/// Which messages are of a kind is the caller's to say; it may leave out what differs each time, such as a pid.
public struct StormFolding: Sendable {
  /// The counted messages of a kind, as one.
  public struct Summary: Sendable, Equatable {
    /// The latest of them, and how many there were.
    public var text: String
    public var level: JournalLevel
  }

  /// So many of a kind are written within ``calm``.
  static let most = 5
  /// A kind that has not come for so long begins anew.
  static let calm: Duration = .seconds(1)
  /// From the first message that is only counted to the first summary; each further one takes twice as long.
  static let firstSpan: Duration = .seconds(4)
  static let longestSpan: Duration = .seconds(64)
  /// With so many kinds those are forgotten that are no storm: in a boot of thousands each comes once.
  static let manyKinds = 4096

  private struct Kind {
    /// When the kind began anew, or the last summary was made.
    var since: Instant
    var written = 0
    var counted = 0
    var span = StormFolding.firstSpan
    var last: (text: String, level: JournalLevel) = ("", .notice)
    var isStorm: Bool { written >= StormFolding.most }
    /// When the counted ones are told; `nil`: there are none.
    var due: Instant? { counted > 0 ? since + span : nil }

    func isOver(at now: Instant) -> Bool {
      counted == 0 && now >= since + (isStorm ? span : StormFolding.calm)
    }
  }

  private var kinds: [String: Kind] = [:]
  private var room = StormFolding.manyKinds

  public init() {}

  /// Whether a message is to be written now; if not it is counted.
  public mutating func admits(_ text: String, of kind: String, _ level: JournalLevel, at now: Instant) -> Bool {
    if kinds.count >= room { forget() }
    var entry = kinds[kind] ?? Kind(since: now)
    if entry.isOver(at: now) { entry = Kind(since: now) }
    defer { kinds[kind] = entry }
    guard entry.isStorm else {
      entry.written += 1
      return true
    }
    if entry.counted == 0 { entry.since = now }
    entry.counted += 1
    entry.last = (text, level)
    return false
  }

  private mutating func forget() {
    kinds = kinds.filter { $0.value.counted > 0 }
    // As many storms as there are services: looking through them all costs each message little.
    room = max(Self.manyKinds, kinds.count * 2)
  }

  /// When ``summaries(at:)`` has something to tell; `nil`: there is nothing to wait for.
  public var nextDeadline: Instant? {
    kinds.values.lazy.compactMap(\.due).min()
  }

  /// What was counted and is due by now, in the order in which it became due.
  ///
  /// - Parameter isLast: nobody will ask again: all of it is due.
  public mutating func summaries(at now: Instant, isLast: Bool = false) -> [Summary] {
    let due = kinds.filter { kind in kind.value.due.map { isLast || $0 <= now } ?? false }
    return due.sorted { ($0.value.since, $0.key) < ($1.value.since, $1.key) }.map { key, kind in
      var next = kind
      next.since = now
      next.counted = 0
      next.span = min(kind.span * 2, Self.longestSpan)
      kinds[key] = next
      return Summary(text: kind.last.text + Self.suffix(kind.counted, now - kind.since), level: kind.last.level)
    }
  }

  private static func suffix(_ count: Int, _ span: Duration) -> String {
    guard count > 1 else { return "" }
    let seconds = max(1, (span.nanoseconds + 500_000_000) / 1_000_000_000)
    return " (\(grouped(count)) times in \(Duration.seconds(seconds).text))"
  }

  /// `4,812`
  static func grouped(_ count: Int) -> String {
    let digits = Array(String(count))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }
}
