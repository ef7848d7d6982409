/// Keeps a storm of equal messages from filling a log: the first few of a kind are written as they come, the others are
/// counted, and now and then their number is told.
///
/// Which messages are of a kind is the caller's to say; it may leave out what differs each time, such as a pid. What is held
/// back is about something: it is told before anything else is said about that, so that the last word about it is the last
/// that happened.
public struct StormFolding: Sendable {
  /// The counted messages of a kind, as one.
  public struct Summary: Sendable, Equatable {
    /// The latest of them, how many there were, and how long ago it was unless it has just been.
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
    var last: (text: String, level: JournalLevel, time: Instant)
    var isStorm: Bool { written >= StormFolding.most }
    /// When the counted ones are told; `nil`: there are none.
    var due: Instant? { counted > 0 ? since + span : nil }

    func isOver(at now: Instant) -> Bool {
      counted == 0 && now >= since + (isStorm ? span : StormFolding.calm)
    }
  }

  private var kinds: [String: Kind] = [:]
  /// The kinds of which something is counted, by what they are about.
  private var held: [String: Set<String>] = [:]
  private var room = StormFolding.manyKinds

  public init() {}

  /// Whether a message is to be written now; if not it is counted. Before it is written, ``summaries(about:at:)`` are.
  ///
  /// - Parameter subject: what it is about, a service say.
  public mutating func admits(
    _ text: String, of kind: String, about subject: String, _ level: JournalLevel, at now: Instant
  ) -> Bool {
    if kinds.count >= room { forget() }
    var entry = kinds[kind] ?? Kind(since: now, last: (text, level, now))
    if entry.isOver(at: now) { entry = Kind(since: now, last: (text, level, now)) }
    defer { kinds[kind] = entry }
    guard entry.isStorm else {
      entry.written += 1
      return true
    }
    if entry.counted == 0 {
      entry.since = now
      held[subject, default: []].insert(kind)
    }
    entry.counted += 1
    entry.last = (text, level, now)
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

  /// What was counted and is due by now, and what else is held back about the same.
  ///
  /// - Parameter isLast: nobody will ask again: all of it is due.
  public mutating func summaries(at now: Instant, isLast: Bool = false) -> [Summary] {
    let due = held.filter { _, kinds in
      isLast || kinds.contains { self.kinds[$0]?.due.map { $0 <= now } ?? false }
    }
    return tell(due.keys.map { $0 }, at: now) { kind in
      let isDue = kind.due.map { $0 <= now } ?? false
      return isDue ? min(kind.span * 2, Self.longestSpan) : kind.span
    }
  }

  /// What is held back and has to be told before something else is.
  ///
  /// - Parameter subject: what that is about; `nil`: it may be about anything.
  public mutating func summaries(about subject: String?, at now: Instant) -> [Summary] {
    guard !held.isEmpty else { return [] }
    return tell(subject.map { [$0] } ?? held.keys.map { $0 }, at: now, span: \.span)
  }

  /// - Parameter span: how long each kind is counted from now on.
  /// - Returns: in the order in which the latest of each kind came.
  private mutating func tell(_ subjects: [String], at now: Instant, span: (Kind) -> Duration) -> [Summary] {
    var told: [(kind: Kind, name: String)] = []
    for subject in subjects {
      for name in held.removeValue(forKey: subject) ?? [] {
        guard let kind = kinds[name] else { continue }
        told.append((kind, name))
        kinds[name]?.span = span(kind)
        kinds[name]?.since = now
        kinds[name]?.counted = 0
      }
    }
    return told.sorted { ($0.kind.last.time, $0.name) < ($1.kind.last.time, $1.name) }.map { kind, _ in
      Summary(text: kind.last.text + Self.suffix(kind, now), level: kind.last.level)
    }
  }

  private static func suffix(_ kind: Kind, _ now: Instant) -> String {
    var words: [String] = []
    if kind.counted > 1 {
      words.append("\(grouped(kind.counted)) times in \(wholeSeconds(now - kind.since).text)")
    }
    if now - kind.last.time >= .seconds(1) {
      let age = "\(wholeSeconds(now - kind.last.time).text) ago"
      words.append(words.isEmpty ? age : "the last \(age)")
    }
    return words.isEmpty ? "" : " (\(words.joined(separator: ", ")))"
  }

  private static func wholeSeconds(_ span: Duration) -> Duration {
    .seconds(max(1, (span.nanoseconds + 500_000_000) / 1_000_000_000))
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
