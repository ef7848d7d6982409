/// What a parameter of jail_set(2) may be set to.
enum JailParameterKind: Equatable {
  /// Given or not; `allow.nochflags` is `allow.chflags = false`.
  case flag
  case integer(ClosedRange<Int>)
  /// - Parameter most: bytes, without the NUL character at the end.
  case text(most: Int)
  /// `new`, `inherit` and `disable`, as far as the kernel takes them.
  case words([String])
  case addresses(isIPv6: Bool)
}

/// The parameters of jail(8) that are known here: for types, suggestions and errors. The kernel has the last word.
enum JailParameterNames {
  /// A name of jail(8) that cannot stand in a service: why, and what to write instead.
  struct Refusal {
    var reason: String
    var hint: String?
  }

  static func kind(of name: String) -> JailParameterKind? {
    kernel[name]
  }

  /// `allow.nochflags` is the negation of `allow.chflags`, as jailparam_import(3) has it.
  static func negated(_ name: String) -> String? {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let last = parts.popLast(), last.hasPrefix("no") else { return nil }
    let positive = (parts + [String(last.dropFirst(2))]).joined(separator: ".")
    return kernel[positive] == .flag ? positive : nil
  }

  /// The parameters that the kernel itself knows (jail(8)); those of modules exist only where the module is loaded.
  private static let kernel: [String: JailParameterKind] = {
    let shared = JailParameterKind.words(["new", "inherit", "disable"])
    let own = JailParameterKind.words(["new", "inherit"])
    var kinds: [String: JailParameterKind] = [
      "securelevel": .integer(-1...3), "enforce_statfs": .integer(0...2), "devfs_ruleset": .integer(0...65_535),
      "children.max": .integer(0...999_999), "osreldate": .integer(1...99_999_999), "osrelease": .text(most: 31),
      "host": own, "host.hostname": .text(most: 255), "host.domainname": .text(most: 255),
      "host.hostuuid": .text(most: 63), "host.hostid": .integer(0...Int(UInt32.max)),
      "ip4": shared, "ip4.addr": .addresses(isIPv6: false), "ip4.saddrsel": .flag,
      "ip6": shared, "ip6.addr": .addresses(isIPv6: true), "ip6.saddrsel": .flag,
      "vnet": own, "sysvmsg": shared, "sysvsem": shared, "sysvshm": shared,
      "linux": own, "linux.osname": .text(most: 127), "linux.osrelease": .text(most: 127),
      "linux.oss_version": .integer(0...Int(Int32.max)), "zfs.mount_snapshot": .integer(0...1),
      "meta": .text(most: 4095), "env": .text(most: 4095),
    ]
    for name in permissions { kinds["allow." + name] = .flag }
    return kinds
  }()

  private static let permissions = [
    "adjtime", "chflags", "extattr", "mlock", "mount", "mount.devfs", "mount.fdescfs", "mount.fusefs",
    "mount.linprocfs", "mount.linsysfs", "mount.nullfs", "mount.procfs", "mount.tmpfs", "mount.zfs", "nfsd", "quotas",
    "raw_sockets", "read_msgbuf", "reserved_ports", "routing", "set_hostname", "setaudit", "settime", "socket_af",
    "suser", "sysvipc", "unprivileged_parent_tampering", "unprivileged_proc_debug", "vmm",
  ]

  /// The keys of the section that are the supervisor's own, and those that the program jail(8) carries out and the
  /// supervisor instead of it.
  static let own = [
    "name", "path", "root", "size", "expose", "writable", "libraries", "mount", "network", "shared-with", "enter",
    "options", "parameters", "hostname", "interface", "vnet.interface", "mount.devfs", "mount.fdescfs",
    "mount.procfs", "exec.prestart", "exec.created", "exec.poststop", "exec.release",
  ]

  /// Everything that may stand in the section, for suggestions.
  static let valid: [String] = own + kernel.keys.sorted()

  /// Names that are only the first part of others: `allow`, `host`, `exec`.
  static let prefixes: Set<String> = {
    var prefixes: Set<String> = []
    for name in own + kernel.keys + refused.keys {
      let parts = name.split(separator: ".")
      for count in 1..<max(parts.count, 1) { prefixes.insert(parts.prefix(count).joined(separator: ".")) }
    }
    return prefixes
  }()

  static let refused: [String: Refusal] = {
    var refused: [String: Refusal] = [
      "jid": Refusal(reason: "the kernel numbers the jail", hint: "`name` is what it is called in jls(8)"),
      "persist": Refusal(
        reason: "the supervisor keeps the jail as long as one of its services lives, and removes it then", hint: nil),
      "allow.dying": Refusal(reason: "the supervisor waits for a jail of that name to be gone", hint: nil),
      "exec": Refusal(reason: "the service's own `exec` runs in the jail", hint: "write `exec` beside `jail`"),
      "command": Refusal(reason: "the service's own `exec` runs in the jail", hint: "write `exec` beside `jail`"),
      "exec.start": Refusal(reason: "the service's own `exec` runs in the jail", hint: "write `exec` beside `jail`"),
      "exec.stop": Refusal(reason: "the service's own `stop` ends it", hint: "write `stop { exec = … }` beside `jail`"),
      "exec.prepare": Refusal(reason: "addresses are added by `ip4.addr`", hint: "use `exec.prestart`"),
      "exec.poststart": Refusal(
        reason: "the service says what follows its start", hint: "use `post-start` with `user = root` beside `jail`"),
      "exec.prestop": Refusal(
        reason: "the service says how it is stopped",
        hint: "use `stop { exec { exec = …; user = root } }` beside `jail`"),
      "exec.system_user": Refusal(reason: "the commands on the host run as the supervisor's own user", hint: nil),
      "exec.fib": Refusal(reason: "the service names its routing table", hint: "use `fib` beside `jail`"),
      "exec.consolelog": Refusal(reason: "the service has a log of its own", hint: "use `log` beside `jail`"),
      "exec.timeout": Refusal(
        reason: "the commands count within the time of the start", hint: "use `start-timeout` beside `jail`"),
      "exec.clean": Refusal(
        reason: "the environment is clean unless the service says otherwise",
        hint: "use `inherit-environment` beside `jail`"),
      "stop.timeout": Refusal(
        reason: "the service says how long it may take to end", hint: "use `stop { grace-period = … }` beside `jail`"),
      "depend": Refusal(reason: "services depend on each other, not jails", hint: "use `requirement` beside `jail`"),
      "mount.fstab": Refusal(reason: "mounts stand in the service", hint: "use `mount [ { type = …; to = … } ]`"),
      "zfs.dataset": Refusal(
        reason: "datasets are handed over by zfs(8)",
        hint: "use `exec.created = [[/bin/sh, -c, \"zfs jail $JNAME pool/dataset\"]]`"),
      "ip_hostname": Refusal(
        reason: "a name service is not asked while jails are made", hint: "write the addresses as `ip4.addr`"),
    ]
    for name in ["parent", "dying", "cpuset.id", "children.cur"] {
      refused[name] = Refusal(reason: "it is read-only", hint: name == "cpuset.id" ? "use `cpus` beside `jail`" : nil)
    }
    for name in ["exec.jail_user", "exec.system_jail_user"] {
      refused[name] = Refusal(reason: "the service names its account", hint: "use `user` beside `jail`")
    }
    return refused
  }()
}
