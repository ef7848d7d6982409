import OrderedCollections

/// The parameters that a jail is made with, but for `name`, `path` and `persist`, which it always gets.
///
/// First the defaults, then what `network` and `options` say, then the definition's own parameters, which win.
struct JailParameterList {
  private(set) var reasons: [String] = []
  private var values: OrderedDictionary<String, JailParameter.Value> = [:]

  var all: [JailParameter] { values.map { JailParameter($0.key, $0.value) } }

  /// - Parameters:
  ///   - name: the jail's.
  ///   - isServiceJail: its root is the host's.
  ///   - devicesRuleset: of the devfs(5) that is mounted in it, if one is.
  init(of jail: JailDefinition, name: String, isServiceJail: Bool, devicesRuleset: Int32?) {
    let written = Dictionary(jail.parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    setDefaults(name: name, isServiceJail: isServiceJail, devicesRuleset: devicesRuleset, written)
    let hasAddresses = written["ip4.addr"] != nil || written["ip6.addr"] != nil
    let network = jail.network?.kind ?? Self.network(written, isServiceJail: isServiceJail)
    // The families that `options` name; they decide where `network` is not written.
    let named = Self.families(jail.options)
    if jail.network == nil, !named.isEmpty, network != .vnet {
      setFamilies(written)
    } else {
      set(network, written)
      check(network, named: named, hasAddresses: hasAddresses)
    }
    for option in jail.options {
      translate(option, ip: network == .vnet || jail.network != nil ? nil : hasAddresses ? "new" : "inherit")
    }
    if jail.options.contains(.sysvipc), jail.options.contains(.sysvipcnew) {
      // rc.subr refuses it too.
      reasons.append("`options`: sysvipc and sysvipcnew exclude each other")
    }
    for parameter in jail.parameters { values[parameter.name] = parameter.value }
  }

  // MARK: Defaults

  private mutating func setDefaults(
    name: String, isServiceJail: Bool, devicesRuleset: Int32?, _ written: [String: JailParameter.Value]
  ) {
    // rc.subr makes service jails with host=inherit: they are the host. Any other jail has a name of its own, that of
    // jls(8), as jail(8) advises; the kernel would give it none.
    if isServiceJail {
      if !written.keys.contains(where: { $0.hasPrefix("host.") }) { values["host"] = .text("inherit") }
    } else if written["host"] != .text("inherit") {
      values["host.hostname"] = .text(name)
    }
    // The kernel's own default (jail(8)): only the mount point of the root is seen. Said all the same, since a plan shows
    // what holds.
    values["enforce_statfs"] = .text("2")
    // The kernel's own default (jail(8)): no jails inside.
    values["children.max"] = .text("0")
    // As jail(8) does with mount.devfs: what the jail may mount itself shows no more than what was mounted for it.
    if let devicesRuleset { values["devfs_ruleset"] = .text(String(devicesRuleset)) }
    // securelevel stays the host's. sysvmsg, sysvsem and sysvshm are left to the kernel, which disables them: to name
    // them would make libjail load their modules.
  }

  // MARK: Network

  private static func network(_ written: [String: JailParameter.Value], isServiceJail: Bool) -> JailNetwork.Kind {
    if let vnet = written["vnet"], vnet == .text("new") || vnet == .flag(true) { return .vnet }
    if written["ip4.addr"] != nil || written["ip6.addr"] != nil { return .addresses }
    return isServiceJail ? .inherit : .none
  }

  private mutating func set(_ network: JailNetwork.Kind, _ written: [String: JailParameter.Value]) {
    switch network {
    case .inherit: (values["ip4"], values["ip6"]) = (.text("inherit"), .text("inherit"))
    case .none: (values["ip4"], values["ip6"]) = (.text("disable"), .text("disable"))
    // The kernel refuses any word on addresses beside it.
    case .vnet: values["vnet"] = .text("new")
    // jail(8): the addresses imply `ip4 = new`. The other family would be the kernel's default, `disable`: said, as above.
    case .addresses:
      for family in ["ip4", "ip6"] {
        values[family] = .text(written["\(family).addr"] == nil ? "disable" : "new")
      }
    }
  }

  private mutating func check(_ network: JailNetwork.Kind, named: Set<String>, hasAddresses: Bool) {
    switch network {
    case .none where !named.isEmpty:
      reasons.append("`options` give the jail a network, and `network = none` takes it away")
    case .none where hasAddresses, .inherit where hasAddresses:
      reasons.append(
        "`ip4.addr` and `ip6.addr` exclude `network = \(network == .none ? "none" : "inherit")`")
    case .vnet where hasAddresses:
      reasons.append(
        "`ip4.addr` and `ip6.addr` exclude vnet: the jail has interfaces of its own, and addresses belong to these")
    case .none, .inherit, .vnet, .addresses: break
    }
  }

  // MARK: options

  private static func families(_ options: [JailOption]) -> Set<String> {
    Set(options.flatMap(\.parameters).map(\.name)).intersection(["ip4", "ip6"])
  }

  /// A family that no word names is off, as in rc.conf(5), where all of the network has to be asked for.
  private mutating func setFamilies(_ written: [String: JailParameter.Value]) {
    for family in ["ip4", "ip6"] {
      values[family] = .text(written["\(family).addr"] == nil ? "disable" : "new")
    }
  }

  /// What an option stands for.
  ///
  /// - Parameter ip: what `ip4` and `ip6` become: `inherit`, or `new` where addresses are given; `nil`: `network` has said it.
  private mutating func translate(_ option: JailOption, ip: String?) {
    for parameter in option.parameters {
      if !["ip4", "ip6"].contains(parameter.name) {
        values[parameter.name] = parameter.value
      } else if let ip {
        values[parameter.name] = .text(ip)
      }
    }
  }
}
