import Testing

@testable import Supervision

// Numbers 26 and 40 of issue 7.
@Suite("A process that does not stay")
struct TrialTests {
  private func world(_ status: Supervision.ExitStatus, after: Duration, _ definition: ServiceDefinition) -> World {
    var world = World()
    world.plans = [definition.name: [.main: .exits(status, after: after)]]
    world.boot(Configuration([definition]))
    return world
  }

  @Test("a start by command waits for the first 200 ms of a process, and then says that it runs")
  func stays() {
    var world = World(service("web").tried().byHand(), service("front").requires("web").byHand())
    let request = world.start("web")
    #expect(world.state("web") == .running)
    world.advance(.milliseconds(199))
    #expect(world.reply(request) == nil)
    world.advance(.milliseconds(1))
    #expect(world.result(request, "web") == .up(pid: world.pid("web")))
    #expect(world.supervisor.nextDeadline == nil)
  }

  @Test("one that ends in them makes it a failure, with the exit", arguments: [RespawnRule.Policy.never, .always])
  func ends(policy: RespawnRule.Policy) {
    let definition = service("web").tried().respawns(policy, delay: .seconds(1)).byHand()
    var world = world(.exited(1), after: .milliseconds(50), definition)
    let request = world.start("web")
    world.advance(.milliseconds(50))
    #expect(world.result(request, "web") == .failed(.exited(.exited(1)), willRetry: policy == .always))
  }

  @Test("the same at a restart")
  func restart() {
    var world = World(service("web").tried().respawns(delay: .seconds(1)))
    world.plans = ["web": [.main: .exits(.exited(1))]]
    let request = world.restart("web")
    #expect(world.result(request, "web") == .failed(.exited(.exited(1)), willRetry: true))
  }

  @Test("an exit with success in them is no start either")
  func success() {
    var world = world(.exited(0), after: .milliseconds(20), service("web").tried().byHand())
    let request = world.start("web")
    world.advance(.milliseconds(20))
    #expect(world.result(request, "web") == .stopped(.exited(.exited(0))), "as the status has it")
    #expect(world.cause("web") == .stopped(.exited(.exited(0))))
  }

  @Test("several have one reply, 200 ms after the last of them")
  func several() {
    var world = World()
    world.plans = ["b": [.main: ProcessPlan(spawnsAfter: .milliseconds(150))]]
    world.boot(Configuration([service("a").tried().byHand(), service("b").tried().byHand()]))
    let request = world.start("a", "b")
    world.advance(.milliseconds(349))
    #expect(world.reply(request) == nil)
    world.advance(.milliseconds(1))
    #expect(world.result(request, "a") == .up(pid: world.pid("a")))
    #expect(world.result(request, "b") == .up(pid: world.pid("b")))
  }

  @Test("boot and dependents do not wait for it, and neither does a start that is told not to")
  func others() {
    var world = World(service("db").tried(), service("api").requires("db").tried(), service("x").tried().byHand())
    #expect(world.state("api") == .running)
    let request = world.order(.start(["x"], options: OrderOptions(noWait: true)))
    #expect(world.result(request, "x") == .accepted)
    #expect(world.supervisor.nextDeadline == nil)
  }

  @Test("alive-for = 0 answers as soon as the program is executed")
  func zero() {
    var world = World(service("web").aliveFor(.zero).byHand())
    let request = world.start("web")
    #expect(world.result(request, "web") == .up(pid: world.pid("web")))
  }

  @Test("alive-for is readiness: dependents wait for it, and an end before it is a failed start")
  func readiness() {
    var world = World(service("db").aliveFor(.seconds(2)).postStart(), service("api").requires("db"))
    #expect(world.state("db") == .starting)
    world.advance(.milliseconds(1999))
    #expect(world.state("api") == .waiting)
    world.advance(.milliseconds(1))
    #expect(world.state("db") == .running)
    #expect(world.state("api") == .running)
    var other = self.world(.exited(1), after: .seconds(1), service("db").aliveFor(.seconds(2)))
    other.advance(.seconds(1))
    #expect(other.cause("db") == .failed(.exitedBeforeReady(.exited(1))))
  }

  @Test("start-timeout counts on while it has to stay alive")
  func timeout() {
    var world = World()
    world.plans = ["db": [.preStart(0): .exits(.exited(0), after: .seconds(2))]]
    world.boot(Configuration([service("db").preStart().aliveFor(.seconds(2)).startTimeout(.seconds(3))]))
    world.advance(.seconds(3))
    #expect(world.cause("db") == .failed(.startTimeout(.seconds(3))))
  }

