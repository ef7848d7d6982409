import Testing

@testable import Supervision

@Suite("A start that waits for what is tried again")
struct AwaitingTests {
  private func world(_ definitions: ServiceDefinition...) -> World {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(spawnFailure: .noRoom)]]
    world.boot(Configuration(definitions))
    return world
  }

  private let waitsForDatabase = OrderOutcome.Result.failed(.awaits("db", .spawn(.main, .noRoom)), willRetry: true)

  @Test("it is answered at the first failure below, and goes on")
  func requirement() {
    var world = world(
      service("db").byHand(), service("pool").requires("db").byHand(), service("api").requires("pool").byHand())
    let request = world.start("api")
    #expect(world.result(request, "api") == waitsForDatabase)
    #expect(world.state("api") == .waiting)
    world.plans = [:]
    world.advance(.seconds(2))
    #expect(world.state("api") == .running)
    #expect(world.replies[request]?.count == 1)
  }

  @Test("what is tried again already is tried at once, and the answer comes")
  func later() {
    var world = world(service("db"), service("api").requires("db").byHand())
    world.advance(.seconds(60))
    let count = world.counts["db"] ?? 0
    let request = world.start("api")
    #expect(world.counts["db"] == count + 1)
    #expect(world.result(request, "api") == waitsForDatabase)
  }

  @Test("the same for what is only wanted, or comes before it", arguments: [true, false])
  func order(isWanted: Bool) {
    let api = isWanted ? service("api").wants("db") : service("api").after("db")
    var world = world(service("db"), api.byHand())
    let request = world.start("api")
    world.advance(.seconds(1))
    #expect(world.result(request, "api") == waitsForDatabase)
  }

  @Test("a restart is answered as well")
  func restart() {
    var world = World(service("db").respawns(limit: 0, delay: .seconds(5)), service("api").requires("db"))
    world.plans = ["db": [.main: ProcessPlan(spawnFailure: .noRoom)]]
    let request = world.restart("db", "api")
    #expect(world.result(request, "db") == .failed(.spawn(.main, .noRoom), willRetry: true))
    #expect(world.result(request, "api") == waitsForDatabase)
  }

  @Test("another provider on its way is waited for")
  func provider() {
    var world = World()
    world.plans = [
      "one": [.main: ProcessPlan(spawnFailure: .noRoom)], "two": [.main: ProcessPlan(spawnsAfter: .seconds(3))],
    ]
    let definitions = [
      service("one").provides("db").byHand(), service("two").provides("db").byHand(),
      service("api").requires("db").byHand(),
    ]
    world.boot(Configuration(definitions))
    world.order(.start(["two"], options: OrderOptions(noWait: true)))
    world.order(.start(["one"], options: OrderOptions(noWait: true)))
    let request = world.start("api")
    world.advance(.seconds(2))
    #expect(world.reply(request) == nil)
    world.advance(.seconds(1))
    #expect(world.result(request, "api") == .up(pid: world.pid("api")))
  }

  @Test("the text names both, and what is wrong")
  func text() {
    let cause = FailureCause.awaits("db", .spawn(.main, .noRoom))
    #expect("\(cause)" == "waits for db, which could not be started: no room for a process")
  }
}
