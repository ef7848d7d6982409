import Supervision
import Testing

@testable import SupervisionRuntime

@Suite struct ProcessRecordTests {
  static let entry = ProcessRecord.Entry(
    pid: 901, started: 100...120, incarnation: 17, rule: .init(signal: 15, grace: 10_000, kill: .subtree),
    service: "web", role: .main)
  static let sshd = ProcessRecord.Entry(
    pid: 902, started: 130...140, incarnation: 18, rule: .init(signal: 2, grace: 0, kill: .main), service: "sshd")

  static func record(_ entries: [ProcessRecord.Entry] = []) -> ProcessRecord {
    var record = ProcessRecord(boot: "b00t", supervisor: 812, start: 50)
    record.entries = entries
    return record
  }

  private func parsed(_ text: String) -> ProcessRecord? { ProcessRecord(Array(text.utf8)) }

  @Test("what is written is read back")
  func roundTrip() {
    let record = Self.record([Self.entry, Self.sshd])
    #expect(parsed(record.text) == record)
  }

  @Test(
    "what another role has, or none, is read back as well", arguments: [ProcessRole.preStart(1), .stopCommand, nil])
  func roles(role: ProcessRole?) {
    var entry = Self.entry
    entry.role = role
    #expect(parsed(Self.record([entry]).text)?.entries == [entry])
  }

  @Test("a record of the version before says whose the processes are, and not what")
  func versionBefore() {
    let text = Self.record([Self.sshd]).text.replacing("processes 2", with: "processes 1")
    #expect(parsed(text)?.entries == [Self.sshd])
  }

  @Test("a process that was released is left out, also when its pid was used again")
  func released() {
    let ended = ProcessRecord.line(forEndOf: 901)
    let line = ProcessRecord.line(for: Self.entry)
    #expect(parsed(Self.record([Self.entry, Self.sshd]).text + ended)?.entries == [Self.sshd])
    var again = Self.entry
    again.started = 500...510
    let text = Self.record().header + line + ended + ProcessRecord.line(for: again)
    #expect(parsed(text)?.entries == [again])
    // Its end was not written, as on a full disk.
    #expect(parsed(Self.record().header + line + ProcessRecord.line(for: again))?.entries == [again])
  }

  @Test("a line that was cut off, or makes no sense, does not spoil the others")
  func damagedLines() {
    let good = ProcessRecord.line(for: Self.sshd)
    for damage in [
      "+ 90", "+ 901 5 4 1 15 0 subtree x\n", "+ 1 1 2 3 15 0 subtree init\n", "- \n", "nonsense\n", "\u{0}\n",
    ] {
      #expect(parsed(Self.record().header + good + damage)?.entries == [Self.sshd], "\(damage)")
      #expect(parsed(Self.record().header + damage + "\n" + good)?.entries == [Self.sshd], "\(damage)")
    }
  }

  @Test(
    "anything else is no record", arguments: ["", "\n\n\n", "fruix-shepherd processes 3\nboot b\nsupervisor 1 2\n"])
  func noRecord(text: String) {
    #expect(parsed(text) == nil)
  }

  @Test("a mark names a service of this supervisor, and of no other with the same pid")
  func marks() {
    let record = Self.record()
    #expect(record.incarnation(of: record.mark(17)) == 17)
    #expect(record.incarnation(of: "812.51.17") == nil)
    #expect(record.incarnation(of: "812.50") == nil)
    #expect(record.incarnation(of: "812.17") == nil)
  }

  @Test("the rule of a definition is kept in milliseconds")
  func rules() {
    var rule = StopRule()
    rule.gracePeriod = .milliseconds(1500)
    rule.kill = .main
    #expect(ProcessRecord.EndingRule(rule) == .init(signal: 15, grace: 1500, kill: .main))
    rule.gracePeriod = .seconds(Int64.max)
    #expect(ProcessRecord.EndingRule(rule).grace == .max)
  }

