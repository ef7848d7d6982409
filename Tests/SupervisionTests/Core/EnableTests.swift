import Testing

@testable import Supervision

@Suite("Enabled and disabled")
struct EnableTests {
  private let plain = OrderOptions()

  @Test("what is disabled in the midst of a restart does not start again")
  func whileRestarting() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .dies(after: .seconds(1)))]]
    world.boot(Configuration([service("db"), service("web").requires("db")]))
    world.restart("db")
    world.order(.disable(["web"], stop: false, options: OrderOptions()))
    world.advance(.seconds(5))
    #expect(world.state("db") == .running)
    #expect(world.state("web") == .stopped)
  }

  @Test("disable does not stop; no start until enable; the lists are saved")
  func disable() {
    var world = World(service("db"))
    let disable = world.order(.disable(["db"], stop: false, options: plain))
    #expect(world.result(disable, "db") == .disabled)
    #expect(world.state("db") == .running)
    #expect(world.enablement == Enablement(enabled: [], disabled: ["db"]))
    world.stop("db")
    let start = world.start("db")
    #expect(world.reply(start) == .refused(.disabled("db")))
    world.order(.enable(["db"], now: false, options: plain))
    #expect(world.state("db") == .stopped)
    #expect(world.enablement == Enablement(enabled: [], disabled: []))
    world.start("db")
    #expect(world.state("db") == .running)
  }

  @Test("disable with stop stops in order")
  func disableAndStop() {
    var world = World(service("db"), service("api").requires("db"))
    let request = world.order(.disable(["db"], stop: true, options: plain))
    #expect(world.result(request, "db") == .stopped(.command(.user(uid: 0))))
    #expect(world.result(request, "api") == .stopped(.requirementStopped("db")))
  }

  @Test("boot does not start a disabled service, and what requires it says so")
  func boot() {
    var world = World()
    world.boot(Configuration([service("db"), service("api").requires("db")]), Enablement(disabled: ["db"]))
    #expect(world.state("db") == .stopped)
    #expect(world.cause("api") == .failed(.requirement("db", .disabled)))
    let request = world.order(.enable(["db"], now: true, options: plain))
    #expect(world.result(request, "db") == .up(pid: world.pid("db")))
    #expect(world.state("api") == .running)
  }

  @Test("a packaged service starts by itself once it is enabled")
  func packaged() {
    var world = World()
    world.boot(Configuration([service("db").packaged(), service("web").packaged()]), Enablement(enabled: ["web"]))
    #expect(world.state("db") == .stopped && world.state("web") == .running)
    world.order(.enable(["db"], now: false, options: plain))
    #expect(world.enablement?.enabled == ["db", "web"])
    #expect(world.state("db") == .stopped)
  }

  @Test("a packaged service is dormant until somebody enables or starts it")
  func dormant() throws {
    var world = World()
    world.boot(
      Configuration([service("db").packaged(), service("web").packaged(), service("own").byHand()]),
      Enablement(enabled: ["web"]))
    func isDormant(_ name: String) throws -> Bool {
      world.supervisor.isDormant(try #require(world.supervisor.find(name)))
    }
    #expect(try isDormant("db"))
    #expect(try !isDormant("web") && !isDormant("own"))
    world.start("db")
    #expect(try !isDormant("db"))
    world.stop("db")
    #expect(try !isDormant("db"), "it was of use")
  }

  @Test("an instance of a packaged template that is enabled is made and started at boot")
  func packagedInstance() {
    var world = World()
    let getty = template("getty@", isPackaged: true)
    let broken = template("broken@", "nice = ${instance}")
    world.boot(
      Configuration([service("db")], templates: [getty, broken]),
      Enablement(enabled: ["getty@ttyv0", "gone@x", "getty@", "broken@x"]))
    #expect(world.state("getty@ttyv0") == .running)
    #expect(world.supervisor.allServices.count == 2)
    #expect(
      world.records.contains(.instanceRefused("broken@x is enabled and cannot be made: `x` is no value for `nice`")))
    world.load(Configuration([service("db")], templates: [getty]))
    #expect(world.counts["getty@ttyv0"] == 1)
  }

  @Test("a disabled service is not respawned")
  func respawn() {
    var world = World(service("db").respawns())
    world.order(.disable(["db"], stop: false, options: plain))
    world.end("db")
    world.runUntilQuiet()
    #expect(world.cause("db") == .failed(.exited(.exited(1))))
    #expect(world.counts["db"] == 1)
  }

  @Test("disabling what waits ends the waiting, and who waits for it fails")
  func whileWaiting() {
    var world = World()
    world.plans = ["base": [.main: ProcessPlan(spawnsAfter: .seconds(9))]]
    world.boot(Configuration([service("base"), service("db").requires("base"), service("api").requires("db")]))
    world.order(.disable(["db"], stop: false, options: plain))
    #expect(world.state("db") == .stopped)
    #expect(world.cause("api") == .failed(.requirement("db", .disabled)))
  }

  @Test("enable clears the count of the respawn limit")
  func clears() {
    var world = World(service("db").respawns(limit: 1, within: .seconds(100), delay: .zero))
    world.end("db")
    world.order(.enable(["db"], now: false, options: plain))
    world.end("db")
    #expect(world.state("db") == .running)
  }

  @Test("a disabled provider is passed over")
  func provider() {
    var world = World()
    world.boot(
      Configuration([
        service("a").provides("x").byHand(), service("b").provides("x").byHand(), service("top").requires("x"),
      ]), Enablement(disabled: ["a"]))
    #expect(world.state("b") == .running && world.state("top") == .running)
  }

  // Number 28 of issue 7.
  @Test("enable after disable brings a packaged service back to what it was")
  func undone() {
    var world = World()
    world.boot(Configuration([service("db").packaged(), service("web").packaged()]), Enablement(enabled: ["web"]))
    for name in ["db", "web"] {
      world.order(.disable([name], stop: false, options: plain))
      world.order(.enable([name], now: false, options: plain))
    }
    #expect(world.enablement == Enablement(enabled: ["web"], disabled: []))
    world.order(.disable(["db"], stop: false, options: plain))
    world.order(.enable(["db"], now: true, options: plain))
    #expect(world.enablement == Enablement(enabled: ["db", "web"], disabled: []))
    #expect(world.state("db") == .running)
  }

  @Test("an instance that is disabled is not made at boot though it was enabled")
  func disabledInstance() {
    var world = World()
    let getty = template("getty@", isPackaged: true)
    world.boot(
      Configuration([service("db")], templates: [getty]), Enablement(enabled: ["getty@x"], disabled: ["getty@x"]))
    #expect(world.state("getty@x") == nil)
  }

  @Test("preset forgets both lists, also for a name that no service has")
  func preset() {
    var world = World()
    world.boot(
      Configuration([service("db"), service("web").packaged()]),
      Enablement(enabled: ["web", "gone"], disabled: ["db"]))
    let request = world.order(.preset(["db", "web", "gone"]))
    #expect(world.enablement == Enablement())
    #expect(world.result(request, "gone") == .preset)
    #expect(world.state("db") == .stopped && world.state("web") == .running)
    let start = world.start("db")
    #expect(world.result(start, "db") == .up(pid: world.pid("db")))
    let unknown = world.order(.preset(["gone"]))
    #expect(world.reply(unknown) == .refused(.unknownService("gone")))
  }

  @Test("reset, and a stop, forget a failure and the count of respawns", arguments: [true, false])
  func reset(byStop: Bool) {
    var world = World(
      service("db").respawns(limit: 1, within: .seconds(100), delay: .zero), service("api").requires("db"))
    world.end("db")
    world.end("db")
    #expect(world.state("db") == .failed)
    let request = byStop ? world.stop("db") : world.order(.reset(["db"]))
    let limit = FailureCause.respawnLimit(count: 1, period: .seconds(100), last: .exited(.exited(1)))
    #expect(world.result(request, "db") == (byStop ? .forgotten(limit) : .reset))
    let user = Requester.user(uid: 0)
    #expect(world.cause("db") == .stopped(byStop ? .command(user) : .reset(user)))
    #expect(world.snapshot("db")?.respawns == 0 && !world.isWanted("db"))
    // What waits for it goes on waiting.
    #expect(world.cause("api") == .failed(.requirement("db", .failed)))
    world.start("db")
    #expect(world.state("api") == .running)
  }

  @Test("reset of what runs clears its count and nothing else")
  func resetRunning() {
    var world = World(service("db").respawns(delay: .zero))
    world.end("db")
    world.order(.reset(["db"]))
    #expect(world.state("db") == .running && world.isWanted("db"))
    #expect(world.snapshot("db")?.respawns == 0)
  }

  @Test("what outlived SIGKILL stays failed")
  func resetUnkillable() {
    var world = World()
    world.plans = ["db": [.main: ProcessPlan(onStopSignal: .ignores, outlivesKill: .seconds(900))]]
    world.boot(Configuration([service("db")]))
    world.stop("db")
    world.advance(.seconds(30))
    world.order(.reset(["db"]))
    #expect(world.cause("db") == .failed(.unkillable))
    world.advance(.seconds(900))
    world.order(.reset(["db"]))
    #expect(world.state("db") == .stopped)
  }
}
