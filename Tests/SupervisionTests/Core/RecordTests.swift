import Testing

@testable import Supervision

@Suite("The journal's records")
struct RecordTests {
  private func deaf() -> World {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .ignores)]]
    world.boot(Configuration([service("db").gracePeriod(.seconds(4))]))
    return world
  }

  @Test("a start is recorded with who wants it")
  func starts() {
    var world = World(service("db"), service("web").byHand())
    world.start("web")
    let wishes = world.records.compactMap { record -> Requester? in
      if case .state(_, .running, _, _, let requester) = record { requester } else { nil }
    }
    #expect(wishes == [.boot, .user(uid: 0)])
  }

  @Test("SIGKILL is recorded once, with the time that there was and with who asked for the stop")
  func kill() {
    var world = deaf()
    world.stop("db")
    world.advance(.seconds(5))
    let kills = world.records.filter { if case .killing = $0 { true } else { false } }
    #expect(kills == [.killing(service: "db", after: .seconds(4), .stopped(.command(.user(uid: 0))))])
  }

  @Test("a stop that needs no SIGKILL records none")
  func politeStop() {
    var world = World(service("db"))
    world.stop("db")
    #expect(!world.records.contains { if case .killing = $0 { true } else { false } })
  }
}
