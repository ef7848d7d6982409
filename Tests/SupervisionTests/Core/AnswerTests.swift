import Testing

@testable import Supervision

@Suite("Answers that say what the status says")
struct AnswerTests {
  private func unkillable() -> World {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .ignores, outlivesKill: .seconds(3600))]]
    world.boot(Configuration([service("db")]))
    world.stop("db")
    world.advance(.seconds(60))
    #expect(world.cause("db") == .failed(.unkillable))
    return world
  }

  @Test("a stop of what has failed says that it had, and that this is forgotten")
  func forgotten() {
    var world = World(service("db"), service("idle").byHand())
    world.end("db", .exited(1))
    let request = world.stop("db", "idle")
    #expect(world.result(request, "db") == .forgotten(.exited(.exited(1))))
    #expect(world.result(request, "idle") == .alreadyStopped)
    #expect(world.state("db") == .stopped)
    let again = world.stop("db")
    #expect(world.result(again, "db") == .alreadyStopped)
  }

  @Test("neither a reset nor a stop says that it is over while SIGKILL is outlived")
  func outlived() {
    var world = unkillable()
    let reset = world.order(.reset(["db"]))
    #expect(world.result(reset, "db") == .failed(.unkillable, willRetry: false))
    let stop = world.stop("db")
    #expect(world.result(stop, "db") == .failed(.unkillable, willRetry: false))
    #expect(world.state("db") == .failed)
  }

  @Test("a start that fails for good is answered when the service rests")
  func rests() {
    var world = World()
    world.plans = [
      "db": [.main: .exits(.exited(1), after: .seconds(1)), .postStop(0): .exits(.exited(0), after: .seconds(2))]
    ]
    world.boot(Configuration([service("db").aliveFor(.seconds(5)).postStop().byHand()]))
    let request = world.start("db")
    world.advance(.seconds(1))
    #expect(world.state("db") == .stopping)
    #expect(world.reply(request) == nil)
    world.advance(.seconds(2))
    #expect(world.result(request, "db") == .failed(.exitedBeforeReady(.exited(1)), willRetry: false))
    #expect(world.state("db") == .failed)
  }

  // MARK: Conflicts

  @Test("what conflicts cannot be started by one order: it is refused before anything is done")
  func conflict() {
    let definitions = [service("x1").conflicts("x2").byHand(), service("x2").byHand()]
    var world = World()
    world.boot(Configuration(definitions))
    world.start("x2")
    for order: Order in [
      .start(["x1", "x2"], options: OrderOptions()), .start(["x*"], options: OrderOptions(dryRun: true)),
      .restart(["x2", "x1"], options: OrderOptions()),
      .enable(["x1", "x2"], now: true, options: OrderOptions()),
    ] {
      let request = world.order(order)
      guard case .refused(.conflict(let one, let other))? = world.reply(request) else {
        Issue.record("\(order) is not refused")
        continue
      }
      #expect(Set([one, other]) == ["x1", "x2"])
      #expect(world.state("x1") == .stopped && world.state("x2") == .running)
    }
    #expect(world.enablement == nil)
  }

  @Test("an order that is refused makes no instance")
  func instance() {
    var world = World()
    let template = template("t@", "conflicts = x")
    world.boot(Configuration([service("x"), service("off")], templates: [template]))
    world.order(.disable(["off"], stop: false, options: OrderOptions()))
    world.start("t@1", "x")
    #expect(world.state("t@1") == nil)
    world.start("t@1", "off")
    #expect(world.state("t@1") == nil)
  }

  // MARK: Dry runs

  private func plan(_ world: inout World, _ order: Order) -> [String] {
    let request = world.order(order)
    guard case .services(let outcomes)? = world.reply(request) else { return [] }
    return outcomes.map { outcome in
      switch outcome.result {
      case .wouldStart: "+\(outcome.service)"
      case .wouldStop: "-\(outcome.service)"
      default: "?\(outcome.service)"
      }
    }
  }

  @Test("a dry run tells in which order things stop and start")
  func dryRun() {
    let dry = OrderOptions(dryRun: true)
    var world = World(
      service("db"), service("pool").requires("db"), service("api").requires("pool"),
      service("web").requires("api").after("log"), service("log").requires("db"),
      service("other").conflicts("db").byHand())
    let all = ["-web", "-api", "-pool", "-log", "-db"]
    let stop = plan(&world, .stop(["db"], withRequirements: false, options: dry))
    #expect(stop == all)
    let restart = plan(&world, .restart(["pool"], options: dry))
    #expect(restart == ["-web", "-api", "-pool", "+pool", "+api", "+web"])
    let other = plan(&world, .start(["other"], options: dry))
    #expect(other == all + ["+other"])
    world.stop("db")
    let start = plan(&world, .start(["web"], options: dry))
    #expect(start == ["+db", "+pool", "+api", "+web"])
    #expect(world.state("web") == .stopped)
  }

  @Test("it stops and starts them in an order that is told", arguments: 0..<8)
  func realOrder(seed: UInt64) {
    var definitions: [ServiceDefinition] = []
    var random = SplitMix64(seed: seed)
    for number in 0..<12 {
      var definition = service("s\(number)")
      for other in 0..<number where random.next() % 4 == 0 { definition = definition.requires("s\(other)") }
      definitions.append(definition)
    }
    var world = World()
    world.boot(Configuration(definitions))
    let told = plan(&world, .stop(["s0"], withRequirements: false, options: OrderOptions(dryRun: true)))
    _ = world.takeJournal()
    world.stop("s0")
    let stopped = world.takeJournal().filter { $0.hasSuffix(" stopped") }.map { "-" + $0.dropLast(8) }
    #expect(Set(told) == Set(stopped))
    for definition in definitions {
      for requirement in definition.requirement {
        guard let below = told.firstIndex(of: "-\(requirement)"), let above = told.firstIndex(of: "-\(definition.name)")
        else { continue }
        #expect(above < below)
      }
    }
  }

  @Test("what a dry run brings about reaches nobody else")
  func others() {
    var world = World(group("db"))
    let waiting = world.order(.wait("db", for: .stopped, after: nil, timeout: nil))
    let request = world.newRequest()
    world.handle(.tryLoad(Configuration([service("new")]), scope: .all, requester: .user(uid: 0), request: request))
    #expect(world.reply(request) != nil)
    world.order(.stop(["db"], withRequirements: false, options: OrderOptions(dryRun: true)))
    #expect(world.reply(waiting) == nil)
    #expect(world.state("db") == .running)
  }

  // MARK: Loads

  @Test("a load names what starts because a requirement was taken away")
  func freed() {
    var world = World()
    world.plans = ["db": [.main: .exits(.exited(1))]]
    world.boot(Configuration([service("db").aliveFor(.seconds(1)), service("web").requires("db")]))
    world.advance(.seconds(1))
    #expect(world.state("web") == .failed)
    let request = world.load([service("db").aliveFor(.seconds(1)), service("web")])
    guard case .loaded(let summary)? = world.reply(request) else {
      Issue.record("no answer")
      return
    }
    #expect(summary.started == ["web"])
    #expect(world.state("web") == .running)
  }

  // MARK: Respawns, on-failure

  @Test("the status knows when the next respawn is due, and only then")
  func nextRespawn() {
    var world = World(service("db").respawns(delay: .seconds(5)))
    #expect(world.snapshot("db")?.nextRespawn == nil)
    world.end("db")
    #expect(world.snapshot("db")?.nextRespawn == world.now + .seconds(5))
    world.advance(.seconds(5))
    #expect(world.snapshot("db")?.nextRespawn == nil)
  }

  private func news(_ world: World, _ name: String) -> FailureNews? {
    world.supervisor.find(name).flatMap { world.supervisor.failureNews(of: $0) }
  }

  @Test("an on-failure service is told who failed and how, for as long as it runs because of that")
  func onFailure() {
    var world = World(service("db").onFailure("mail"), oneShot("mail").byHand())
    world.end("db", .exited(3))
    #expect(news(world, "mail") == FailureNews(service: "db", cause: .exited(.exited(3))))
    let variables = news(world, "mail")?.variables.map { "\($0.name)=\($0.value)" }
    #expect(variables == ["FRUIX_FAILED_SERVICE=db", "FRUIX_FAILED_CAUSE=exit 3", "FRUIX_FAILED_EXIT=3"])
    world.start("db")
    world.end("db", .signaled(11, core: true))
    #expect(news(world, "mail")?.variables.last?.value == "SEGV", "also a completed one-shot that runs again")
    world.start("mail")
    #expect(news(world, "mail") == nil)
    world.start("db")
    world.end("db", .exited(3))
    world.stop("mail")
    _ = world.load([service("db").onFailure("mail"), oneShot("mail").byHand(), service("new").requires("mail")])
    #expect(world.state("mail") == .completed)
    #expect(news(world, "mail") == nil, "started by something else it has no such news")
  }

  @Test("a restart is a start of its own: it has no such news, and what it comes to is told on")
  func restartAfterFailure() {
    var world = World(
      service("db").onFailure("mail"), service("mail").onFailure("siren").respawns(.never).byHand(),
      service("siren").byHand(), service("post").requires("mail").byHand())
    world.end("db")
    #expect(news(world, "mail") != nil)
    world.restart("mail")
    #expect(world.state("mail") == .running)
    #expect(news(world, "mail") == nil)
    world.end("mail")
    #expect(world.state("siren") == .running)
  }

  @Test("a respawn keeps the news, and so does the return of a requirement")
  func newsThatStays() {
    var world = World(
      service("db").onFailure("mail"), service("mail").requires("net").respawns().byHand(), service("net"))
    world.end("db")
    world.end("mail")
    world.advance(.seconds(1))
    #expect(world.state("mail") == .running)
    #expect(news(world, "mail") != nil)
    world.end("net")
    world.start("net")
    #expect(world.state("mail") == .running)
    #expect(news(world, "mail") != nil)
  }

  @Test("an on-failure service that was just stopping is told too")
  func reactionAfterStop() {
    var world = World()
    world.plans = ["mail": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(2)))]]
    world.boot(Configuration([service("db").onFailure("mail"), service("mail")]))
    world.stop("mail")
    world.end("db")
    #expect(world.state("mail") == .stopping)
    world.advance(.seconds(2))
    #expect(world.state("mail") == .running)
    #expect(news(world, "mail") == FailureNews(service: "db", cause: .exited(.exited(1))))
    world.restart("mail")
    world.advance(.seconds(2))
    #expect(news(world, "mail") == nil)
  }
}
