import Testing

@testable import Supervision

@Suite("The journal of a jail")
struct IsolationJournalTests {
  private let header =
    #"{"version":1,"boot":"b","service":"web","jail":"web","root":"/r","steps":2,"mounts":[]}"# + "\n"
  private let intent = #"{"step":0,"intent":{"do":"seal","root":"/r"},"before":{}}"# + "\n"
  private let result = #"{"step":0,"result":{"done":true}}"# + "\n"

  private func read(_ text: String) throws -> IsolationJournal { try IsolationJournal(Array(text.utf8)) }

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
    #expect(throws: IsolationError("line 2 of the journal is not a JSON object")) { try read(header + "{\n" + intent) }
    #expect(throws: IsolationError("line 2 of the journal belongs to step 0, which was not begun")) {
      try read(header + result + intent)
    }
    #expect(throws: IsolationError("line 3 of the journal is a second header")) { try read(header + intent + header) }
    #expect(throws: IsolationError("line 3 of the journal is not the intent of the next step")) {
      try read(header + intent + intent)
    }
    #expect(throws: IsolationError("line 1 of the journal is not the intent of the next step")) { try read(intent) }
    #expect(throws: IsolationError("line 2 of the journal is no record that is known")) {
      try read(header + #"{"step":0}"# + "\n" + intent)
    }
    #expect(throws: IsolationError("line 1 of the journal: the journal has version 2, and only 1 is known here")) {
      try read(header.replacing("\"version\":1", with: "\"version\":2") + intent)
    }
  }

  @Test("a journal tells jail, root, jid and interfaces of what was made")
  func questions() {
    var scenario = IsolationScenario(seed: 3)
    for seed in 0..<100 as Range<UInt64> where scenario.plan.steps.count(where: \.isEpair) == 0 {
      scenario = IsolationScenario(seed: seed)
    }
    let outcome = try? scenario.carryOut().get()
    let journal = try? IsolationJournal(scenario.kernel.bytes)
    #expect(
      journal?.header?.jail == "web" && journal?.header?.root == "/jails/web" && journal?.header?.service == "web")
    #expect(journal?.jid != nil && journal?.jid == outcome?.jid)
    #expect(journal?.epair == "epair1" && outcome?.epair == "epair1")
    #expect(journal?.isComplete == true && journal?.isFinished == false)
    scenario.undo()
    let undone = try? IsolationJournal(scenario.kernel.bytes)
    #expect(undone?.isComplete == false && undone?.isFinished == true)
  }

  @Test("a journal cut off at any byte is understood, and what it does not know has not been done")
  func cutAnywhere() throws {
    let steps = RandomPlan(seed: 2).plan.steps.prefix(8)
    let plan = IsolationPlan(service: "web", jail: "web", root: "/jails/web", steps: Array(steps))
    var scenario = IsolationScenario(plan, on: RandomPlan(seed: 2).makeHost())
    scenario.carryOut()
    scenario.undo()
    let bytes = scenario.kernel.bytes
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    var expected = try IsolationJournal([])
    var whole = 0
    var end = 0
    for length in 0...bytes.count {
      if whole < lines.count, length == end + lines[whole].count + 1 {
        end = length
        whole += 1
        expected = try IsolationJournal(Array(bytes.prefix(end)))
        #expect(!expected.isCutOff)
      }
      let cut = try IsolationJournal(Array(bytes.prefix(length)))
      let isSame = cut.header == expected.header && cut.entries == expected.entries
      if !isSame || cut.isCutOff != (length > end) || cut.isFinished != expected.isFinished {
        scenario.note("cut off at byte \(length)")
      }
    }
    #expect(whole == lines.count)
  }

  @Test("any bytes are read or refused")
  func anyBytes() throws {
    var scenario = IsolationScenario(seed: 1)
    scenario.carryOut()
    var random = SplitMix64(seed: 7)
    var refused = 0
    for _ in 0..<300 {
      var bytes = scenario.kernel.bytes
      for _ in 0..<3 { bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
      do throws(IsolationError) {
        _ = try IsolationUndoing(journal: bytes)
      } catch {
        refused += 1
        #expect(error.message.hasPrefix("line "))
      }
    }
    #expect(refused > 100)
  }
}

extension IsolationStep {
  fileprivate var isEpair: Bool { if case .epair = self { true } else { false } }
}
