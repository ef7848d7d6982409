import Testing

@testable import Supervision

@Suite("Loading configurations")
struct LoadTests {
  @Test("a load of the same touches nothing")
  func same() {
    var world = World(service("db"), service("api").requires("db"), service("idle").byHand())
    let before = world.journal
    let request = world.load([service("db"), service("api").requires("db"), service("idle").byHand()])
    #expect(world.journal == before)
    #expect(world.reply(request) == .loaded(LoadSummary(unchanged: 3)))
  }

  @Test("a new service is known, and started if it starts by itself")
  func added() {
    var world = World(service("db"))
    let request = world.load([service("db"), service("api").requires("db"), service("idle").byHand()])
    #expect(world.state("api") == .running && world.state("idle") == .stopped)
    #expect(world.reply(request) == .loaded(LoadSummary(added: ["api", "idle"], unchanged: 1, started: ["api"])))
    #expect(world.counts["db"] == 1)
  }

  @Test("a changed service goes on under its old definition; its next start uses the new one")
  func changed() {
    var world = World(service("db").postStop())
    let request = world.load([service("db").postStop(2).preStart()])
    #expect(world.reply(request) == .loaded(LoadSummary(changed: ["db"], pending: ["db"])))
    #expect(world.counts["db"] == 1)
    #expect(world.snapshot("db")?.definitionIsPending == true)
    _ = world.takeJournal()
    world.restart("db")
    #expect(
      world.journal == [
        "db stopping", "db post-stop command 1", "db stopped", "db waiting", "db starting", "db pre-start command 1",
        "db running",
      ])
    #expect(world.snapshot("db")?.definitionIsPending == false)
  }

  @Test("the graph follows a changed definition at once")
  func changedGraph() {
    var world = World(service("db"), service("api"))
    world.load(Configuration([service("db"), service("api").requires("db")]))
    world.stop("db")
    #expect(world.state("api") == .stopped)
  }

  @Test("a new requirement of what runs is started beside it")
  func newRequirement() {
    var world = World(service("api"))
    world.load(Configuration([service("api").requires("db"), service("db").byHand()]))
    #expect(world.state("db") == .running)
    #expect(world.counts["api"] == 1)
  }

  @Test("a removed service is stopped in order and forgotten")
  func removed() {
    var world = World()
    world.plans = ["old": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(2)))]]
    world.boot(Configuration([service("db"), service("old").requires("db")]))
    let request = world.load([service("db")])
    #expect(world.reply(request) == .loaded(LoadSummary(removed: ["old"], unchanged: 1, stopped: ["old"])))
    #expect(world.state("old") == .stopping)
    world.advance(.seconds(2))
    #expect(world.state("old") == nil)
    #expect(world.forgotten == ["old"])
    let start = world.start("old")
    #expect(world.reply(start) == .refused(.unknownService("old")))
  }

  @Test("a removed service that comes back while it stops is started again")
  func removedAndBack() {
    var world = World()
    world.plans = ["old": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(2)))]]
    world.boot(Configuration([service("old")]))
    world.load(Configuration([]))
    world.load(Configuration([service("old")]))
    world.advance(.seconds(3))
    #expect(world.state("old") == .running)
    #expect(world.forgotten.isEmpty)
  }

  @Test("a start that is under way when its service is removed gets its reply")
  func removedWhileStarting() {
    var world = World()
    world.plans = ["old": [.main: ProcessPlan(spawnsAfter: .seconds(2))]]
    world.boot(Configuration([service("old").byHand()]))
    let start = world.start("old")
    let wait = world.order(.wait("old", for: .running, after: nil, timeout: nil))
    world.load(Configuration([]))
    world.advance(.seconds(3))
    #expect(world.result(start, "old") == .stopped(.removed))
    #expect(world.reply(wait) == .refused(.gone("old")))
    #expect(world.supervisor.requests.isEmpty && world.supervisor.watchers.isEmpty)
  }

  @Test("a part only adds and replaces")
  func part() {
    var world = World(service("db"))
    let request = world.load([service("api")], scope: .part)
    #expect(world.reply(request) == .loaded(LoadSummary(added: ["api"], started: ["api"])))
    #expect(world.state("db") == .running && world.state("api") == .running)
    world.load(Configuration([service("db")]))
    #expect(world.state("api") == nil)
  }

  @Test("unload stops and forgets; of what others require it is refused with their names")
  func unload() {
    var world = World(service("db"), service("api").requires("db"))
    let refused = world.order(.unload(["db"]))
    #expect(world.reply(refused) == .refused(.requiredBy("db", ["api"])))
    let taken = world.order(.unload(["db", "api"]))
    #expect(world.result(taken, "db") == .stopped(.removed))
    #expect(Set(world.forgotten) == ["api", "db"])
  }

  @Test("what an unloaded service has left is not killed with a service that has got its number")
  func leftovers() {
    var world = World()
    world.plans = ["ssh": [.main: ProcessPlan(child: (.dies(after: .zero), .zero))]]
    world.boot(Configuration([service("ssh").killsMainOnly()]))
    let ssh = world.supervisor.find("ssh")
    world.order(.unload(["ssh"]))
    world.load(Configuration([service("a")]))
    world.load(Configuration([service("a"), service("b")]))
    #expect([world.supervisor.find("a"), world.supervisor.find("b")].contains(ssh))
    world.stop("a", "b")
    #expect(world.kernel.processes.values.count == 1)
  }

  @Test("an answer that belongs to no question is an anomaly")
  func strayAnswer() {
    var world = World(service("db"))
    world.handle(.subtree(QuestionID(serial: 1 << 40), isEmpty: true))
    #expect(world.records.contains { if case .anomaly = $0 { true } else { false } })
    #expect(world.state("db") == .running)
  }

  @Test("an instance that was made by name stays over loads, and goes with its template")
  func instances() {
    var world = World()
    let getty = template("getty@")
    world.boot(Configuration([service("db")], templates: [getty]))
    world.start("getty@a")
    world.load(Configuration([service("db")], templates: [getty]))
    #expect(world.state("getty@a") == .running)
    #expect(world.counts["getty@a"] == 1)
    world.load(Configuration([service("db")]))
    #expect(world.state("getty@a") == nil)
  }

  @Test("an unloaded instance can be named again while it still stops")
  func unloadedInstance() {
    var world = World()
    world.plans = ["getty@a": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(2)))]]
    let getty = template("getty@")
    world.boot(Configuration([], templates: [getty]))
    world.start("getty@a")
    let unload = world.order(.unload(["getty@a"]))
    let start = world.start("getty@a")
    world.advance(.seconds(3))
    #expect(world.state("getty@a") == .running)
    #expect(world.result(unload, "getty@a") == .stopped(.removed))
    #expect(world.result(start, "getty@a") == .up(pid: world.pid("getty@a")))
  }

  @Test("a new conflict between services that run harms neither, until one of them starts again")
  func newConflict() {
    var world = World(service("a"), service("b"))
    world.load(Configuration([service("a").conflicts("b"), service("b")]))
    #expect(world.state("a") == .running && world.state("b") == .running)
    world.restart("a")
    #expect(world.state("a") == .running && world.state("b") == .stopped)
  }

  @Test("a service that loses the requirement for which it rests starts")
  func lostRequirement() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(spawnFailure: .noProgram)]]
    world.boot(Configuration([service("db"), service("api").requires("db")]))
    #expect(world.state("api") == .failed)
    world.load(Configuration([service("db"), service("api")]))
    #expect(world.state("api") == .running)
  }

  @Test("a transient service is forgotten when it has stopped or failed, after its last reply")
  func transient() {
    var world = World(service("job").transient(), service("fails").transient())
    world.end("fails")
    #expect(world.state("fails") == nil)
    #expect(
      world.records.contains {
        if case .state("fails", .failed, .failed(.exited(.exited(1))), nil, _) = $0 { true } else { false }
      })
    let request = world.stop("job")
    #expect(world.result(request, "job") == .stopped(.command(.user(uid: 0))))
    #expect(world.state("job") == nil)
    #expect(world.supervisor.requests.isEmpty && world.supervisor.watchers.isEmpty)
  }

  @Test("a load brings a transient service that is over back only with another definition; a start by name does")
  func transientOver() {
    var world = World(service("db"), service("job").transient())
    let both = Configuration([service("db"), service("job").transient()])
    world.stop("job")
    world.load(both)
    #expect(world.state("job") == nil)
    #expect(world.counts["job"] == 1)
    let start = world.start("job")
    #expect(world.result(start, "job") == .up(pid: world.pid("job")))
    world.load(both)
    #expect(world.state("job") == .running)
    #expect(world.counts["job"] == 2)
    world.stop("job")
    world.load(Configuration([service("db"), service("job").transient().respawns()]))
    #expect(world.counts["job"] == 3)
    world.stop("job")
    world.load(Configuration([service("db")]))
    #expect(world.supervisor.finishedTransients.isEmpty)
    world.load(both)
    #expect(world.counts["job"] == 4)
  }

  @Test("a restart does not forget a transient service")
  func transientRestart() {
    var world = World(service("job").transient())
    world.restart("job")
    #expect(world.state("job") == .running)
  }

  @Test("the places of forgotten services are taken again")
  func places() {
    var world = World(service("db"))
    for number in 0..<50 { world.load(Configuration([service("db"), service("job\(number)")])) }
    #expect(world.supervisor.services.count <= 4)
    #expect(world.state("db") == .running)
  }

  @Test("providers are tried in the order of the files that were loaded last")
  func order() {
    var world = World(service("a").provides("x").byHand(), service("b").provides("x").byHand())
    world.load(
      Configuration([
        service("b").provides("x").byHand(), service("a").provides("x").byHand(), service("top").requires("x"),
      ]))
    #expect(world.state("b") == .running && world.state("a") == .stopped)
    #expect(world.supervisor.allServices.map { world.supervisor.name(of: $0) } == ["b", "a", "top"])
  }
}

