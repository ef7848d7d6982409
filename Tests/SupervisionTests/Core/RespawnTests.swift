import Testing

@testable import Supervision

@Suite("Ends that nobody asked for")
struct RespawnTests {
  @Test("a respawn leaves dependents alone")
  func dependents() {
    var world = World(service("db").respawns(), service("api").requires("db"))
    _ = world.takeJournal()
    world.end("db", .signaled(9, core: false))
    #expect(world.state("db") == .respawning)
    #expect(world.snapshot("db")?.isUp == true)
    #expect(world.cause("db") == .failed(.exited(.signaled(9, core: false))))
    world.advance(.milliseconds(100))
    #expect(world.journal == ["db respawning", "db waiting", "db starting", "db running"])
    #expect(world.snapshot("db")?.respawns == 1)
  }

  @Test("an end of which nobody knows how it was is no success")
  func unknownEnd() {
    var world = World(service("db").respawns(.onFailure), service("web"), oneShot("init").byHand())
    world.end("db", .unknown)
    world.runUntilQuiet()
    #expect(world.state("db") == .running && world.counts["db"] == 2)
    #expect(world.snapshot("db")?.lastExit == .unknown)
    world.end("web", .unknown)
    #expect(world.cause("web") == .failed(.exited(.unknown)))
    #expect(FailureCause.exited(.unknown).description == "ended, how is not known")
    world.plans = ["init": [.main: .exits(.unknown)]]
    world.start("init")
    world.runUntilQuiet()
    #expect(world.state("init") == .failed)
  }

  @Test("an exit by SIGTERM is held back, so that a shutdown of the system is seen first")
  func holdBack() {
    var world = World(service("db").respawns(delay: .zero))
    world.end("db", .signaled(15, core: false))
    world.advance(.milliseconds(199))
    #expect(world.state("db") == .respawning)
    world.advance(.milliseconds(1))
    #expect(world.state("db") == .running)
  }

