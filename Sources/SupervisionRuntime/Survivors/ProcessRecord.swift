import Supervision

/// What a keeper's supervisors have running, or a supervisor without a keeper, as it is kept in the state directory in case that
/// all of them die.
///
/// A text, so that it can be read with the eye, and one that only grows, so that a line more costs one write:
///
///     fruix-shepherd processes 2
///     boot 5f0c1b1e-…
///     supervisor 812 90512340000000
///     former 640 90511120000000
///     + 901 90512360000000 90512360417000 17 15 10000 subtree main web
///     - 901
///
/// `+` is a process that was started: its pid, when its start began and when it was over (``StartClock``), the number
/// of its service, the stop signal, the grace period in milliseconds, what is to be killed (`-stopped` behind it: CONT does not
/// follow the signal), and its label (`ProcessLabel`), or whatever it is called. In version 1 it was the service's name.
/// `-` is one that has ended, and of whose subtree nothing is left.
/// `former`: a keeper before this one, which has died; marks may name it.
struct ProcessRecord: Equatable, Sendable {
  /// ``Host/bootName()``: pids and times mean nothing after a reboot.
  var boot: String
  var supervisor: Int32
  /// When the supervisor itself was started.
  var start: Int64
  /// Those before it whose processes are among these.
  var former: [Predecessor] = []
  /// In the order of their starts.
  var entries: [Entry] = []

  /// The supervisor, or the keeper, of an earlier record.
  struct Predecessor: Equatable, Sendable {
    var pid: Int32
    var start: Int64
  }

  struct Entry: Equatable, Sendable {
    var pid: Int32
    /// The process was started within this time.
    var started: ClosedRange<Int64>
    /// By which the marks in the environment name the service.
    var incarnation: UInt64
    var rule: EndingRule
    /// Of the supervisor's own processes what they are called.
    var service: String
    /// `nil`: it is the supervisor's own, or was written by a version that did not say.
    var role: ProcessRole?

    /// The last words of its line.
    fileprivate var name: String { role.map { ProcessLabel($0, of: service).text } ?? service }
  }

  /// The part of a definition's ``StopRule`` that can be followed without the definition.
  struct EndingRule: Equatable, Sendable {
    var signal: Int32
    /// In milliseconds.
    var grace: Int64
    var kill: KillScope
    /// CONT follows the signal.
    var continues: Bool

    init(signal: Int32, grace: Int64, kill: KillScope, continues: Bool = true) {
      self.signal = signal
      self.grace = grace
      self.kill = kill
      self.continues = continues
    }

    init(_ rule: StopRule) {
      signal = rule.signal
      let parts = rule.gracePeriod.components
      let (seconds, overflows) = parts.seconds.multipliedReportingOverflow(by: 1000)
      grace = overflows ? .max : seconds + parts.attoseconds / 1_000_000_000_000_000
      kill = rule.kill
      continues = rule.continues
    }

    /// The word in the record.
    fileprivate var scope: String {
      (kill == .main ? "main" : "subtree") + (continues ? "" : Self.stopped)
    }

    fileprivate static let stopped = "-stopped"
  }

  private static let title = "fruix-shepherd processes 2"
  private static let titles = [title, "fruix-shepherd processes 1"]

  init(boot: String, supervisor: Int32, start: Int64) {
    self.boot = boot
    self.supervisor = supervisor
    self.start = start
  }

  /// Whether both are of one keeper's supervisors, or of one supervisor.
  func isOfSameSupervisor(as other: ProcessRecord) -> Bool {
    boot == other.boot && supervisor == other.supervisor && start == other.start
  }

  /// What a record of now, without entries, takes over of this one.
  ///
  /// - Parameter known: the pids that the keeper of now has in its table.
  func continued(by record: ProcessRecord, known: Set<Int32>) -> ProcessRecord {
    guard !isOfSameSupervisor(as: record) else { return self }
    var result = record
    guard boot == record.boot else { return result }
    result.former = former + [Predecessor(pid: supervisor, start: start)]
    result.entries = entries.filter { known.contains($0.pid) }
    return result
  }

