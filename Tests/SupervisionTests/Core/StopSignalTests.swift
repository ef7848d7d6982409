import Testing

@testable import Supervision

// Number 25 of issue 7.
@Suite("Stopping what is stopped by SIGSTOP")
struct StopSignalTests {
  private func suspended(_ definition: ServiceDefinition) -> World {
    var world = World(definition)
    if let id = world.supervisor.find(definition.name) { world.kernel.suspend(id) }
    return world
  }

  @Test("CONT follows the stop signal, so that it does not have to be killed")
  func continues() {
    for definition in [service("db"), service("db").killsMainOnly()] {
      var world = suspended(definition)
      let request = world.stop("db")
      #expect(world.result(request, "db") == .stopped(.command(.user(uid: 0))))
      #expect(world.snapshot("db")?.lastExit == .signaled(15, core: false))
    }
  }

  @Test("a service that says so is not continued, and is killed after its grace period")
  func refuses() {
    var world = suspended(service("db").with { $0.stop.continues = false }.gracePeriod(.seconds(3)))
    let request = world.stop("db")
    world.advance(.milliseconds(2999))
    #expect(world.reply(request) == nil)
    world.advance(.milliseconds(1))
    #expect(world.snapshot("db")?.lastExit == .signaled(9, core: false))
  }

  @Test("what is left of a subtree is continued too")
  func remains() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(child: (.dies(after: .zero), .zero))]]
    world.boot(Configuration([service("db")]))
    if let id = world.supervisor.find("db") { world.kernel.suspend(id) }
    world.end("db", .exited(1))
    #expect(world.state("db") == .failed)
  }
}
