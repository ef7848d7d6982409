@testable import Supervision

/// Random hosts, random services with jails, and their plans, from a seed that brings them back.
///
/// What it makes is sound more often than not, so that most of it has a plan; traps are in it all the same.
struct PlanGenerator {
  /// A definition, the host that it was planned for, and what came of it.
  struct Case {
    var seed: UInt64
    var host: FakeTree
    var definition: ServiceDefinition
    var outcome: Result<JailPlan, JailRefusal>
  }

  static let stateDirectory = "/var/db/fruix-shepherd"

  private let seed: UInt64
  private var random: SplitMix64

  init(seed: UInt64) {
    self.seed = seed
    random = SplitMix64(seed: seed)
  }

  /// The case of a seed.
  static func make(seed: UInt64) -> Case {
    var generator = PlanGenerator(seed: seed)
    return generator.make()
  }

  /// So many cases that have a plan, from seeds that begin with this one.
  static func plans(_ count: Int, from seed: UInt64) -> [(seed: UInt64, host: FakeTree, plan: JailPlan)] {
    var plans: [(seed: UInt64, host: FakeTree, plan: JailPlan)] = []
    var next = seed
    while plans.count < count {
      let made = make(seed: next)
      if case .success(let plan) = made.outcome { plans.append((made.seed, made.host, plan)) }
      next += 1
    }
    return plans
  }

  mutating func make() -> Case {
    let host = host()
    let definition = definition(on: host)
    let planner = JailPlanner(facts: host, stateDirectory: Self.stateDirectory)
    let outcome = Result { () throws(JailRefusal) -> JailPlan in
      guard let plan = try planner.plan(definition) else {
        throw JailRefusal(reasons: ["the service makes no jail"])
      }
      return plan
    }
    return Case(seed: seed, host: host, definition: definition, outcome: outcome)
  }

  // MARK: The host

  private mutating func host() -> FakeTree {
    var host = FakeTree(
      directories: [
        "/bin", "/lib", "/libexec", "/usr/bin", "/usr/lib", "/usr/share/zoneinfo", "/usr/local/lib/extra",
        "/usr/local/share", "/data/a/b", "/data/c", "/etc/ssl", "/tmp", "/var/run", "/dev/fd",
        "\(Self.stateDirectory)/jails", "/jails/web/usr/share", "/jails/web/tmp", "/jails/web/dev",
        "/jails/web/var/run",
      ],
      files: [
        "/bin/sh", "/lib/libc.so.7", "/usr/lib/libz.so.6", "/usr/share/zoneinfo/UTC", "/etc/resolv.conf",
        "/etc/ssl/cert.pem", "/usr/local/lib/libx.so.3", "/data/a/file", "/jails/web/etc/resolv.conf",
      ],
      links: [
        "/usr/local/lib/libx.so": "libx.so.3", "/etc/localtime": "/usr/share/zoneinfo/UTC",
        "/data/link": "a", "/jails/web/out": "/tmp", "/home": "usr/home",
      ])
    // Some things are there on some hosts only, or belong to others there.
    for path in ["/jails/web/data", "/jails/web/bin", "/jails/web/dev/fd", "/usr/home/www", "/data/a/b/deep"]
    where flip() {
      host.add(.directory, at: path)
    }
    if chance(of: 5) { host.add(.directory, at: "/jails/web", owner: 1001) }
    if chance(of: 8) { host.add(.file([]), at: "/jails/web/mnt") }
    return host
  }

  // MARK: The definition

  private mutating func definition(on host: FakeTree) -> ServiceDefinition {
    var jail = JailDefinition()
    switch pick(["service", "directory", "directory", "ephemeral", "ephemeral", "ephemeral"]) {
    case "service": jail.path = "/"
    case "directory": jail.path = "/jails/web"
    default: jail.root = .ephemeral(size: flip() ? nil : 16 << 20)
    }
    if jail.path != "/" || jail.root != .directory || chance(of: 10) {
      jail.exposedPaths = exposedPaths()
      jail.mounts = mounts()
      jail.exposesLibraries = flip()
    }
    network(&jail)
    if flip() { jail.options = [pick([.mlock, .netRaw, .nfsd, .routing, .settime, .sysvipc, .vmm])] }
    if flip() { jail.parameters.append(JailParameter("allow.raw_sockets", .flag(flip()))) }
    if flip() { jail.parameters.append(JailParameter("host.hostname", .text("web.example"))) }
    jail.hooks = hooks()
    var definition = ServiceDefinition(name: pick(["web", "api.1", "db", "worker@2"]))
    definition.kind = .process
    definition.exec = Command(["/usr/bin/true"])
    definition.process.rare.jail = jail
    if flip() {
      definition.process.rare.resources = [
        ResourceRule("memoryuse", "deny", 1 << 30), ResourceRule("maxproc", "deny", 100),
      ]
    }
    return definition
  }