  // MARK: Marks

  /// The value of the marker variable in the environment of a service's processes. No other supervisor has ever had
  /// the same since the boot.
  func mark(_ incarnation: UInt64) -> String { "\(supervisor).\(start).\(incarnation)" }

  /// The service that a mark names, if it is a mark of this supervisor, or of a former one.
  func incarnation(of mark: String) -> UInt64? {
    let parts = mark.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let pid = Int32(parts[0]), let start = Int64(parts[1]) else { return nil }
    let maker = Predecessor(pid: pid, start: start)
    guard maker == Predecessor(pid: supervisor, start: self.start) || former.contains(maker) else { return nil }
    return UInt64(parts[2])
  }

  // MARK: The text

  /// The lines before those of the processes.
  var header: String {
    former.reduce(into: "\(Self.title)\nboot \(boot)\nsupervisor \(supervisor) \(start)\n") {
      $0 += "former \($1.pid) \($1.start)\n"
    }
  }

  var text: String { entries.reduce(into: header) { $0 += Self.line(for: $1) } }

  static func line(for entry: Entry) -> String {
    let rule = entry.rule
    return "+ \(entry.pid) \(entry.started.lowerBound) \(entry.started.upperBound) \(entry.incarnation)"
      + " \(rule.signal) \(rule.grace) \(rule.scope) \(entry.name)\n"
  }

  static func line(forEndOf pid: Int32) -> String { "- \(pid)\n" }

  /// - Returns: `nil` when it is no such record. A line that makes no sense, such as one that was cut off when the
  ///   supervisor died or the disk was full, is passed over.
  init?(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
    guard lines.count >= 3, Self.titles.contains(String(lines[0])) else { return nil }
    let boot = lines[1].split(separator: " ")
    let supervisor = lines[2].split(separator: " ")
    guard boot.count == 2, boot[0] == "boot", supervisor.count == 3, supervisor[0] == "supervisor",
      let pid = Int32(supervisor[1]), let start = Int64(supervisor[2])
    else { return nil }
    self.init(boot: String(boot[1]), supervisor: pid, start: start)
    var open: [Int32: Entry] = [:]
    var order: [Int32] = []
    for line in lines.dropFirst(3) {
      let words = line.split(separator: " ", maxSplits: 8)
      if words.count == 2, words[0] == "-", let ended = Int32(words[1]) {
        open[ended] = nil
      } else if words.count == 3, words[0] == "former", let pid = Int32(words[1]), let start = Int64(words[2]) {
        former.append(Predecessor(pid: pid, start: start))
      } else if let entry = Entry(words) {
        // The pid of one whose end was not written may come again: the later one counts.
        open[entry.pid] = entry
        order.append(entry.pid)
      }
    }
    entries = order.compactMap { open.removeValue(forKey: $0) }
  }
}

extension ProcessRecord.Entry {
  fileprivate init?(_ words: [Substring]) {
    guard words.count == 9, words[0] == "+", let pid = Int32(words[1]), pid > 1, let from = Int64(words[2]),
      let until = Int64(words[3]), from <= until, let incarnation = UInt64(words[4]), let signal = Int32(words[5]),
      signal > 0, let grace = Int64(words[6]), grace >= 0
    else { return nil }
    let continues = !words[7].hasSuffix(ProcessRecord.EndingRule.stopped)
    let scope = continues ? words[7] : words[7].dropLast(ProcessRecord.EndingRule.stopped.count)
    guard ["main", "subtree"].contains(scope) else { return nil }
    self.init(
      pid: pid, started: from...until, incarnation: incarnation,
      rule: .init(signal: signal, grace: grace, kill: scope == "main" ? .main : .subtree, continues: continues),
      service: String(words[8]))
    // The name of a service has no blank in it.
    guard case .service(let role, let name)? = ProcessLabel(service)?.subject else { return }
    self.role = role
    service = name
  }
}
