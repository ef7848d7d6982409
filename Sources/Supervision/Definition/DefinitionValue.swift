/// The value of a key as `herd show` prints it: what a file would have to say for the definition to be what it is.
indirect enum DefinitionValue: Equatable {
  case boolean(Bool)
  case integer(Int)
  /// A text that stands for itself: quoted where the language needs it.
  case string(String)
  /// A text with a meaning of its own in the language, never quoted: `5s`, `022`, `10%`.
  case literal(String)
  case list([DefinitionValue])
  case map([(key: String, value: DefinitionValue)])

  static func == (first: DefinitionValue, second: DefinitionValue) -> Bool {
    switch (first, second) {
    case (.boolean(let a), .boolean(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.string(let a), .string(let b)), (.literal(let a), .literal(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.map(let a), .map(let b)): a.elementsEqual(b) { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }

  static func strings(_ strings: [String]) -> DefinitionValue {
    .list(strings.map { .string($0) })
  }

  static func duration(_ duration: Duration) -> DefinitionValue {
    .literal(DurationText.format(duration))
  }

  static func signal(_ number: Int32) -> DefinitionValue {
    .string(SignalName.name(of: number))
  }

  static func command(_ command: Command) -> DefinitionValue {
    strings(command.words)
  }

  static func hook(_ hook: Hook) -> DefinitionValue {
    guard hook.asSupervisor else { return command(hook.command) }
    return .map([("exec", command(hook.command)), ("user", .string("root"))])
  }

  static func hooks(_ hooks: [Hook]) -> DefinitionValue {
    .list(hooks.map { hook($0) })
  }
}

extension ServiceDefinition {
  /// The value of a key in force; `nil` when the definition has nothing for it.
  func value(of key: ServiceKey) -> DefinitionValue? {
    switch key {
    case .documentation: documentation.map { .string($0) }
    case .provision: .strings(provision)
    case .requirement, .wants, .after, .before, .conflicts, .restartWith, .onFailure: .strings(references(key))
    case .autoStart: .boolean(autoStart)
    case .oneShot: .boolean(isOneShot)
    case .transient: .boolean(isTransient)
    case .exec: exec.map { .command($0) }
    case .preconditions: preconditions.map(\.value)
    case .preStart: .hooks(preStart)
    case .postStart: .hooks(postStart)
    case .postStop: .hooks(postStop)
    case .stop: stop.value
    case .reload: reload.map { .map($0.members) }
    case .actions: actionsValue
    case .respawn: respawn.policyValue
    case .respawnLimit: .map([("count", .integer(respawn.limitCount)), ("period", .duration(respawn.limitPeriod))])
    case .respawnDelay: respawn.delay.value
    case .successExitCodes: .list(successExitCodes.map { .integer(Int($0)) })
    case .orphan: .string(orphan == .adopt ? "adopt" : "kill")
    case .ready: ready.map(\.value)
    case .startTimeout: startTimeout.map { .duration($0) } ?? .literal("none")
    case .workingDirectory, .umask, .environment, .environmentFile, .inheritEnvironment, .user, .group, .groups:
      process.value(of: key)
    case .loginClass, .chroot, .nice, .limits, .resources, .cpus, .protect, .noNewPrivileges, .terminal, .fib, .jail:
      process.rare.value(of: key)
    case .log: logValue
    case .instances: nil
    }
  }

  private var logValue: DefinitionValue? {
    guard process.hasRare, let rights = process.rare.logRights else { return log.value }
    var members: [(key: String, value: DefinitionValue)] = []
    if let value = log.value { members.append(("file", value)) }
    if let mode = rights.mode { members.append(("mode", .literal("0" + String(mode, radix: 8)))) }
    if let user = rights.user { members.append(("user", .string(user))) }
    if let group = rights.group { members.append(("group", .string(group))) }
    return .map(members)
  }

  private var actionsValue: DefinitionValue {
    .map(
      actions.map { action in
        let documentation = action.documentation.map { [("documentation", DefinitionValue.string($0))] } ?? []
        return (action.name, .map(documentation + action.reaction.members))
      })
  }
}

extension StopRule {
  fileprivate var value: DefinitionValue {
    var members: [(key: String, value: DefinitionValue)] = [("signal", .signal(signal))]
    if let exec { members.append(("exec", .hook(exec))) }
    members.append(("grace-period", .duration(gracePeriod)))
    members.append(("kill", .string(kill == .subtree ? "subtree" : "main")))
    members.append(("continue", .boolean(continues)))
    return .map(members)
  }
}

extension ReadyRule {
  fileprivate var value: DefinitionValue {
    switch self {
    case .aliveFor(let time): .map([("alive-for", .duration(time))])
    }
  }
}

extension Reaction {
  fileprivate var members: [(key: String, value: DefinitionValue)] {
    switch self {
    case .signal(let number): [("signal", .signal(number))]
    case .exec(let hook, let timeout): [("exec", .hook(hook)), ("timeout", .duration(timeout))]
    }
  }
}

extension RespawnRule {
  fileprivate var policyValue: DefinitionValue {
    switch policy {
    case .never: .boolean(false)
    case .always: .boolean(true)
    case .onFailure: .string("on-failure")
    }
  }
}

extension RespawnDelay {
  fileprivate var value: DefinitionValue {
    var fixed = RespawnDelay()
    fixed.first = first
    fixed.most = first
    if self == fixed { return .duration(first) }
    return .map([
      ("first", .duration(first)), ("factor", .literal("\(factor)")), ("most", .duration(most)),
      ("jitter", .literal("\(jitter)")), ("reset-after", .duration(resetAfter)),
    ])
  }
}

extension Preconditions {
  fileprivate var value: DefinitionValue {
    var members: [(key: String, value: DefinitionValue)] = []
    if !directories.isEmpty { members.append(("directories", .strings(directories))) }
    if !files.isEmpty { members.append(("files", .strings(files))) }
    if !kernelModules.isEmpty { members.append(("kernel-modules", .strings(kernelModules))) }
    if !sysctls.isEmpty { members.append(("sysctl", .map(sysctls.map { ($0.name, .string($0.value)) }))) }
    return .map(members)
  }
}

extension ProcessAttributes {
  fileprivate func value(of key: ServiceKey) -> DefinitionValue? {
    switch key {
    case .workingDirectory: .string(workingDirectory)
    case .umask: umaskInForce.map { .literal("0" + String($0, radix: 8)) }
    case .environment: .map(environment.map { ($0.name, .string($0.value)) })
    case .environmentFile: .strings(environmentFiles)
    case .inheritEnvironment: inheritEnvironment.value
    case .user: user.map { .string($0) }
    case .group: group.map { .string($0) }
    case .groups: groups.map { .strings($0) }
    default: nil
    }
  }
}

extension ProcessAttributes {
  /// `nil`: the login class decides.
  private var umaskInForce: UInt32? { umask ?? (rare.loginClass == nil ? 0o022 : nil) }
}

extension RareAttributes {
  fileprivate func value(of key: ServiceKey) -> DefinitionValue? {
    switch key {
    case .chroot: chroot.map { .string($0) }
    case .nice: nice.map { .integer(Int($0)) }
    case .limits: limits.isEmpty ? nil : .map(limits.map { ($0.resource.rawValue, $0.value) })
    case .cpus: cpus.isEmpty ? nil : .list(cpuRanges.map { .string($0) })
    case .protect: protects ? .boolean(true) : nil
    case .noNewPrivileges: noNewPrivileges ? .boolean(true) : nil
    case .terminal: terminal.map { .string($0) }
    case .fib: fib.map { .integer(Int($0)) }
    case .loginClass: loginClass.map { .string($0) }
    case .resources: resourcesValue
    case .jail: jail.map(\.value)
    default: nil
    }
  }

  /// The CPUs as they are written: `0`, `2-3`.
  public var cpuRanges: [String] {
    var ranges: [ClosedRange<UInt16>] = []
    for cpu in cpus {
      if let last = ranges.last, last.upperBound + 1 == cpu {
        ranges[ranges.count - 1] = last.lowerBound...cpu
      } else {
        ranges.append(cpu...cpu)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
  }
}

extension ResourceLimit {
  fileprivate var value: DefinitionValue {
    guard let hard else { return .literal(Self.text(soft)) }
    return .list([.literal(Self.text(soft)), .literal(Self.text(hard))])
  }

  /// A limit as it is written, in the resource's own unit.
  public static func text(_ amount: UInt64) -> String {
    amount == unlimited ? "unlimited" : "\(amount)"
  }
}

extension EnvironmentInheritance {
  fileprivate var value: DefinitionValue {
    switch self {
    case .none: .boolean(false)
    case .all: .boolean(true)
    case .only(let names): .strings(names)
    }
  }
}

extension LogDestination {
  fileprivate var value: DefinitionValue? {
    switch self {
    case .automatic: nil
    case .file(let path): .string(path)
    case .none: .string("none")
    case .inherit: .string("inherit")
    }
  }
}