  @Test("who is stopped in the meantime says so, and the request is answered once")
  func overtaken() {
    var world = World(service("web").tried().byHand())
    let request = world.start("web")
    world.stop("web")
    #expect(world.result(request, "web") == .stopped(.command(.user(uid: 0))))
    world.advance(.seconds(1))
    #expect(world.replies[request]?.count == 1)
  }

  // MARK: Into the background

  private func daemonizes(_ definition: ServiceDefinition) -> World {
    var world = World()
    var plan = ProcessPlan.exits(.exited(0), after: .milliseconds(30))
    plan.child = (.dies(after: .zero), .zero)
    world.plans = ["web": [.main: plan]]
    world.boot(Configuration([definition]))
    return world
  }

  @Test("an end with success that leaves processes is told as what it is: a daemon that went into the background")
  func background() {
    var world = daemonizes(service("web").tried().byHand())
    let request = world.start("web")
    world.advance(.milliseconds(30))
    #expect(world.result(request, "web") == .stopped(.background(.exited(0))), "as the status has it")
    #expect(world.cause("web") == .stopped(.background(.exited(0))))
    #expect(!world.isWanted("web"))
    #expect(world.records.contains(.ended(service: "web", .background(.exited(0)), willRetry: false)))
    let text = world.cause("web")?.description ?? ""
    #expect(text.contains("background") && text.contains("--foreground"))
  }

  @Test("the same where it is respawned, and when the limit is reached")
  func backgroundRespawned() {
    var world = daemonizes(service("web").tried().respawns(limit: 2, within: .seconds(60)).byHand())
    let request = world.start("web")
    world.advance(.milliseconds(30))
    #expect(world.result(request, "web") == .failed(.background(.exited(0)), willRetry: true))
    #expect(world.cause("web") == .failed(.background(.exited(0))))
    world.advance(.seconds(5))
    let limit = FailureCause.respawnLimit(count: 2, period: .seconds(60), last: .background(.exited(0)))
    #expect(world.cause("web") == .failed(limit))
    #expect(world.snapshot("web")?.lastRespawnCause == .background(.exited(0)), "it is not forgotten by a respawn")
  }

  @Test("with stop.kill = main it is told as well, and the rest lives on", arguments: [Duration.zero, .seconds(1)])
  func backgroundMainOnly(delay: Duration) {
    var world = daemonizes(service("web").tried().killsMainOnly().byHand())
    let request = world.start("web")
    world.advance(.milliseconds(30))
    #expect(world.result(request, "web") == .stopped(.background(.exited(0))))
    #expect(world.processes("web").count == 1)
    let definition = service("web").tried().killsMainOnly().respawns(limit: 3, within: .seconds(60), delay: delay)
    world = daemonizes(definition.byHand())
    let again = world.start("web")
    world.advance(.milliseconds(30))
    #expect(world.result(again, "web") == .failed(.background(.exited(0)), willRetry: true))
    #expect(world.snapshot("web")?.lastRespawnCause == .background(.exited(0)))
    world.advance(.seconds(60))
    #expect(world.state("web") == .failed)
    #expect(world.supervisor.questions.count <= 1, "what stays is asked about once")
  }

  @Test("before it was ready, too")
  func backgroundUnready() {
    var world = daemonizes(service("web").aliveFor(.seconds(1)).byHand())
    let request = world.start("web")
    world.advance(.milliseconds(30))
    #expect(world.result(request, "web") == .failed(.background(.exited(0)), willRetry: false))
    #expect(world.cause("web") == .failed(.background(.exited(0))))
  }

  @Test("an end with success after a while, or that leaves nothing, is just that")
  func notBackground() {
    var world = World()
    world.plans = ["web": [.main: ProcessPlan(child: (.dies(after: .zero), .zero))]]
    world.boot(Configuration([service("web")]))
    world.advance(.seconds(3600))
    world.end("web", .exited(0))
    #expect(world.cause("web") == .stopped(.exited(.exited(0))))
    var other = World(service("web"))
    other.end("web", .exited(0))
    #expect(other.cause("web") == .stopped(.exited(.exited(0))))
    #expect(other.records.contains(.ended(service: "web", .exited(.exited(0)), willRetry: false)))
  }
}
