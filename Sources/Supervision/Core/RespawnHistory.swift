/// What is remembered of a service's respawns: the sliding window of the limit, the streak of the delay, the total.
struct RespawnHistory: Sendable {
  /// The respawns that still count for the limit, oldest first.
  private var recent: [Instant] = []
  /// Respawns since the delay was last the first one.
  private var streak = 0
  /// Starts in a row that came to nothing because the host lacked something for the moment.
  private var shortages: UInt8 = 0
  /// When the first of these was.
  private var shortageBegan: Instant?
  /// All respawns since the service was last started by command.
  private(set) var total: UInt32 = 0
  private(set) var last: Instant?
  /// What the last respawn followed.
  private(set) var lastCause: FailureCause?
  /// Since when the service has been ready, in this run of it.
  var readySince: Instant?

  /// Enters one more respawn, unless the limit's window is full.
  ///
  /// - Returns: whether the respawn may take place. A count of 0 means that there is no limit.
  mutating func take(_ rule: RespawnRule, after cause: FailureCause, at now: Instant) -> Bool {
    if let readySince, now - readySince >= rule.delay.resetAfter { streak = 0 }
    readySince = nil
    // Only starts in a row count that lacked something: this one came further.
    endShortage()
    if rule.limitCount > 0 {
      recent.removeAll { now - $0 >= rule.limitPeriod }
      guard recent.count < rule.limitCount else { return false }
      recent.append(now)
    }
    total &+= 1
    last = now
    lastCause = cause
    return true
  }

  /// The pause before the respawn that was just entered.
  mutating func nextDelay(_ rule: RespawnDelay, random: inout SplitMix64) -> Duration {
    let most = Double(rule.most.nanoseconds)
    var delay = Double(rule.first.nanoseconds)
    var step = 0
    while step < streak, delay < most, rule.factor > 1 {
      delay *= rule.factor
      step += 1
    }
    delay = min(delay, max(most, Double(rule.first.nanoseconds)))
    streak += 1
    if rule.jitter > 0 {
      delay *= 1 + rule.jitter * random.signedUnit()
    }
    return .nanoseconds(Int64(max(0, min(delay, 9e18))))
  }

  /// The pause before a start is tried again that the host had no room for: 1 s, 2, 4, 8, and then 10 s each. What frees the
  /// room is some other program's end, and asking often does not hasten it.
  mutating func nextPatience() -> Duration {
    let pause = Duration.seconds(1 << shortages)
    shortages = min(shortages + 1, 4)
    return min(pause, .seconds(10))
  }

  /// Whether what the host lacks is still waited for; the time counts from the first start in a row that lacked something.
  mutating func waits(for patience: Duration?, at now: Instant) -> Bool {
    let began = shortageBegan ?? now
    shortageBegan = began
    return patience.map { now - began < $0 } ?? true
  }

  /// Nothing that the host lacked stands in its way any more.
  mutating func endShortage() {
    shortages = 0
    shortageBegan = nil
  }

  /// What the last respawn followed turns out to be a daemon that has put itself into the background.
  mutating func noteBackground() {
    lastCause = lastCause?.inBackground
  }

  mutating func clear() {
    self = RespawnHistory()
  }
}

extension RespawnHistory: Recorded {
  func write(to writer: inout FieldWriter) {
    for instant in recent { writer.instant(1, instant) }
    writer.number(2, UInt32(clamping: streak))
    writer.number(3, shortages)
    writer.instant(4, shortageBegan)
    writer.number(5, total)
    writer.instant(6, last)
    writer.value(7, lastCause)
    writer.instant(8, readySince)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    recent = try fields.instants(1)
    streak = Int(try fields.optionalNumber(2, as: UInt32.self) ?? 0)
    shortages = min(try fields.optionalNumber(3) ?? 0, 4)
    shortageBegan = try fields.optionalInstant(4)
    total = try fields.optionalNumber(5) ?? 0
    last = try fields.optionalInstant(6)
    lastCause = try fields.optionalValue(7)
    readySince = try fields.optionalInstant(8)
  }
}
