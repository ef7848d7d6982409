import Testing

@testable import Supervision

// Number 2 of issue 7, and the core's side of 27.
@Suite("Starts that come to nothing before the program runs")
struct LaunchPauseTests {
  private func world(_ failure: SpawnFailure, _ definition: ServiceDefinition) -> World {
    var world = World()
    world.plans = [definition.name: [.main: ProcessPlan(spawnFailure: failure)]]
    world.boot(Configuration([definition]))
    return world
  }

  @Test("with no limit and no delay, such a start is tried once a second and not as fast as the machine can")
  func pause() {
    var world = world(.noProgram, service("db").respawns(limit: 0, delay: .zero))
    world.advance(.milliseconds(9500))
    #expect(world.counts["db"] == 10)
    #expect(world.handled < 100)
  }

  @Test("the usual limit still ends what cannot succeed, within the period")
  func limit() {
    var world = world(.noProgram, service("db").respawns())
    world.advance(.seconds(6))
    #expect(world.counts["db"] == 6)
    #expect(world.state("db") == .failed)
  }

  @Test("a longer respawn-delay is kept")
  func longer() {
    var world = world(.noProgram, service("db").respawns(limit: 0, delay: .seconds(4)))
    world.advance(.seconds(9))
    #expect(world.counts["db"] == 3)
  }

  @Test("a start by command does not wait for the pause")
  func command() {
    var world = world(.noProgram, service("db").respawns(limit: 0, delay: .zero))
    #expect(world.counts["db"] == 1)
    let request = world.start("db")
    #expect(world.counts["db"] == 2)
    #expect(world.result(request, "db") == .failed(.spawn(.main, .noProgram), willRetry: true))
  }

  @Test("a jail that cannot be made is tried again after the pause too")
  func jail() {
    var world = World()
    world.jailPlans = { _, _ in SimulatedJailPlan(raisingFailure: "no such directory") }
    world.boot(Configuration([service("db").jailed().respawns(limit: 0, delay: .zero)]))
    world.advance(.milliseconds(4500))
    let attempts = world.journal.count { $0.hasSuffix("joins jail db") }
    #expect(attempts == 5)
  }

  @Test("what the host lacks for the moment is tried again with growing pauses, whatever policy and limit say")
  func passing() {
    var world = world(.noRoom, service("db").respawns(.never))
    #expect(world.state("db") == .respawning)
    // After 1, 2, 4 and 8 seconds, and then every ten.
    for (seconds, count) in [(1, 2), (2, 3), (4, 4), (8, 5), (10, 6), (10, 7), (10, 8)] {
      world.advance(.seconds(seconds))
      #expect(world.counts["db"] == count)
    }
    #expect(world.snapshot("db")?.respawns == 0)
    world.plans = [:]
    world.advance(.seconds(10))
    #expect(world.state("db") == .running)
    world.end("db")
    #expect(world.state("db") == .failed, "the policy counts again")
  }

  @Test("what does not come back in its time is given up, but not without a limit", arguments: [true, false])
  func patience(hasLimit: Bool) {
    var failure = SpawnFailure.noRoom
    failure.patience = .seconds(300)
    var world = world(failure, service("db").respawns(limit: hasLimit ? 5 : 0))
    world.advance(.seconds(290))
    #expect(world.state("db") == .respawning)
    world.advance(.seconds(30))
    #expect(world.state("db") == (hasLimit ? .failed : .respawning))
    world.start("db")
    #expect(world.state("db") == .respawning, "a start by command begins anew")
    world.plans = [:]
    world.advance(.seconds(20))
    #expect(world.state("db") == .running)
  }

  @Test("that time begins anew when a start between came further")
  func furtherBetween() {
    var failure = SpawnFailure.noRoom
    failure.patience = .seconds(300)
    var world = world(failure, service("db").aliveFor(.seconds(10)).respawns(limit: 5, delay: .seconds(60)))
    world.plans["db"] = [.main: .exits(.exited(1))]
    world.advance(.seconds(400))
    #expect(world.state("db") == .respawning)
    world.plans["db"] = [.main: ProcessPlan(spawnFailure: failure)]
    world.advance(.seconds(70))
    #expect(world.state("db") == .respawning)
    #expect(world.snapshot("db")?.lastRespawnCause == .exitedBeforeReady(.exited(1)))
  }

  @Test("and when the service has rested between")
  func restBetween() {
    var failure = SpawnFailure.noRoom
    failure.patience = .seconds(300)
    var world = World()
    world.plans["api"] = [.main: ProcessPlan(spawnFailure: failure)]
    world.boot(Configuration([service("db").respawns(.never), service("api").requires("db")]))
    world.end("db")
    #expect(world.state("api") == .failed)
    world.advance(.seconds(400))
    world.start("db")
    #expect(world.state("api") == .respawning)
  }

  @Test("who waits for such a start hears of the first failure, and that it goes on")
  func passingCommand() {
    var world = world(.noRoom, service("db").byHand())
    let request = world.start("db")
    #expect(world.result(request, "db") == .failed(.spawn(.main, .noRoom), willRetry: true))
  }

  @Test("nothing is tried again that is disabled, or when the supervisor leaves")
  func ends() {
    var world = world(.noRoom, service("db"))
    world.order(.disable(["db"], stop: false, options: OrderOptions()))
    world.advance(.seconds(60))
    #expect(world.state("db") == .failed)
    #expect(world.counts["db"] == 1)
    world = self.world(.noRoom, service("db"))
    world.order(.stopRoot)
    #expect(world.exit == [])
  }
}
