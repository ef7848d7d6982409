import OrderedCollections

/// What a configuration needs to know of the host. The runtime asks the system; tests answer for it.
public protocol HostFacts {
  /// The effective user and group that the supervisor runs as.
  var supervisorUID: UInt32 { get }
  var supervisorGID: UInt32 { get }
  /// Whether kernel modules are loaded here (FreeBSD).
  var loadsKernelModules: Bool { get }
  /// Looks a program up: an absolute path as it is, a name along the search path.
  func findProgram(_ name: String, in path: SearchPath) -> ProgramLookup
  /// What a path is on this host, symbolic links followed; `other` also where that cannot be seen.
  func kind(of path: String) -> FileKind
  /// The number of a user or group by name; `nil` when there is none. Numbers are never asked for.
  func userID(of name: String) -> UInt32?
  func groupID(of name: String) -> UInt32?
  /// The supervisor's own niceness.
  var supervisorNice: Int32 { get }
  /// The numbers of CPUs lie below.
  var cpuCount: Int { get }
  /// Routing tables; 0: this system has no choice of them.
  var fibCount: Int { get }
  /// The line of the probe (`root.jail=failed: …`) about a facility that was tried and does not work; else `nil`.
  func failure(of facility: KernelFacility) -> String?
  /// The hard limit that the supervisor has, `ResourceLimit.unlimited` included; `nil`: this system does not limit that.
  func hardLimit(of resource: LimitedResource) -> UInt64?
  /// Whether this system has jail(2).
  var hasJails: Bool { get }
  /// Whether the supervisor, where it runs in a jail itself, may make jails in it (`children.max`).
  var mayMakeJails: Bool { get }
  /// Whether this system has login.conf(5).
  var hasLoginClasses: Bool { get }
  var resourceAccounting: ResourceAccounting { get }
  /// How long init(8) waits for a shutdown before it ends everything (kern.init_shutdown_timeout); `nil`: not at all, or it is no
  /// business of a supervisor without root's rights.
  var systemShutdownLimit: Duration? { get }
}

extension HostFacts {
  public var systemShutdownLimit: Duration? { nil }
}

/// What becomes of rules of rctl(8).
public enum ResourceAccounting: Sendable, Equatable {
  case available
  /// The kernel has it, and `kern.racct.enable` is 0: a tunable of the boot loader.
  case off
  /// The kernel was made without it, or the system has none.
  case absent
}

/// Where a service's programs are looked for.
public enum SearchPath: Sendable, Hashable {
  /// The PATH that a service gets when nothing is said.
  case standard
  /// The supervisor's own PATH.
  case inherited
  /// The service's variable PATH.
  case path(String)
}

public enum ProgramLookup: Sendable, Equatable {
  case found
  case missing
  case notExecutable
}

/// Finds what the host lacks for a definition.
public struct HostInspection {
  /// A lack, and the key that asks for what is not there.
  struct Lack {
    var reason: String
    var key: ServiceKey
    var hint: String?
  }

  private struct Program: Hashable {
    var name: String
    var path: SearchPath
  }

  private let facts: any HostFacts
  /// Ten thousand services may share three programs and one account; each is looked up once.
  private var programs: [Program: ProgramLookup] = [:]
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
    let isInside = hasOwnRoot || definition.process.rare.chroot != nil
    if !isInside, let reason = lack(of: exec, in: path) { lacks.append(Lack(reason: reason, key: .exec)) }
    for (hooks, key) in [(definition.preStart, ServiceKey.preStart), (definition.postStart, .postStart)] {
      for hook in hooks where !isInside || hook.asSupervisor {
        if let reason = lack(of: hook.command, in: path) { lacks.append(Lack(reason: reason, key: key)) }
      }
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

  /// What is missing for commands that run only after the start: a service starts without them, and only a check tells.
  mutating func laterLacks(of definition: ServiceDefinition) -> [Lack] {
    guard definition.exec != nil else { return [] }
    let path = Self.searchPath(of: definition.process)
    let rare = definition.process.rare
    let isInside = rare.chroot != nil || rare.jail?.hasOwnRoot == true
    return definition.laterHooks.compactMap { hook, key in
      guard !isInside || hook.asSupervisor, let reason = lack(of: hook.command, in: path) else { return nil }
      return Lack(reason: reason, key: key, hint: key == .postStop ? nil : Self.signalHint(hook.command))
    }
  }

  /// `stop = quitt`: in the place of a command a signal may stand, and a word alone is perhaps meant as one.
  private static func signalHint(_ command: Command) -> String? {
    guard command.words.count == 1, let word = command.words.first, !word.hasPrefix("/") else { return nil }
    let bare = word.uppercased().hasPrefix("SIG") ? String(word.dropFirst(3)) : word
    return NearestName.best(for: bare, among: SignalName.all).map { "did you mean the signal `\($0)`?" }
      ?? "`\(word)` is no signal either: one is written as TERM, HUP or USR1"
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
      lacks.append(Lack(reason: "the environment file `\(file)` does not exist", key: .environmentFile))
    }
    return lacks
  }

  /// The commands of a jail run on the host, in the supervisor's own surroundings.
  private mutating func hookLacks(_ hooks: JailHooks) -> [Lack] {
    var lacks: [Lack] = []
    for command in hooks.prestart + hooks.created + hooks.poststop + hooks.release {
      if let reason = lack(of: command, in: .standard) { lacks.append(Lack(reason: reason, key: .jail)) }
    }
    return lacks
  }

  private static func searchPath(of process: ProcessAttributes) -> SearchPath {
    if let path = process.environment.last(where: { $0.name == "PATH" }) { return .path(path.value) }
    switch process.inheritEnvironment {
    case .all: return .inherited
    case .only(let names) where names.contains("PATH"): return .inherited
    case .only, .none: return .standard
    }
  }

  private mutating func lack(of command: Command, in path: SearchPath) -> String? {
    guard let name = command.words.first else { return nil }
    let program = Program(name: name, path: name.hasPrefix("/") ? .standard : path)
    let lookup = programs[program] ?? facts.findProgram(program.name, in: program.path)
    programs[program] = lookup
    switch lookup {
    case .found: return nil
    case .missing:
      return "the program `\(name)` does not exist" + (name.hasPrefix("/") ? "" : " in any directory of PATH")
    case .notExecutable: return "the program `\(name)` is not executable"
    }
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
        lacks.append(Lack(reason: "there is no group `\(group)`", key: .groups))
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
        lacks.append(Lack(reason: "there is no user `\(user)` for the log", key: .log))
      }
    }
    if let group = rights.group, groupID(group) == nil {
      lacks.append(Lack(reason: "there is no group `\(group)` for the log", key: .log))
    }
    return lacks
  }

  static func needsRoot(_ what: String, _ key: ServiceKey) -> Lack {
    Lack(reason: "`\(what)` needs a supervisor that runs as root", key: key)
  }

  private mutating func userID(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    if let known = users[name] { return known }
    let number = facts.userID(of: name)
    users[name] = .some(number)
    return number
  }

  private mutating func groupID(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    if let known = groups[name] { return known }
    let number = facts.groupID(of: name)
    groups[name] = .some(number)
    return number
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
