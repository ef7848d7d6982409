import Testing

@testable import Supervision

@Suite("What a stop took along")
struct LeftDownTests {
  @Test("is named when the service is started again: what stopped with it, and what stopped with that")
  func stoppedAlong() {
    var world = World(
      service("redis"), service("api").requires("redis"), service("web").requires("api"),
      service("cron").requires("redis"), service("other"))
    world.stop("cron")
    world.stop("redis")
    world.start("redis")
    #expect(world.supervisor.stoppedAlong(with: ["redis"]) == ["api", "web"])
    world.start("web")
    #expect(world.supervisor.stoppedAlong(with: ["redis"]) == [])
    #expect(world.state("other") == .running)
  }

  @Test("a packaged service is dormant until somebody switches it on")
  func dormant() throws {
    var world = World(service("nginx").packaged(), service("web"))
    let nginx = try #require(world.supervisor.find("nginx"))
    let web = try #require(world.supervisor.find("web"))
    #expect(world.supervisor.isDormant(nginx))
    #expect(!world.supervisor.isDormant(web))
    world.order(.enable(["nginx"], now: false, options: OrderOptions()))
    #expect(!world.supervisor.isDormant(nginx))
    world.start("nginx")
    #expect(!world.supervisor.isDormant(nginx))
  }
}
