import Supervision
import Testing

@testable import SupervisionRuntime

@Suite("Trying again what has failed")
struct RetryTests {
  @Test("one that is well does not make the pauses of another short")
  func shared() throws {
    let loop = try EventLoop()
    var tries = 0
    var retry: SharedRetry<String>?
    retry = SharedRetry(
      Retry(loop: loop, first: .milliseconds(20), most: .seconds(2)) {
        tries += 1
        retry?.succeeded("well")
        retry?.failed("ill")
      })
    let began = Clock.now()
    #expect(retry?.failed("ill") == true, "that is news")
    // After 20, 40, 80 and 160 ms.
    while tries < 4 { try loop.turn() }
    #expect(Clock.now() - began >= .milliseconds(300))
    #expect(retry?.failed("other") == false, "and that is none")
  }

  @Test("it is over when none fails any more")
  func over() throws {
    let loop = try EventLoop()
    var isDue = false
    let retry = SharedRetry<String>(Retry(loop: loop, first: .milliseconds(1)) { isDue = true })
    retry.failed("one")
    retry.failed("other")
    while !isDue { try loop.turn() }
    retry.succeeded("one")
    #expect(!retry.failed("other"))
    isDue = false
    while !isDue { try loop.turn() }
    retry.succeeded("other")
    #expect(retry.failed("one"), "so the next failure is news")
  }
}
