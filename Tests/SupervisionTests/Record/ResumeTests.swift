import Testing

@testable import Supervision

@Suite("What a successor does")
struct ResumeTests {
  @Test("what runs is not touched, and is as it was")
  func untouched() throws {
    let files = Configuration([service("db"), service("web").requires("db").respawns()])
    var world = World()
    world.boot(files)
    world.advance(.seconds(5))
    world.end("web")
    world.advance(.seconds(1))
    let before = try #require(world.snapshot("web"))
    let successor = try Successor(of: world, files)
    let after = try #require(successor.snapshot("web"))
    #expect(successor.spawned.isEmpty && successor.signals.isEmpty)
    #expect(after.state == .running && after.since == before.since && after.mainPID == before.mainPID)
    #expect(after.intent == before.intent && after.respawns == 1 && after.lastExit == .exited(1))
    #expect(after.id == before.id && after.dependents == before.dependents)
  }

  @Test("what has ended meanwhile is answered as any end")
  func ended() throws {
    let files = Configuration([service("db").respawns(delay: .zero), service("log")])
    var world = World()
    world.boot(files)
    let main = try #require(world.main("db"))
    let other = try #require(world.main("log"))
    let successor = try Successor(of: world, files, fates: [main: .ended(.exited(3)), other: .ended(.unknown)])
    #expect(successor.snapshot("db")?.lastExit == .exited(3))
    #expect(successor.state("db") == .respawning)
    #expect(successor.snapshot("log")?.cause == .failed(.exited(.unknown)))
  }

  @Test("a start that the keeper never heard of is made, under the number that it had")
  func neverStarted() throws {
    let files = Configuration([service("db")])
    var world = World()
    world.defaultPlan = { _, _, _, _ in ProcessPlan(spawnsAfter: .seconds(1)) }
    world.boot(files)
    let main = try #require(world.main("db"))
    let successor = try Successor(of: world, files, fates: [main: .neverStarted])
    #expect(successor.spawned == [main])
    #expect(successor.state("db") == .starting)
  }

  @Test("a start whose answer nobody got is not made again")
  func startedUnheard() throws {
    let files = Configuration([service("db")])
    var world = World()
    world.defaultPlan = { _, _, _, _ in ProcessPlan(spawnsAfter: .seconds(1)) }
    world.boot(files)
    let main = try #require(world.main("db"))
    let successor = try Successor(of: world, files, fates: [main: .runs(pid: 812)])
    #expect(successor.spawned.isEmpty)
    #expect(successor.snapshot("db")?.state == .running && successor.snapshot("db")?.mainPID == 812)
  }

  @Test("what was to be ended before the keeper heard of it is not started any more")
  func stoppedUnheard() throws {
    let files = Configuration([service("db")])
    var world = World()
    world.defaultPlan = { _, _, _, _ in ProcessPlan(spawnsAfter: .seconds(1)) }
    world.boot(files)
    let main = try #require(world.main("db"))
    world.stop("db")
    let successor = try Successor(of: world, files, fates: [main: .neverStarted])
    #expect(successor.spawned.isEmpty)
    #expect(successor.core.processes.count == 0)
  }

  @Test("a command of ours that was under way is made again if the keeper never heard of it")
  func hookNeverStarted() throws {
    let files = Configuration([service("db").stopCommand()])
    var world = World()
    world.boot(files)
    world.plans["db"] = [.stopCommand: ProcessPlan(spawnsAfter: .seconds(1))]
    world.stop("db")
    let command = try #require(world.supervisor.services[0].machine.ending?.command)
    let successor = try Successor(of: world, files, fates: [command: .neverStarted])
    #expect(successor.spawned == [command])
  }

  @Test("questions are asked again")
  func questions() throws {
    let files = Configuration([service("db")])
    var world = World()
    world.preparations = { _, _ in .seconds(3) }
    world.boot(files)
    let asked = try #require(world.supervisor.questions.keys.first)
    var successor = try Successor(of: world, files)
    guard case .prepare(asked, _)? = successor.actions.first else {
      Issue.record("not asked: \(successor.actions)")
      return
    }
    let next = successor.core.handle(.prepared(asked, lacks: []), at: world.now)
    #expect(next.contains { if case .spawn = $0 { true } else { false } })
  }

