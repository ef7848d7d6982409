import Supervision

/// Plans as a planner would make them, and hosts on which they can be carried out; the same seed makes the same.
struct RandomPlan {
  let seed: UInt64
  private var random: SplitMix64
  private(set) var steps: [JailStep] = []
  private let root = "/jails/web"

  var plan: JailPlan { JailPlan(service: "web", jail: "web", root: root, steps: steps) }

  init(seed: UInt64) {
    self.seed = seed
    random = SplitMix64(seed: seed)
    if chance { steps.append(.counterparts(.release, [Command(["release-1"]), Command(["release-2"])])) }
    steps.append(.directory(JailPath(root: "/jails", components: ["web"]), mode: 0o755))
    if chance {
      addEphemeralRoot()
    } else {
      addMountsOnDirectory()
    }
    addNetworkOfHost()
    if chance { steps.append(.commands(.prestart, [Command(["prestart"])])) }
    if chance { steps.append(.counterparts(.poststop, [Command(["poststop-1"]), Command(["poststop-2"])])) }
    steps.append(.jail([JailParameter("vnet", .text("new")), JailParameter("allow.raw_sockets", .flag(true))]))
    addInside()
    if chance { steps.append(.commands(.created, [Command(["created"])])) }
  }

  private var chance: Bool {
    mutating get { random.next() & 1 == 0 }
  }

  private func inside(_ path: String) -> JailPath {
    JailPath(root: root, components: path.split(separator: "/").map(String.init))
  }

  private mutating func addEphemeralRoot() {
    steps.append(.mount(JailMount(.tmpfs(size: 1 << 20, mode: nil), at: inside(""))))
    for directory in ["bin", "etc", "dev"] { steps.append(.directory(inside(directory), mode: 0o755)) }
    steps.append(.mount(JailMount(.nullfs(from: "/bin", isReadOnly: true), at: inside("bin"))))
    steps.append(.file(inside("etc/resolv.conf")))
    steps.append(
      .mount(
        JailMount(
          .nullfsFile(from: "/etc/resolv.conf", isReadOnly: true, mayCopy: true), at: inside("etc/resolv.conf"))))
    if chance { steps.append(.directory(inside("tmp"), mode: 0o1777)) }
    addDevices()
    steps.append(.seal(root: root))
  }

  private mutating func addMountsOnDirectory() {
    if chance {
      steps.append(.directory(inside("var"), mode: 0o755))
      steps.append(.directory(inside("var/db"), mode: 0o700))
    }
    steps.append(.directory(inside("www"), mode: 0o755))
    steps.append(.mount(JailMount(.nullfs(from: "/data/www", isReadOnly: false), at: inside("www"))))
    if chance {
      // Made on the host's file system, through the nullfs.
      steps.append(.directory(inside("www/cache"), mode: 0o700))
      steps.append(.mount(JailMount(.tmpfs(size: nil, mode: 0o700), at: inside("www/cache"))))
      if chance { steps.append(.directory(inside("www/cache/deep"), mode: 0o700)) }
    }
    if chance { steps.append(.file(inside("hosts"))) }
    steps.append(.directory(inside("dev"), mode: 0o555))
    addDevices()
  }

  private mutating func addDevices() {
    steps.append(.mount(JailMount(.devfs(ruleset: 4), at: inside("dev"))))
    if chance {
      steps.append(.directory(inside("dev/fd"), mode: 0o555))
      steps.append(.mount(JailMount(.plain("fdescfs"), at: inside("dev/fd"))))
    }
  }

  private mutating func addNetworkOfHost() {
    if chance {
      for number in 1...2 {
        let address = NetworkAddress("10.0.0.\(number)", isIPv6: false, prefix: 24)
        steps.append(.alias(InterfaceAddress(interface: "em0", address: address)))
      }
    }
    if chance { steps.append(.epair(hostAddresses: [], bridge: chance ? "bridge0" : nil)) }
  }

  private mutating func addInside() {
    if chance { steps.append(.interface("em1")) }
    if steps.contains(where: { if case .epair = $0 { true } else { false } }) {
      let gateway = NetworkAddress("fd00::1", isIPv6: true, prefix: 64)
      steps.append(.network(jailAddresses: [gateway], gateways: [gateway]))
    }
    if chance {
      steps.append(.rule(ResourceRule("memoryuse", "deny", 1 << 30)))
      steps.append(.rule(ResourceRule("pcpu", "throttle", .max)))
    }
  }

  /// A host for this plan.
  func makeHost() -> SimulatedJailKernel {
    var random = SplitMix64(seed: seed &+ 0x5eed)
    let kernel = SimulatedJailKernel()
    var directories = ["/usr", "/usr/jails", "/bin", "/etc", "/data", "/data/www", "/tmp"]
    if random.next() & 1 == 0 {
      kernel.files.links = ["/jails": "/usr/jails"]
    } else {
      directories.append("/jails")
    }
    if random.next() % 3 == 0 { directories += ["/jails/web", "/jails/web/www", "/jails/web/own"] }
    for directory in directories { _ = try? kernel.files.make(.directory, directory, .host) }
    _ = try? kernel.files.make(.file, "/etc/resolv.conf", .host)
    for name in ["em0", "em1", "bridge0", "epair0a", "epair0b"] {
      kernel.interfaces[name] = SimulatedJailKernel.Interface(maker: .host)
    }
    kernel.addresses = ["em0 10.0.0.1": .host]
    kernel.mountsFiles = random.next() & 1 == 0
    kernel.busyMounts = [0, 0, 3, nil][Int(random.next() % 4)]
    kernel.pausesOfDying = [0, 2, 60][Int(random.next() % 3)]
    kernel.pausesOfProcesses = Int(random.next() % 4)
    return kernel
  }
}
