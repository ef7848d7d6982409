import OrderedCollections
import UCL

/// Turns a section into a definition: every key checked, every default filled in.
struct ServiceReader {
  private var reader = ValueReader()
  private var definition: ServiceDefinition
  private let section: ServiceSection
  /// Fields inside sections (`stop.signal`), whose places `herd show` prints too.
  private var inner: [Field] = []

  /// The definition, as far as it can be read, and what is wrong with it.
  static func read(_ section: ServiceSection) -> (definition: ServiceDefinition, diagnostics: [Diagnostic]) {
    var reading = ServiceReader(section)
    reading.readKeys()
    reading.liftTimeout()
    reading.checkKind()
    reading.checkReadiness()
    reading.checkTerminal()
    reading.checkJailedOneShot()
    reading.checkResources()
    reading.recordOrigin()
    return (reading.definition, reading.reader.diagnostics)
  }

  private init(_ section: ServiceSection) {
    self.section = section
    definition = ServiceDefinition(name: section.name)
    definition.isPackaged = section.isPackaged
    if section.isPackaged { definition.autoStart = false }
  }

  private mutating func readKeys() {
    for entry in section.entries {
      readGraphKey(entry.key, entry.field)
      readLifeKey(entry.key, entry.field)
      readProcessKey(entry.key, entry.field)
      readRareKey(entry.key, entry.field)
    }
  }

  // MARK: The graph

  private mutating func readGraphKey(_ key: ServiceKey, _ field: Field) {
    switch key {
    case .documentation: definition.documentation = reader.word(field, expected: "one line of text")
    case .provision: definition.provision = names(field, references: false)
    case .requirement: definition.requirement = names(field)
    case .wants: definition.wants = names(field)
    case .after: definition.after = names(field)
    case .before: definition.before = names(field)
    case .conflicts: definition.conflicts = names(field)
    case .restartWith: definition.restartWith = names(field)
    case .onFailure: definition.onFailure = names(field)
    case .instances: checkInstances(field)
    default: break
    }
  }

  /// A list of names of services; each is checked as a name here, and whether something answers to it by `GraphCheck`.
  private mutating func names(_ field: Field, references: Bool = true) -> [String] {
    reader.list(field) { reader, value, path in
      guard let name = reader.word(value, path, expected: "the name of a service") else { return nil }
      if let complaint = ServiceName.complaint(about: name) {
        reader.error(
          "`\(path)` names no service: \(complaint)", at: value.location, expected: "a name of \(ServiceName.rule)")
        return nil
      }
      guard ServiceName.isTemplate(name) else { return name }
      reader.error(
        "`\(path)` names the template `\(name)`, which is no service itself", at: value.location,
        expected: references ? "an instance of it, such as `\(name)1`" : "a name that does not end in `@`")
      return nil
    }
  }

  private mutating func checkInstances(_ field: Field) {
    guard ServiceName.instance(in: section.name) == nil, !ServiceName.isTemplate(section.name) else { return }
    reader.error(
      "`instances` has a meaning only in a template", at: field.keyLocation,
      hint: "a template's name ends in `@`: \(section.kind.word) \"\(section.name)@\" { … }")
  }

  // MARK: Starting and stopping

  private mutating func readLifeKey(_ key: ServiceKey, _ field: Field) {
    switch key {
    case .autoStart: set(\.autoStart, reader.boolean(field))
    case .oneShot: set(\.isOneShot, reader.boolean(field))
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
    case .ready: definition.ready = reader.readyRule(field, fields: &inner)
    case .startTimeout: readStartTimeout(field)
    default: break
    }
  }

  private mutating func set<Content>(_ path: WritableKeyPath<ServiceDefinition, Content>, _ value: Content?) {
    if let value { definition[keyPath: path] = value }
  }

