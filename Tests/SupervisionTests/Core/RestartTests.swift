import Testing

@testable import Supervision

@Suite("Restarting")
struct RestartTests {
  @Test("a restart stops the service and its dependents, and starts those again that were up")
  func restart() {
    var world = World(service("db"), service("api").requires("db"), service("idle").requires("db").byHand())
    _ = world.takeJournal()
    let old = world.pid("db")
    let request = world.restart("db")
    #expect(
      world.journal == [
        "api stopping", "api stopped", "api waiting", "db stopping", "db stopped", "db waiting", "db starting",
        "db running", "api starting", "api running",
      ])
    #expect(world.result(request, "db") == .up(pid: world.pid("db")))
    #expect(world.result(request, "api") == .up(pid: world.pid("api")))
    #expect(world.pid("db") != old)
    #expect(world.state("idle") == .stopped)
    #expect(world.isWanted("db") && world.isWanted("api"))
  }

  @Test("a restart of what rests is a start")
  func resting() {
    var world = World(service("db").byHand())
    let request = world.restart("db")
    #expect(world.result(request, "db") == .up(pid: world.pid("db")))
  }

  @Test("a restart of what is being stopped starts it after the stop")
  func whileStopping() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(2)))]]
    world.boot(Configuration([service("db")]))
    let stop = world.stop("db")
    let restart = world.restart("db")
    world.advance(.seconds(3))
    #expect(world.result(stop, "db") == .stopped(.command(.user(uid: 0))))
    #expect(world.result(restart, "db") == .up(pid: world.pid("db")))
  }

  @Test("a restart of two services of which one is being stopped brings both back")
  func oneOfTwoIsStopping() {
    var world = World()
    world.plans = ["api": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(2)))]]
    world.boot(Configuration([service("db"), service("api").requires("db")]))
    world.stop("api")
    let request = world.restart("db", "api")
    world.advance(.seconds(3))
    #expect(world.result(request, "db") == .up(pid: world.pid("db")))
    #expect(world.result(request, "api") == .up(pid: world.pid("api")))
  }

  @Test("a stop during a restart replaces it, and the restart's caller hears so")
  func stopDuringRestart() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(2)))]]
    world.boot(Configuration([service("db")]))
    let restart = world.restart("db")
    let stop = world.stop("db")
    world.advance(.seconds(3))
    #expect(world.state("db") == .stopped)
    #expect(world.result(stop, "db") == .stopped(.command(.user(uid: 0))))
    #expect(world.result(restart, "db") == .stopped(.command(.user(uid: 0))))
  }

  @Test("a restart whose service cannot be killed does not leave its caller without a reply")
  func unkillable() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .ignores, outlivesKill: .seconds(600))]]
    world.boot(Configuration([service("db").gracePeriod(.seconds(1))]))
    let request = world.restart("db")
    world.advance(.seconds(12))
    #expect(world.result(request, "db") == .failed(.unkillable, willRetry: false))
  }

  @Test("a service that is disabled during its restart stays down, and the caller hears so")
  func disabledMeanwhile() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(2)))]]
    world.boot(Configuration([service("db")]))
    let request = world.restart("db")
    world.order(.disable(["db"], stop: false, options: OrderOptions()))
    world.advance(.seconds(3))
    #expect(world.result(request, "db") == .stopped(.restart(.user(uid: 0))))
    #expect(world.state("db") == .stopped)
  }

  @Test("restart-with follows a restart by command")
  func followers() {
    var world = World(service("db"), service("cache").restartsWith("db"), service("tail").restartsWith("cache"))
    let pids = ["db", "cache", "tail"].map { world.pid($0) }
    let request = world.restart("db")
    #expect(world.result(request, "cache") == .up(pid: world.pid("cache")))
    #expect(zip(["db", "cache", "tail"], pids).allSatisfy { world.pid($0) != $1 })
    #expect(world.counts == ["db": 2, "cache": 2, "tail": 2])
  }

  @Test("restart-with follows a respawn, once per cause")
  func followersOfRespawn() {
    var world = World(
      service("db").respawns(), service("a").restartsWith("db"), service("b").restartsWith("db", "a"))
    world.end("db")
    world.advance(.seconds(1))
    #expect(world.counts == ["db": 2, "a": 2, "b": 2])
    #expect(["db", "a", "b"].allSatisfy { world.state($0) == .running })
  }

  @Test("restart-with follows a dependent that is restarted along")
  func followersOfDependents() {
    var world = World(
      service("db"), service("cache").restartsWith("db"), service("api").requires("cache"),
      service("tail").restartsWith("api"))
    world.restart("db")
    #expect(world.counts["tail"] == 2)
  }

  @Test("restart-with never starts a stopped service")
  func stoppedFollower() {
    var world = World(service("db"), service("cache").restartsWith("db").byHand())
    world.restart("db")
    #expect(world.state("cache") == .stopped)
  }

  @Test("after holds among what is restarted together")
  func after() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(spawnsAfter: .seconds(1), onStopSignal: .dies(after: .seconds(1)))]]
    world.boot(Configuration([service("db"), service("log").after("db")]))
    world.advance(.seconds(1))
    _ = world.takeJournal()
    world.restart("db", "log")
    world.advance(.seconds(3))
    #expect(
      world.journal == [
        "log stopping", "log stopped", "log waiting", "db stopping", "db stopped", "db waiting", "db starting",
        "db running", "log starting", "log running",
      ])
  }

  @Test("two services in conflict that are restarted one after the other: the last one wins, and both callers hear")
  func conflict() {
    var world = World(service("a"), service("b").conflicts("a").byHand())
    world.plans = ["a": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(1)))]]
    world.restart("a")
    world.advance(.seconds(1))
    let first = world.restart("a")
    let request = world.restart("b")
    world.advance(.seconds(1))
    #expect(world.state("b") == .running)
    #expect(world.state("a") == .stopped)
    #expect(world.result(first, "a") == .stopped(.conflict("b")))
    #expect(world.result(request, "b") == .up(pid: world.pid("b")))
  }

  @Test("a restart of what failed for its requirement tries that again too")
  func failedRequirement() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(spawnFailure: .noProgram)]]
    world.boot(Configuration([service("db"), service("api").requires("db")]))
    #expect(world.cause("api") == .failed(.requirement("db", .failed)))
    world.plans = [:]
    let request = world.restart("api")
    #expect(world.result(request, "api") == .up(pid: world.pid("api")))
  }
}
