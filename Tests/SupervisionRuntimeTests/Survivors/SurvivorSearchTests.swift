import Supervision
import Testing

@testable import SupervisionRuntime

@Suite struct SurvivorSearchTests {
  private let own: Int32 = 2000

  /// The pids that are found, beside pid 1 and this supervisor.
  private func found(_ entries: [ProcessRecord.Entry], _ processes: [ProcessInfo]) -> [Int32] {
    survivors(entries, processes).map(\.pid)
  }

  private func survivors(_ entries: [ProcessRecord.Entry], _ processes: [ProcessInfo]) -> [Survivor] {
    let all =
      processes + [
        ProcessInfo(pid: 1, parent: 0, session: 1, start: 0),
        ProcessInfo(pid: own, parent: 1, session: own, start: 900),
      ]
    return SurvivorSearch(ProcessRecordTests.record(entries), among: all, own: own, precision: 10).survivors()
  }

  private let web = ProcessRecordTests.entry
  private let sshd = ProcessRecordTests.sshd

  private func process(
    _ pid: Int32, parent: Int32 = 1, session: Int32? = nil, start: Int64 = 110, first: Int32? = nil, mark: String = ""
  ) -> ProcessInfo {
    ProcessInfo(pid: pid, parent: parent, session: session ?? pid, start: start, first: first, mark: mark)
  }

  @Test("a process is known by its pid and the time of its start")
  func mainProcess() {
    #expect(
      survivors([web], [process(901)])
        == [Survivor(pid: 901, start: 110, service: "web", rule: web.rule)])
    #expect(found([web], [process(901, start: 95)]) == [901], "the kernel's answer is coarse")
  }

  @Test("a pid that is another's by now is not touched", arguments: [50, 200])
  func reusedPID(start: Int64) {
    #expect(found([web], [process(901, start: start)]).isEmpty)
  }

  @Test("neither are the descendants and the session of the new owner")
  func reusedPIDsFamily() {
    let stranger = process(901, start: 500)
    #expect(found([web], [stranger, process(905, parent: 901, session: 901, start: 510, first: 901)]).isEmpty)
  }

  @Test("descendants belong to it, at any depth")
  func descendants() {
    #expect(found([web], [process(901), process(905, parent: 901), process(906, parent: 905)]) == [901, 905, 906])
  }

  @Test("what is left of its session belongs to it when the main process is gone")
  func session() {
    #expect(found([web], [process(905, session: 901, start: 200)]) == [905])
    #expect(found([web], [process(905, session: 901, start: 20)]).isEmpty, "it is older than the session")
  }

  @Test("what carries the mark belongs to it, wherever it hides, and its descendants with it")
  func marks() {
    let mark = ProcessRecordTests.record().mark(17)
    #expect(found([web], [process(905, start: 300, mark: mark), process(906, parent: 905)]) == [905, 906])
    #expect(found([web], [process(905, start: 300, first: 901)]) == [905])
  }

  @Test("the mark of a service that the record does not know is enough")
  func unknownService() {
    let survivor = survivors([], [process(905, mark: ProcessRecordTests.record().mark(3))]).first
    #expect(survivor?.pid == 905)
    #expect(survivor?.service == nil)
    #expect(survivor?.rule.signal == 15)
  }

  @Test("another supervisor's mark keeps its process from harm", arguments: ["812.51.17", "77.50.17", "demo"])
  func foreignMark(mark: String) {
    #expect(found([web], [process(905, session: 901, first: 901, mark: mark)]).isEmpty)
  }

  @Test("with stop.kill = main only the main process counts")
  func killMain() {
    let mark = ProcessRecordTests.record().mark(18)
    let sessions = [
      process(910, parent: 902, start: 200), process(911, session: 902, start: 200),
      process(912, start: 200, first: 902), process(913, start: 200, mark: mark),
    ]
    #expect(found([sshd], [process(902, start: 135)] + sessions) == [902])
  }

  @Test("this supervisor and those it descends from are spared")
  func ownLine() {
    let mark = ProcessRecordTests.record().mark(17)
    let shell = process(950, parent: 901, start: 300, mark: mark)
    let self_ = ProcessInfo(pid: own, parent: 950, session: 901, start: 900, first: 901, mark: mark)
    let sibling = process(951, parent: 950, start: 301)
    let search = SurvivorSearch(
      ProcessRecordTests.record([web]), among: [process(901), shell, self_, sibling], own: own, precision: 10)
    // The service that the shell belongs to is spared with it; so is what else runs below that shell.
    #expect(search.survivors().isEmpty)
  }
}