extension LoadTests {
  @Test("a finished transient of the files that is started by name, twice in one breath, stays theirs")
  func transientNamedTwice() {
    let files = [service("job").transient(), service("db")]
    var world = World()
    world.boot(Configuration(files))
    world.stop("job")
    world.load(Configuration(files))
    world.start("job", "job")
    #expect(world.state("job") == .running)
    world.load(world.supervisor.currentConfiguration)
    #expect(world.state("job") == .running)
  }

  @Test("what rests for a name that it requires no more is started again, and rests for what it requires now")
  func otherRequirement() {
    var world = World()
    let providers = [service("exim").provides("mta"), service("postfix").provides("mta")]
    for provider in providers { world.plans[provider.name] = [.main: ProcessPlan(spawnFailure: .noProgram)] }
    world.boot(Configuration(providers + [service("web").requires("mta")]))
    #expect(world.cause("web") == .failed(.requirement("mta", .failed)))
    world.load(Configuration(providers + [service("web").requires("exim")]))
    #expect(world.cause("web") == .failed(.requirement("exim", .failed)))
  }
}

extension LoadSummary {
  init(
    added: [String] = [], changed: [String] = [], removed: [String] = [], unchanged: Int = 0, stopped: [String] = [],
    started: [String] = [], pending: [String] = []
  ) {
    self.init()
    self.added = added
    self.changed = changed
    self.removed = removed
    self.unchanged = unchanged
    self.stopped = stopped
    self.started = started
    self.pending = pending
  }
}
