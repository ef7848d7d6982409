import Testing

@testable import Supervision

@Suite("Reload, actions, signals, waits")
struct RequestTests {
  private let rotate = Reaction.exec(Hook(Command(["/bin/rotate"])), timeout: .seconds(60))

  @Test("reload signals the main process, or runs its command")
  func reload() {
    var world = World(
      service("a").with { $0.reload = .signal(1) }, service("b").with { $0.reload = rotate }, service("c"),
      service("d").with { $0.reload = .signal(1) }.byHand())
    let a = world.order(.reload("a"))
    #expect(world.reply(a) == .done)
    #expect(world.signals == ["1"])
    let b = world.order(.reload("b"))
    #expect(world.reply(b) == .exited(.exited(0)))
    let c = world.order(.reload("c"))
    #expect(world.reply(c) == .refused(.noReload("c")))
    let d = world.order(.reload("d"))
    #expect(world.reply(d) == .refused(.notRunning("d")))
  }

  @Test("an action's exit status is passed through, also of a service that rests")
  func action() {
    var world = World()
    world.plans = ["web": [.action(0): .exits(.exited(7), after: .seconds(1))]]
    world.boot(Configuration([service("web").action("rotate", rotate).byHand()]))
    let request = world.order(.action("web", name: "rotate", arguments: ["now"]))
    #expect(world.reply(request) == nil)
    world.advance(.seconds(1))
    #expect(world.reply(request) == .exited(.exited(7)))
    let unknown = world.order(.action("web", name: "rotat", arguments: []))
    #expect(world.reply(unknown) == .refused(.unknownAction(service: "web", action: "rotat", known: ["rotate"])))
  }

  @Test("an action that takes too long is killed, and the caller hears so")
  func actionTimeout() {
    var world = World()
    world.plans = ["web": [.action(0): .runs]]
    world.boot(Configuration([service("web").action("rotate", rotate)]))
    let request = world.order(.action("web", name: "rotate", arguments: []))
    world.advance(.seconds(60))
    #expect(world.reply(request) == .processFailed(.hookTimeout(.action(0), .seconds(60))))
    #expect(world.state("web") == .running)
    #expect(world.supervisor.nextDeadline == nil)
  }

  @Test("while its caller has not read what an action has written, the action's time does not pass")
  func slowCaller() {
    var world = World()
    world.plans = ["web": [.action(0): .runs]]
    world.boot(Configuration([service("web").action("rotate", rotate)]))
    let request = world.order(.action("web", name: "rotate", arguments: []))
    world.advance(.seconds(59))
    world.handle(.callerBehind(request, true))
    world.advance(.seconds(3600))
    #expect(world.reply(request) == nil)
    world.handle(.callerBehind(request, false))
    world.advance(.milliseconds(900))
    #expect(world.reply(request) == nil)
    world.advance(.milliseconds(100))
    #expect(world.reply(request) == .processFailed(.hookTimeout(.action(0), .seconds(60))))
  }

  @Test("an action whose caller hangs up while it is behind is ended all the same")
  func slowCallerGone() {
    var world = World()
    world.plans = ["web": [.action(0): ProcessPlan(onStopSignal: .ignores)]]
    world.boot(Configuration([service("web").action("rotate", rotate).gracePeriod(.seconds(3))]))
    let request = world.order(.action("web", name: "rotate", arguments: []))
    world.handle(.callerBehind(request, true))
    world.hangUp(request)
    world.advance(.seconds(3))
    #expect(world.processes("web").count == 1)
    #expect(world.supervisor.nextDeadline == nil)
  }

  @Test("an action that outlives SIGKILL does not keep its caller waiting")
  func unkillableAction() {
    var world = World()
    world.plans = ["web": [.action(0): ProcessPlan(outlivesKill: .seconds(900))]]
    world.boot(Configuration([service("web").action("rotate", rotate)]))
    let request = world.order(.action("web", name: "rotate", arguments: []))
    world.advance(.seconds(75))
    #expect(world.reply(request) == .processFailed(.hookTimeout(.action(0), .seconds(60))))
    world.runUntilQuiet()
    #expect(world.replies[request]?.count == 1)
    #expect(world.supervisor.processes.count == 1)
  }

