import Testing

@testable import Supervision

// Number 14 of issue 7.
@Suite("A name that several services provide")
struct FailoverTests {
  private let first = service("p1").provides("db")
  private let second = service("p2").provides("db").byHand()

  @Test("when its provider fails after it was up, the other one is started, and who requires the name runs on that")
  func other() {
    var world = World(first, second, service("u").requires("db"), service("top").requires("u"))
    #expect(world.state("p2") == .stopped)
    world.end("p1", .exited(1))
    #expect(world.state("p1") == .failed)
    #expect(world.state("p2") == .running)
    #expect(world.state("u") == .running)
    #expect(world.state("top") == .running)
    #expect(world.snapshot("p2")?.intent?.requester == .service("u"))
  }

  @Test("when that one fails as well, nothing is left, and the first of them says why")
  func none() {
    var world = World(first, second, service("u").requires("db"))
    world.end("p1", .exited(1))
    world.end("p2", .exited(2))
    #expect(world.cause("u") == .failed(.requirement("p2", .failed)))
    #expect(world.firstCause("u") == FirstCause(service: "p2", cause: .exited(.exited(2))))
    #expect(world.isWanted("u"))
    world.start("p1")
    #expect(world.state("u") == .running)
  }

  @Test("the other one may fail while it starts")
  func failsToStart() {
    var world = World()
    world.plans = ["p2": [.main: ProcessPlan(spawnFailure: .noProgram)]]
    world.boot(Configuration([first, second, service("u").requires("db")]))
    world.end("p1", .exited(1))
    #expect(world.cause("u") == .failed(.requirement("db", .failed)))
  }

  @Test("the same when the provider goes down because its own requirement fails")
  func below() {
    var world = World(
      service("disk"), service("p1").provides("db").requires("disk"), second, service("u").requires("db"))
    world.end("disk", .exited(1))
    #expect(world.cause("p1") == .failed(.requirement("disk", .failed)))
    #expect(world.state("p2") == .running)
    #expect(world.state("u") == .running)
  }

  @Test("one that is disabled, or would push something out, gets no chance")
  func notAllowed() {
    var world = World(first, second, service("u").requires("db"))
    world.order(.disable(["p2"], stop: false, options: OrderOptions()))
    world.end("p1", .exited(1))
    #expect(world.cause("u") == .failed(.requirement("p1", .failed)))
    var other = World(first, second.conflicts("x"), service("x"), service("u").requires("db"))
    other.end("p1", .exited(1))
    #expect(other.cause("u") == .failed(.requirement("p1", .failed)))
    #expect(other.state("x") == .running)
  }

  @Test("a stop of the provider by command starts no other one")
  func command() {
    var world = World(first, second, service("u").requires("db"))
    world.stop("p1")
    #expect(world.state("p2") == .stopped)
    #expect(world.state("u") == .stopped)
  }
}
