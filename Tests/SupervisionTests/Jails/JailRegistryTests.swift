import Testing

@testable import Supervision

@Suite("Who is in which jail")
struct JailRegistryTests {
  private let one = Incarnation(ServiceID(1), serial: 1)
  private let two = Incarnation(ServiceID(2), serial: 2)

  @Test("the first member has the jail made, the others wait for the same making")
  func making() {
    var registry = JailRegistry()
    #expect(registry.join(one, jail: "web") == [.raise(jail: "web")])
    #expect(registry.join(two, jail: "web").isEmpty)
    #expect(
      registry.raised("web", failure: nil) == [.jailEntered(one, failure: nil), .jailEntered(two, failure: nil)])
    #expect(registry.members(of: "web") == [one, two])
  }

  @Test("a making that fails is told to all who wait, and is tried again for whoever comes later")
  func failure() {
    var registry = JailRegistry()
    _ = registry.join(one, jail: "web")
    _ = registry.join(two, jail: "web")
    #expect(
      registry.raised("web", failure: "no") == [.jailEntered(one, failure: "no"), .jailEntered(two, failure: "no")])
    #expect(registry.join(one, jail: "web") == [.raise(jail: "web")])
  }

  @Test("the last one to leave has the jail undone")
  func leaving() {
    var registry = JailRegistry()
    _ = registry.join(one, jail: "web")
    _ = registry.raised("web", failure: nil)
    _ = registry.join(two, jail: "web")
    #expect(registry.leave(one, jail: "web") == [.released(one, failure: nil)])
    #expect(registry.leave(two, jail: "web") == [.lower(jail: "web")])
    #expect(registry.lowered("web", failure: "busy") == [.released(two, failure: "busy")])
  }

  @Test("whoever comes while a jail is on its way down gets a new one")
  func late() {
    var registry = JailRegistry()
    _ = registry.join(one, jail: "web")
    _ = registry.raised("web", failure: nil)
    _ = registry.leave(one, jail: "web")
    #expect(registry.join(two, jail: "web").isEmpty)
    #expect(registry.lowered("web", failure: nil) == [.released(one, failure: nil), .raise(jail: "web")])
    #expect(registry.raised("web", failure: nil) == [.jailEntered(two, failure: nil)])
  }

  @Test("a making that nobody waits for any more is given up, and undone however it ends", arguments: [nil, "killed"])
  func abandoning(failure: String?) {
    var registry = JailRegistry()
    _ = registry.join(one, jail: "web")
    #expect(registry.leave(one, jail: "web") == [.abandon(jail: "web")])
    #expect(registry.raised("web", failure: failure) == [.lower(jail: "web")])
    #expect(registry.lowered("web", failure: nil) == [.released(one, failure: nil)])
  }

  @Test("a leave by one who is in no jail is answered all the same")
  func stranger() {
    var registry = JailRegistry()
    #expect(registry.leave(one, jail: "web") == [.released(one, failure: nil)])
    _ = registry.join(two, jail: "web")
    #expect(registry.leave(one, jail: "web") == [.released(one, failure: nil)])
  }

  @Test("what is left from before is undone first, and whoever joins waits")
  func inheriting() {
    var registry = JailRegistry()
    #expect(registry.inherit("web") == [.lower(jail: "web")])
    #expect(registry.join(one, jail: "web").isEmpty)
    #expect(registry.lowered("web", failure: nil) == [.raise(jail: "web")])
  }
}