  @Test("a respawn runs pre-start again, and post-stop before it")
  func hooks() {
    var world = World(service("db").respawns().preStart().postStop())
    _ = world.takeJournal()
    world.end("db")
    world.advance(.seconds(1))
    #expect(
      world.journal == [
        "db respawning", "db post-stop command 1", "db waiting", "db starting", "db pre-start command 1", "db running",
      ])
  }

  @Test("what is left of the subtree is ended before a respawn")
  func subtree() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(child: (.dies(after: .seconds(2)), .zero))]]
    world.boot(Configuration([service("db").respawns()]))
    world.end("db")
    world.advance(.seconds(1))
    #expect(world.counts["db"] == 1)
    world.advance(.seconds(2))
    #expect(world.counts["db"] == 2)
    #expect(world.state("db") == .running)
  }

  @Test("an exit with success without respawn: stopped, nobody wants it any more, dependents stop and stay wanted")
  func success() {
    var world = World(service("db"), service("api").requires("db"))
    world.end("db", .exited(0))
    #expect(world.cause("db") == .stopped(.exited(.exited(0))))
    #expect(!world.isWanted("db"))
    #expect(world.cause("api") == .stopped(.requirementStopped("db")))
    #expect(world.isWanted("api"))
    world.start("db")
    #expect(world.state("api") == .running)
  }

  @Test("an exit without success and without respawn: failed, and dependents say why")
  func failure() {
    var world = World(service("db"), service("api").requires("db"), service("web").requires("api"))
    world.end("db", .exited(1))
    #expect(world.cause("db") == .failed(.exited(.exited(1))))
    #expect(world.cause("api") == .failed(.requirement("db", .failed)))
    #expect(world.cause("web") == .failed(.requirement("api", .failed)))
    #expect(world.isWanted("db") && world.isWanted("api") && world.isWanted("web"))
    world.start("db")
    #expect(world.state("web") == .running)
  }

  @Test("respawn on-failure looks at the exit codes that count as success")
  func onFailure() {
    let definition = service("db").respawns(.onFailure).with { $0.successExitCodes = [0, 3] }
    var world = World(definition)
    world.end("db", .exited(1))
    world.advance(.seconds(1))
    #expect(world.state("db") == .running)
    world.end("db", .exited(3))
    world.advance(.seconds(1))
    #expect(world.cause("db") == .stopped(.exited(.exited(3))))
  }

  @Test("the respawn limit is a sliding window; reached, the service has failed and says why")
  func limit() {
    var world = World(service("db").respawns(limit: 3, within: .seconds(10), delay: .zero))
    // One death every four seconds stays below three in ten seconds.
    for _ in 0..<8 {
      world.end("db")
      #expect(world.state("db") == .running)
      world.advance(.seconds(4))
    }
    for _ in 0..<2 { world.end("db") }
    world.end("db")
    #expect(
      world.cause("db")
        == .failed(.respawnLimit(count: 3, period: .seconds(10), last: .exited(.exited(1)))))
  }

  @Test("herd start clears the count of the respawn limit")
  func startClears() {
    var world = World(service("db").respawns(limit: 2, within: .seconds(100), delay: .zero))
    for _ in 0..<3 { world.end("db") }
    #expect(world.state("db") == .failed)
    world.start("db")
    for _ in 0..<2 { world.end("db") }
    #expect(world.state("db") == .running)
    world.end("db")
    #expect(world.state("db") == .failed)
  }

  @Test("the delay grows by its factor up to its most, and is the first one again after reset-after")
  func backoff() {
    let definition = service("db").respawns(limit: 0).with {
      $0.respawn.delay = RespawnDelay()
      $0.respawn.delay.factor = 2
      $0.respawn.delay.most = .milliseconds(500)
      $0.respawn.delay.resetAfter = .seconds(30)
    }
    var world = World(definition)
    for milliseconds in [100, 200, 400, 500, 500] {
      world.end("db")
      world.advance(.milliseconds(milliseconds - 1))
      #expect(world.state("db") == .respawning)
      world.advance(.milliseconds(1))
      #expect(world.state("db") == .running)
    }
    world.advance(.seconds(30))
    world.end("db")
    world.advance(.milliseconds(100))
    #expect(world.state("db") == .running)
  }

  @Test("the jitter stays within its part of the delay")
  func jitter() {
    let definition = service("db").respawns(limit: 0, delay: .seconds(10)).with { $0.respawn.delay.jitter = 0.1 }
    var world = World(definition)
    for _ in 0..<50 {
      world.end("db")
      world.advance(.milliseconds(8999))
      #expect(world.state("db") == .respawning)
      world.advance(.milliseconds(2002))
      #expect(world.state("db") == .running)
    }
  }

  @Test("a start by name does not wait for the delay")
  func startDuringDelay() {
    var world = World(service("db").respawns(delay: .seconds(60)))
    world.end("db")
    let request = world.start("db")
    #expect(world.state("db") == .running)
    #expect(world.result(request, "db") == .up(pid: world.pid("db")))
    #expect(world.supervisor.nextDeadline == nil)
  }

  /// Its main process has ended, and what that has left takes two seconds to end.
  private func ending(_ definitions: ServiceDefinition...) -> World {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(child: (.dies(after: .seconds(2)), .zero))]]
    world.boot(Configuration(definitions))
    world.end("db")
    world.advance(.seconds(1))
    return world
  }

  @Test("a start by name while what is left is being ended does not wait for the delay after that either")
  func startDuringEnding() {
    var world = ending(service("db").respawns(delay: .seconds(60)))
    let request = world.start("db")
    #expect(world.state("db") == .respawning, "what is left is ended first")
    world.advance(.seconds(1))
    #expect(world.state("db") == .running)
    #expect(world.result(request, "db") == .up(pid: world.pid("db")))
    world.end("db")
    world.advance(.seconds(10))
    #expect(world.state("db") == .respawning, "the next delay is waited for again")
  }

  @Test("what was hurried along and is disabled meanwhile does not start")
  func disabledDuringEnding() {
    var world = ending(service("db").respawns(delay: .seconds(60)))
    world.start("db")
    world.order(.disable(["db"], stop: false, options: OrderOptions()))
    world.advance(.seconds(2))
    #expect(world.counts["db"] == 1)
  }

  @Test("a start of what respawns does not wait for the delays of what it requires", arguments: [false, true])
  func startAboveDelay(isAboveToo: Bool) {
    var world = World(
      service("db").respawns(delay: .seconds(60)), service("mid").requires("db").respawns(delay: .seconds(60)),
      service("api").requires("mid").respawns(delay: .seconds(60)))
    world.end("db")
    world.end("mid")
    if isAboveToo { world.end("api") }
    world.start(isAboveToo ? "api" : "mid")
    #expect(world.state("db") == .running)
    #expect(world.state("mid") == .running)
    #expect(world.state("api") == .running)
  }

  @Test("what is hurried along begins with a clean count of respawns, also as a requirement", arguments: ["db", "api"])
  func hurriedCount(name: String) {
    var world = World(
      service("db").respawns(limit: 2, within: .seconds(100), delay: .seconds(10)),
      service("api").requires("db").byHand())
    for _ in 0..<2 {
      world.end("db")
      #expect(world.state("db") == .respawning)
      world.start(name)
      #expect(world.state("db") == .running)
      #expect(world.snapshot("db")?.respawns == 0)
      world.stop("api")
    }
    world.end("db")
    #expect(world.state("db") == .respawning)
  }

  @Test("a caller hears of the first failed attempt, and that it will be tried again")
  func firstFailure() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(spawnFailure: .noProgram)]]
    world.boot(Configuration([service("db").respawns(delay: .seconds(1)).byHand()]))
    let request = world.start("db")
    #expect(world.result(request, "db") == .failed(.spawn(.main, .noProgram), willRetry: true))
    world.plans = [:]
    world.advance(.seconds(1))
    #expect(world.state("db") == .running)
    #expect(world.replies[request]?.count == 1)
  }

  @Test("a failed attempt counts like a death: pre-start, spawn, post-start, start-timeout")
  func attempts() {
    let plans: [(ProcessRole, ProcessPlan, FailureCause)] = [
      (.preStart(0), .exits(.exited(2)), .hook(.preStart(0), .exited(2))),
      (.preStart(0), .runs, .startTimeout(.seconds(5), during: .preStart(0))),
      (.main, ProcessPlan(spawnFailure: .noProgram), .spawn(.main, .noProgram)),
      (.main, ProcessPlan(spawnsAfter: .seconds(9)), .startTimeout(.seconds(5))),
      (.postStart(0), .exits(.exited(4)), .hook(.postStart(0), .exited(4))),
      (.postStart(0), .runs, .startTimeout(.seconds(5), during: .postStart(0))),
    ]
    for (role, plan, cause) in plans {
      let definition = service("db").preStart().postStart().startTimeout(.seconds(5)).byHand()
      var world = World()
      world.plans = ["db": [role: plan]]
      world.boot(Configuration([definition]))
      let request = world.start("db")
      world.advance(.seconds(30))
      #expect(world.result(request, "db") == .failed(cause, willRetry: false))
      #expect(world.cause("db") == .failed(cause))
      #expect(world.processes("db").isEmpty)
      #expect(world.supervisor.nextDeadline == nil)
    }
  }

  @Test("the end of the main process before post-start is done is an exit before ready")
  func exitBeforeReady() {
    var world = World()
    world.plans = ["db": [.postStart(0): .runs]]
    world.boot(Configuration([service("db").postStart()]))
    world.end("db", .exited(0))
    #expect(world.cause("db") == .failed(.exitedBeforeReady(.exited(0))))
  }

  @Test("a final failure starts the on-failure services, and those trigger none of their own")
  func reaction() {
    var world = World()
    world.plans = ["alarm": [.main: .exits(.exited(1))]]
    world.boot(
      Configuration([
        service("db").onFailure("alarm"), oneShot("alarm").onFailure("siren").byHand(), service("siren").byHand(),
        service("api").requires("db").onFailure("siren"),
      ]))
    world.end("db")
    #expect(world.state("alarm") == .failed)
    #expect(world.snapshot("alarm")?.intent?.requester == .onFailure(of: "db"))
    #expect(world.state("siren") == .stopped)
  }

  @Test("an on-failure service that requires what has failed does not start it again")
  func reactionRequiresFailed() {
    var world = World()
    world.lacks = ["db": ["no such program"]]
    world.boot(Configuration([service("db").onFailure("mend"), service("mend").requires("db").byHand()]))
    #expect(world.cause("db") == .failed(.lacks(["no such program"])))
    #expect(world.cause("mend") == .failed(.requirement("db", .failed)))
    #expect(world.journal.count { $0 == "db failed" } == 1)
  }

  @Test("on-failure waits for the respawn limit")
  func reactionAfterLimit() {
    var world = World(service("db").respawns(limit: 1, delay: .zero).onFailure("alarm"), oneShot("alarm").byHand())
    world.end("db")
    #expect(world.state("alarm") == .stopped)
    world.end("db")
    #expect(world.state("alarm") == .completed)
    // It runs again the next time.
    world.start("db")
    for _ in 0..<2 { world.end("db") }
    #expect(world.counts["alarm"] == 2)
  }

  @Test("a dependent that was still stopping when its requirement came back starts as soon as it is down")
  func missedComeback() {
    var world = World()
    world.plans = ["api": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(5)))]]
    world.boot(Configuration([service("db"), service("api").requires("db")]))
    world.end("db")
    world.start("db")
    #expect(world.state("db") == .running)
    #expect(world.state("api") == .stopping)
    world.advance(.seconds(5))
    #expect(world.state("api") == .running)
  }

  @Test("a service that waits starts only when its requirement is running, not while that respawns")
  func waitsForRespawn() {
    var world = World(service("db").respawns(delay: .seconds(5)), service("api").requires("db").byHand())
    world.end("db")
    #expect(world.state("db") == .respawning)
    world.plans = ["db": [.main: ProcessPlan(spawnsAfter: .seconds(2))]]
    world.start("api")
    #expect(world.state("db") == .starting, "who asks does not wait for the delay of what is required")
    #expect(world.state("api") == .waiting)
    world.advance(.seconds(2))
    #expect(world.state("api") == .running)
  }
}