  private mutating func exposedPaths() -> [ExposedPath] {
    let paths = [
      "/bin", "/bin/sh", "/lib", "/usr/lib", "/usr/share", "/usr/share/zoneinfo", "/usr/local", "/usr/local/lib",
      "/usr/local/lib/libx.so", "/etc/resolv.conf", "/etc/localtime", "/etc/ssl", "/data", "/data/a", "/data/link",
    ]
    return (0..<below(5)).map { _ in
      let path = chance(of: 40) ? pick(["/", "/missing", "/var/db", "/jails"]) : pick(paths)
      return ExposedPath(path, isWritable: chance(of: 4))
    }
  }

  private mutating func mounts() -> [MountRequest] {
    var mounts: [MountRequest] = []
    if flip() {
      mounts.append(MountRequest(.devfs(ruleset: 4), at: "/dev"))
      if flip() { mounts.append(MountRequest(.fdescfs, at: "/dev/fd")) }
    }
    if flip() { mounts.append(MountRequest(.tmpfs(size: 1 << 20, mode: 0o1777), at: "/tmp")) }
    if flip() {
      mounts.append(MountRequest(.tmpfs(size: nil, mode: nil), at: pick(["/var/run", "/run/deep/er", "/tmp/x"])))
    }
    if flip() {
      let from = pick(["/data", "/data/a", "/data/c", "/usr/home", "/data/a/file"])
      let place = pick(["/data", "/mnt", "/srv/data", "/data/a/b", "/tmp/data", "/out/x"])
      mounts.append(MountRequest(.nullfs(from: from, isReadOnly: flip()), at: place))
    }
    if chance(of: 4) { mounts.append(MountRequest(.procfs, at: "/proc")) }
    return mounts
  }

  private mutating func network(_ jail: inout JailDefinition) {
    switch below(6) {
    case 0: jail.network = JailNetwork(.inherit)
    case 1: jail.network = JailNetwork(.none)
    case 2:
      var network = JailNetwork(.vnet)
      network.interfaces = flip() ? ["em1"] : []
      if flip() {
        var epair = EpairRequest()
        epair.hostAddresses = [NetworkAddress("10.0.0.1", isIPv6: false, prefix: 30)]
        epair.jailAddresses = [NetworkAddress("10.0.0.2", isIPv6: false, prefix: 30)]
        epair.gateways = [NetworkAddress("10.0.0.1", isIPv6: false, prefix: 0)]
        epair.bridge = flip() ? "bridge0" : nil
        network.epair = epair
      }
      jail.network = network
    case 3:
      var network = JailNetwork(.addresses)
      network.aliases = [
        InterfaceAddress(interface: "em0", address: NetworkAddress("192.0.2.7", isIPv6: false, prefix: 32))
      ]
      jail.network = network
      jail.parameters.append(JailParameter("ip4.addr", .text("192.0.2.7")))
    default: break
    }
  }

  private mutating func hooks() -> JailHooks {
    var hooks = JailHooks()
    if chance(of: 3) { hooks.prestart = [Command(["/bin/sh", "-c", "prestart"])] }
    if chance(of: 3) { hooks.created = [Command(["/bin/sh", "-c", "created"]), Command(["/bin/sh", "-c", "again"])] }
    if chance(of: 3) { hooks.poststop = [Command(["/bin/sh", "-c", "poststop"])] }
    if chance(of: 3) { hooks.release = [Command(["/bin/sh", "-c", "release"])] }
    return hooks
  }

  // MARK: Chance

  private mutating func flip() -> Bool { below(2) == 0 }
  private mutating func chance(of one: Int) -> Bool { below(one) == 0 }
  private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
  private mutating func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }
}
