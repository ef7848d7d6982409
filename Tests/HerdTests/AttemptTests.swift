import ControlProtocol
import Supervision
import Testing

@testable import herd

@Suite("What herd asks of a supervisor that has taken another one's place")
struct AttemptTests {
  private let start = Instant(nanoseconds: 0)

  private func wait(_ time: Duration?) -> Request { .wait(.init(service: "web", for: .running, afterPID: 7, timeout: time)) }

  @Test("a wait has what is left of its time")
  func waits() {
    var attempt = Attempt(wait(.seconds(10)), at: start)
    #expect(attempt.renewAfterReplacement(at: start + .seconds(4)))
    #expect(attempt.request == wait(.seconds(6)))
    #expect(attempt.renewAfterLoss(at: start + .seconds(9)))
    #expect(attempt.request == wait(.seconds(1)))
    #expect(attempt.renewAfterLoss(at: start + .seconds(19)))
    #expect(attempt.request == wait(.zero))
  }

  @Test("what was restarted is on its way up, and is not stopped once more")
  func restarts() {
    var attempt = Attempt(.restart(names: ["web"], .init()), at: start)
    #expect(attempt.renewAfterReplacement(at: start))
    #expect(attempt.request == .start(names: ["web"], .init(isRepeated: true)))
  }

  @Test("an action has ended with its caller")
  func actions() {
    var attempt = Attempt(.action(service: "web", action: "rotate", arguments: []), at: start)
    #expect(!attempt.renewAfterReplacement(at: start))
  }

  @Test("after a death only what changes nothing is asked again")
  func deaths() {
    var reading = Attempt(.status(names: [], detail: .brief), at: start)
    #expect(reading.renewAfterLoss(at: start))
    for request: Request in [.start(names: ["web"], .init()), .shutdown, .reset(names: ["web"]), .upgrade] {
      var changing = Attempt(request, at: start)
      #expect(!changing.renewAfterLoss(at: start))
    }
  }

  @Test("and not for ever")
  func deadly() {
    var attempt = Attempt(wait(nil), at: start)
    var count = 0
    while attempt.renewAfterLoss(at: start), count < 100 { count += 1 }
    #expect(count == 4)
  }
}
