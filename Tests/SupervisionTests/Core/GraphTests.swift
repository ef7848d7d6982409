import Testing

@testable import Supervision

@Suite("The graph at work")
struct GraphTests {
  @Test("what is wanted starts along and first, and its failure does not matter")
  func wants() {
    var world = World()
    world.plans = ["cache": [.main: ProcessPlan(spawnsAfter: .seconds(2), spawnFailure: .noProgram)]]
    world.boot(Configuration([service("api").wants("cache"), service("cache").byHand()]))
    #expect(world.state("api") == .waiting)
    world.advance(.seconds(2))
    #expect(world.state("cache") == .failed)
    #expect(world.state("api") == .running)
  }

  @Test("what becomes of a wanted service later does not matter")
  func wantedLater() {
    var world = World(service("api").wants("cache"), service("cache"))
    world.end("cache")
    #expect(world.state("api") == .running)
    world.start("cache")
    world.stop("cache")
    #expect(world.state("api") == .running)
  }

  @Test("a wants that would close a circle orders nothing")
  func wantsInCircle() {
    let world = World(
      service("a").wants("b"), service("b").requires("a"), service("c").wants("d"), service("d").wants("c"))
    #expect(["a", "b", "c", "d"].allSatisfy { world.state($0) == .running })
  }

  @Test("after and before order what starts together, and start nothing")
  func after() {
    var world = World()
    world.plans = ["log": [.main: ProcessPlan(spawnsAfter: .seconds(1))]]
    world.boot(
      Configuration([
        service("api").after("log", "idle"), service("log"), service("idle").byHand(), service("db"),
        service("early").before("db").with { $0.before.append("nothing") },
      ]))
    #expect(world.state("api") == .waiting)
    #expect(world.state("idle") == .stopped)
    world.advance(.seconds(1))
    #expect(world.state("api") == .running)
    let journal = world.journal
    #expect((journal.firstIndex(of: "early running") ?? 99) < (journal.firstIndex(of: "db starting") ?? 0))
  }

  @Test("after does not hold a service when the other fails")
  func afterFailure() {
    var world = World()
    world.plans = ["log": [.main: .exits(.exited(1))]]
    world.boot(Configuration([service("api").after("log"), service("log").preStart()]))
    #expect(world.state("api") == .running)
  }

