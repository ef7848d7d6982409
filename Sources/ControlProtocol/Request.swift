/// What a client asks for. docs/PROTOCOL.md describes each command.
public enum Request: Sendable, Equatable {
  /// All services (`names` empty), or those that are named; a name may be a pattern.
  case status(names: [String], detail: StatusDetail)
  case start(names: [String], ChangeOptions)
  /// `withRequirements`: also stops those requirements that nothing wanted needs any more.
  case stop(names: [String], withRequirements: Bool, ChangeOptions)
  case restart(names: [String], ChangeOptions)
  /// What the service's key `reload` says.
  case reload(service: String)
  /// One of the service's own actions; its output is streamed to the caller.
  case action(service: String, action: String, arguments: [String])
  /// `signal` is a name without `SIG`, or a number. `group`: to the process group of the main process, not to it alone.
  case signal(names: [String], signal: String, group: Bool)
  /// `now`: starts the services too.
  case enable(names: [String], now: Bool)
  /// `stop`: stops the services too.
  case disable(names: [String], stop: Bool)
  /// Forgets the failure of services and the count of their respawns.
  case reset(names: [String])
  /// Forgets that services were enabled or disabled.
  case preset(names: [String])
  /// The service's documentation and its actions.
  case documentation(service: String)
  /// The definition in force, as UCL.
  case definition(service: String)
  case wait(WaitCondition)
  /// The tree of a service's processes.
  case processes(service: String)
  /// Reads the configuration anew and applies the difference.
  case load(LoadOptions)
  /// Stops services and forgets them.
  case unload(names: [String])
  /// Stops everything, then the supervisor.
  case shutdown
  /// Has the supervisor give way to the program that lies where it was started from, while all that runs goes on.
  case upgrade
  /// Nothing but an answer: whether the supervisor lives.
  case ping

  /// How much of a service's status is asked for.
  public enum StatusDetail: String, Sendable, CaseIterable {
    /// What a table shows: the fields that docs/PROTOCOL.md marks so.
    case brief
    case full
  }

  /// What start, stop and restart have in common.
  public struct ChangeOptions: Sendable, Equatable {
    /// Whether the final reply comes when all is done (or has failed), or as soon as the request was accepted.
    public var waits: Bool
    /// Nothing is done; the reply lists what would be.
    public var isDryRun: Bool
    /// Another supervisor was asked before, and it is its successor who is asked now: a one-shot that has completed is not run once
    /// more.
    public var isRepeated: Bool

    public init(waits: Bool = true, isDryRun: Bool = false, isRepeated: Bool = false) {
      self.waits = waits
      self.isDryRun = isDryRun
      self.isRepeated = isRepeated
    }
  }

  /// What is loaded, and what is done with it.
  public struct LoadOptions: Sendable, Equatable {
    /// Only what this file or directory defines is added or replaced; `nil`: the whole configuration.
    public var path: String?
    /// A configuration without any definition is meant, though there is one with some.
    public var allowsEmpty: Bool
    /// Nothing is done; the reply says what would be.
    public var isDryRun: Bool
    /// How wide the diagnostics are to be, in columns of a terminal; `nil`: as wide as a page.
    public var columns: Int?

    public init(path: String? = nil, allowsEmpty: Bool = false, isDryRun: Bool = false, columns: Int? = nil) {
      self.path = path
      self.allowsEmpty = allowsEmpty
      self.isDryRun = isDryRun
      self.columns = columns
    }
  }

  /// What `wait` waits for.
  public struct WaitCondition: Sendable, Equatable {
    public enum Target: String, Sendable, CaseIterable {
      case running
      case stopped
      case failed
      case completed
    }

    public var service: String
    public var target: Target
    /// Only a main process other than this one counts: "running again".
    public var afterPID: Int32?
    /// `nil`: as long as it takes.
    public var timeout: Duration?

    public init(service: String, for target: Target, afterPID: Int32? = nil, timeout: Duration? = nil) {
      self.service = service
      self.target = target
      self.afterPID = afterPID
      self.timeout = timeout
    }
  }
}

/// The number that a client gives to a request, so that it knows the answers.
public struct RequestNumber: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// 0 to 2^53 - 1: what every JSON reader keeps exactly.
  public let rawValue: Int64

  public init?(rawValue: Int64) {
    guard (0..<(1 << 53)).contains(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  /// An id in the program text; the range is the caller's business, out of range is cut.
  public init(_ number: UInt32) {
    rawValue = Int64(number)
  }

  public var description: String { String(rawValue) }
}

/// A line from a client.
public struct ClientMessage: Sendable, Equatable {
  public var id: RequestNumber
  public var request: Request

  public init(id: RequestNumber, request: Request) {
    self.id = id
    self.request = request
  }
}

extension Request {
  /// Which right the request needs.
  public enum Access: Sendable {
    /// `access { read }`, or control.
    case read
    /// `access { control }`.
    case control
    /// Root and the supervisor's own user only.
    case owner
  }

  public var access: Access {
    switch self {
    case .status, .documentation, .definition, .wait, .processes, .ping: .read
    case .start(_, let options), .stop(_, _, let options), .restart(_, let options):
      options.isDryRun ? .read : .control
    // The supervisor reads the file with its own rights, and the answer quotes the lines that are wrong: whoever may
    // name any path may read any file.
    case .load(let options): options.path == nil ? .control : .owner
    case .reload, .action, .signal, .enable, .disable, .reset, .preset, .unload, .shutdown, .upgrade: .control
    }
  }

  /// Whether nothing but the supervisor itself is waited for.
  public var isAnsweredAtOnce: Bool {
    switch self {
    case .status, .documentation, .definition, .processes, .signal, .reset, .preset, .ping: true
    case .start(_, let options), .stop(_, _, let options), .restart(_, let options):
      !options.waits || options.isDryRun
    case .enable(_, let now): !now
    case .disable(_, let stop): !stop
    // A load reads files, which may be slow; an action runs as long as it runs.
    case .reload, .action, .wait, .load, .unload, .shutdown, .upgrade: false
    }
  }

  /// The service, of a request that is for one: no pattern.
  public var oneService: String? {
    switch self {
    case .reload(let name), .action(let name, _, _), .documentation(let name), .definition(let name): name
    case .wait(let condition): condition.service
    default: nil
    }
  }

  /// The word that stands for the request in `"command"`.
  public var command: RequestCommand {
    switch self {
    case .status: .status
    case .start: .start
    case .stop: .stop
    case .restart: .restart
    case .reload: .reload
    case .action: .action
    case .signal: .signal
    case .enable: .enable
    case .disable: .disable
    case .reset: .reset
    case .preset: .preset
    case .documentation: .doc
    case .definition: .show
    case .wait: .wait
    case .processes: .processes
    case .load: .load
    case .unload: .unload
    case .shutdown: .shutdown
    case .upgrade: .upgrade
    case .ping: .ping
    }
  }
}

/// The commands of the protocol.
public enum RequestCommand: String, Sendable, CaseIterable {
  case status, start, stop, restart, reload, action, signal, enable, disable, reset, preset, doc, show, wait, processes
  case load, unload, shutdown, upgrade, ping
}
