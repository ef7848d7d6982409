import OrderedCollections

/// Finds what the host lacks for a definition.
public struct HostInspection {
  /// A lack, and the key that asks for what is not there.
  struct Lack {
    var reason: String
    var key: ServiceKey
    var hint: String?
    /// What of the key's value it is about.
    var value: String?
  }

  private struct Program: Hashable {
    var name: String
    var path: SearchPath

    init(_ name: String, in path: SearchPath) {
      self.name = name
      self.path = name.hasPrefix("/") ? .standard : path
    }
  }

  let facts: any HostFacts
  /// Ten thousand services may share three programs and one account; each is looked up once.
  private var programs: [Program: ProgramLookup] = [:]
  private var scripts: [Program: String?] = [:]
  private var users: [String: UInt32?] = [:]
  private var groups: [String: UInt32?] = [:]

  public init(facts: any HostFacts) {
    self.facts = facts
  }

  var systemShutdownLimit: Duration? { facts.systemShutdownLimit }

  /// What keeps a service from starting on this host, each as a clause for the user.
  public mutating func reasons(of definition: ServiceDefinition) -> [String] {
    // Two keys may name the same program.
    Array(OrderedSet(lacks(of: definition).map(\.reason)))
  }

  /// What keeps a service from starting on this host, in the order of the keys.
  mutating func lacks(of definition: ServiceDefinition) -> [Lack] {
    guard let exec = definition.exec else { return [] }
    var lacks: [Lack] = []
    let path = Self.searchPath(of: definition.process)
    // What lies inside another root is found when the process is there.
    let jail = definition.process.rare.jail
    let hasOwnRoot = jail?.hasOwnRoot ?? false
    let isInside = definition.process.rare.hasOwnRoot
    if !isInside { lacks += lack(of: exec, in: path, .exec) }
    for (hooks, key) in [(definition.preStart, ServiceKey.preStart), (definition.postStart, .postStart)] {
      for hook in hooks where !isInside || hook.asSupervisor { lacks += lack(of: hook.command, in: path, key) }
    }
    if let jail, facts.hasJails { lacks += hookLacks(jail.hooks) }
    lacks += fileLacks(definition.process, isInside: isInside)
    if !hasOwnRoot { lacks += accountLacks(definition.process) }
    if definition.process.hasRare, let rights = definition.process.rare.logRights {
      lacks += logLacks(rights, isRoot: facts.supervisorUID == 0)
    }
    lacks += AttributeInspection(facts: facts).lacks(of: definition.process)
    if let modules = definition.preconditions?.kernelModules, !modules.isEmpty, !facts.loadsKernelModules {
      lacks.append(Lack(reason: "kernel modules are loaded on FreeBSD only", key: .preconditions))
    }
    return lacks
  }

  /// The supervisor reads the files itself; a directory in another root is found when the process is there.
  private func fileLacks(_ process: ProcessAttributes, isInside: Bool) -> [Lack] {
    var lacks: [Lack] = []
    let directory = process.workingDirectory
    if !isInside, directory != "/" {
      switch facts.kind(of: directory) {
      case .missing: lacks.append(Lack(reason: "the directory `\(directory)` does not exist", key: .workingDirectory))
      case .file: lacks.append(Lack(reason: "`\(directory)` is no directory", key: .workingDirectory))
      case .directory, .other: break
      }
    }
    for file in process.environmentFiles where facts.kind(of: file) == .missing {
      lacks.append(Lack(reason: "the environment file `\(file)` does not exist", key: .environmentFile, value: file))
    }
    return lacks
  }

  /// The commands of a jail run on the host, in the supervisor's own surroundings.
  private mutating func hookLacks(_ hooks: JailHooks) -> [Lack] {
    var lacks: [Lack] = []
    for command in hooks.prestart + hooks.created + hooks.poststop + hooks.release {
      lacks += lack(of: command, in: .standard, .jail)
    }
    return lacks
  }

