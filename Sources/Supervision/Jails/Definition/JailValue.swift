// What `herd show` prints of jails, resources and login classes.

extension JailDefinition {
  var value: DefinitionValue {
    var members: [(key: String, value: DefinitionValue)] = []
    if let name { members.append(("name", .string(name))) }
    if let sharedWith { members.append(("shared-with", .string(sharedWith))) }
    if let enter { members.append(("enter", .string(enter))) }
    members += rootMembers
    members += parameterMembers
    if !options.isEmpty { members.append(("options", .strings(options.map(\.rawValue)))) }
    members += exposedPathMembers
    if !mounts.isEmpty { members.append(("mount", .list(mounts.map(\.value)))) }
    if let value = network?.value { members.append(("network", value)) }
    members += hooks.members
    return .map(members)
  }

  private var rootMembers: [(key: String, value: DefinitionValue)] {
    guard case .ephemeral(let size) = root else { return path == "/" ? [] : [("path", .string(path))] }
    return [("root", .string("ephemeral"))] + (size.map { [("size", .literal("\($0)"))] } ?? [])
  }

  /// Known parameters by their names, the others in `parameters`.
  private var parameterMembers: [(key: String, value: DefinitionValue)] {
    let known = parameters.filter { JailParameterNames.kind(of: $0.name) != nil }
    let others = parameters.filter { JailParameterNames.kind(of: $0.name) == nil }
    var members = known.map { ($0.name, value(of: $0)) }
    if !others.isEmpty { members.append(("parameters", .map(others.map { ($0.name, $0.plainValue) }))) }
    return members
  }

  private func value(of parameter: JailParameter) -> DefinitionValue {
    switch (JailParameterNames.kind(of: parameter.name), parameter.value) {
    case (.addresses, .text(let text)): .list(text.split(separator: ",").map { .string(written(String($0))) })
    case (.integer, .text(let text)): .literal(text)
    default: parameter.plainValue
    }
  }

  /// An address with the interface that it is added to.
  private func written(_ address: String) -> String {
    guard let alias = network?.aliases.first(where: { $0.address.text == address }) else { return address }
    return "\(alias.interface)|\(address)/\(alias.address.prefix)"
  }

  private var exposedPathMembers: [(key: String, value: DefinitionValue)] {
    var members: [(key: String, value: DefinitionValue)] = []
    for isWritable in exposedPaths.first?.isWritable == true ? [true, false] : [false, true] {
      let paths = exposedPaths.filter { $0.isWritable == isWritable }.map(\.path)
      if !paths.isEmpty { members.append((isWritable ? "writable" : "expose", .strings(paths))) }
    }
    if exposesLibraries { members.append(("libraries", .boolean(true))) }
    return members
  }
}

extension JailParameter {
  fileprivate var plainValue: DefinitionValue {
    switch value {
    case .flag(let flag): .boolean(flag)
    case .text(let text): .string(text)
    }
  }
}

extension MountRequest {
  fileprivate var value: DefinitionValue {
    var members: [(key: String, value: DefinitionValue)] = []
    switch kind {
    case .nullfs(let from, let isReadOnly):
      members = [("type", .string("nullfs")), ("from", .string(from)), ("to", .string(target))]
      if isReadOnly { members.append(("read-only", .boolean(true))) }
    case .tmpfs(let size, let mode):
      members = [("type", .string("tmpfs")), ("to", .string(target))]
      if let size { members.append(("size", .literal("\(size)"))) }
      if let mode { members.append(("mode", .literal("0" + String(mode, radix: 8)))) }
    case .devfs(let ruleset):
      members = [("type", .string("devfs")), ("to", .string(target)), ("ruleset", .integer(Int(ruleset)))]
    case .fdescfs: members = [("type", .string("fdescfs")), ("to", .string(target))]
    case .procfs: members = [("type", .string("procfs")), ("to", .string(target))]
    case .linprocfs: members = [("type", .string("linprocfs")), ("to", .string(target))]
    case .linsysfs: members = [("type", .string("linsysfs")), ("to", .string(target))]
    }
    return .map(members)
  }
}

extension JailNetwork {
  /// `nil`: the addresses among the parameters say it.
  fileprivate var value: DefinitionValue? {
    guard kind == .vnet, !interfaces.isEmpty || epair != nil else {
      return kind == .addresses ? nil : .string(kind.word)
    }
    var members: [(key: String, value: DefinitionValue)] = [("vnet", .boolean(true))]
    if !interfaces.isEmpty { members.append(("interfaces", .strings(interfaces))) }
    if let epair { members.append(("epair", epair.value)) }
    return .map(members)
  }
}

extension EpairRequest {
  fileprivate var value: DefinitionValue {
    var members: [(key: String, value: DefinitionValue)] = []
    if !hostAddresses.isEmpty { members.append(("host-address", .strings(hostAddresses.map(\.withPrefix)))) }
    if !jailAddresses.isEmpty { members.append(("jail-address", .strings(jailAddresses.map(\.withPrefix)))) }
    if !gateways.isEmpty { members.append(("gateway", .strings(gateways.map(\.text)))) }
    if let bridge { members.append(("bridge", .string(bridge))) }
    return .map(members)
  }
}

extension NetworkAddress {
  fileprivate var withPrefix: String { "\(text)/\(prefix)" }
}

extension JailHooks {
  fileprivate var members: [(key: String, value: DefinitionValue)] {
    [
      ("exec.prestart", prestart), ("exec.created", created), ("exec.poststop", poststop), ("exec.release", release),
    ].filter { !$0.1.isEmpty }.map { ($0.0, .list($0.1.map { .command($0) })) }
  }
}

extension RareAttributes {
  /// Each resource with what happens at which amount; an amount alone where nothing else than the usual happens.
  var resourcesValue: DefinitionValue? {
    guard !resources.isEmpty else { return nil }
    var members: [(key: String, value: DefinitionValue)] = []
    for name in resources.map(\.resource) where !members.contains(where: { $0.key == name }) {
      let rules = resources.filter { $0.resource == name }
      if rules.count == 1, rules[0].action == AccountedResource(rawValue: name)?.defaultAction {
        members.append((name, rules[0].amountValue))
      } else {
        members.append((name, .map(rules.map { ($0.action, $0.amountValue) })))
      }
    }
    return .map(members)
  }
}

extension ResourceRule {
  fileprivate var amountValue: DefinitionValue {
    .literal(AccountedResource(rawValue: resource)?.unit == .percent ? "\(amount)%" : "\(amount)")
  }
}
