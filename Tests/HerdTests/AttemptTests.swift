import ControlProtocol
import Supervision
import Testing

@testable import herd

@Suite("What herd asks of a supervisor that has taken another one's place")
struct AttemptTests {
  private let start = Instant(nanoseconds: 0)

  private func wait(_ time: Duration?) -> Request {
    .wait(.init(service: "web", for: .running, afterPID: 7, timeout: time))
  }

  @Test("a wait has what is left of its time")
  func waits() {
    var attempt = Attempt(wait(.seconds(10)), at: start)
    let asked1 = attempt.renewAfterReplacement(at: start + .seconds(4))
    #expect(asked1)
    #expect(attempt.request == wait(.seconds(6)))
    let asked2 = attempt.renewAfterLoss(at: start + .seconds(9))
    #expect(asked2)
    #expect(attempt.request == wait(.seconds(1)))
    let asked3 = attempt.renewAfterLoss(at: start + .seconds(19))
    #expect(asked3)
    #expect(attempt.request == wait(.zero))
  }

  @Test("what was restarted is on its way up, and is not stopped once more")
  func restarts() {
    var attempt = Attempt(.restart(names: ["web"], .init()), at: start)
    let asked4 = attempt.renewAfterReplacement(at: start)
    #expect(asked4)
    #expect(attempt.request == .start(names: ["web"], .init(isRepeated: true)))
  }

  @Test("an action has ended with its caller")
  func actions() {
    var attempt = Attempt(.action(service: "web", action: "rotate", arguments: []), at: start)
    let asked5 = attempt.renewAfterReplacement(at: start)
    #expect(!asked5)
  }

  @Test("after a death only what changes nothing is asked again")
  func deaths() {
    var reading = Attempt(.status(names: [], detail: .brief), at: start)
    let asked6 = reading.renewAfterLoss(at: start)
    #expect(asked6)
    for request: Request in [.start(names: ["web"], .init()), .shutdown, .reset(names: ["web"]), .upgrade] {
      var changing = Attempt(request, at: start)
      let asked7 = changing.renewAfterLoss(at: start)
      #expect(!asked7)
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
