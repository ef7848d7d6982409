import ControlProtocol
import Supervision
import Testing

@testable import herd

@Suite("How long herd waits for the supervisor")
struct PatienceTests {
  private let start = Instant(nanoseconds: 0)
  private let limit: Duration = .seconds(3)

  @Test("the greeting has a limit, whatever is asked")
  func greeting() {
    var patience = Patience(limit: limit, isAnswerDue: false, isGreeted: false, at: start)
    #expect(patience.deadline == start + limit)
    #expect(patience.deadlinePassed(at: start + limit) == .giveUp)
  }

  @Test("an answer that waits for no service has a limit; what arrives of it is a sign of life")
  func answer() {
    var patience = Patience(limit: limit, isAnswerDue: true, isGreeted: true, at: start)
    patience.heard(at: start + .seconds(2))
    #expect(patience.deadline == start + .seconds(5))
    #expect(patience.deadlinePassed(at: start + .seconds(5)) == .giveUp)
  }

  @Test("an answer that waits for a service comes when it comes, while the supervisor answers questions in between")
  func waiting() {
    var patience = Patience(limit: limit, isAnswerDue: false, isGreeted: true, at: start)
    var now = start
    for _ in 0..<100 {
      now = patience.deadline
      #expect(patience.deadlinePassed(at: now) == .ask)
      #expect(patience.deadline == now + limit)
      now = now + .seconds(1)
      patience.heard(at: now)
      patience.answered()
    }
    #expect(patience.deadlinePassed(at: patience.deadline) == .ask)
    #expect(patience.deadlinePassed(at: patience.deadline) == .giveUp)
  }

  @Test(
    "what changes states waits for services, unless it is not to wait",
    arguments: [
      (Request.start(names: ["a"], .init()), false), (.start(names: ["a"], .init(waits: false)), true),
      (.stop(names: ["a"], withRequirements: false, .init(isDryRun: true)), true), (.shutdown, false),
      (.enable(names: ["a"], now: false), true), (.enable(names: ["a"], now: true), false),
      (.status(names: [], detail: .brief), true), (.load(.init()), false),
    ])
  func due(request: Request, isAnsweredAtOnce: Bool) {
    #expect(request.isAnsweredAtOnce == isAnsweredAtOnce)
  }
}
