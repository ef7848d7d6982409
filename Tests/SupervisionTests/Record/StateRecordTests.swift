import OrderedCollections
import Testing

@testable import Supervision

@Suite("The state record")
struct StateRecordTests {
  private func booted(_ definitions: ServiceDefinition...) -> World {
    var world = World()
    world.boot(Configuration(definitions))
    return world
  }

  // MARK: What is written

  @Test("a turn that changes nothing writes nothing")
  func nothing() {
    var world = booted(service("db"))
    #expect(!world.supervisor.takeChanges().isEmpty)
    #expect(world.supervisor.takeChanges().isEmpty)
    _ = world.supervisor.handle(.tick, at: world.now)
    #expect(world.supervisor.takeChanges().isEmpty)
  }

  @Test("what has changed is written, and not its neighbours whose counters have")
  func changes() throws {
    var world = booted(service("db"), service("web").requires("db"), service("log"))
    _ = world.supervisor.takeChanges()
    world.order(.disable(["log"], stop: false, options: OrderOptions()))
    let bytes = world.supervisor.takeChanges()
    let record = try StateRecord(bytes)
    #expect(record.services.count == 1 && record.own.disabled == ["log"])
    world.end("db")
    let second = try StateRecord(world.supervisor.takeChanges())
    #expect(second.services.count == 2)
  }

  @Test("batch by batch the same is known as in one")
  func batches() throws {
    let files = Configuration([service("db").respawns(), service("web").requires("db")])
    var world = World()
    _ = world.supervisor.handle(.boot(files, Enablement()), at: world.now)
    var bytes = world.supervisor.takeChanges()
    #expect(try Successor(of: world, record: bytes, files).state("web") == .waiting)
    world = booted(service("db").respawns(), service("web").requires("db"))
    bytes = world.supervisor.takeChanges()
    for _ in 0..<3 {
      world.end("db")
      bytes += world.supervisor.takeChanges()
      world.advance(.seconds(1))
      bytes += world.supervisor.takeChanges()
    }
    let read = try Supervisor.restored(from: StateRecord(bytes), configuration: files, seed: 1)
    #expect(read.wholeState() == world.supervisor.wholeState())
  }

  @Test("a service that is forgotten is in the record no more, and its number may be another's")
  func forgotten() throws {
    var world = booted(service("db"), service("log"))
    var bytes = world.supervisor.takeChanges()
    world.load(Configuration([service("log")]))
    world.advance(.seconds(1))
    bytes += world.supervisor.takeChanges()
    let files = Configuration([service("log")])
    #expect(try Successor(of: world, record: bytes, files).state("db") == nil)
    world.load(Configuration([service("log"), service("new")]))
    bytes += world.supervisor.takeChanges()
    let more = Configuration([service("log"), service("new")])
    #expect(try Successor(of: world, record: bytes, more).state("new") == .running)
  }

  // MARK: Definitions

  @Test("a definition that the configuration does not have is in the record")
  func parts() throws {
    let files = Configuration([service("db")])
    var world = World()
    world.boot(files)
    world.load(Configuration([service("extra").respawns()]), scope: .part)
    world.load(Configuration([service("db").gracePeriod(.seconds(77))]), scope: .part)
    let successor = try Successor(of: world, files)
    #expect(successor.snapshot("extra")?.definition.respawn.policy == .always)
    #expect(successor.snapshot("db")?.definition.stop.gracePeriod == .seconds(77))
    #expect(successor.snapshot("db")?.definitionIsPending == true)
  }

  @Test("a run goes on under the definition that it began with")
  func inForce() throws {
    let old = service("db").with { $0.reload = .signal(1) }
    let new = service("db").with { $0.reload = .signal(12) }
    var world = World()
    world.boot(Configuration([old]))
    world.load(Configuration([new]))
    let successor = try Successor(of: world, Configuration([new]))
    #expect(successor.snapshot("db")?.definitionIsPending == true)
    let id = try #require(successor.core.find("db"))
    #expect(successor.core.blueprint(of: id).definition.reload == .signal(1))
  }

  @Test("one that is removed and stops is in the record, with its definition")
  func removed() throws {
    var world = World()
    world.defaultPlan = { _, _, _, _ in ProcessPlan(onStopSignal: .ignores) }
    world.boot(Configuration([service("db").gracePeriod(.seconds(50)), service("log")]))
    world.load(Configuration([service("log")]))
    let successor = try Successor(of: world, Configuration([service("log")]))
    #expect(successor.state("db") == .stopping)
    #expect(successor.snapshot("db")?.definition.stop.gracePeriod == .seconds(50))
  }

  @Test("instances that somebody named, and templates of a part, are in the record")
  func instances() throws {
    var files = Configuration([service("log")])
    files.templates["web@"] = template("web@")
    var world = World()
    world.boot(files)
    world.start("web@3")
    let part = Configuration([], templates: [template("db@")])
    world.load(part, scope: .part)
    let successor = try Successor(of: world, files)
    #expect(successor.state("web@3") == .running)
    #expect(successor.core.templateNames.sorted() == ["db@", "web@"])
  }

  @Test("a transient service that is over does not come back with a load")
  func transients() throws {
    let files = Configuration([service("once").transient(), service("db")])
    var world = World()
    world.boot(files)
    world.end("once", .exited(0))
    var successor = try Successor(of: world, files)
    #expect(successor.state("once") == nil)
    _ = successor.core.handle(.load(files, scope: .all, requester: .load, request: nil), at: world.now)
    #expect(successor.state("once") == nil)
  }

  @Test("a definition that is nowhere makes the record useless, and the error names the service")
  func nowhere() throws {
    let world = booted(service("db"))
    let expected = StateRecordError.definition(
      service: "db", problem: "it is neither in the configuration nor in the record")
    #expect(throws: expected) { try Successor(of: world, Configuration()) }
  }

  // MARK: What is read

  @Test("an incomplete last batch is as if it had never been written, wherever it was cut")
  func torn() throws {
    var world = booted(service("db"))
    let first = world.supervisor.takeChanges()
    world.stop("db")
    let second = world.supervisor.takeChanges()
    for count in 0..<second.count {
      let record = try StateRecord(first + second.prefix(count))
      #expect(record.byteCount == first.count)
      #expect(
        try Successor(of: world, record: first + second.prefix(count), Configuration([service("db")])).state("db")
          == .running)
    }
  }

  @Test("damage before the end is told with its place")
  func damaged() throws {
    var world = booted(service("db"))
    let first = world.supervisor.takeChanges()
    world.stop("db")
    let second = world.supervisor.takeChanges()
    var bytes = first + second
    bytes[first.count + 20] ^= 1
    #expect(throws: StateRecordError.damaged(at: first.count)) { try StateRecord(bytes) }
    #expect(throws: StateRecordError.damaged(at: 0)) { try StateRecord(Array("no record".utf8)) }
    #expect(throws: StateRecordError.empty) { try StateRecord([]) }
    #expect(throws: StateRecordError.empty) { try StateRecord(Array("FXSR".utf8)) }
  }

  @Test("a batch with everything makes void what stands before it")
  func whole() throws {
    var world = booted(service("db"), service("log"))
    let first = world.supervisor.takeChanges()
    world.load(Configuration([service("db")]))
    world.advance(.seconds(1))
    let record = try StateRecord(first + world.supervisor.wholeState())
    #expect(record.services.count == 1 && record.processKeys.count == 1)
  }
}
