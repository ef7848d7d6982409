import Supervision

/// A host with `/jails/web`, `/data`, `/etc/hosts`, two interfaces and an address, for plans that are written by hand.
func makeJailHost(_ prepare: (SimulatedJailKernel) -> Void = { _ in }) -> SimulatedJailKernel {
  let kernel = SimulatedJailKernel()
  for directory in ["/jails", "/jails/web", "/data", "/etc"] {
    _ = try? kernel.files.make(.directory, directory, .host)
  }
  _ = try? kernel.files.make(.file, "/etc/hosts", .host)
  for name in ["em0", "em1"] { kernel.interfaces[name] = SimulatedJailKernel.Interface(maker: .host) }
  kernel.addresses = ["em0 10.0.0.1": .host]
  prepare(kernel)
  return kernel
}

/// A plan for `/jails/web`.
func makePlan(_ steps: JailStep...) -> JailPlan {
  JailPlan(service: "www", jail: "web", root: "/jails/web", steps: steps)
}

extension JailStep {
  static func directory(_ path: String) -> JailStep { .directory(.inside(path), mode: 0o755) }
  static func file(_ path: String) -> JailStep { .file(.inside(path)) }
  static func mount(_ kind: JailMount.Kind, at path: String) -> JailStep {
    .mount(JailMount(kind, at: .inside(path)))
  }
  static let network: JailStep = .network(jailAddresses: [], gateways: [])
  static let tmpfs = mount(.tmpfs(size: 1 << 20, mode: nil), at: "")
  static let data = mount(.nullfs(from: "/data", isReadOnly: true), at: "data")
  static func alias(_ address: String) -> JailStep {
    .alias(InterfaceAddress(interface: "em0", address: NetworkAddress(address, isIPv6: false, prefix: 24)))
  }
}

extension JailPath {
  /// A path below `/jails/web`.
  static func inside(_ path: String) -> JailPath {
    JailPath(root: "/jails/web", components: path.split(separator: "/").map(String.init))
  }
}

extension SimulatedJailKernel {
  /// Something of somebody else's.
  func outsider(_ kind: SimulatedNode.Kind, _ path: String) { _ = try? files.make(kind, path, .outsider) }

  func outsiderMounts(at path: String) {
    _ = try? files.mount("tmpfs", from: "tmpfs", at: path, isReadOnly: false, .outsider)
  }

  /// The administrator takes away what the plan has mounted.
  func administratorUnmounts(_ path: String) {
    if let mount = files.mounts.last(where: { $0.entry.target == path }) {
      try? files.unmount(mount.entry.id, isForced: true)
    }
  }
}
