import Testing

@testable import Supervision

@Suite("Stopping")
struct StopTests {
  @Test("dependents stop first, and the reply lists them")
  func dependentsFirst() {
    var world = World(service("db"), service("api").requires("db"), service("web").requires("api"), service("cron"))
    _ = world.takeJournal()
    let request = world.stop("db")
    #expect(
      world.journal == [
        "web stopping", "web stopped", "api stopping", "api stopped", "db stopping", "db stopped",
      ])
    #expect(world.result(request, "db") == .stopped(.command(.user(uid: 0))))
    #expect(world.result(request, "api") == .stopped(.requirementStopped("db")))
    #expect(world.result(request, "web") == .stopped(.requirementStopped("api")))
    #expect(!world.isWanted("db") && !world.isWanted("api") && !world.isWanted("web"))
    #expect(world.state("cron") == .running)
  }

  @Test("requirements stay up")
  func requirementsStay() {
    var world = World(service("db"), service("api").requires("db"))
    world.stop("api")
    #expect(world.state("db") == .running)
  }

  @Test("with-requirements also stops what nothing wanted needs, however it is reached")
  func withRequirements() {
    var world = World(
      service("base").byHand(), service("mid").requires("base").byHand(), service("shared").byHand(),
      service("api").requires("base", "mid", "shared").byHand(), service("other").requires("shared"),
      service("boot"), service("all").requires("boot").byHand())
    world.start("api", "all")
    let request = world.order(.stop(["api", "all"], withRequirements: true, options: OrderOptions()))
    #expect(world.state("base") == .stopped && world.state("mid") == .stopped)
    #expect(world.state("shared") == .running)
    #expect(world.state("boot") == .running)
    #expect(world.result(request, "base") == .stopped(.command(.user(uid: 0))))
  }

  @Test("a stop of what rests says so")
  func alreadyStopped() {
    var world = World(service("db").byHand())
    let request = world.stop("db")
    #expect(world.result(request, "db") == .alreadyStopped)
  }

  @Test("a stop while waiting is over at once")
  func whileWaiting() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(spawnsAfter: .seconds(5))]]
    world.boot(Configuration([service("db"), service("api").requires("db")]))
    let request = world.stop("api")
    #expect(world.result(request, "api") == .stopped(.command(.user(uid: 0))))
    #expect(world.state("db") == .starting)
    world.advance(.seconds(6))
    #expect(world.state("api") == .stopped)
  }

  @Test("a stop during pre-start ends that command, and post-stop runs")
  func duringPreStart() {
    var world = World()
    world.plans = ["db": [.preStart(0): .runs]]
    world.boot(Configuration([service("db").preStart().postStop()]))
    _ = world.takeJournal()
    world.stop("db")
    #expect(world.journal == ["db stopping", "db post-stop command 1", "db stopped"])
    #expect(world.signals.first == "db 15")
    #expect(world.counts["db"] == 2)
  }

  @Test("a stop before pre-start has begun runs no post-stop")
  func beforePreStart() {
    var world = World()
    world.boot(Configuration([service("db").preStart().postStop().byHand()]))
    let request = world.newRequest()
    world.handle(.order(.start(["db"], options: OrderOptions()), requester: .boot, request: request))
    #expect(world.state("db") == .starting)
    world.stop("db")
    #expect(world.state("db") == .stopped)
    #expect(world.counts["db"] == nil)
  }

  @Test("a stop of what is stopping joins it")
  func joins() {
    var world = World(service("db"))
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(2)))]]
    world.restart("db")
    world.advance(.seconds(3))
    let first = world.stop("db")
    world.advance(.seconds(1))
    let second = world.stop("db")
    let terms = world.signals.count
    world.advance(.seconds(1))
    #expect(world.result(first, "db") == .stopped(.command(.user(uid: 0))))
    #expect(world.result(second, "db") == .stopped(.command(.user(uid: 0))))
    #expect(world.signals.count == terms)
  }

  @Test("a process that ignores the stop signal is killed after the grace period")
  func killed() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .ignores)]]
    world.boot(Configuration([service("db").gracePeriod(.seconds(4))]))
    world.stop("db")
    world.advance(.milliseconds(3999))
    #expect(world.state("db") == .stopping)
    world.advance(.milliseconds(1))
    #expect(world.state("db") == .stopped)
    #expect(world.signals == ["db 15", "db 9"])
    #expect(world.supervisor.nextDeadline == nil)
  }

  @Test("what outlives SIGKILL is given up and named, and does not start beside it")
  func unkillable() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .ignores, outlivesKill: .seconds(60))]]
    world.boot(Configuration([service("db").gracePeriod(.seconds(1))]))
    let stop = world.stop("db")
    world.advance(.seconds(11))
    #expect(world.result(stop, "db") == .failed(.unkillable, willRetry: false))
    let start = world.start("db")
    #expect(world.result(start, "db") == .failed(.unkillable, willRetry: false))
    world.advance(.seconds(60))
    #expect(world.state("db") == .failed)
    world.start("db")
    #expect(world.state("db") == .running)
  }

  @Test("children that a process left behind are ended before the service rests")
  func children() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(child: (.ignores, .zero))]]
    world.boot(Configuration([service("db").gracePeriod(.seconds(2)).postStop()]))
    world.stop("db")
    #expect(world.state("db") == .stopping)
    _ = world.takeJournal()
    world.advance(.seconds(2))
    #expect(world.journal == ["db post-stop command 1", "db stopped"])
    #expect(world.processes("db").isEmpty)
  }

  @Test("kill = main leaves the other processes alone")
  func killMain() {
    var world = World()
    world.plans = ["sshd": [.main: ProcessPlan(child: (.dies(after: .zero), .zero))]]
    world.boot(Configuration([service("sshd").killsMainOnly()]))
    world.restart("sshd")
    #expect(world.state("sshd") == .running)
    world.stop("sshd")
    #expect(world.state("sshd") == .stopped)
    #expect(world.processes("sshd").count == 2)
    #expect(!world.signals.contains { $0.hasPrefix("sshd") })
  }

  @Test("the stop command runs instead of the signal")
  func stopCommand() {
    var world = World()
    world.plans = ["db": [.stopCommand: .exits(.exited(0), after: .seconds(1))]]
    world.boot(Configuration([service("db").stopCommand().gracePeriod(.seconds(5))]))
    _ = world.takeJournal()
    world.stop("db")
    #expect(world.journal == ["db stop command", "db stopping"])
    world.advance(.seconds(1))
    #expect(world.state("db") == .stopping)
    #expect(world.signals.isEmpty)
    world.end("db", .exited(0))
    #expect(world.state("db") == .stopped)
  }

  @Test("a failing stop command is reported, and the signal follows")
  func failingStopCommand() {
    var world = World()
    world.plans = ["db": [.stopCommand: .exits(.exited(3))]]
    world.boot(Configuration([service("db").stopCommand()]))
    world.stop("db")
    #expect(world.state("db") == .stopped)
    #expect(world.signals == ["db 15"])
    #expect(world.records.contains(.trouble(service: "db", .hook(.stopCommand, .exited(3)))))
  }

  @Test("a stop command that hangs is killed together with the service after the grace period")
  func hangingStopCommand() {
    var world = World()
    world.plans = ["db": [.stopCommand: ProcessPlan(onStopSignal: .ignores)]]
    world.boot(Configuration([service("db").stopCommand().gracePeriod(.seconds(3))]))
    world.stop("db")
    world.advance(.seconds(3))
    #expect(world.state("db") == .stopped)
    #expect(world.records.contains(.trouble(service: "db", .hookTimeout(.stopCommand, .seconds(3)))))
  }

  @Test("post-stop commands run after the last process is gone; a failing one is reported and the next one runs")
  func postStop() {
    var world = World()
    world.plans = ["db": [.postStop(0): .runs, .postStop(1): .exits(.exited(2))]]
    world.boot(Configuration([service("db").postStop(3).gracePeriod(.seconds(2))]))
    _ = world.takeJournal()
    world.stop("db")
    world.advance(.seconds(2))
    #expect(
      world.journal == [
        "db stopping", "db post-stop command 1", "db post-stop command 2", "db post-stop command 3", "db stopped",
      ])
    #expect(world.records.contains(.trouble(service: "db", .hookTimeout(.postStop(0), .seconds(2)))))
    #expect(world.records.contains(.trouble(service: "db", .hook(.postStop(1), .exited(2)))))
  }

  @Test("death by the stop signal during a stop is no failure")
  func deathBySignal() {
    var world = World(service("db").onFailure("alarm"), service("alarm").byHand())
    world.stop("db")
    #expect(world.cause("db") == .stopped(.command(.user(uid: 0))))
    #expect(world.state("alarm") == .stopped)
  }

  @Test("a service that dies before its turn to stop is not respawned")
  func diesBeforeItsTurn() {
    var world = World()
    world.plans = ["api": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(3)))]]
    world.boot(Configuration([service("db").respawns(), service("api").requires("db")]))
    let request = world.stop("db")
    world.end("db", .signaled(11, core: true))
    #expect(world.cause("db") == .stopped(.command(.user(uid: 0))))
    world.advance(.seconds(5))
    #expect(world.result(request, "db") == .stopped(.command(.user(uid: 0))))
    #expect(world.counts["db"] == 1)
  }

  @Test("after a stop by command a requirement that comes up again starts nobody")
  func intentIsWithdrawn() {
    var world = World(service("db"), service("api").requires("db"))
    world.stop("db")
    world.start("db")
    #expect(world.state("db") == .running)
    #expect(world.state("api") == .stopped)
  }

  @Test("a caller that hangs up gets no reply, and what it asked for goes on")
  func hangUp() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(2)))]]
    world.boot(Configuration([service("db")]))
    let request = world.stop("db")
    world.hangUp(request)
    world.advance(.seconds(2))
    #expect(world.state("db") == .stopped)
    #expect(world.replies[request] == nil)
    #expect(world.supervisor.watchers.isEmpty && world.supervisor.requests.isEmpty)
  }
}
