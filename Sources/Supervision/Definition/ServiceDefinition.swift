/// What a service file says about one service, checked and with every default filled in.
///
/// docs/LANGUAGE.md gives the meaning of each key; the names here are those keys in Swift's spelling.
public struct ServiceDefinition: Sendable, Equatable {
  public var name: String
  public var documentation: String?

  // MARK: The graph

  /// Further names that this service answers to.
  public var provision: [String] = []
  public var requirement: [String] = []
  public var wants: [String] = []
  public var after: [String] = []
  public var before: [String] = []
  public var conflicts: [String] = []
  public var restartWith: [String] = []
  public var onFailure: [String] = []

  // MARK: The kind of service

  public var autoStart = true
  /// Comes from a packaged definition: `herd enable` is what makes it auto-start.
  public var isPackaged = false
  public var kind: ServiceKind
  public var isTransient = false
  /// The main process; a group has none.
  public var exec: Command?

  // MARK: Starting and stopping

  public var preconditions: Preconditions?
  public var preStart: [Hook] = []
  public var postStart: [Hook] = []
  public var postStop: [Hook] = []
  @SharedDefault public var stop = StopRule()
  public var reload: Reaction?
  public var actions: [ServiceAction] = []
  @SharedDefault public var respawn = RespawnRule()
  /// Exit codes of the main process that count as success.
  public var successExitCodes: [UInt8] = [0]
  public var orphan: OrphanRule = .adopt
  /// When its process counts as running; `nil`: as soon as its program is executed.
  public var ready: ReadyRule?
  /// From the first pre-start to ready; `nil`: as long as it takes (the default of a one-shot).
  public var startTimeout: Duration? = .seconds(60)

  // MARK: The process

  @SharedDefault public var process = ProcessAttributes()
  public var log: LogDestination = .automatic

  /// Where each key that was written comes from, for `herd show`.
  public var origin = Origin()

  public init(name: String, _ kind: ServiceKind = .group, exec: Command? = nil) {
    self.name = name
    self.kind = kind
    self.exec = exec
  }

  public var isOneShot: Bool { kind == .oneShot }
  public var isGroup: Bool { kind == .group }
}

/// What a service is, and so what being up means for it.
public enum ServiceKind: Sendable, Equatable {
  /// Up while its main process runs.
  case process
  /// Up once its main process has ended with success.
  case oneShot
  /// Up when its requirements are; has no process of its own.
  case group
}

/// A command: its words, the program first. Never passed through a shell.
public struct Command: Sendable, Equatable {
  public var words: [String]

  public init(_ words: [String]) {
    self.words = words
  }
}

/// A command that runs at a point of a service's life.
public struct Hook: Sendable, Equatable {
  public var command: Command
  /// `user = root`: runs as the supervisor's user on the host, not as the service's.
  public var asSupervisor: Bool

  public init(_ command: Command, asSupervisor: Bool = false) {
    self.command = command
    self.asSupervisor = asSupervisor
  }
}

/// What shows that a process is ready for those that require it.
public enum ReadyRule: Sendable, Equatable {
  /// It has been alive for so long. Zero: as soon as its program is executed, and whoever starts it by command does not wait
  /// to see whether it stays.
  case aliveFor(Duration)
}

/// How a service is stopped.
public struct StopRule: Sendable, Equatable {
  /// Runs instead of the signal, when given.
  public var exec: Hook?
  /// The signal's number on this system.
  public var signal: Int32 = 15
  /// From the signal (or the stop command) to KILL.
  public var gracePeriod: Duration = .seconds(10)
  public var kill: KillScope = .subtree
  /// CONT follows the signal: a stopped process would not see it before it is continued.
  public var continues = true

  public init() {}
}

/// What is signalled at a stop, and killed after the grace period.
public enum KillScope: Sendable, Equatable {
  case subtree
  case main
}

/// What `herd reload` or an action does: a signal to the main process, or a command.
public enum Reaction: Sendable, Equatable {
  case signal(Int32)
  /// The command has until the timeout; then it is killed.
  case exec(Hook, timeout: Duration)
}

