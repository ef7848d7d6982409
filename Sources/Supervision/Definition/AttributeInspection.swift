/// Finds what the host or the supervisor's rights lack for the attributes that few services have.
struct AttributeInspection {
  private let facts: any HostFacts
  private var isRoot: Bool { facts.supervisorUID == 0 }

  init(facts: any HostFacts) {
    self.facts = facts
  }

  func lacks(of process: ProcessAttributes) -> [HostInspection.Lack] {
    guard process.hasRare else { return [] }
    let rare = process.rare
    var lacks: [HostInspection.Lack] = []
    if let root = rare.chroot, !isRoot { lacks.append(HostInspection.needsRoot("chroot = \(root)", .chroot)) }
    if let nice = rare.nice, !isRoot, nice < facts.supervisorNice {
      lacks.append(HostInspection.needsRoot("nice = \(nice)", .nice))
    }
    lacks += rare.limits.compactMap { lack(of: $0) }
    if let cpu = rare.cpus.last, cpu >= facts.cpuCount {
      lacks.append(
        HostInspection.Lack(
          reason: "there is no CPU \(cpu): the last one is \(facts.cpuCount - 1)", key: .cpus))
    }
    if rare.protects, !isRoot { lacks.append(HostInspection.needsRoot("protect = true", .protect)) }
    if let reason = rare.fib.flatMap({ lack(ofTable: $0) }) {
      lacks.append(HostInspection.Lack(reason: reason, key: .fib))
    }
    return lacks + jailLacks(of: rare)
  }

  // MARK: jail, resources, login-class

  /// One line for what these keys need together: where one of them cannot be, neither can the others.
  private func jailLacks(of rare: RareAttributes) -> [HostInspection.Lack] {
    var keys: [ServiceKey] = []
    if rare.jail != nil { keys.append(.jail) }
    if !rare.resources.isEmpty { keys.append(.resources) }
    if rare.loginClass != nil { keys.append(.loginClass) }
    guard let first = keys.first else { return [] }
    let missing = keys.filter { $0 == .loginClass ? !facts.hasLoginClasses : !facts.hasJails }
    if let first = missing.first {
      return [HostInspection.Lack(reason: Self.needs(missing, "FreeBSD"), key: first)]
    }
    if !isRoot {
      return [HostInspection.Lack(reason: Self.needs(keys, "a supervisor that runs as root"), key: first)]
    }
    let lacks = [jailLack(of: rare), accountingLack(of: rare)].compactMap(\.self)
    return lacks.isEmpty ? facilityLacks(of: rare) : lacks
  }

  /// "`jail` and `resources` need FreeBSD"
  private static func needs(_ keys: [ServiceKey], _ what: String) -> String {
    let names = keys.map { "`\($0.rawValue)`" }
    guard let last = names.last, names.count > 1 else { return "\(names.joined()) needs \(what)" }
    return "\(names.dropLast().joined(separator: ", ")) and \(last) need \(what)"
  }

  private func jailLack(of rare: RareAttributes) -> HostInspection.Lack? {
    guard rare.jail != nil, !facts.mayMakeJails else { return nil }
    return HostInspection.Lack(
      reason: "the supervisor runs in a jail that may have no jails inside: its children.max is 0", key: .jail)
  }

  /// What the kernel was found not to do when the supervisor started.
  private func facilityLacks(of rare: RareAttributes) -> [HostInspection.Lack] {
    rare.facilities.compactMap { facility in
      facts.failure(of: facility).map {
        HostInspection.Lack(reason: "this system lacks what `jail` needs: \($0)", key: .jail)
      }
    }
  }

  private func accountingLack(of rare: RareAttributes) -> HostInspection.Lack? {
    guard !rare.resources.isEmpty else { return nil }
    switch facts.resourceAccounting {
    case .available: return nil
    case .off:
      return HostInspection.Lack(
        reason: "resource accounting is off: `resources` needs kern.racct.enable=1 in loader.conf(5), and a reboot",
        key: .resources)
    case .absent:
      return HostInspection.Lack(
        reason: "this kernel has no resource accounting: `resources` needs one with the options RACCT and RCTL",
        key: .resources)
    }
  }

  private func lack(of limit: ResourceLimit) -> HostInspection.Lack? {
    let name = limit.resource.rawValue
    guard let current = facts.hardLimit(of: limit.resource) else {
      return HostInspection.Lack(reason: "this system has no limit `\(name)`", key: .limits)
    }
    guard !isRoot, limit.hard(over: current) > current else { return nil }
    let wanted = ResourceLimit.text(limit.hard(over: current))
    return HostInspection.Lack(
      reason: "the limit `\(name) = \(wanted)` is above the supervisor's own of \(current): that needs a supervisor "
        + "that runs as root",
      key: .limits)
  }

  private func lack(ofTable fib: Int32) -> String? {
    guard facts.fibCount > 0 else { return "`fib` needs FreeBSD: this system has no routing tables to choose from" }
    guard fib >= facts.fibCount else { return nil }
    return "there is no routing table \(fib): net.fibs is \(facts.fibCount), a tunable of the boot loader"
  }
}