  static func searchPath(of process: ProcessAttributes) -> SearchPath {
    if let path = process.environment.last(where: { $0.name == "PATH" }) { return .path(path.value) }
    switch process.inheritEnvironment {
    case .all: return .inherited
    case .only(let names) where names.contains("PATH"): return .inherited
    case .only, .none: return .standard
    }
  }

  mutating func lack(of command: Command, in path: SearchPath, _ key: ServiceKey) -> [Lack] {
    guard let name = command.words.first else { return [] }
    let program = Program(name, in: path)
    let lookup = programs[program] ?? facts.findProgram(program.name, in: program.path)
    programs[program] = lookup
    switch lookup {
    case .found: return []
    case .missing:
      let reason = "the program `\(name)` does not exist" + (name.hasPrefix("/") ? "" : " in any directory of PATH")
      return [Lack(reason: reason, key: key, hint: Self.blankHint(name), value: name)]
    case .notExecutable: return [Lack(reason: "the program `\(name)` is not executable", key: key, value: name)]
    }
  }

  /// Why a program that was found will not run all the same.
  mutating func scriptComplaint(about command: Command, in path: SearchPath) -> String? {
    guard let name = command.words.first else { return nil }
    let program = Program(name, in: path)
    guard programs[program] == .found else { return nil }
    if let known = scripts[program] { return known }
    let complaint = facts.scriptComplaint(about: program.name, in: program.path)
    scripts[program] = .some(complaint)
    return complaint
  }

  /// `[sleep 100]` is a list of one word.
  private static func blankHint(_ name: String) -> String? {
    guard name.contains(" ") else { return nil }
    let words = name.split(separator: " ").joined(separator: ", ")
    return "as a command of several words, write [\(words)], or the text without the brackets"
  }

  private mutating func accountLacks(_ process: ProcessAttributes) -> [Lack] {
    var lacks: [Lack] = []
    let isRoot = facts.supervisorUID == 0
    if let user = process.user {
      if let number = userID(user) {
        if !isRoot, number != facts.supervisorUID { lacks.append(Self.needsRoot("user = \(user)", .user)) }
      } else {
        lacks.append(Lack(reason: "there is no user `\(user)`", key: .user))
      }
    }
    if let group = process.group {
      if let number = groupID(group) {
        if !isRoot, number != facts.supervisorGID { lacks.append(Self.needsRoot("group = \(group)", .group)) }
      } else {
        lacks.append(Lack(reason: "there is no group `\(group)`", key: .group))
      }
    }
    if let groups = process.groups {
      for group in groups where groupID(group) == nil {
        lacks.append(Lack(reason: "there is no group `\(group)`", key: .groups, value: group))
      }
      if !isRoot { lacks.append(Self.needsRoot("groups", .groups)) }
    }
    return lacks
  }

  private mutating func logLacks(_ rights: LogRights, isRoot: Bool) -> [Lack] {
    var lacks: [Lack] = []
    if let user = rights.user {
      if let number = userID(user) {
        if !isRoot, number != facts.supervisorUID { lacks.append(Self.needsRoot("log.user = \(user)", .log)) }
      } else {
        lacks.append(Lack(reason: "there is no user `\(user)` for the log", key: .log, value: user))
      }
    }
    if let group = rights.group, groupID(group) == nil {
      lacks.append(Lack(reason: "there is no group `\(group)` for the log", key: .log, value: group))
    }
    return lacks
  }

  static func needsRoot(_ what: String, _ key: ServiceKey) -> Lack {
    Lack(reason: "`\(what)` needs a supervisor that runs as root", key: key)
  }

  mutating func userID(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    if let known = users[name] { return known }
    let number = facts.userID(of: name)
    users[name] = .some(number)
    return number
  }

  mutating func groupID(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    if let known = groups[name] { return known }
    let number = facts.groupID(of: name)
    groups[name] = .some(number)
    return number
  }
}
