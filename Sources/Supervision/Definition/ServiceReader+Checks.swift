// What must fit together, once all keys are read.
extension ServiceReader {
  /// An `exec` that could not be read has been reported, and the service is not taken for a group. `defaults` are for services of
  /// any kind.
  mutating func settleKind() {
    let isGroup = section[.exec] == nil && section.kind != .defaults
    definition.kind = isGroup ? .group : saysOneShot ? .oneShot : .process
  }

  /// What a one-shot does takes as long as it takes (a backup, a check of a disk), unless a file says otherwise.
  mutating func liftTimeout() {
    if definition.isOneShot, section[.startTimeout] == nil { definition.startTimeout = nil }
  }

  mutating func checkKind() {
    if definition.isGroup {
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
  mutating func checkReadiness() {
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
  mutating func checkTerminal() {
    guard let terminal = definition.process.rare.terminal else { return }
    if let log = section.entries.first(where: { $0.key == .log && !$0.isDefault }) {
      reader.error(
        "`log` contradicts `terminal`: the output of \(section.name) goes to \(terminal)", at: log.field.keyLocation,
        expected: "one of the two")
    }
  }

  /// Rules are on the jail that the service makes. Those of `defaults` are for the services that make one.
  mutating func checkResources() {
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
  mutating func checkJailedOneShot() {
    guard definition.isOneShot, definition.hasJail else { return }
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
}
