import UCL

extension JailStep {
  public var value: Value {
    switch self {
    case .directory(let path, let mode): Self.object("directory", path.members + [("mode", mode.coded)])
    case .file(let path): Self.object("file", path.members)
    case .mount(let mount): Self.object("mount", mount.target.members + mount.kind.members)
    case .seal(let root): Self.object("seal", [("root", .string(root))])
    case .alias(let alias):
      Self.object("alias", [("interface", .string(alias.interface)), ("address", alias.address.value)])
    case .epair(let addresses, let bridge):
      Self.object(
        "epair",
        [("host-addresses", .array(addresses.map(\.value)))] + (bridge.map { [("bridge", .string($0))] } ?? []))
    case .commands(let point, let commands): Self.object("commands", Self.members(point, commands))
    case .counterparts(let point, let commands): Self.object("counterparts", Self.members(point, commands))
    case .jail(let parameters): Self.object("jail", [("parameters", .array(parameters.map(\.coded)))])
    case .interface(let name): Self.object("interface", [("interface", .string(name))])
    case .network(let addresses, let gateways):
      Self.object(
        "network",
        [
          ("jail-addresses", .array(addresses.map(\.value))), ("gateways", .array(gateways.map(\.value))),
        ])
    case .rule(let rule):
      Self.object(
        "rule",
        [
          ("resource", .string(rule.resource)), ("action", .string(rule.action)), ("amount", rule.amount.coded),
        ])
    }
  }

  init(_ fields: JournalFields) throws(JailError) {
    let word = try fields.text("do")
    switch word {
    case "directory": self = .directory(try JailPath(fields), mode: try fields.integer("mode"))
    case "file": self = .file(try JailPath(fields))
    case "mount": self = .mount(JailMount(try JailMount.Kind(fields), at: try JailPath(fields)))
    case "seal": self = .seal(root: try fields.text("root"))
    case "alias":
      self = .alias(
        InterfaceAddress(
          interface: try fields.text("interface"), address: try NetworkAddress(fields.fields("address"))))
    case "epair":
      self = .epair(
        hostAddresses: try NetworkAddress.list("host-addresses", of: fields),
        bridge: try fields.optionalText("bridge"))
    case "commands": self = .commands(try HookPoint(fields), try Command.list("commands", of: fields))
    case "counterparts": self = .counterparts(try HookPoint(fields), try Command.list("commands", of: fields))
    case "jail":
      self = .jail(try fields.list("parameters") { (field) throws(JailError) in try JailParameter(field) })
    case "interface": self = .interface(try fields.text("interface"))
    case "network":
      self = .network(
        jailAddresses: try NetworkAddress.list("jail-addresses", of: fields),
        gateways: try NetworkAddress.list("gateways", of: fields))
    case "rule":
      self = .rule(
        ResourceRule(try fields.text("resource"), try fields.text("action"), try fields.integer("amount")))
    default: throw fields.unknown("do", word)
    }
  }

  private static func object(_ word: String, _ members: [(String, Value)]) -> Value {
    .object([("do", .string(word))] + members)
  }

  private static func members(_ point: HookPoint, _ commands: [Command]) -> [(String, Value)] {
    [("point", .string(point.rawValue)), ("commands", .array(commands.map(\.value)))]
  }
}

extension HookPoint {
  fileprivate init(_ fields: JournalFields) throws(JailError) {
    let word = try fields.text("point")
    guard let point = HookPoint(rawValue: word) else { throw fields.unknown("point", word) }
    self = point
  }
}

extension JailMount.Kind {
  fileprivate var members: [(String, Value)] {
    switch self {
    case .nullfs(let from, let isReadOnly):
      [("type", "nullfs"), ("from", .string(from)), ("read-only", .boolean(isReadOnly))]
    case .nullfsFile(let from, let isReadOnly, let mayCopy):
      [
        ("type", "nullfs-file"), ("from", .string(from)), ("read-only", .boolean(isReadOnly)),
        ("may-copy", .boolean(mayCopy)),
      ]
    case .tmpfs(let size, let mode):
      [("type", "tmpfs")] + (size.map { [("size", $0.coded)] } ?? []) + (mode.map { [("mode", $0.coded)] } ?? [])
    case .devfs(let ruleset): [("type", "devfs"), ("ruleset", ruleset.coded)]
    case .plain(let name): [("type", "plain"), ("name", .string(name))]
    }
  }

  fileprivate init(_ fields: JournalFields) throws(JailError) {
    let word = try fields.text("type")
    switch word {
    case "nullfs": self = .nullfs(from: try fields.text("from"), isReadOnly: try fields.flag("read-only"))
    case "nullfs-file":
      self = .nullfsFile(
        from: try fields.text("from"), isReadOnly: try fields.flag("read-only"),
        mayCopy: try fields.flag("may-copy"))
    case "tmpfs": self = .tmpfs(size: try fields.optionalInteger("size"), mode: try fields.optionalInteger("mode"))
    case "devfs": self = .devfs(ruleset: try fields.integer("ruleset"))
    case "plain": self = .plain(try fields.text("name"))
    default: throw fields.unknown("type", word)
    }
  }
}