  private mutating func set(_ path: WritableKeyPath<ServiceDefinition, Duration?>, _ value: Duration?) {
    if let value { definition[keyPath: path] = value }
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

  // MARK: The process

  private mutating func readProcessKey(_ key: ServiceKey, _ field: Field) {
    switch key {
    case .workingDirectory: set(\.process.workingDirectory, reader.path(field))
    case .umask: set(\.process.umask, reader.octal(field, most: 0o777))
    case .environment: readEnvironment(field)
    case .environmentFile: definition.process.environmentFiles = reader.paths(field)
    case .inheritEnvironment: readInheritance(field)
    case .user: definition.process.user = reader.account(field)
    case .group: definition.process.group = reader.account(field)
    case .groups: definition.process.groups = reader.list(field) { $0.account($1, $2) }
    case .log: readLog(field)
    default: break
    }
  }

  private mutating func readRareKey(_ key: ServiceKey, _ field: Field) {
    switch key {
    case .loginClass: setRare(\.loginClass, reader.loginClass(field))
    case .chroot: setRare(\.chroot, reader.path(field))
    case .nice: setRare(\.nice, reader.integer(field, in: -20...20).map { Int32($0) })
    case .limits: setRare(\.limits, reader.limits(field, fields: &inner))
    case .resources: setRare(\.resources, reader.resources(field, fields: &inner))
    case .cpus: setRare(\.cpus, reader.cpus(field))
    case .protect: setRare(\.protects, reader.boolean(field))
    case .noNewPrivileges: setRare(\.noNewPrivileges, reader.boolean(field))
    case .terminal: setRare(\.terminal, reader.path(field))
    case .fib: setRare(\.fib, reader.integer(field, in: 0...65_535).map { Int32($0) })
    case .jail: readJail(field)
    default: break
    }
  }

  private mutating func readJail(_ field: Field) {
    let result = JailReader.read(field, in: section.kind == .defaults ? .defaults : .service)
    reader.report(result.diagnostics)
    inner += result.inner
    setRare(\.jail, result.jail)
  }

  private mutating func setRare<Content>(_ path: WritableKeyPath<RareAttributes, Content>, _ value: Content?) {
    if let value { definition.process.rare[keyPath: path] = value }
  }

  private mutating func setRare<Content>(_ path: WritableKeyPath<RareAttributes, Content?>, _ value: Content?) {
    if let value { definition.process.rare[keyPath: path] = value }
  }

  private mutating func readEnvironment(_ field: Field) {
    guard let members = reader.members(field, expected: "a section { NAME = value }") else { return }
    inner += members
    var seen: [String: Field] = [:]
    for member in members {
      guard reader.checkVariable(member.name, at: member.keyLocation) else { continue }
      if let first = seen.updateValue(member, forKey: member.name) {
        var diagnostic = Diagnostic(
          .error, "the variable `\(member.name)` is set more than once", at: member.keyLocation)
        diagnostic.related = [("first set here", first.keyLocation)]
        reader.report(diagnostic)
        continue
      }
      guard let value = reader.text(member, expected: "the value of a variable: a string, number or boolean") else {
        continue
      }
      definition.process.environment.append(EnvironmentVariable(name: member.name, value: value))
    }
  }

  private mutating func readInheritance(_ field: Field) {
    if field.values.count == 1, case .boolean(let all) = field.values[0].content {
      definition.process.inheritEnvironment = all ? .all : .none
      return
    }
    let names = reader.list(field) { reader, value, path in
      guard let name = reader.word(value, path, expected: "true, false, or names of variables") else { return nil }
      return reader.checkVariable(name, at: value.location) ? name : nil
    }
    definition.process.inheritEnvironment = .only(names)
  }

  /// A path, a word, or `{ file; mode; user; group }`.
  private mutating func readLog(_ field: Field) {
    guard let first = field.values.first, case .object = first.content else {
      if let log = reader.log(field) { definition.log = log }
      return
    }
    guard let fields = reader.section(field, keys: ["file", "mode", "user", "group"]) else { return }
    inner += fields.values
    if let field = fields["file"], let path = reader.path(field) { definition.log = .file(path) }
    let rights = LogRights(
      mode: fields["mode"].flatMap { reader.octal($0, most: 0o777) },
      user: fields["user"].flatMap { reader.account($0) }, group: fields["group"].flatMap { reader.account($0) })
    if rights != LogRights() { setRare(\.logRights, rights) }
  }

  // MARK: What must fit together

  /// What a one-shot does takes as long as it takes (a backup, a check of a disk), unless a file says otherwise.
  private mutating func liftTimeout() {
    if definition.isOneShot, section[.startTimeout] == nil { definition.startTimeout = nil }
  }

  private mutating func checkKind() {
    if definition.isGroup, section.kind != .defaults {
      refuseProcessKeys()
    } else if section.kind == .group, let exec = section[.exec] {
      reader.error(
        "a group has no process: `exec` cannot stand in group \(section.name)", at: exec.keyLocation,
        hint: "write `service \(section.name) { … }`")
    }
    if definition.isOneShot, definition.respawn.policy == .always {
      let place = section[.respawn] ?? section[.oneShot]
      reader.error(
        "`respawn = true` contradicts `one-shot`: the service would run again after each success", at: place?.location,
        expected: "`respawn = on-failure`, or no `one-shot`")
    }
  }

  /// What `defaults` say about readiness is for the services that it can be true of.
  private mutating func checkReadiness() {
    guard section.kind != .defaults, let rule = definition.ready,
      let entry = section.entries.first(where: { $0.key == .ready })
    else { return }
    if definition.isOneShot {
      definition.ready = nil
      guard !entry.isDefault else { return }
      reader.error(
        "`ready` contradicts `one-shot`: a one-shot is ready when it has ended with success",
        at: entry.field.keyLocation, expected: "one of the two")
    } else if case .aliveFor(let time) = rule, let most = definition.startTimeout, time >= most {
      reader.error(
        "\(definition.name) could never be ready: `alive-for` is \(DurationText.format(time)), and `start-timeout` "
          + "ends a start after \(DurationText.format(most))",
        at: entry.field.keyLocation, expected: "a longer `start-timeout`")
    }
  }

  /// A log that comes from `defaults` is not meant for what speaks to a terminal; one beside it is a mistake.
  private mutating func checkTerminal() {
    guard let terminal = definition.process.rare.terminal else { return }
    if let log = section.entries.first(where: { $0.key == .log && !$0.isDefault }) {
      reader.error(
        "`log` contradicts `terminal`: the output of \(section.name) goes to \(terminal)", at: log.field.keyLocation,
        expected: "one of the two")
    }
  }

  /// Rules are on the jail that the service makes. Those of `defaults` are for the services that make one.
  private mutating func checkResources() {
    guard section.kind != .defaults, !definition.isGroup,
      let entry = section.entries.first(where: { $0.key == .resources })
    else { return }
    // A jail that could not be read has been reported.
    guard definition.jailName == nil, section[.jail] == nil || definition.process.rare.jail != nil else { return }
    setRare(\.resources, [])
    guard !entry.isDefault else { return }
    let borrowing = definition.process.rare.jail.map { $0.sharedWith == nil ? "enter" : "shared-with" }
    reader.error(
      borrowing.map { "`resources` contradicts `jail.\($0)`: the jail is made elsewhere, and so are its rules" }
        ?? "`resources` needs a jail: rctl(8) then counts all of it",
      at: entry.field.keyLocation,
      expected: borrowing == nil ? "`jail { }` beside it" : "`resources` in the service that makes the jail",
      hint: borrowing == nil ? "`limits` bounds each process by itself" : nil)
  }

  /// A one-shot leaves its jail when it has completed: what runs at its stop has to run on the host.
  private mutating func checkJailedOneShot() {
    guard definition.isOneShot, definition.isConfined else { return }
    let commands: [(hooks: [Hook], key: ServiceKey)] = [
      (definition.postStop, .postStop), (definition.stop.exec.map { [$0] } ?? [], .stop),
    ]
    for (hooks, key) in commands where hooks.contains(where: { !$0.asSupervisor }) {
      reader.error(
        "`\(key.rawValue)` of the one-shot \(definition.name) would run when its jail is gone",
        at: section[key]?.keyLocation, expected: "`{ exec = …; user = root }`, which runs the command on the host")
    }
  }

  private mutating func refuseProcessKeys() {
    // An `exec` that could not be read has been reported; without it nothing can be said about the other keys.
    guard section[.exec] == nil else { return }
    for entry in section.entries where !entry.key.fitsGroup && !entry.isDefault {
      reader.error(
        "`\(entry.key.rawValue)` has no meaning for \(section.name), which has no `exec` and is a group",
        at: entry.field.keyLocation, hint: section.kind == .group ? "write `service` and add `exec`" : "add `exec`")
    }
    var bare = ServiceDefinition(name: definition.name)
    bare.documentation = definition.documentation
    bare.provision = definition.provision
    bare.requirement = definition.requirement
    bare.wants = definition.wants
    bare.after = definition.after
    bare.before = definition.before
    bare.conflicts = definition.conflicts
    bare.restartWith = definition.restartWith
    bare.onFailure = definition.onFailure
    bare.autoStart = definition.autoStart
    bare.isTransient = definition.isTransient
    bare.isPackaged = definition.isPackaged
    // What `defaults` say about processes does not reach a group.
    definition = bare
  }

  private mutating func recordOrigin() {
    definition.origin.section = section.location.place
    var keys: [Origin.Key] = []
    keys.reserveCapacity(section.entries.count + inner.count)
    for entry in section.entries where !definition.isGroup || entry.key.fitsGroup {
      keys.append(Origin.Key(path: entry.key.rawValue, place: entry.field.keyLocation.place))
    }
    for field in inner where !definition.isGroup {
      keys.append(Origin.Key(path: field.path, place: field.keyLocation.place))
    }
    definition.origin.keys = keys
  }
}

extension SourceLocation {
  /// The file and line alone, which keep no text alive.
  var place: Origin.Place { Origin.Place(file: source.name, line: line) }
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
