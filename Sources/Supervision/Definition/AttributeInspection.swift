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
    return lacks
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