  @Test("a signal that was sent is not sent again; one that may not have been is")
  func signals() throws {
    let files = Configuration([service("db").gracePeriod(.seconds(20))])
    var world = World()
    world.defaultPlan = { _, _, _, _ in ProcessPlan(onStopSignal: .ignores) }
    world.boot(files)
    var record = world.supervisor.wholeState()
    _ = world.supervisor.takeChanges()
    world.stop("db")
    record += world.supervisor.takeChanges()
    #expect(try Successor(of: world, record: record, files).signals == [15])
    record += world.supervisor.takeConfirmation()
    var successor = try Successor(of: world, record: record, files)
    #expect(successor.signals.isEmpty && successor.state("db") == .stopping)
    let late = successor.core.handle(.tick, at: world.now + .seconds(20))
    #expect(late.contains { if case .signalSubtree(_, 9, _) = $0 { true } else { false } })
  }

  @Test("commands for callers are ended, since nobody reads what they write")
  func errands() throws {
    let definition = service("db").action("dump", .exec(Hook(Command(["/bin/dump"])), timeout: .seconds(60)))
    let files = Configuration([definition])
    var world = World()
    world.boot(files)
    world.plans["db"] = [.action(0): .runs]
    world.order(.action("db", name: "dump", arguments: []))
    let errand = try #require(world.supervisor.errands.keys.first)
    var successor = try Successor(of: world, files)
    #expect(successor.signals == [15])
    _ = successor.core.handle(.exited(errand, .signaled(15, core: false)), at: world.now)
    #expect(successor.core.errands.isEmpty && successor.core.processes.count == 1)
    // One that was never started is not started for nobody.
    let other = try Successor(of: world, files, fates: [errand: .neverStarted])
    #expect(other.spawned.isEmpty && other.signals.isEmpty && other.core.errands.isEmpty)
  }

  @Test("what waits goes on when what it waits for has come")
  func waiting() throws {
    let files = Configuration([service("db"), service("web").requires("db")])
    var world = World()
    world.plans["db"] = [.main: ProcessPlan(spawnsAfter: .seconds(1))]
    world.boot(files)
    #expect(world.state("web") == .waiting)
    let successor = try Successor(of: world, files)
    #expect(successor.state("db") == .running && successor.state("web") == .starting)
  }

  @Test("who waits for a place keeps its turn")
  func places() throws {
    var files = Configuration((0..<5).map { service("s\($0)") })
    files.supervisor.maxParallelStarts = 1
    var world = World()
    world.preparations = { _, _ in .seconds(3) }
    world.boot(files)
    let successor = try Successor(of: world, files)
    #expect(successor.core.held == world.supervisor.held && successor.core.held.count == 4)
  }

  @Test("a shutdown goes on, and its end is told again")
  func shutdown() throws {
    let files = Configuration([service("db").gracePeriod(.seconds(20))])
    var world = World()
    world.defaultPlan = { _, _, _, _ in ProcessPlan(onStopSignal: .ignores) }
    world.boot(files)
    world.order(.stopRoot)
    let main = try #require(world.main("db"))
    let successor = try Successor(of: world, files, fates: [main: .ended(.exited(0))])
    #expect(successor.core.isShuttingDown && successor.state("db") == .stopping)
    world.runUntilQuiet()
    let last = try Successor(of: world, files)
    #expect(last.actions.count == 1)
    #expect(last.actions.contains { if case .exit([]) = $0 { true } else { false } })
  }

  @Test("what is enabled by command stays so")
  func enablement() throws {
    let files = Configuration([service("db").packaged(), service("web")])
    var world = World()
    world.boot(files)
    world.order(.enable(["db"], now: false, options: OrderOptions()))
    world.order(.disable(["web"], stop: false, options: OrderOptions()))
    let successor = try Successor(of: world, files)
    #expect(successor.core.enablement == Enablement(enabled: ["db"], disabled: ["web"]))
    #expect(successor.snapshot("web")?.isDisabled == true)
  }

  @Test("a process that the record does not have is killed, and told")
  func stray() throws {
    let files = Configuration([service("db")])
    var world = World()
    world.boot(files)
    let unknown = ProcessKey(serial: 7000)
    let successor = try Successor(of: world, files, fates: [unknown: .runs(pid: 99)])
    #expect(successor.signals == [9])
    #expect(successor.anomalies == [.stray(unknown, pid: 99)])
  }

  @Test("the same moment of the clock counts: what was due meanwhile is due now")
  func deadlines() throws {
    let files = Configuration([service("db").respawns(delay: .seconds(30))])
    var world = World()
    world.boot(files)
    world.end("db")
    world.advance(.seconds(1))
    var successor = try Successor(of: world, files, after: .seconds(40))
    #expect(successor.state("db") == .respawning)
    #expect(successor.core.nextDeadline.map { $0 <= world.now + .seconds(40) } == true)
    _ = successor.core.handle(.tick, at: world.now + .seconds(40))
    #expect(successor.state("db") == .starting)
  }
}
