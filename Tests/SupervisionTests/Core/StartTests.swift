import Testing

@testable import Supervision

@Suite("Starting")
struct StartTests {
  @Test("boot starts what is to start by itself, in the order of the requirements")
  func boot() {
    let world = World(service("api").requires("db"), service("db"), service("idle").byHand())
    #expect(world.journal == ["api waiting", "db waiting", "db starting", "db running", "api starting", "api running"])
    #expect(world.state("idle") == .stopped)
  }
}
