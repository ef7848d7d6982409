import Testing

@testable import Supervision

@Suite("What goes wrong on the way and keeps nothing from being done")
struct TroubleTests {
  private func troubles(_ world: World, _ request: RequestID, _ name: String) -> [FailureCause]? {
    guard case .services(let outcomes)? = world.reply(request) else { return nil }
    return outcomes.last { $0.service == name }?.troubles
  }

  @Test("failing commands of a stop are in its answer, and in the status until the next start")
  func stop() {
    var world = World()
    world.plans = ["db": [.stopCommand: .exits(.exited(3)), .postStop(0): .exits(.exited(4))]]
    world.boot(Configuration([service("db").stopCommand().postStop()]))
    let request = world.stop("db")
    let expected: [FailureCause] = [.hook(.stopCommand, .exited(3)), .hook(.postStop(0), .exited(4))]
    #expect(world.result(request, "db") == .stopped(.command(.user(uid: 0))))
    #expect(troubles(world, request, "db") == expected)
    #expect(world.snapshot("db")?.troubles == expected)
    #expect("\(expected[0])" == "stop command (/bin/stop-0): exit 3")
    world.start("db")
    #expect(world.snapshot("db")?.troubles == [])
  }

  @Test("the same of a restart, and of a dependent that stops along")
  func along() {
    var world = World()
    world.plans = ["api": [.postStop(0): .exits(.exited(4))]]
    world.boot(Configuration([service("db"), service("api").requires("db").postStop()]))
    let restart = world.restart("api")
    #expect(troubles(world, restart, "api") == [.hook(.postStop(0), .exited(4))])
    let stop = world.stop("db")
    #expect(troubles(world, stop, "api") == [.hook(.postStop(0), .exited(4))])
  }

  @Test("respawning for ever does not add up")
  func respawns() {
    var world = World()
    world.plans = ["db": [.main: .exits(.exited(1)), .postStop(0): .exits(.exited(4))]]
    world.boot(Configuration([service("db").postStop().respawns(limit: 0, delay: .seconds(1))]))
    world.advance(.seconds(30))
    #expect((world.snapshot("db")?.troubles.count ?? 9) <= 1)
  }

  @Test("nor for who only waits for a state, which may be for days")
  func waiting() {
    var world = World()
    world.plans = ["db": [.main: .exits(.exited(1)), .postStop(0): .exits(.exited(4))]]
    world.boot(Configuration([service("db").postStop().respawns(limit: 0, delay: .seconds(1))]))
    world.order(.wait("db", for: .stopped, after: nil, timeout: nil))
    world.advance(.seconds(30))
    #expect(world.supervisor.requests.values.map(\.troubles.count) == [0])
  }

  @Test("a one-shot that leaves processes has them ended, and says so")
  func leftProcesses() {
    var world = World()
    var plan = ProcessPlan.exits(.exited(0))
    plan.child = (.dies(after: .zero), .zero)
    world.plans = ["setup": [.main: plan]]
    world.boot(Configuration([oneShot("setup").byHand()]))
    let request = world.start("setup")
    #expect(world.state("setup") == .completed)
    #expect(world.records.contains(.trouble(service: "setup", .leftProcesses)))
    #expect(world.snapshot("setup")?.troubles == [.leftProcesses])
    #expect(troubles(world, request, "setup") == [.leftProcesses])
    var tidy = World(oneShot("setup"))
    tidy.run()
    #expect(tidy.snapshot("setup")?.troubles == [])
  }

  @Test("a failing hook is named with its command")
  func names() {
    var world = World()
    world.plans = ["db": [.preStart(1): .exits(.exited(2))]]
    world.boot(Configuration([service("db").preStart(2)]))
    #expect(world.cause("db")?.description == "pre-start command 2 (/bin/pre-1): exit 2")
  }

  @Test("a post-start command that cannot be executed is not tried again at the pace of what costs nothing")
  func postStart() {
    #expect(!FailureCause.spawn(.postStart(0), .noProgram).isBeforeProgram)
    #expect(FailureCause.spawn(.preStart(0), .noProgram).isBeforeProgram)
  }

  @Test("a lack of the host that keeps a post-start command from running has growing pauses")
  func postStartRoom() {
    var world = World()
    world.plans = ["db": [.postStart(0): ProcessPlan(spawnFailure: .noRoom)]]
    world.boot(Configuration([service("db").postStart()]))
    world.advance(.seconds(16))
    // Main process and command at 0, 1, 3, 7 and 15 seconds.
    #expect(world.counts["db"] == 10)
  }
}
