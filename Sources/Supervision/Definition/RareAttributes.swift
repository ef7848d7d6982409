/// What surrounds the processes of the few services that say more than directory, environment and user.
///
/// Kept apart from ``ProcessAttributes``, in a box that exists only where one of these keys was written: a supervisor of ten
/// thousand services holds ten thousand definitions.
public struct RareAttributes: Sendable, Equatable {
  /// The root directory of the processes; directory and programs are looked for inside.
  public var chroot: String?
  /// As setpriority(2) has it, -20 to 20; `nil`: as the supervisor.
  public var nice: Int32?
  public var limits: [ResourceLimit] = []
  /// The CPUs that may run the processes, ascending; empty: those of the supervisor.
  public var cpus: [UInt16] = []
  /// Not killed when memory runs out.
  public var protects = false
  /// No gain by set-id programs.
  public var noNewPrivileges = false
  /// Controlling terminal and standard descriptors of the main process.
  public var terminal: String?
  /// Routing table, on FreeBSD.
  public var fib: Int32?
  /// A class of login.conf(5), on FreeBSD: limits, priority, umask, CPUs and environment where the service says nothing itself.
  public var loginClass: String?
  /// On FreeBSD.
  public var jail: JailDefinition?
  /// Rules of rctl(8) on the jail, on FreeBSD.
  public var resources: [ResourceRule] = []
  /// Whose the log is, where that is said.
  public var logRights: LogRights?

  public init() {}

  /// Whether the service's paths lie in another root than the supervisor's.
  public var hasOwnRoot: Bool { chroot != nil || jail?.hasOwnRoot == true }
}

/// Whose a log is, and who may read it. What is `nil` stays as it is; a new file is the supervisor's own, 0640.
public struct LogRights: Sendable, Equatable {
  public var mode: UInt32?
  /// A name or a number of the host.
  public var user: String?
  public var group: String?

  public init(mode: UInt32? = nil, user: String? = nil, group: String? = nil) {
    self.mode = mode
    self.user = user
    self.group = group
  }
}

/// A limit of setrlimit(2).
public struct ResourceLimit: Sendable, Equatable {
  /// Stands for `unlimited`.
  public static let unlimited = UInt64.max

  public var resource: LimitedResource
  public var soft: UInt64
  /// `nil`: the hard limit of the supervisor, raised to the soft one where it is lower.
  public var hard: UInt64?

  public init(_ resource: LimitedResource, soft: UInt64, hard: UInt64? = nil) {
    self.resource = resource
    self.soft = soft
    self.hard = hard
  }

  /// The hard limit that a process gets whose supervisor has `current`.
  public func hard(over current: UInt64) -> UInt64 {
    hard ?? max(current, soft)
  }
}

/// What setrlimit(2) limits, under the names of the service language. Not every system has every one.
///
/// On Linux RLIMIT_RTTIME is not among them: the supervisor marks the processes of a service with it.
public enum LimitedResource: String, CaseIterable, Sendable {
  case openFiles = "open-files"
  case core
  case data
  case stack
  case memoryLock = "memory-lock"
  case processes
  case fileSize = "file-size"
  case cpuTime = "cpu-time"
  case addressSpace = "address-space"
  case resident
  case socketsBuffer = "sockets-buffer"
  case swap
  case pseudoTerminals = "pseudo-terminals"
  case kqueues
  case umtxp
  case pipeBuffers = "pipe-buffers"
  case fileLocks = "file-locks"
  case messageQueues = "message-queues"
  case pendingSignals = "pending-signals"
  case realtimePriority = "realtime-priority"
  case nice

  /// What a value of the resource counts.
  enum Unit {
    case bytes
    case seconds
    case count
  }

  var unit: Unit {
    switch self {
    case .core, .data, .stack, .memoryLock, .fileSize, .addressSpace, .resident, .socketsBuffer, .swap, .pipeBuffers,
      .messageQueues:
      .bytes
    case .cpuTime: .seconds
    case .openFiles, .processes, .pseudoTerminals, .kqueues, .umtxp, .fileLocks, .pendingSignals, .realtimePriority,
      .nice:
      .count
    }
  }

  /// The names of login.conf(5).
  static let loginNames: [String: LimitedResource] = [
    "openfiles": .openFiles, "coredumpsize": .core, "datasize": .data, "stacksize": .stack,
    "memorylocked": .memoryLock, "maxproc": .processes, "filesize": .fileSize, "cputime": .cpuTime,
    "vmemoryuse": .addressSpace, "memoryuse": .resident, "sbsize": .socketsBuffer, "swapuse": .swap,
    "pseudoterminals": .pseudoTerminals, "pipebuf": .pipeBuffers,
  ]

  /// By its own name or that of login.conf(5); `kqueues` and `umtxp` are the same in both.
  init?(name: String) {
    if let resource = LimitedResource(rawValue: name) ?? Self.loginNames[name] {
      self = resource
    } else {
      return nil
    }
  }
}

/// A value that lives elsewhere, so that its absence costs a pointer.
indirect enum Box<Content: Sendable & Equatable>: Sendable, Equatable {
  case of(Content)

  var content: Content {
    switch self {
    case .of(let content): content
    }
  }
}