  @Test("after holds for stops in the other direction")
  func afterWhileStopping() {
    var world = World()
    world.plans = ["api": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(1)))]]
    world.boot(Configuration([service("log"), service("api").after("log")]))
    world.stop("log", "api")
    #expect(world.state("log") == .running)
    world.advance(.seconds(1))
    #expect(world.state("log") == .stopped)
    world.start("log", "api")
    world.stop("log")
    #expect(world.state("api") == .running)
  }

  @Test("a start stops what conflicts first, with its dependents, and the reply says so")
  func conflicts() {
    var world = World(
      service("sendmail"), service("filter").requires("sendmail"), service("postfix").conflicts("sendmail").byHand())
    _ = world.takeJournal()
    let request = world.start("postfix")
    #expect(
      world.journal == [
        "postfix waiting", "filter stopping", "filter stopped", "sendmail stopping", "sendmail stopped",
        "postfix starting", "postfix running",
      ])
    #expect(world.result(request, "postfix") == .up(pid: world.pid("postfix")))
    #expect(world.result(request, "sendmail") == .stopped(.conflict("postfix")))
    #expect(world.result(request, "filter") == .stopped(.requirementStopped("sendmail")))
    #expect(!world.isWanted("sendmail"))
  }

  @Test("conflicts are symmetric")
  func symmetricConflict() {
    var world = World(service("a").conflicts("b").byHand(), service("b"))
    world.start("a")
    #expect(world.state("b") == .stopped)
    world.start("b")
    #expect(world.state("a") == .stopped)
    #expect(world.state("b") == .running)
  }

  @Test("a service that only rests for a requirement does not come back against one that was started since")
  func conflictAndComeback() {
    var world = World()
    world.plans = ["db": [.main: .exits(.exited(1), after: .seconds(1))]]
    world.boot(Configuration([service("db"), service("old").requires("db"), service("new").conflicts("old").byHand()]))
    world.advance(.seconds(1))
    #expect(world.cause("old") == .failed(.requirement("db", .failed)))
    world.start("new")
    world.plans = [:]
    world.start("db")
    #expect(world.state("new") == .running)
    #expect(world.state("old") == .failed)
  }

  @Test("a wanted service that conflicts with a required one gives way")
  func weakConflict() {
    let world = World(
      service("top").requires("a").wants("b"), service("a").byHand(), service("b").conflicts("a").byHand())
    #expect(world.state("a") == .running && world.state("top") == .running)
    #expect(world.state("b") == .stopped)
  }

  @Test("services that stand in each other's way in a row do not wait for each other for ever")
  func conflictCircle() {
    var world = World()
    for name in ["a", "b", "c"] { world.plans[name] = [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(1)))] }
    world.boot(
      Configuration([
        service("a").conflicts("b").byHand(), service("b").conflicts("c").byHand(),
        service("c").conflicts("a").byHand(),
      ]))
    let requests = ["a", "b", "c", "a", "b"].map { world.start($0) }
    world.runUntilQuiet()
    #expect(requests.allSatisfy { world.replies[$0]?.count == 1 })
    #expect(world.state("b") == .running)
    #expect(world.state("a") == .stopped && world.state("c") == .stopped)
  }

  @Test("services that require two that conflict do not make those take turns for ever")
  func impossible() {
    var world = World(
      service("a").conflicts("b").wants("top").byHand(), service("b").byHand(),
      service("top").requires("b", "a").byHand())
    world.start("a")
    world.restart("a", "top")
    world.runUntilQuiet()
    #expect(world.open.isEmpty)
    #expect(world.state("top") != .running)
    #expect(!world.records.contains { if case .anomaly = $0 { true } else { false } })
  }

  @Test("a requirement on a name is met by the provider that is up")
  func providerUp() {
    var world = World(
      service("postfix").provides("mta").byHand(), service("exim").provides("mta").byHand(),
      service("list").requires("mta").byHand())
    world.start("exim")
    world.start("list")
    #expect(world.state("postfix") == .stopped)
    #expect(world.state("list") == .running)
    world.stop("exim")
    #expect(world.state("list") == .stopped)
  }

  @Test("of several providers the first in the files is started, and if it fails the next one")
  func nextProvider() {
    var world = World()
    world.plans = ["postfix": [.main: ProcessPlan(spawnFailure: .noProgram)]]
    world.boot(
      Configuration([
        service("list").requires("mta"), service("postfix").provides("mta").byHand(),
        service("exim").provides("mta").byHand(), service("opensmtpd").provides("mta").byHand(),
      ]))
    #expect(world.state("postfix") == .failed)
    #expect(world.state("exim") == .running)
    #expect(world.state("opensmtpd") == .stopped)
    #expect(world.state("list") == .running)
  }

  @Test("when no provider is left the service has failed for the name that it requires")
  func noProvider() {
    var world = World()
    for name in ["postfix", "exim"] { world.plans[name] = [.main: ProcessPlan(spawnFailure: .noProgram)] }
    world.boot(
      Configuration([
        service("list").requires("mta"), service("postfix").provides("mta").byHand(),
        service("exim").provides("mta").byHand(),
      ]))
    #expect(world.cause("list") == .failed(.requirement("mta", .failed)))
    #expect(world.isWanted("list"))
  }

  @Test("a dependent stays while another provider is up to stay")
  func otherProvider() {
    var world = World(service("a").provides("x"), service("b").provides("x"), service("top").requires("x"))
    world.stop("a")
    #expect(world.state("top") == .running)
    world.start("a")
    world.stop("a", "b")
    #expect(world.state("top") == .stopped)
  }

  @Test("a provider on its way down is no reason to stay when the other one dies")
  func providerGoingDown() {
    var world = World()
    world.plans = ["above": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(5)))]]
    world.boot(
      Configuration([
        service("a").provides("x"), service("b").provides("x"), service("top").requires("x"),
        service("above").requires("b"),
      ]))
    world.stop("b")
    #expect(world.state("b") == .running)
    world.end("a")
    #expect(world.state("top") == .failed)
    #expect(world.cause("top") == .failed(.requirement("a", .failed)))
  }

  @Test("a completed one-shot satisfies requirements; started again it runs again, and dependents are left alone")
  func oneShotRerun() {
    var world = World(oneShot("mount"), service("db").requires("mount"))
    #expect(world.state("mount") == .completed)
    _ = world.takeJournal()
    let request = world.start("mount")
    #expect(world.journal == ["mount waiting", "mount starting", "mount completed"])
    #expect(world.result(request, "mount") == .up(pid: nil))
    #expect(world.state("db") == .running)
  }

  @Test("if the second run fails it has failed, and dependents stop")
  func failedRerun() {
    var world = World(oneShot("mount").postStop(), service("db").requires("mount"))
    world.plans = ["mount": [.main: .exits(.exited(1), after: .seconds(1))]]
    world.start("mount")
    #expect(world.state("db") == .running)
    world.advance(.seconds(1))
    #expect(world.cause("mount") == .failed(.exited(.exited(1))))
    #expect(world.cause("db") == .failed(.requirement("mount", .failed)))
  }

  @Test("a one-shot without respawn fails by an exit that is not 0")
  func failedOneShot() {
    var world = World()
    world.plans = ["mount": [.main: .exits(.exited(1))]]
    world.boot(Configuration([oneShot("mount"), service("db").requires("mount")]))
    #expect(world.cause("mount") == .failed(.exited(.exited(1))))
    #expect(world.cause("db") == .failed(.requirement("mount", .failed)))
  }

  @Test("what a one-shot leaves behind is ended before it counts as completed")
  func oneShotChildren() {
    var world = World()
    world.plans = ["mount": [.main: ProcessPlan(exit: (.exited(0), .zero), child: (.dies(after: .seconds(1)), .zero))]]
    world.boot(Configuration([oneShot("mount")]))
    #expect(world.state("mount") == .starting)
    world.advance(.seconds(1))
    #expect(world.state("mount") == .completed)
    #expect(world.processes("mount").isEmpty)
  }

  @Test("a stop of a completed one-shot stops its dependents, then runs its stop command and post-stop")
  func stopOfOneShot() {
    var world = World(oneShot("mount").stopCommand().postStop(), service("db").requires("mount"))
    _ = world.takeJournal()
    world.stop("mount")
    #expect(
      world.journal == [
        "db stopping", "db stopped", "mount stop command", "mount stopping", "mount post-stop command 1",
        "mount stopped",
      ])
  }

  @Test("a one-shot has no start timeout unless it asks for one")
  func longOneShot() {
    var world = World()
    world.plans = ["fsck": [.main: .exits(.exited(0), after: .seconds(5000))]]
    world.boot(Configuration([oneShot("fsck"), oneShot("quick").startTimeout(.seconds(1)).byHand()]))
    #expect(world.supervisor.nextDeadline == nil)
    world.advance(.seconds(5000))
    #expect(world.state("fsck") == .completed)
    world.plans = ["quick": [.main: .runs]]
    world.start("quick")
    world.advance(.seconds(1))
    #expect(world.cause("quick") == .failed(.startTimeout(.seconds(1))))
  }

  @Test("the news of a one-shot's end may come before that of its exec")
  func earlyEnd() {
    var world = World()
    world.plans = ["mount": [.main: ProcessPlan(spawnsAfter: .seconds(9))]]
    world.boot(Configuration([oneShot("mount")]))
    guard let key = world.supervisor.services[0].machine.main else { return }
    world.handle(.exited(key, .exited(0)))
    #expect(world.state("mount") != .failed)
  }

  @Test("a group is up when its requirements are; stopping it stops its dependents and itself only")
  func groups() {
    var world = World()
    world.plans = ["b": [.main: ProcessPlan(spawnsAfter: .seconds(1))]]
    world.boot(
      Configuration([
        group("network").requires("a", "b"), service("a"), service("b"), service("web").requires("network"),
      ]))
    #expect(world.state("network") == .waiting)
    world.advance(.seconds(1))
    #expect(world.state("network") == .running && world.state("web") == .running)
    world.stop("network")
    #expect(world.state("network") == .stopped && world.state("web") == .stopped)
    #expect(world.state("a") == .running && world.state("b") == .running)
  }

  @Test("a group goes down with a requirement that fails, and says why")
  func groupFails() {
    var world = World(group("network").requires("a"), service("a"), service("web").requires("network"))
    world.end("a")
    #expect(world.cause("network") == .failed(.requirement("a", .failed)))
    #expect(world.cause("web") == .failed(.requirement("network", .failed)))
    world.start("a")
    #expect(world.state("web") == .running)
  }

  @Test("a service that fails while others wait for it fails them with that cause, and they stay wanted")
  func hopeless() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(spawnsAfter: .seconds(1), spawnFailure: .noProgram)]]
    world.boot(Configuration([service("db"), service("api").requires("db"), service("web").requires("api")]))
    world.advance(.seconds(1))
    #expect(world.cause("api") == .failed(.requirement("db", .failed)))
    #expect(world.cause("web") == .failed(.requirement("api", .failed)))
    world.plans = [:]
    world.start("db")
    #expect(world.state("web") == .running)
  }
}
