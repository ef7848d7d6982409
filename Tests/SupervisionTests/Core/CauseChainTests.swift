import Testing

@testable import Supervision

// Number 23 of issue 7.
@Suite("What a status says of causes")
struct CauseChainTests {
  @Test("of a chain of failures the first cause is named beside the next link")
  func chain() {
    var world = World(service("api"), service("web").requires("api"), service("admin").requires("web"))
    world.end("api", .exited(1))
    #expect(world.snapshot("web")?.cause?.description == "its requirement api has failed: exit 1")
    #expect(world.snapshot("admin")?.cause?.description == "its requirement web has failed: api: exit 1")
  }

  @Test("the same for a chain that fails while it starts, however long it is")
  func starting() {
    var world = World()
    world.plans = ["s0": [.main: ProcessPlan(spawnFailure: .noProgram)]]
    let chain = (1..<300).map { service("s\($0)").requires("s\($0 - 1)") }
    world.boot(Configuration([service("s0")] + chain))
    #expect(
      world.snapshot("s299")?.cause?.description
        == "its requirement s298 has failed: s0: cannot execute: no such file")
  }

  @Test("a dependent that fails later, and who is admitted later, name the first cause too")
  func later() {
    var world = World(service("api"), service("web").requires("api"))
    world.end("api", .exited(1))
    _ = world.load([service("api"), service("web").requires("api"), service("late").requires("web")])
    #expect(world.firstCause("late") == FirstCause(service: "api", cause: .exited(.exited(1))))
  }

  @Test("a chain that began with a disabled requirement names who required that one")
  func disabled() {
    var world = World()
    world.boot(
      Configuration([service("a"), service("b").requires("a"), service("c").requires("b"), service("d").requires("c")]),
      Enablement(disabled: ["a"]))
    #expect(world.snapshot("c")?.cause?.description == "its requirement b has failed: its requirement a is disabled")
    #expect(
      world.snapshot("d")?.cause?.description == "its requirement c has failed: b: its requirement a is disabled")
  }

  @Test("after a stop the last respawn is what it was, and not the stop")
  func lastRespawn() {
    var world = World(service("db").respawns())
    world.end("db", .exited(3))
    let respawned = world.snapshot("db")?.lastRespawn
    world.advance(.seconds(60))
    world.stop("db")
    #expect(world.snapshot("db")?.lastExit == .signaled(15, core: false))
    #expect(world.snapshot("db")?.lastRespawn == respawned)
    #expect(world.snapshot("db")?.lastRespawnCause == .exited(.exited(3)))
  }

  @Test("while a post-stop command is killed the progress names it, and not a main process that is long gone")
  func progress() {
    var world = World()
    world.plans = ["db": [.postStop(0): ProcessPlan(exit: nil, onStopSignal: .ignores)]]
    world.boot(Configuration([service("db").postStop().gracePeriod(.seconds(2))]))
    let main = world.pid("db").map(String.init) ?? ""
    let request = world.stop("db")
    world.runUntilQuiet()
    let steps = (world.progress[request] ?? []).compactMap(\.step)
    #expect(steps == ["TERM to \(main)", "KILL to the post-stop command 1"])
  }
}
