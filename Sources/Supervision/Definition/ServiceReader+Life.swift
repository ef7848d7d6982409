import OrderedCollections
import UCL

// How a service is started, kept alive and stopped.
extension ServiceReader {
  mutating func readLifeKey(_ key: ServiceKey, _ field: Field) {
    switch key {
    case .autoStart: set(\.autoStart, reader.boolean(field))
    case .oneShot: saysOneShot = reader.boolean(field) ?? saysOneShot
    case .transient: set(\.isTransient, reader.boolean(field))
    case .exec: definition.exec = reader.command(field)
    case .preconditions: definition.preconditions = preconditions(field)
    case .preStart: definition.preStart = reader.hooks(field)
    case .postStart: definition.postStart = reader.hooks(field)
    case .postStop: definition.postStop = reader.hooks(field)
    case .stop: definition.stop = reader.stopRule(field, fields: &inner)
    case .reload: definition.reload = reader.reaction(field, fields: &inner)
    case .actions: definition.actions = reader.actions(field, fields: &inner)
    case .respawn: readRespawn(field)
    case .respawnLimit: readRespawnLimit(field)
    case .respawnDelay: readRespawnDelay(field)
    case .successExitCodes: readExitCodes(field)
    case .orphan: set(\.orphan, reader.choice(field, ["adopt": .adopt, "kill": .kill]))
    case .ready: definition.ready = reader.readyRule(field, fields: &inner)
    case .startTimeout: readStartTimeout(field)
    default: break
    }
  }

  /// A duration, or `none`: as long as it takes.
  private mutating func readStartTimeout(_ field: Field) {
    if field.values.count == 1, field.values[0].text == "none" {
      definition.startTimeout = nil
    } else {
      set(\.startTimeout, reader.duration(field, atLeast: .milliseconds(1)))
    }
  }

  /// What a policy is called elsewhere.
  private static let respawnElsewhere = [
    "always": "true", "unless-stopped": "true", "never": "false", "none": "false", "on-abnormal": "on-failure",
    "on-abort": "on-failure", "on-watchdog": "on-failure", "failure": "on-failure",
  ]

  private mutating func readRespawn(_ field: Field) {
    guard let value = reader.single(field) else { return }
    switch value.content {
    case .boolean(let always):
      definition.respawn.policy = always ? .always : .never
    case .string("on-failure"):
      definition.respawn.policy = .onFailure
    default:
      let near = value.text.flatMap { Self.respawnElsewhere[$0] ?? NearestName.best(for: $0, among: ["on-failure"]) }
      reader.error(
        "`\(value.text ?? value.kind)` is no value for `respawn`", at: value.location,
        expected: "`true`, `false` or `on-failure`", hint: near.map { "did you mean `\($0)`?" })
    }
  }

  /// `{ count; period }`, or `none`: respawned for ever.
  private mutating func readRespawnLimit(_ field: Field) {
    if field.values.count == 1, field.values[0].text == "none" {
      definition.respawn.limitCount = 0
      return
    }
    guard let fields = reader.section(field, keys: ["count", "period"]) else { return }
    inner += fields.values
    if let count = fields["count"] { set(\.respawn.limitCount, reader.integer(count, in: 0...1_000_000)) }
    if let period = fields["period"] {
      set(\.respawn.limitPeriod, reader.duration(period, atLeast: .milliseconds(1)))
    }
  }

  /// A fixed delay, or one that grows.
  private mutating func readRespawnDelay(_ field: Field) {
    guard let first = field.values.first else { return }
    guard case .object = first.content else {
      guard let delay = reader.duration(field) else { return }
      definition.respawn.delay.first = delay
      definition.respawn.delay.most = delay
      return
    }
    guard let fields = reader.section(field, keys: ["first", "factor", "most", "jitter", "reset-after"]) else { return }
    inner += fields.values
    var delay = RespawnDelay.growing
    if let field = fields["first"], let value = reader.duration(field) { delay.first = value }
    if let field = fields["factor"], let value = reader.real(field, in: 1...100) { delay.factor = value }
    if let field = fields["most"], let value = reader.duration(field) { delay.most = value }
    if let field = fields["jitter"], let value = reader.ratio(field) { delay.jitter = value }
    if let field = fields["reset-after"], let value = reader.duration(field) { delay.resetAfter = value }
    if delay.most < delay.first {
      reader.error(
        "the longest delay, \(DurationText.format(delay.most)), is shorter than the first", at: field.keyLocation,
        expected: "`most` of at least \(DurationText.format(delay.first))")
    }
    definition.respawn.delay = delay
  }

  private mutating func readExitCodes(_ field: Field) {
    var codes: [UInt8] = []
    for element in reader.elements(field) {
      guard let code = reader.integer(element, field.path, in: 0...255) else { continue }
      if !codes.contains(UInt8(code)) { codes.append(UInt8(code)) }
    }
    definition.successExitCodes = codes
  }

  private mutating func preconditions(_ field: Field) -> Preconditions? {
    guard let fields = reader.section(field, keys: ["directories", "files", "kernel-modules", "sysctl"]) else {
      return nil
    }
    inner += fields.values
    var preconditions = Preconditions()
    if let field = fields["directories"] { preconditions.directories = reader.paths(field) }
    if let field = fields["files"] { preconditions.files = reader.paths(field) }
    if let field = fields["kernel-modules"] {
      preconditions.kernelModules = reader.list(field) { $0.word($1, $2, expected: "the name of a kernel module") }
    }
    if let field = fields["sysctl"], let members = reader.members(field, expected: "a section { \"kern.x\" = 1 }") {
      preconditions.sysctls = members.compactMap { member in
        reader.text(member, expected: "the value of the variable").map { .init(name: member.name, value: $0) }
      }
    }
    return preconditions
  }
}

extension RespawnDelay {
  /// What the section `respawn-delay { … }` starts from.
  static var growing: RespawnDelay {
    var delay = RespawnDelay()
    delay.factor = 2
    delay.most = .seconds(60)
    return delay
  }
}
