import Supervision
import Testing

@testable import SupervisionRuntime

@Suite struct PendingWorkTests {
  private func words(_ work: inout PendingWork, _ count: Int) -> [String] {
    (0..<count).map { _ in
      switch work.next() {
      case .action(.exit(let names)): "action \(names.joined())"
      case .event(.callerGone(let request)): "event \(request.rawValue)"
      case nil: "nothing"
      default: "other"
      }
    }
  }

  @Test("the actions of an event come before the next event, in their order")
  func actionsFirst() {
    var work = PendingWork()
    work.arrive(.callerGone(RequestID(1)))
    work.act([.exit(unstopped: ["a"]), .exit(unstopped: ["b"])])
    #expect(words(&work, 4) == ["action a", "action b", "event 1", "nothing"])
  }

  @Test("what comes from outside does not wait for thousands of the shell's own answers")
  func turns() {
    var work = PendingWork()
    for number in 0..<10_000 { work.answer(.callerGone(RequestID(UInt64(number)))) }
    #expect(words(&work, 2) == ["event 0", "event 1"])
    work.arrive(.callerGone(RequestID(99_999)))
    #expect(words(&work, 2).contains("event 99999"))
    #expect(words(&work, 9_997).allSatisfy { $0.hasPrefix("event ") })
    #expect(words(&work, 1) == ["nothing"])
  }
}
