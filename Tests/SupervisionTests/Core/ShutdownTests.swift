import Testing

@testable import Supervision

@Suite("Leaving")
struct ShutdownTests {
  @Test("everything stops in reverse order, and then it is over")
  func reverse() {
    var world = World(service("db"), service("api").requires("db"), service("log").before("db"))
    _ = world.takeJournal()
    let request = world.order(.stopRoot)
    #expect(
      world.journal == [
        "api stopping", "api stopped", "db stopping", "db stopped", "log stopping", "log stopped",
      ])
    #expect(world.reply(request) == .done)
    #expect(world.exit == [])
    #expect(world.supervisor.nextDeadline == nil)
  }

  @Test("nothing is respawned and no on-failure service starts")
  func noRespawn() {
    var world = World()
    world.plans = ["api": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(3)))]]
    world.boot(
      Configuration([
        service("db").respawns().onFailure("alarm"), service("api").requires("db"), service("alarm").byHand(),
      ]))
    world.handle(.shutdown(.shutdown))
    world.run()
    world.end("db")
    world.runUntilQuiet()
    #expect(world.counts["db"] == 1)
    #expect(world.state("alarm") == .stopped)
    #expect(world.exit == [])
  }

  @Test("what waits or is delayed rests at once")
  func waiting() {
    var world = World(service("db").respawns(delay: .seconds(50)), service("api").requires("db").byHand())
    world.end("db")
    world.start("api")
    world.order(.stopRoot)
    #expect(world.exit == [])
  }

  @Test("who cannot wait for a long grace period is told what it waits for, and ends it")
  func hurry() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .ignores)]]
    world.boot(Configuration([service("db").gracePeriod(.seconds(60)), service("web").requires("db")]))
    world.handle(.hurryShutdown)
    #expect(world.state("db") == .running)
    world.order(.stopRoot)
    let pid = world.snapshot("db")?.mainPID ?? 0
    #expect(world.supervisor.holdups(at: world.now) == ["db is stopping, pid \(pid): SIGKILL in 1 min"])
    #expect(world.supervisor.shutdownBound(at: world.now)?.hasPrefix("in 75 s order is given up") == true)
    world.handle(.hurryShutdown)
    world.run()
    #expect(world.signals.last == "db 9")
    #expect(world.records.contains { if case .killing("db", after: nil, _) = $0 { true } else { false } })
    world.advance(.seconds(1))
    #expect(world.exit == [])
  }

  @Test("who says so again does not get more time for it")
  func hurryTwice() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .ignores, outlivesKill: .seconds(900))]]
    world.boot(Configuration([service("db").gracePeriod(.seconds(60))]))
    world.order(.stopRoot)
    world.handle(.hurryShutdown)
    for _ in 0..<4 {
      world.advance(.seconds(2))
      world.handle(.hurryShutdown)
    }
    world.run()
    #expect(world.supervisor.holdups(at: world.now).first?.hasSuffix("SIGKILL has been sent, given up in 2 s") == true)
    world.advance(.seconds(2))
    #expect(world.exit == ["db"])
  }

  @Test("commands for callers are among what is waited for, and what waits for its turn")
  func holdups() {
    var world = World()
    world.plans = [
      "web": [
        .main: ProcessPlan(onStopSignal: .ignores), .action(0): ProcessPlan(onStopSignal: .ignores),
      ]
    ]
    let web = service("web").requires("db").gracePeriod(.seconds(30))
      .action("rotate", .exec(Hook(Command(["/bin/rotate"])), timeout: .seconds(900))).killsMainOnly()
    world.boot(Configuration([service("db"), web]))
    world.order(.action("web", name: "rotate", arguments: []))
    world.order(.stopRoot)
    let clauses = world.supervisor.holdups(at: world.now)
    #expect(clauses.count == 3)
    let waits = "what must stop before it has not stopped"
    #expect(clauses.contains { $0.hasPrefix("db is running") && $0.hasSuffix(waits) })
    #expect(clauses.contains { $0.hasPrefix("web is stopping") && $0.hasSuffix("SIGKILL in 30 s") })
    #expect(clauses.last == "web: its action, for a caller, has been told to end")
  }

  @Test("a post-stop command that runs when shutdown-timeout passes has its grace period")
  func postStopKeepsItsTime() {
    var world = World()
    world.plans = ["web": [.postStop(0): .exits(.exited(0), after: .seconds(90))]]
    world.boot(Configuration([service("web").postStop().gracePeriod(.seconds(100))]))
    world.order(.stopRoot)
    world.advance(.seconds(89))
    #expect(world.exit == nil)
    #expect(world.signals.allSatisfy { !$0.hasSuffix(" 9") })
    world.advance(.seconds(1))
    #expect(world.exit == [])
    #expect(world.records.allSatisfy { if case .killing = $0 { false } else { true } })
  }

  // Number 37 of issue 7.
  @Test("a grace period that is longer than shutdown-timeout is kept")
  func grace() {
    var world = World()
    world.plans = ["pg": [.main: ProcessPlan(onStopSignal: .leaves(after: .seconds(200)))]]
    world.boot(Configuration([service("pg").gracePeriod(.seconds(300)), service("web")]))
    world.order(.stopRoot)
    world.advance(.seconds(199))
    #expect(world.exit == nil)
    #expect(!world.signals.contains("pg 9"))
    world.advance(.seconds(1))
    #expect(world.exit == [])
    #expect(world.snapshot("pg")?.lastExit == .exited(0))
  }

  @Test("after shutdown-timeout order is given up, each has its grace period, and no post-stop command begins any more")
  func forced() {
    var world = World()
    world.plans = [
      "api": [.main: ProcessPlan(onStopSignal: .ignores)],
      "db": [.stopCommand: ProcessPlan(onStopSignal: .ignores), .main: ProcessPlan(onStopSignal: .ignores)],
    ]
    var configuration = Configuration([
      service("db").stopCommand().gracePeriod(.seconds(20)),
      service("api").requires("db").postStop().gracePeriod(.seconds(100)), service("web").postStop(),
    ])
    configuration.supervisor.shutdownTimeout = .seconds(5)
    world.boot(configuration)
    world.order(.stopRoot)
    world.advance(.milliseconds(4999))
    #expect(world.state("web") == .stopped)
    #expect(!world.journal.contains("db stop command"))
    world.advance(.milliseconds(1))
    // It has waited for api, and is stopped by its own rule.
    #expect(world.journal.contains("db stop command"))
    world.advance(.seconds(20))
    #expect(world.state("db") == .stopped)
    world.advance(.seconds(74))
    #expect(world.state("api") == .stopping)
    world.advance(.seconds(1))
    #expect(world.exit == [])
    #expect(!world.journal.contains("api post-stop command 1"))
    #expect(world.journal.contains("web post-stop command 1"))
    #expect(world.supervisor.nextDeadline == nil)
  }

  @Test("a command for a caller that does not end keeps nobody longer than ten seconds")
  func errand() {
    var world = World()
    world.plans = ["web": [.action(0): ProcessPlan(onStopSignal: .ignores, outlivesKill: .seconds(900))]]
    let hung = service("web").action("hang", .exec(Hook(Command(["/bin/hang"])), timeout: .seconds(900)))
      .killsMainOnly()
    world.boot(Configuration([hung]))
    world.order(.action("web", name: "hang", arguments: []))
    world.order(.stopRoot)
    world.advance(.seconds(75 + 10))
    #expect(world.exit != nil)
  }

  @Test("what outlives SIGKILL is listed")
  func unstopped() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .ignores, outlivesKill: .seconds(900))]]
    world.boot(Configuration([service("db"), service("api")]))
    world.order(.stopRoot)
    world.advance(.seconds(75 + 10))
    #expect(world.exit == ["db"])
  }

  @Test("each open request gets its reply, and new orders are refused")
  func requests() {
    var world = World()
    world.plans = [
      "db": [.main: ProcessPlan(spawnsAfter: .seconds(3), onStopSignal: .dies(after: .seconds(4)))],
      "web": [.action(0): ProcessPlan(onStopSignal: .dies(after: .seconds(1)))],
    ]
    let rotate = service("web").action("rotate", .exec(Hook(Command(["/bin/rotate"])), timeout: .seconds(60)))
    world.boot(Configuration([service("db").byHand(), rotate]))
    let start = world.start("db")
    let wait = world.order(.wait("db", for: .failed, after: nil, timeout: nil))
    let action = world.order(.action("web", name: "rotate", arguments: []))
    let first = world.order(.stopRoot)
    let second = world.order(.stopRoot)
    let late = world.start("web")
    #expect(world.reply(late) == .refused(.shuttingDown))
    let load = world.load([service("other")])
    #expect(world.reply(load) == .refused(.shuttingDown))
    world.runUntilQuiet()
    #expect(world.result(start, "db") == .stopped(.shutdown))
    #expect(world.reply(wait) == .refused(.shuttingDown))
    #expect(world.reply(action) == .exited(.signaled(15, core: false)))
    #expect(world.reply(first) == .done && world.reply(second) == .done)
    #expect(world.open.isEmpty)
    let last = world.stop("web")
    #expect(world.reply(last) == .refused(.shuttingDown))
  }
}
