// What keeps no service from being started, so that only a check tells of it: what the start itself, or a later command, would
// find missing.
extension HostInspection {
  mutating func checkLacks(of definition: ServiceDefinition) -> [Lack] {
    guard definition.exec != nil else { return [] }
    return laterLacks(of: definition) + logPlaceLacks(of: definition) + preconditionLacks(of: definition)
      + scriptLacks(of: definition) + variableLacks(of: definition)
  }

  /// Names of `supervisor.access` that nobody has: they grant nothing.
  mutating func accessLacks(of settings: SupervisorSettings) -> [(name: String, reason: String)] {
    var lacks: [(name: String, reason: String)] = []
    for (key, names) in [("read", settings.accessRead), ("control", settings.accessControl)] {
      for name in names {
        let group = name.hasPrefix("@") ? String(name.dropFirst()) : nil
        guard (group.map { groupID($0) } ?? userID(name)) == nil else { continue }
        let what = group.map { "group `\($0)`" } ?? "user `\(name)`"
        lacks.append((name, "`access.\(key)` names `\(name)`, and there is no \(what)"))
      }
    }
    return lacks
  }

  /// What is missing for commands that run only after the start.
  private mutating func laterLacks(of definition: ServiceDefinition) -> [Lack] {
    let path = Self.searchPath(of: definition.process)
    let isInside = definition.process.rare.hasOwnRoot
    var lacks: [Lack] = []
    for (hook, key) in definition.laterHooks where !isInside || hook.asSupervisor {
      for var lack in lack(of: hook.command, in: path, key) {
        if key != .postStop { lack.hint = Self.signalHint(hook.command) ?? lack.hint }
        lacks.append(lack)
      }
    }
    return lacks
  }

  /// `stop = quitt`: in the place of a command a signal may stand, and a word alone is perhaps meant as one.
  private static func signalHint(_ command: Command) -> String? {
    guard command.words.count == 1, let word = command.words.first, !word.hasPrefix("/"),
      !word.contains(" ")
    else { return nil }
    let bare = word.uppercased().hasPrefix("SIG") ? String(word.dropFirst(3)) : word
    return NearestName.best(for: bare, among: SignalName.all).map { "did you mean the signal `\($0)`?" }
      ?? "`\(word)` is no signal either: one is written as TERM, HUP or USR1"
  }

  /// The directory of a log that is named is made by nobody.
  private func logPlaceLacks(of definition: ServiceDefinition) -> [Lack] {
    guard case .file(let path) = definition.log, !definition.process.hasRare || definition.process.rare.terminal == nil
    else { return [] }
    let directory = path.split(separator: "/").dropLast().reduce(into: "") { $0 += "/\($1)" }
    switch facts.kind(of: directory.isEmpty ? "/" : directory) {
    case .missing:
      return [Lack(reason: "the directory of the log `\(path)` does not exist", key: .log, value: path)]
    case .file: return [Lack(reason: "the log `\(path)` lies in what is no directory", key: .log, value: path)]
    case .directory, .other: break
    }
    guard facts.kind(of: path) == .directory else { return [] }
    return [Lack(reason: "the log `\(path)` is a directory", key: .log, value: path)]
  }

  private func preconditionLacks(of definition: ServiceDefinition) -> [Lack] {
    guard let preconditions = definition.preconditions else { return [] }
    var lacks: [Lack] = []
    for path in preconditions.directories {
      switch facts.kind(of: path) {
      case .missing: lacks.append(Lack(reason: "the directory `\(path)` is missing", key: .preconditions, value: path))
      case .file: lacks.append(Lack(reason: "`\(path)` is no directory", key: .preconditions, value: path))
      case .directory, .other: break
      }
    }
    for path in preconditions.files {
      switch facts.kind(of: path) {
      case .missing: lacks.append(Lack(reason: "the file `\(path)` is missing", key: .preconditions, value: path))
      case .directory: lacks.append(Lack(reason: "`\(path)` is a directory", key: .preconditions, value: path))
      case .file, .other: break
      }
    }
    return lacks
  }

  private mutating func scriptLacks(of definition: ServiceDefinition) -> [Lack] {
    let path = Self.searchPath(of: definition.process)
    let isInside = definition.process.rare.hasOwnRoot
    var hooks = definition.exec.map { [(hook: Hook($0), key: ServiceKey.exec)] } ?? []
    hooks += definition.preStart.map { ($0, .preStart) } + definition.postStart.map { ($0, .postStart) }
    var lacks: [Lack] = []
    for (hook, key) in hooks + definition.laterHooks where !isInside || hook.asSupervisor {
      guard let reason = scriptComplaint(about: hook.command, in: path) else { continue }
      lacks.append(Lack(reason: reason, key: key, value: hook.command.words.first))
    }
    return lacks
  }

  private func variableLacks(of definition: ServiceDefinition) -> [Lack] {
    var lacks: [Lack] = []
    for file in definition.process.environmentFiles where facts.kind(of: file) != .missing {
      guard let reason = facts.environmentComplaint(about: file) else { continue }
      lacks.append(Lack(reason: reason, key: .environmentFile, value: file))
    }
    return lacks
  }
}

extension ServiceDefinition {
  /// The commands that run after a start has succeeded, with their keys in the order of the language.
  fileprivate var laterHooks: [(hook: Hook, key: ServiceKey)] {
    var hooks = postStop.map { (hook: $0, key: ServiceKey.postStop) }
    if let exec = stop.exec { hooks.append((exec, .stop)) }
    if case .exec(let hook, _) = reload { hooks.append((hook, .reload)) }
    for action in actions {
      if case .exec(let hook, _) = action.reaction { hooks.append((hook, .actions)) }
    }
    return hooks
  }
}
