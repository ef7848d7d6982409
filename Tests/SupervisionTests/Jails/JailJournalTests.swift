import Testing

@testable import Supervision

@Suite("The journal of a jail")
struct JailJournalTests {
  private let header =
    #"{"version":1,"boot":"b","service":"web","jail":"web","root":"/r","steps":2,"mounts":[]}"# + "\n"
  private let intent = #"{"step":0,"intent":{"do":"seal","root":"/r"},"before":{}}"# + "\n"
  private let result = #"{"step":0,"result":{"done":true}}"# + "\n"

  private func read(_ text: String) throws -> JailJournal { try JailJournal(Array(text.utf8)) }

  @Test("an empty journal, and one whose first line was cut off, say that nothing was begun")
  func nothingBegun() throws {
    #expect(try read("").header == nil)
    #expect(try read(String(header.dropLast(20))).header == nil)
    #expect(try read(String(header.dropLast(20))).entries.isEmpty)
  }

  @Test("a last line without a newline is passed over, even if it is whole")
  func lastLine() throws {
    #expect(try read(header + intent.dropLast()).entries.isEmpty)
    #expect(try read(header + intent + result.dropLast()).entries.map(\.result) == [nil])
    #expect(try read(header + intent + result).entries.map(\.result) == [.done])
  }

  @Test("half a last line is passed over with a newline behind it too")
  func halfLine() throws {
    #expect(try read(header + intent + #"{"step":0,"res"# + "\n").entries.map(\.result) == [nil])
  }

  @Test("what follows a line that was cut off is read, however often that happened")
  func resumed() throws {
    let resumed = #"{"resumed":true}"#
    for cut in [
      String(result.dropLast()), String(result.dropLast(9)), "{", #"{"step":0,"result":{"done":true}}{"resu"#,
    ] {
      let journal = try read(header + intent + cut + resumed + "\n" + #"{"step":0,"undone":true}"# + "\n")
      #expect(journal.entries.map(\.result) == [nil])
      #expect(journal.entries.map(\.isSettled) == [true])
      #expect(try !journal.isCutOff && read(header + intent + cut).isCutOff)
    }
    #expect(try read(header + "{\n" + resumed + "\n" + intent).entries.count == 1)
  }

  @Test("a line in the middle that is no record is an error that names it")
  func damaged() throws {
    #expect(throws: JailError("line 2 of the journal is not a JSON object")) { try read(header + "{\n" + intent) }
    #expect(throws: JailError("line 2 of the journal belongs to step 0, which was not begun")) {
      try read(header + result + intent)
    }
    #expect(throws: JailError("line 3 of the journal is a second header")) { try read(header + intent + header) }
    #expect(throws: JailError("line 3 of the journal is not the intent of the next step")) {
      try read(header + intent + intent)
    }
    #expect(throws: JailError("line 1 of the journal is not the intent of the next step")) { try read(intent) }
    #expect(throws: JailError("line 2 of the journal is no record that is known")) {
      try read(header + #"{"step":0}"# + "\n" + intent)
    }
    #expect(throws: JailError("line 1 of the journal: the journal has version 2, and only 1 is known here")) {
      try read(header.replacing("\"version\":1", with: "\"version\":2") + intent)
    }
  }

  @Test("a journal tells jail, root, jid and interfaces of what was made")
  func questions() {
    var scenario = JailScenario(seed: 3)
    for seed in 0..<100 as Range<UInt64> where scenario.plan.steps.count(where: \.isEpair) == 0 {
      scenario = JailScenario(seed: seed)
    }
    let outcome = try? scenario.carryOut().get()
    let journal = try? JailJournal(scenario.kernel.bytes)
    #expect(
      journal?.header?.jail == "web" && journal?.header?.root == "/jails/web" && journal?.header?.service == "web")
    #expect(journal?.jid != nil && journal?.jid == outcome?.jid)
    #expect(journal?.epair == "epair1" && outcome?.epair == "epair1")
    #expect(journal?.isComplete == true && journal?.isFinished == false)
    scenario.undo()
    let undone = try? JailJournal(scenario.kernel.bytes)
    #expect(undone?.isComplete == false && undone?.isFinished == true)
  }

  @Test("a journal cut off at any byte is understood, and what it does not know has not been done")
  func cutAnywhere() throws {
    let steps = RandomPlan(seed: 2).plan.steps.prefix(8)
    let plan = JailPlan(service: "web", jail: "web", root: "/jails/web", steps: Array(steps))
    var scenario = JailScenario(plan, on: RandomPlan(seed: 2).makeHost())
    scenario.carryOut()
    scenario.undo()
    let bytes = scenario.kernel.bytes
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    var expected = try JailJournal([])
    var whole = 0
    var end = 0
    for length in 0...bytes.count {
      if whole < lines.count, length == end + lines[whole].count + 1 {
        end = length
        whole += 1
        expected = try JailJournal(Array(bytes.prefix(end)))
        #expect(!expected.isCutOff)
      }
      let cut = try JailJournal(Array(bytes.prefix(length)))
      let isSame = cut.header == expected.header && cut.entries == expected.entries
      if !isSame || cut.isCutOff != (length > end) || cut.isFinished != expected.isFinished {
        scenario.note("cut off at byte \(length)")
      }
    }
    #expect(whole == lines.count)
  }

  @Test("any bytes are read or refused")
  func anyBytes() throws {
    var scenario = JailScenario(seed: 1)
    scenario.carryOut()
    var random = SplitMix64(seed: 7)
    var refused = 0
    for _ in 0..<300 {
      var bytes = scenario.kernel.bytes
      for _ in 0..<3 { bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
      do throws(JailError) {
        _ = try JailUndoing(journal: bytes)
      } catch {
        refused += 1
        #expect(error.message.hasPrefix("line "))
      }
    }
    #expect(refused > 100)
  }
}

extension JailStep {
  fileprivate var isEpair: Bool { if case .epair = self { true } else { false } }
}
