import Testing

@testable import Supervision

@Suite("Services in jails")
struct JailedServiceTests {
  @Test("a jail is made before the first process and left after the last")
  func order() {
    var world = World(service("web").jailed().preStart().postStop())
    #expect(
      world.takeJournal() == [
        "web waiting", "web starting", "web joins jail web", "web pre-start command 1", "web running",
      ])
    world.stop("web")
    #expect(world.journal == ["web stopping", "web post-stop command 1", "web leaves jail", "web stopped"])
    #expect(world.jails.standing.isEmpty)
  }

  @Test("a jail that cannot be made is a failed attempt, and says why")
  func failure() {
    var world = World()
    world.jailPlans = { _, _ in SimulatedJailPlan(raisingFailure: "mount /data on /j/data: not a directory") }
    world.boot(Configuration([service("web").jailed().postStop()]))
    #expect(world.cause("web") == .failed(.jail("mount /data on /j/data: not a directory")))
    #expect(world.counts["web"] == nil)
  }

  @Test("a respawn has a jail of its own")
  func respawn() {
    var world = World(service("web").jailed().respawns())
    _ = world.takeJournal()
    world.end("web")
    world.runUntilQuiet()
    #expect(
      world.journal == [
        "web respawning", "web leaves jail", "web waiting", "web starting", "web joins jail web", "web running",
      ])
  }

  @Test("a stop does not wait for the end of a making: that is given up, and undone")
  func stopWhileMaking() {
    var world = World()
    world.jailPlans = { _, _ in SimulatedJailPlan(raising: .seconds(20), lowering: .seconds(1)) }
    world.boot(Configuration([service("web").jailed().startTimeout(.seconds(90))]))
    #expect(world.state("web") == .starting)
    world.stop("web")
    #expect(world.state("web") == .stopping)
    world.runUntilQuiet()
    #expect(world.state("web") == .stopped)
    #expect(world.jails.standing.isEmpty)
  }

  @Test("the making of a jail counts in the start timeout")
  func timeout() {
    var world = World()
    world.jailPlans = { _, _ in SimulatedJailPlan(raising: .seconds(20)) }
    world.boot(Configuration([service("web").jailed().startTimeout(.seconds(5))]))
    world.runUntilQuiet()
    #expect(world.cause("web") == .failed(.startTimeout(.seconds(5))))
  }

  @Test("services that share a jail keep it as long as one of them runs")
  func shared() {
    var world = World(service("db").jailed(), service("api").jailed(with: "db"))
    #expect(world.jails.standing == ["db"])
    world.stop("db")
    #expect(world.state("api") == .running && world.jails.standing == ["db"])
    world.stop("api")
    #expect(world.jails.standing.isEmpty)
  }

  @Test("a shared jail is that of the service with the name, though what else provides the name is up")
  func sharedName() {
    let world = World(
      service("other").provides("db"), service("db").jailed().byHand(), service("api").jailed(with: "db"))
    #expect(world.state("other") == .running)
    #expect(world.jails.standing == ["db"])
  }

  @Test("a shared jail is made by the newest definition, though its service runs by one without a jail")
  func sharedWithNewJail() {
    var world = World(service("db"))
    _ = world.load([service("db").jailed(), service("api").jailed(with: "db")])
    #expect(world.state("api") == .running && world.state("db") == .running)
    let maker = world.supervisor.find("api").flatMap { world.supervisor.jailMaker(of: $0) }
    #expect(maker?.jailName == "db")
  }

  @Test("what cannot be undone makes the service fail, and the next start is tried all the same")
  func leftovers() {
    var world = World()
    world.jailPlans = { _, count in SimulatedJailPlan(loweringFailure: count == 1 ? "unmount /j: busy" : nil) }
    world.boot(Configuration([service("web").jailed()]))
    world.stop("web")
    #expect(world.cause("web") == .failed(.jailLeft("unmount /j: busy")))
    world.start("web")
    #expect(world.state("web") == .running)
  }

  @Test("the undoing of a jail ends, though nothing answers")
  func undoingEnds() {
    var world = World()
    world.jailPlans = { _, _ in SimulatedJailPlan(lowering: .seconds(10_000)) }
    world.boot(Configuration([service("web").jailed()]))
    world.stop("web")
    world.advance(StopSequence.releasePatience)
    #expect(world.cause("web") == .failed(.jailLeft("it takes too long")))
  }

  @Test("what belongs into a jail that could not be made does not run, and what cleans up on the host does")
  func postStopWithoutJail() {
    var world = World(oneShot("init").postStop())
    world.jailPlans = { _, _ in SimulatedJailPlan(raisingFailure: "no such directory") }
    var changed = oneShot("init").jailed().postStop(2)
    changed.kind = .process
    changed.postStop[1].asSupervisor = true
    world.load(Configuration([changed]))
    _ = world.takeJournal()
    world.start("init")
    #expect(!world.journal.contains("init post-stop command 1"))
    #expect(world.journal.contains("init post-stop command 2"))
    #expect(world.cause("init") == .failed(.jail("no such directory")))
  }

  @Test("nor does it while the jail is still being made")
  func postStopBeforeJail() {
    var world = World(oneShot("init"))
    world.jailPlans = { _, _ in SimulatedJailPlan(raising: .seconds(20)) }
    var changed = service("init").jailed().postStop(2)
    changed.postStop[1].asSupervisor = true
    world.load(Configuration([changed]))
    _ = world.takeJournal()
    world.order(.start(["init"], options: OrderOptions(noWait: true)))
    world.stop("init")
    world.runUntilQuiet()
    #expect(!world.journal.contains("init post-stop command 1"))
    #expect(world.journal.contains("init post-stop command 2"))
    #expect(world.state("init") == .stopped && world.jails.standing.isEmpty)
  }

  @Test("a one-shot leaves its jail when it has completed")
  func oneShotLeaves() {
    var world = World(oneShot("init").jailed().postStart())
    #expect(world.state("init") == .completed && world.jails.standing.isEmpty)
    world.stop("init")
    #expect(world.state("init") == .stopped)
  }

  @Test("a one-shot leaves its jail though what it has started outlives SIGKILL")
  func oneShotLeavesUnkillable() {
    var world = World()
    var plan = ProcessPlan.exits(.exited(0))
    plan.child = (onStopSignal: .ignores, outlivesKill: .seconds(500))
    world.plans["init"] = [.main: plan]
    world.boot(Configuration([oneShot("init").jailed()]))
    world.advance(.seconds(60))
    #expect(world.cause("init") == .failed(.unkillable))
    #expect(world.jails.joined.isEmpty)
  }

  @Test("the jail of what survives SIGKILL is left too, and the service says what survives")
  func unkillable() {
    var world = World(service("web").jailed())
    world.plans["web"] = [.main: ProcessPlan(onStopSignal: .ignores, outlivesKill: .seconds(500))]
    world.restart("web")
    world.stop("web")
    world.advance(.seconds(60))
    #expect(world.cause("web") == .failed(.unkillable))
    #expect(world.journal.contains("web leaves jail"))
  }
}
