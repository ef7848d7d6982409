import Testing

@testable import Supervision

@Suite("Processes that were found running")
struct AdoptionTests {
  private func adopting(_ definition: ServiceDefinition) throws -> (Supervisor, ServiceID) {
    var supervisor = Supervisor(seed: 1)
    let configuration = Configuration([definition.byHand()])
    _ = supervisor.handle(.boot(configuration, Enablement()), at: Instant(nanoseconds: 0))
    let id = try #require(supervisor.find(definition.name))
    supervisor.adopt(ProcessKey(serial: 99), pid: 812, asMainOf: id)
    return (supervisor, id)
  }

  @Test("one is the main process of a service that runs")
  func process() throws {
    var (supervisor, id) = try adopting(service("db"))
    let snapshot = supervisor.snapshot(of: id)
    #expect(snapshot.state == .running && snapshot.mainPID == 812 && snapshot.isMainAdopted)
    _ = supervisor.handle(.exited(ProcessKey(serial: 99), .unknown), at: Instant(nanoseconds: 1))
    #expect(supervisor.snapshot(of: id).lastExit == .unknown)
  }

  @Test("that of a one-shot goes on, and its success completes the service")
  func oneShotGoesOn() throws {
    var (supervisor, id) = try adopting(oneShot("init"))
    #expect(supervisor.state(of: id) == .starting)
    let actions = supervisor.handle(.exited(ProcessKey(serial: 99), .exited(0)), at: Instant(nanoseconds: 1))
    for case .inspectSubtree(let question, _) in actions {
      _ = supervisor.handle(.subtree(question, isEmpty: true), at: Instant(nanoseconds: 2))
    }
    #expect(supervisor.state(of: id) == .completed)
  }

  @Test("what is started in its place is a process like any other")
  func replaced() {
    var world = World(service("db").respawns())
    #expect(world.snapshot("db")?.isMainAdopted == false)
    world.end("db", .unknown)
    world.runUntilQuiet()
    #expect(world.state("db") == .running && world.snapshot("db")?.isMainAdopted == false)
  }

  @Test("the end of an orphan is told with its service, and changes nothing")
  func orphan() throws {
    var world = World(service("db"))
    let key = try #require(world.supervisor.processes.keys.first)
    world.handle(.orphan(pid: 77, .exited(3), of: key))
    world.handle(.orphan(pid: 78, .exited(3), of: nil))
    world.handle(.orphan(pid: 79, .exited(3), of: ProcessKey(serial: 1 << 50)))
    let told = world.records.filter { if case .orphan = $0 { true } else { false } }
    #expect(told == [.orphan(service: "db", pid: 77, .exited(3))])
    #expect(world.state("db") == .running)
  }

  @Test("a start that is told twice is told once")
  func twice() throws {
    var world = World(service("db"))
    let pid = try #require(world.pid("db"))
    let key = try #require(world.supervisor.processes.keys.first)
    world.handle(.spawned(key, pid: pid))
    #expect(world.state("db") == .running)
    #expect(!world.records.contains { if case .anomaly = $0 { true } else { false } })
  }
}
