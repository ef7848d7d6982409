import UCL

// What cannot stand together in one section `jail`.
extension JailReader {
  mutating func checkWhole(_ members: [Field]) {
    if written["shared-with"] != nil || written["enter"] != nil {
      checkBorrowed(members)
      return
    }
    checkRoot()
    checkMounts()
    checkNetwork()
    checkOptions()
  }

  /// In a jail that somebody else makes there is nothing to say of the jail itself, and nothing to do around its making.
  private mutating func checkBorrowed(_ members: [Field]) {
    let borrowing = written["shared-with"] ?? written["enter"]
    guard let borrowing else { return }
    // A name that nothing is known of has its error already.
    for member in members where member.name != borrowing.name && JailParameterNames.hasMeaning(member.name) {
      let isHook = member.name.hasPrefix("exec.")
      reader.error(
        "`\(member.path)` contradicts `\(borrowing.path)`: that jail is made elsewhere", at: member.keyLocation,
        expected: "nothing beside it",
        hint: isHook ? "`pre-start { exec = …; user = root }` runs a command on the host" : nil)
    }
  }

  // MARK: The root

  private mutating func checkRoot() {
    let isEphemeral = written["root"].map { $0.values.first?.text == "ephemeral" } ?? false
    if isEphemeral, let path = written["path"] {
      reader.error(
        "`\(path.path)` contradicts `root = ephemeral`: the supervisor makes that root, where it likes",
        at: path.keyLocation, expected: "one of the two")
    }
    if !isEphemeral, let size = written["size"] {
      reader.error(
        "`\(size.path)` has a meaning only for a root that is made", at: size.keyLocation,
        expected: "`root = ephemeral` beside it")
      jail.root = .directory
    }
    if let libraries = written["libraries"], jail.exposesLibraries, jail.exposedPaths.isEmpty {
      reader.error(
        "`\(libraries.path)` brings the libraries of what is exposed, and nothing is", at: libraries.keyLocation,
        expected: "`expose` with the paths of programs")
    }
    guard !isEphemeral, isRootKnown, jail.path == "/" else { return }
    for name in ["expose", "writable", "mount", "mount.devfs", "mount.fdescfs", "mount.procfs"] {
      guard let field = written[name], field.values.first?.content.isFalse != true else { continue }
      reader.error(
        "`\(field.path)` has no meaning where the root is the host's own", at: field.keyLocation,
        expected: "`path` of another root, or `root = ephemeral`")
    }
  }

  // MARK: Mounts

  private mutating func checkMounts() {
    var first: [String: SourceLocation] = [:]
    for (exposed, place) in zip(jail.exposedPaths, exposedPlaces) {
      checkTarget(exposed.path, place, &first)
    }
    for (mount, place) in zip(jail.mounts, mountPlaces) {
      checkTarget(mount.target, place, &first)
      checkSource(mount, place)
    }
  }

  private mutating func checkTarget(
    _ target: String, _ place: SourceLocation, _ first: inout [String: SourceLocation]
  ) {
    if target == "/", jail.root != .directory {
      reader.error(
        "a mount at `/` would hide the root that was made", at: place, expected: "a path below it, or `path`")
    }
    guard let earlier = first.updateValue(place, forKey: target) else { return }
    var diagnostic = Diagnostic(.error, "two mounts at `\(target)`: the second hides the first", at: place)
    diagnostic.related = [("the first one", earlier)]
    reader.report(diagnostic)
  }

  /// nullfs(5) onto itself: the process spins in the kernel, and nothing ends it.
  private mutating func checkSource(_ mount: MountRequest, _ place: SourceLocation) {
    guard jail.root == .directory, case .nullfs(let from, _) = mount.kind else { return }
    guard from == AbsolutePath.join(jail.path, AbsolutePath.components(of: mount.target) ?? []) else { return }
    reader.error(
      "`\(from)` would be mounted on itself: on the host it is the target too", at: place,
      expected: "another `from`, or another `to`")
  }

  // MARK: The network

