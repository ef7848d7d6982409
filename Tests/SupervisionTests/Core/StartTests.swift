import Testing

@testable import Supervision

@Suite("Wants that push each other out")
struct MutualDisplacementTests {
  @Test("what is wanted and had to make room for the start does not come back by it")
  func wantsWhatWasDisplaced() {
    var world = World(
      service("low"), service("left").requires("low").wants("right"),
      service("base").conflicts("low").wants("left").byHand(),
      service("right").requires("base").byHand())
    world.start("right")
    world.runUntilQuiet()
    #expect(!world.hasTooMuch)
    #expect(world.state("right") == .running && world.state("low") == .stopped)
    world.start("left")
    world.runUntilQuiet()
    #expect(!world.hasTooMuch)
    #expect(world.state("left") == .running && world.state("base") == .stopped)
    #expect(!world.records.contains { if case .anomaly = $0 { true } else { false } })
  }
}

@Suite("Starting")
struct StartTests {
  @Test("boot starts what is to start by itself, in the order of the requirements")
  func boot() {
    let world = World(service("api").requires("db"), service("db"), service("idle").byHand())
    #expect(world.journal == ["api waiting", "db waiting", "db starting", "db running", "api starting", "api running"])
    #expect(world.state("idle") == .stopped)
    #expect(world.cause("idle") == .stopped(.neverStarted))
  }

  @Test("requirements that do not need each other start in parallel")
  func parallel() {
    var world = World()
    world.plans = ["a": [.main: slow(2)], "b": [.main: slow(2)]]
    world.boot(Configuration([service("a"), service("b"), service("top").requires("a", "b")]))
    #expect(world.state("a") == .starting)
    #expect(world.state("b") == .starting)
    #expect(world.state("top") == .waiting)
    #expect(world.snapshot("top")?.waitsFor == ["a", "b"])
    world.advance(.seconds(2))
    #expect(world.state("top") == .running)
  }

  @Test("a start makes the service and its requirements wanted, and says because of whom")
  func intent() {
    var world = World(service("db").byHand(), service("api").requires("db").byHand())
    let request = world.start("api")
    #expect(world.snapshot("api")?.intent?.requester == .user(uid: 0))
    #expect(world.snapshot("db")?.intent?.requester == .service("api"))
    #expect(world.result(request, "api") == .up(pid: world.pid("api")))
  }

  @Test("the reply to a start comes when the service is up")
  func replyWhenUp() {
    var world = World(service("db").byHand())
    world.plans = ["db": [.main: slow(3)]]
    let request = world.start("db")
    #expect(world.reply(request) == nil)
    world.advance(.seconds(3))
    #expect(world.result(request, "db") == .up(pid: world.pid("db")))
    #expect(world.progress[request]?.map(\.state) == [.starting, .running])
  }

  @Test("a start of what runs says so and starts nothing")
  func alreadyUp() {
    var world = World(service("db"))
    let before = world.journal
    let request = world.start("db")
    #expect(world.result(request, "db") == .alreadyUp(pid: world.pid("db")))
    #expect(world.journal == before)
  }

  @Test("a start of what is starting joins it")
  func joins() {
    var world = World()
    world.plans = ["db": [.main: slow(2)]]
    world.boot(Configuration([service("db")]))
    let request = world.start("db")
    #expect(world.reply(request) == nil)
    world.advance(.seconds(2))
    #expect(world.result(request, "db") == .up(pid: world.pid("db")))
    #expect(world.counts["db"] == 1)
  }

