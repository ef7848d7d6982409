/// What a service is doing, as the status shows it.
public enum ServiceState: String, Sendable, CaseIterable {
  case stopped
  /// Wanted, but something has to come first: a requirement, a precondition, the end of a conflict.
  case waiting
  case starting
  case running
  /// A one-shot that ended with success.
  case completed
  /// The main process has ended and will be started again after a delay.
  case respawning
  case stopping
  case failed

  /// What requires the service may run.
  public var isUp: Bool {
    switch self {
    case .running, .completed, .respawning: true
    case .stopped, .waiting, .starting, .stopping, .failed: false
    }
  }
}

/// How a process ended.
public enum ExitReport: Sendable, Equatable {
  case code(Int32)
  /// By a signal; `name` without `SIG`, as the system calls it.
  case signal(Int32, name: String, dumpedCore: Bool)
  /// It has ended, and nobody can know how.
  case unknown
}

/// Everything that is said about one service. Fields that are `nil` or empty are not on the wire.
public struct ServiceStatus: Sendable, Equatable {
  // MARK: Brief

  public var name: String
  public var state: ServiceState
  /// When it came into this state.
  public var since: Timestamp
  /// The main process.
  public var pid: Int32?
  /// The main process was found running, after a death of everybody who knew how it was started: how it ends may be known to nobody.
  public var isAdopted = false
  /// Why it is in this state, where that is not plain: `exit 1, 5 times in 7 s`, `its requirement api has failed`.
  public var cause: String?
  public var isEnabled = true
  /// A group: up when its requirements are, without a process of its own.
  public var isGroup = false
  /// Of a package, and not switched on: no part of what the supervisor runs.
  public var isDormant = false
  /// How often the main process was started again without anybody asking, since the last start by command.
  public var respawns = 0
  /// The last of these, and what it followed.
  public var lastRespawn: LastRespawn?
  /// When it will be started again, while it waits for that.
  public var respawnsAt: Timestamp?
  /// What went wrong in this run and kept nothing from being done: `stop command (/bin/x): exit 3`.
  public var remarks: [String] = []
  /// The end of the main process before the present one.
  public var lastExit: LastExit?
  /// Resident memory of all its processes, in bytes.
  public var memory: Int64?
  /// The definition has changed since this run began: the next start uses the new one.
  public var isDefinitionPending = false

  // MARK: Full

  public var documentation: String?
  public var intent: Intent?
  public var isOneShot = false
  /// A successor that finds its main process, and knows no more of it, ends it instead of taking it over.
  public var killsOrphan = false
  public var isTransient = false
  public var isPackaged = false
  /// Files of its definition that are no longer what was loaded.
  public var changedFiles: [String] = []
  /// Those of ``changedFiles`` that are gone.
  public var goneFiles: [String] = []
  /// Those of ``changedFiles`` that cannot be read any more.
  public var unreadableFiles: [String] = []
  public var provision: [String] = []
  public var requirement: [String] = []
  public var wants: [String] = []
  /// The services that require this one.
  public var dependents: [String] = []
  public var conflicts: [String] = []
  public var exec: [String] = []
  public var user: String?
  /// What else surrounds its processes, as a service file would say it: `nice = 5`.
  public var surroundings: [String] = []
  /// The jail that its processes are in, or are to be in.
  public var jail: Jail?
  /// The file that its output goes to.
  public var log: String?
  public var actions: [ActionSummary] = []
  /// How many processes it has, the main one included.
  public var processCount: Int?
  /// Why they cannot be listed.
  public var processTrouble: String?
  /// `FILE:LINE` of the definition.
  public var definedAt: String?

  public init(name: String, state: ServiceState, since: Timestamp) {
    self.name = name
    self.state = state
    self.since = since
  }

  /// A jail of a service.
  public struct Jail: Sendable, Equatable {
    /// As jls(8) has it.
    public var name: String
    /// Only while it is there.
    public var jid: Int32?
    /// Its root on the host; only while it is there.
    public var path: String?
    /// The services that are in it, this one left out.
    public var others: [String] = []
    /// What is still to come of earlier ones, as clauses for people: `an earlier jail is still dying (jid 3)…`.
    public var remains: [String] = []

    public init(name: String) {
      self.name = name
    }
  }

  /// Whether the service should be up, and because of whom.
  public struct Intent: Sendable, Equatable {
    public var isWanted: Bool
    /// `boot`, `herd, uid 1001`, `requirement of web`.
    public var by: String?
    public var since: Timestamp?

    public init(isWanted: Bool, by: String? = nil, since: Timestamp? = nil) {
      self.isWanted = isWanted
      self.by = by
      self.since = since
    }
  }

  public struct LastRespawn: Sendable, Equatable {
    public var at: Timestamp
    public var cause: String

    public init(at: Timestamp, cause: String) {
      self.at = at
      self.cause = cause
    }
  }

  public struct LastExit: Sendable, Equatable {
    public var status: ExitReport
    public var at: Timestamp

    public init(_ status: ExitReport, at: Timestamp) {
      self.status = status
      self.at = at
    }
  }
}

/// An action that a service offers.
public struct ActionSummary: Sendable, Equatable {
  public var name: String
  public var documentation: String?

  public init(name: String, documentation: String? = nil) {
    self.name = name
    self.documentation = documentation
  }
}