  private mutating func checkNetwork() {
    let isVnet = network.kind == .vnet || (network.kind == nil && network.isVnetNew)
    if let kind = network.kind, kind != .vnet, network.isVnetNew, let vnet = written["vnet"] {
      reader.error(
        "`\(vnet.path) = new` contradicts `network = \(kind.word)`", at: vnet.keyLocation, expected: "one of the two")
    }
    if !isVnet, let field = written["vnet.interface"] {
      reader.error(
        "`\(field.path)` needs a network stack of its own", at: field.keyLocation, expected: "`vnet = new` beside it")
    }
    if isVnet, let field = written["vnet"], !network.isVnetNew {
      reader.error("`\(field.path)` contradicts `network`", at: field.keyLocation, expected: "one of the two")
    }
    checkAddresses(isVnet: isVnet)
    if let field = written["interface"], network.addresses.isEmpty {
      reader.error(
        "`\(field.path)` has no meaning: no address is to be added to it", at: field.keyLocation,
        expected: "`ip4.addr` or `ip6.addr` beside it")
    }
  }

  private mutating func checkAddresses(isVnet: Bool) {
    for family in ["ip4", "ip6"] {
      let addresses = written["\(family).addr"]
      let word: String? =
        if case .text(let text) = jail.parameter(family) { text } else { nil }
      let field = addresses ?? written[family]
      guard let field else { continue }
      if isVnet {
        reader.error(
          "`\(field.path)` contradicts the jail's own network stack: its addresses are set inside",
          at: field.keyLocation,
          expected: "`network { vnet = true; epair { jail-address = … } }`, or no vnet")
      } else if let kind = network.kind, addresses != nil || word != kind.familyWord {
        reader.error(
          "`\(field.path)` contradicts `network = \(kind.word)`", at: field.keyLocation, expected: "one of the two")
      } else if addresses != nil, let word, word != "new", let own = written[family] {
        reader.error(
          "`\(own.path) = \(word)` contradicts `\(field.path)`", at: own.keyLocation, expected: "one of the two")
      }
    }
  }

  // MARK: options

  private mutating func checkOptions() {
    var said: [String: (option: JailOption, value: JailParameter.Value)] = [:]
    for (option, place) in zip(jail.options, optionPlaces) {
      for parameter in option.parameters {
        if let other = said[parameter.name], other.value != parameter.value {
          reader.error(
            "the options `\(other.option.rawValue)` and `\(option.rawValue)` contradict each other", at: place,
            expected: "one of the two")
          break
        }
        said[parameter.name] = (option, parameter.value)
        if checkOption(option, parameter, place) { break }
      }
    }
  }

  /// Whether something contradicts a parameter that an option stands for.
  private mutating func checkOption(
    _ option: JailOption, _ parameter: JailParameter, _ place: SourceLocation
  ) -> Bool {
    let isFamily = ["ip4", "ip6"].contains(parameter.name)
    var opponent: Field?
    if let value = jail.parameter(parameter.name), value != parameter.value {
      opponent =
        written[parameter.name]
        ?? written.values.first { JailParameterNames.negated($0.name) == parameter.name }
    } else if isFamily {
      opponent = written["ip4.addr"] ?? written["ip6.addr"]
      if let kind = network.kind, kind != .inherit { opponent = written["network"] }
      if network.isVnetNew { opponent = written["vnet"] }
    }
    guard let opponent else { return false }
    var diagnostic = Diagnostic(
      .error, "the option `\(option.rawValue)` contradicts `\(opponent.path)`", at: place, expected: "one of the two")
    diagnostic.related = [("which stands here", opponent.keyLocation)]
    reader.report(diagnostic)
    return true
  }
}

extension JailNetwork.Kind {
  /// As `network` has it.
  var word: String {
    switch self {
    case .inherit: "inherit"
    case .none: "none"
    case .vnet: "vnet"
    case .addresses: "addresses"
    }
  }

  /// What it makes of `ip4` and `ip6`.
  fileprivate var familyWord: String? {
    switch self {
    case .inherit: "inherit"
    case .none: "disable"
    case .vnet, .addresses: nil
    }
  }
}

extension Value.Content {
  fileprivate var isFalse: Bool {
    if case .boolean(let value) = self { !value } else { false }
  }
}
