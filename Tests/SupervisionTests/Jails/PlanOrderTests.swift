import Testing

@testable import Supervision

@Suite("The order of a plan")
struct PlanOrderTests {
  private func path(_ components: String...) -> JailPath {
    JailPath(root: Planning.ephemeralRoot, components: components)
  }

  @Test("everything that a jail can ask for is done in the order of its undoing")
  func everything() throws {
    let jail = Planning.ephemeral { jail in
      jail.root = .ephemeral(size: 1 << 20)
      jail.exposedPaths = [ExposedPath("/bin/sh")]
      jail.mounts = [MountRequest(.devfs(ruleset: 4), at: "/dev"), MountRequest(.fdescfs, at: "/dev/fd")]
      var network = JailNetwork(.vnet)
      network.interfaces = ["em1"]
      var epair = EpairRequest()
      epair.hostAddresses = [NetworkAddress("10.0.0.1", isIPv6: false, prefix: 30)]
      epair.jailAddresses = [NetworkAddress("10.0.0.2", isIPv6: false, prefix: 30)]
      epair.gateways = [NetworkAddress("10.0.0.1", isIPv6: false, prefix: 0)]
      epair.bridge = "bridge0"
      network.epair = epair
      jail.network = network
      jail.hooks.prestart = [Command(["prestart"])]
      jail.hooks.created = [Command(["created"])]
      jail.hooks.poststop = [Command(["poststop"])]
      jail.hooks.release = [Command(["release"])]
    }
    let rule = ResourceRule("memoryuse", "deny", 1 << 30)
    let jails = "/var/db/fruix-shepherd/jails"
    let ten = { (last: String, prefix: UInt8) in NetworkAddress("10.0.0.\(last)", isIPv6: false, prefix: prefix) }
    let steps = try Planning.steps(jail, resources: [rule])
    let parameters = try #require(
      steps.compactMap { step -> [JailParameter]? in if case .jail(let all) = step { all } else { nil } }.first)
    let expected: [JailStep] = [
      .counterparts(.release, [Command(["release"])]),
      .directory(JailPath(root: jails, components: ["web"]), mode: 0o700),
      .directory(JailPath(root: jails, components: ["web", "root"]), mode: 0o755),
      .mount(JailMount(.tmpfs(size: 1 << 20, mode: 0o755), at: path())),
      .directory(path("bin"), mode: 0o755),
      .file(path("bin", "sh")),
      .mount(
        JailMount(.nullfsFile(from: "/bin/sh", isReadOnly: true, mayCopy: true), at: path("bin", "sh"))),
      .directory(path("dev"), mode: 0o755),
      .mount(JailMount(.devfs(ruleset: 4), at: path("dev"))),
      .mount(JailMount(.plain("fdescfs"), at: path("dev", "fd"))),
      .seal(root: Planning.ephemeralRoot),
      .epair(hostAddresses: [ten("1", 30)], bridge: "bridge0"),
      .commands(.prestart, [Command(["prestart"])]),
      .counterparts(.poststop, [Command(["poststop"])]),
      .jail(parameters),
      .interface("em1"),
      .network(jailAddresses: [ten("2", 30)], gateways: [ten("1", 0)]),
      .rule(rule),
      .commands(.created, [Command(["created"])]),
    ]
    #expect(steps == expected)
  }

  @Test("addresses are added to the host's interfaces before the jail is made")
  func aliases() throws {
    let alias = InterfaceAddress(interface: "em0", address: NetworkAddress("192.0.2.7", isIPv6: false, prefix: 32))
    let jail = Planning.directory { jail in
      jail.network = JailNetwork(.addresses)
      jail.network?.aliases = [alias]
      jail.parameters = [JailParameter("ip4.addr", .text("192.0.2.7"))]
    }
    let steps = try Planning.steps(jail)
    #expect(steps.first == .alias(alias))
    #expect(steps.count == 2)
  }

  @Test("a service jail is one step")
  func serviceJail() throws {
    let plan = try #require(try Planning.plan(JailDefinition()))
    #expect(plan.root == "/")
    #expect(plan.jail == "web")
    #expect(plan.steps.count == 1)
  }

  @Test("the root is named as the kernel will name it, with its links resolved")
  func resolvedRoot() throws {
    var host = Planning.host
    host.add(.link("/jails"), at: "/j")
    let jail = Planning.directory { $0.path = "/j//web/./" }
    #expect(try Planning.plan(jail, on: host)?.root == "/jails/web")
    host.add(.link("/"), at: "/jails/all")
    let all = Planning.directory { $0.path = "/jails/all" }
    #expect(try Planning.plan(all, on: host)?.root == "/")
  }

  @Test("a service without a jail of its own has no plan")
  func none() throws {
    #expect(try Planning.plan(nil) == nil)
    #expect(try Planning.plan(Planning.directory { $0.sharedWith = "db" }) == nil)
    #expect(try Planning.plan(Planning.directory { $0.enter = "db" }) == nil)
  }
}