/// An action of a service's own, run by `herd ACTION NAME [ARGUMENT...]`.
public struct ServiceAction: Sendable, Equatable {
  public var name: String
  public var documentation: String?
  public var reaction: Reaction

  public init(name: String, documentation: String? = nil, reaction: Reaction) {
    self.name = name
    self.documentation = documentation
    self.reaction = reaction
  }
}

/// What becomes of a main process that outlives the supervisor, its keeper and the record of both, once a successor finds it.
public enum OrphanRule: Sendable, Equatable {
  case adopt
  case kill
}

/// When the main process is started again after an end that nobody asked for.
public struct RespawnRule: Sendable, Equatable {
  public enum Policy: Sendable, Equatable {
    case never
    case onFailure
    case always
  }

  public var policy: Policy = .never
  /// So many respawns within the period, and the next makes the service fail; 0: no limit.
  public var limitCount = 5
  public var limitPeriod: Duration = .seconds(7)
  public var delay = RespawnDelay()

  public init() {}
}

/// The pause before a respawn: the first one, multiplied by `factor` each further time, at most `most`.
public struct RespawnDelay: Sendable, Equatable {
  public var first: Duration = .milliseconds(100)
  public var factor: Double = 1
  public var most: Duration = .milliseconds(100)
  /// A random part of the delay is added or taken away: 0.1 is ten percent.
  public var jitter: Double = 0
  /// After being up for so long the next delay is the first one again.
  public var resetAfter: Duration = .seconds(60)

  public init() {}
}

/// What must be there before each start.
public struct Preconditions: Sendable, Equatable {
  public var directories: [String] = []
  public var files: [String] = []
  /// Loaded on FreeBSD; elsewhere a lack of the host.
  public var kernelModules: [String] = []
  public var sysctls: [Sysctl] = []

  public struct Sysctl: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init() {}
}

/// What surrounds the processes of a service.
public struct ProcessAttributes: Sendable, Equatable {
  public var workingDirectory = "/"
  /// `nil`: what the login class says, else 022.
  public var umask: UInt32?
  public var environment: [EnvironmentVariable] = []
  public var environmentFiles: [String] = []
  public var inheritEnvironment: EnvironmentInheritance = .none
  /// A name or a number; `nil`: as the supervisor.
  public var user: String?
  public var group: String?
  /// Supplementary groups; `nil`: the user's own from the group database.
  public var groups: [String]?
  private var box: Box<RareAttributes>?

  /// login-class, chroot, nice, limits, resources, cpus, protect, no-new-privileges, terminal, fib and jail.
  public var rare: RareAttributes {
    get { box?.content ?? RareAttributes() }
    set { box = newValue == RareAttributes() ? nil : .of(newValue) }
  }

  /// Whether `rare` says anything at all.
  public var hasRare: Bool { box != nil }

  public init() {}
}

public struct EnvironmentVariable: Sendable, Equatable {
  public var name: String
  public var value: String

  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }

  /// The supervisor's own variable: it tells whose process one is.
  public static let mark = "FRUIX_SERVICE"

  /// Whether a name can be said in every shell, whoever reads it: letters, digits and `_`, no digit first.
  public static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !first.isDigit else { return false }
    return name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
  }
}

/// What of the supervisor's environment a service sees.
public enum EnvironmentInheritance: Sendable, Equatable {
  case none
  case all
  case only([String])
}

/// Where the output of a service goes.
public enum LogDestination: Sendable, Equatable {
  /// `NAME.log` below the log directory.
  case automatic
  case file(String)
  case none
  case inherit
}

/// Where the keys of a definition were written: for `herd show`, and for diagnostics after the texts are gone.
public struct Origin: Sendable, Equatable {
  public struct Place: Sendable, Equatable {
    public var file: String
    public var line: Int32

    public init(file: String, line: Int32) {
      self.file = file
      self.line = line
    }
  }

  public struct Key: Sendable, Equatable {
    /// The key's path in the section, dotted: `stop.signal`.
    public var path: String
    public var place: Place

    public init(path: String, place: Place) {
      self.path = path
      self.place = place
    }
  }

  /// Where the section begins.
  public var section: Place?
  public var keys: [Key] = []

  public init() {}
}
