import ControlProtocol
import Supervision
import UCL

/// The supervisor's own journal: what happened to which service, why, and because of whom, as log lines.
///
/// Equal messages that come in a storm are folded (``StormFolding``).
final class Journal {
  private let log: OwnLog
  private let level: JournalLevel
  private var folding = StormFolding()
  private weak var loop: EventLoop?
  private var wake: (deadline: Instant, timer: TimerHeap.Timer)?
  private var stamp: (second: Int64, text: String) = (.min, "")

  /// - Parameter level: what matters less is not written.
  init(to log: OwnLog, from level: JournalLevel) {
    self.log = log
    self.level = level
  }

  /// From now on what waits is written when it can be, and what was folded is told in time.
  func attach(to loop: EventLoop) {
    self.loop = loop
    log.attach(to: loop)
  }

  func record(_ record: Record) {
    guard let entry = JournalEntry(record), entry.level >= level else { return }
    write(entry)
  }

  /// Something that should not be; it was contained.
  func anomaly(_ text: String) {
    write(JournalEntry(.error, text))
  }

  func notice(_ text: String) {
    write(JournalEntry(.notice, text))
  }

  func error(_ text: String) {
    write(JournalEntry(.error, text))
  }

  // MARK: Lines

  /// What is about no service is about the supervisor; no service has the name.
  private static let supervisor = ""

  private func write(_ entry: JournalEntry) {
    guard entry.level >= level else { return }
    let now = Clock.now()
    let subject = entry.subject ?? Self.supervisor
    guard folding.admits(entry.text, of: entry.kind, about: subject, entry.level, at: now) else {
      return wakeForSummary()
    }
    for summary in folding.summaries(about: entry.subject, at: now) { write(summary.text, summary.level) }
    write(entry.text, entry.level)
  }

  private func write(_ text: String, _ level: JournalLevel) {
    log.write("\(time()) \(level.rawValue) fruix-shepherd: \(text.printable)")
  }

  /// The same for all messages of a second: a boot of thousands says as much.
  private func time() -> String {
    let now = Timestamp.now
    let second = now.millisecondsSinceEpoch / 1000
    if second != stamp.second { stamp = (second, now.text(offset: Host.zoneOffset(at: now))) }
    return stamp.text
  }

  private func wakeForSummary() {
    guard let loop, let deadline = folding.nextDeadline else { return }
    // A storm that begins is told earlier than one that lasts.
    if let wake, wake.deadline <= deadline { return }
    if let wake { loop.cancel(wake.timer) }
    let timer = loop.schedule(at: deadline) { [weak self] in
      self?.wake = nil
      self?.tellFolded()
    }
    wake = (deadline, timer)
  }

  private func tellFolded(isLast: Bool = false) {
    for summary in folding.summaries(at: Clock.now(), isLast: isLast) { write(summary.text, summary.level) }
    if !isLast { wakeForSummary() }
  }

  /// Writes what is still to be written, as far as somebody reads it in time.
  func finish(within time: Duration) {
    tellFolded(isLast: true)
    log.finish(within: time)
  }
}