  @Test("an action ends with its caller's connection")
  func actionHangUp() {
    var world = World()
    world.plans = ["web": [.action(0): ProcessPlan(onStopSignal: .ignores)]]
    world.boot(Configuration([service("web").action("rotate", rotate).gracePeriod(.seconds(3))]))
    let request = world.order(.action("web", name: "rotate", arguments: []))
    world.hangUp(request)
    #expect(world.signals == ["15"])
    world.advance(.seconds(3))
    #expect(world.processes("web").count == 1)
    #expect(world.replies[request] == nil)
    #expect(world.supervisor.nextDeadline == nil)
  }

  @Test("an action that cannot be started is the caller's failure, not the service's")
  func actionFails() {
    var world = World()
    world.plans = ["web": [.action(0): ProcessPlan(spawnFailure: .noProgram)]]
    world.boot(Configuration([service("web").action("rotate", rotate)]))
    let request = world.order(.action("web", name: "rotate", arguments: []))
    #expect(world.reply(request) == .processFailed(.spawn(.action(0), .noProgram)))
    #expect(world.state("web") == .running)
  }

  @Test("an action that runs while its service stops is ended with it, and the caller hears how")
  func actionOfStopping() {
    var world = World()
    world.plans = ["web": [.action(0): ProcessPlan(onStopSignal: .ignores)]]
    world.boot(Configuration([service("web").action("rotate", rotate).gracePeriod(.seconds(3))]))
    let request = world.order(.action("web", name: "rotate", arguments: []))
    world.stop("web")
    world.advance(.seconds(3))
    #expect(world.state("web") == .stopped)
    #expect(world.reply(request) == .exited(.signaled(9, core: false)))
  }

  @Test("a signal goes to the main process")
  func signal() {
    var world = World(service("web"), service("idle").byHand())
    let request = world.order(.signal(["web"], 10, group: false))
    #expect(world.result(request, "web") == .signalled(pid: world.pid("web")))
    let refused = world.order(.signal(["web", "idle"], 10, group: false))
    #expect(world.reply(refused) == .refused(.notRunning("idle")))
    #expect(world.signals == ["10"])
  }

  @Test("wait answers at once when the condition holds, else when it comes to hold")
  func wait() {
    var world = World(service("web").respawns(delay: .seconds(2)), oneShot("once"))
    let now = world.order(.wait("web", for: .running, after: nil, timeout: nil))
    #expect(world.reply(now) == .done)
    let next = world.order(.wait("web", for: .running, after: world.pid("web"), timeout: .seconds(60)))
    #expect(world.reply(next) == nil)
    world.end("web")
    world.advance(.seconds(2))
    #expect(world.reply(next) == .done)
    let completed = world.order(.wait("once", for: .completed, after: nil, timeout: nil))
    #expect(world.reply(completed) == .done)
    let stopped = world.order(.wait("web", for: .stopped, after: nil, timeout: nil))
    world.stop("web")
    #expect(world.reply(stopped) == .done)
  }

  @Test("a wait that is in vain ends with its timeout, and says in which state the service is")
  func waitTimeout() {
    var world = World(service("web"))
    let request = world.order(.wait("web", for: .failed, after: nil, timeout: .seconds(5)))
    world.advance(.seconds(5))
    #expect(world.reply(request) == .refused(.timedOut("web", .running)))
    #expect(world.supervisor.nextDeadline == nil)
    #expect(world.supervisor.watchers.isEmpty)
  }

  @Test("the pid is never that of a process that is gone")
  func pid() {
    var world = World()
    world.plans = ["web": [.main: ProcessPlan(spawnsAfter: .seconds(1))]]
    world.boot(Configuration([service("web").respawns(delay: .zero)]))
    world.advance(.seconds(1))
    #expect(world.pid("web") != nil)
    world.end("web")
    #expect(world.state("web") == .starting)
    #expect(world.pid("web") == nil)
  }

  @Test("far deadlines that were replaced do not pile up")
  func deadlines() {
    var queue = DeadlineQueue()
    for number in 0..<10_000 {
      queue.set(Instant(nanoseconds: Int64(1_000_000 + number)), for: .timer(ServiceID(number % 3), .settle))
    }
    #expect(queue.storedCount < 200)
    #expect(queue.next == Instant(nanoseconds: 1_009_997))
  }
}