  @Test("the file says what runs, through starts, ends and rewrites")
  func file() throws {
    let path = temporaryPath("record")
    let file = try ProcessRecordFile(path: path, record: Self.record())
    file.onTrouble = { Issue.record("\($0)") }
    file.started(Self.sshd)
    // Often enough for several rewrites.
    for _ in 0..<3000 {
      file.started(Self.entry)
      file.released(Self.entry.pid)
    }
    file.started(Self.entry)
    let bytes = try Files.read(path)
    #expect(ProcessRecord(bytes) == Self.record([Self.sshd, Self.entry]))
    #expect(bytes.count < 100_000, "dead lines are left out")
    file.remove()
    #expect(throws: SystemError.self) { try Files.read(path) }
  }

  @Test("the next supervisor under the same keeper goes on with it")
  func continued() throws {
    let path = temporaryPath("record")
    try ProcessRecordFile(path: path, record: Self.record()).started(Self.sshd)
    let file = try ProcessRecordFile(continuing: path, record: Self.record(), known: [])
    file.started(Self.entry)
    #expect(ProcessRecord(try Files.read(path)) == Self.record([Self.sshd, Self.entry]))
    file.remove()
  }

  @Test("under another keeper it goes on with what that one knows of, and with the marks that are out")
  func continuedElsewhere() throws {
    let path = temporaryPath("record")
    _ = try ProcessRecordFile(path: path, record: Self.record([Self.sshd, Self.entry]))
    let another = ProcessRecord(boot: "b00t", supervisor: 813, start: 60)
    _ = try ProcessRecordFile(continuing: path, record: another, known: [Self.entry.pid])
    let third = ProcessRecord(boot: "b00t", supervisor: 814, start: 70)
    let file = try ProcessRecordFile(continuing: path, record: third, known: [Self.entry.pid, 7])
    let kept = try #require(ProcessRecord(try Files.read(path)))
    #expect(kept.isOfSameSupervisor(as: third) && kept.entries == [Self.entry])
    for record in [Self.record(), another, third] { #expect(kept.incarnation(of: record.mark(17)) == 17) }
    #expect(kept.incarnation(of: "815.70.17") == nil && kept.incarnation(of: "814.60.17") == nil)
    file.remove()
  }

  @Test("of another boot nothing is gone on with")
  func rebooted() throws {
    let path = temporaryPath("record")
    _ = try ProcessRecordFile(path: path, record: Self.record([Self.entry]))
    let another = ProcessRecord(boot: "later", supervisor: 812, start: 50)
    let file = try ProcessRecordFile(continuing: path, record: another, known: [Self.entry.pid])
    #expect(ProcessRecord(try Files.read(path)) == another)
    file.remove()
  }

  @Test("a record that could not be written again is written whole at the next attempt")
  func renewedLater() throws {
    let path = temporaryPath("record")
    let file = try ProcessRecordFile(path: path, record: Self.record())
    file.started(Self.sshd)
    try Files.remove(path)
    // In the way of the draft.
    try Files.makeDirectory(path + ".new", permissions: 0o700)
    #expect(throws: SystemError.self) { try file.renew() }
    file.started(Self.entry)
    try Files.removeDirectory(path + ".new")
    try file.renew()
    #expect(ProcessRecord(try Files.read(path)) == Self.record([Self.sshd, Self.entry]))
    file.released(Self.sshd.pid)
    #expect(ProcessRecord(try Files.read(path)) == Self.record([Self.entry]))
    file.remove()
  }

  @Test("a record without a place is an error that names the place")
  func noPlace() {
    let error = #expect(throws: SystemError.self) {
      _ = try ProcessRecordFile(path: "/nonexistent/processes", record: Self.record())
    }
    #expect(error?.code == SystemError.notFound)
    #expect(error?.subject?.hasPrefix("/nonexistent/processes") == true)
  }
}