  @Test("a start of what is stopping waits for the end of the stop, and both callers hear their own outcome")
  func startWhileStopping() {
    var world = World(service("db"))
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(3)))]]
    world.restart("db")
    world.advance(.seconds(5))
    _ = world.takeJournal()
    let stop = world.stop("db")
    let start = world.start("db")
    #expect(world.reply(stop) == nil && world.reply(start) == nil)
    world.advance(.seconds(3))
    #expect(world.journal == ["db stopping", "db stopped", "db waiting", "db starting", "db running"])
    #expect(world.result(stop, "db") == .stopped(.command(.user(uid: 0))))
    #expect(world.result(start, "db") == .up(pid: world.pid("db")))
    #expect(world.isWanted("db"))
  }

  @Test("a start before the dependents of a stopping service are down brings only that service back")
  func startBeforeDependentsAreDown() {
    var world = World()
    world.plans = ["api": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(3)))]]
    world.boot(Configuration([service("db"), service("api").requires("db")]))
    let stop = world.stop("db")
    #expect(world.state("api") == .stopping)
    #expect(world.state("db") == .running)
    let start = world.start("db")
    world.advance(.seconds(4))
    #expect(world.state("db") == .running)
    #expect(world.state("api") == .stopped)
    #expect(world.result(stop, "db") == .stopped(.command(.user(uid: 0))))
    #expect(world.result(start, "db") == .up(pid: world.pid("db")))
    #expect(world.counts["db"] == 2)
  }

  @Test("a start of a dependent that is on its way down brings its requirement back as well")
  func startOfDependentWhileStopping() {
    var world = World()
    world.plans = ["api": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(3)))]]
    world.boot(Configuration([service("db"), service("api").requires("db")]))
    world.stop("db")
    let start = world.start("api")
    world.advance(.seconds(4))
    #expect(world.state("db") == .running)
    #expect(world.result(start, "api") == .up(pid: world.pid("api")))
  }

  @Test("no more services start at once than max-parallel-starts allows, and nobody is forgotten")
  func maxParallelStarts() {
    var world = World()
    let names = (0..<7).map { "s\($0)" }
    for name in names { world.plans[name] = [.main: slow(1)] }
    var configuration = Configuration(names.map { service($0) })
    configuration.supervisor.maxParallelStarts = 2
    world.boot(configuration)
    #expect(names.count { world.state($0) == .starting } == 2)
    world.stop("s3")
    world.advance(.seconds(1))
    #expect(names.count { world.state($0) == .running } == 2)
    #expect(names.count { world.state($0) == .starting } == 2)
    world.advance(.seconds(10))
    #expect(names.count { world.state($0) == .running } == 6)
  }

  @Test("a dry run says what would start and what would stop, and does nothing")
  func dryRun() {
    var world = World(service("db").byHand(), service("api").requires("db").conflicts("old").byHand(), service("old"))
    let request = world.order(.start(["api"], options: OrderOptions(dryRun: true)))
    #expect(world.result(request, "db") == .wouldStart)
    #expect(world.result(request, "api") == .wouldStart)
    #expect(world.result(request, "old") == .wouldStop)
    #expect(world.state("api") == .stopped)
  }

  @Test("a dry run with nothing to do says what is there")
  func idleDryRun() {
    var world = World(service("web"), service("off").byHand())
    let dry = OrderOptions(dryRun: true)
    let start = world.order(.start(["web"], options: dry))
    #expect(world.result(start, "web") == .alreadyUp(pid: world.pid("web")))
    let stop = world.order(.stop(["off"], withRequirements: false, options: dry))
    #expect(world.result(stop, "off") == .alreadyStopped)
  }

  @Test("with no-wait the reply comes at once")
  func noWait() {
    var world = World(service("db").byHand())
    world.plans = ["db": [.main: slow(3)]]
    let request = world.order(.start(["db"], options: OrderOptions(noWait: true)))
    #expect(world.result(request, "db") == .accepted)
    world.advance(.seconds(3))
    #expect(world.state("db") == .running)
    #expect(world.replies[request]?.count == 1)
  }

  @Test("an unknown name refuses the whole order")
  func unknown() {
    var world = World(service("db").byHand())
    let request = world.start("db", "bd")
    #expect(world.reply(request) == .refused(.unknownService("bd")))
    #expect(world.state("db") == .stopped)
  }

  @Test("a pattern names all that match")
  func pattern() {
    var world = World(service("web1").byHand(), service("web2").byHand(), service("db").byHand())
    world.start("web*")
    #expect(world.state("web1") == .running && world.state("web2") == .running)
    #expect(world.state("db") == .stopped)
  }

  @Test("the commands around a start run one after the other")
  func hooks() {
    let world = World(service("db").preStart(2).postStart(2))
    #expect(
      world.journal == [
        "db waiting", "db starting", "db pre-start command 1", "db pre-start command 2", "db post-start command 1",
        "db post-start command 2", "db running",
      ])
  }

  @Test("what the host lacks fails the service and nothing else")
  func lacks() {
    var world = World()
    world.lacks = ["db": ["no such program: /bin/db"]]
    world.boot(Configuration([service("db").respawns(), service("web"), service("api").requires("db")]))
    #expect(world.cause("db") == .failed(.lacks(["no such program: /bin/db"])))
    #expect(world.cause("api") == .failed(.requirement("db", .failed)))
    #expect(world.state("web") == .running)
    // It is looked up again at each start.
    world.lacks = [:]
    world.start("db")
    #expect(world.state("db") == .running)
    #expect(world.state("api") == .running)
  }

  @Test("a circle of requirements cannot be made by an instance at run time")
  func instanceCircle() {
    var world = World()
    let template = template("w@", "requirement = top; before = top")
    world.boot(Configuration([service("top")], templates: [template]))
    let request = world.start("w@1")
    guard case .refused(.badInstance("w@1", let problems)) = world.reply(request) else {
      Issue.record("\(String(describing: world.reply(request)))")
      return
    }
    #expect(problems.contains { $0.contains("circle") })
  }

  @Test("asking makes no instance: a dry run, a wait, a stop")
  func askingMakesNothing() {
    var world = World()
    let getty = template("getty@")
    world.boot(Configuration([service("db")], templates: [getty]))
    let trial = world.order(.start(["getty@a"], options: OrderOptions(dryRun: true)))
    #expect(world.result(trial, "getty@a") == .wouldStart)
    for order in [
      Order.wait("getty@a", for: .running, after: nil, timeout: nil),
      .stop(["getty@a"], withRequirements: false, options: OrderOptions()), .signal(["getty@a"], 1, group: false),
    ] {
      let request = world.order(order)
      #expect(world.reply(request) == .refused(.unknownService("getty@a")))
    }
    #expect(world.supervisor.allServices.count == 1)
  }

  @Test("naming an instance of a template makes it, with the instances that it requires")
  func instances() {
    var world = World()
    let getty = template("getty@", "requirement = \"line@${instance}\"")
    let line = template("line@")
    world.boot(Configuration([service("db")], templates: [getty, line]))
    let request = world.start("getty@ttyv0")
    #expect(world.result(request, "getty@ttyv0") == .up(pid: world.pid("getty@ttyv0")))
    #expect(world.state("line@ttyv0") == .running)
    let bare = world.start("getty@")
    #expect(world.reply(bare) == .refused(.templateWithoutInstance("getty@")))
    let unknown = world.start("gety@x")
    #expect(world.reply(unknown) == .refused(.unknownService("gety@x")))
  }

  @Test("an order that is refused makes no instance")
  func refusedInstance() {
    var world = World()
    let getty = template("getty@")
    world.boot(Configuration([service("db")], templates: [getty]))
    world.start("getty@ttyv0", "nothing")
    #expect(world.supervisor.find("getty@ttyv0") == nil)
  }

  private func slow(_ seconds: Int) -> ProcessPlan { ProcessPlan(spawnsAfter: .seconds(seconds)) }
}
