/// The end of a request: each one gets exactly one.
public struct Reply: Sendable, Equatable {
  /// `nil`: it was carried out.
  public var error: ControlError?
  /// What it brought. A failed request may bring something too: the outcomes of a start, the exit of an action.
  public var content: Content

  public init(_ content: Content = .none, error: ControlError? = nil) {
    self.error = error
    self.content = content
  }

  public init(error: ControlError) {
    self.init(.none, error: error)
  }

  public enum Content: Sendable, Equatable {
    case none
    /// Of `status`, after its services; of `upgrade`, before it.
    case supervisor(SupervisorStatus)
    /// Of `start`, `stop`, `restart`, `signal`, `enable`, `disable`, `unload`, `wait` and `shutdown`: what became of
    /// each service that the request concerned, those included that it did not name.
    case outcomes([ServiceOutcome])
    /// Of `action` and `reload`, when a process ran.
    case exit(ExitReport)
    case documentation(ServiceDocumentation)
    /// Of `show`: UCL.
    case definition(String)
    case processes([ProcessEntry])
    case load(LoadReport)
  }
}

/// What a request did to a service.
public struct ServiceOutcome: Sendable, Equatable {
  /// A client must be prepared for words that it does not know.
  public struct Kind: RawRepresentable, Sendable, Hashable {
    public let rawValue: String

    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    public static let started = Kind(rawValue: "started")
    public static let alreadyRunning = Kind(rawValue: "already-running")
    public static let stopped = Kind(rawValue: "stopped")
    public static let alreadyStopped = Kind(rawValue: "already-stopped")
    public static let restarted = Kind(rawValue: "restarted")
    /// The request was accepted and is under way (`"wait":false`).
    public static let accepted = Kind(rawValue: "accepted")
    public static let failed = Kind(rawValue: "failed")
    public static let signalled = Kind(rawValue: "signalled")
    public static let enabled = Kind(rawValue: "enabled")
    public static let disabled = Kind(rawValue: "disabled")
    public static let reset = Kind(rawValue: "reset")
    public static let preset = Kind(rawValue: "preset")
    public static let unloaded = Kind(rawValue: "unloaded")
    /// Of `wait`: the state was reached.
    public static let reached = Kind(rawValue: "reached")
    public static let wouldStart = Kind(rawValue: "would-start")
    public static let wouldStop = Kind(rawValue: "would-stop")
  }

  public var service: String
  public var kind: Kind
  /// The state after it.
  public var state: ServiceState
  public var pid: Int32?
  /// Why: `requires postgresql`, `exit 1 during pre-start`.
  public var cause: String?
  /// What went wrong on the way and kept nothing from being done: `stop command (/bin/x): exit 3`.
  public var remarks: [String] = []

  public init(_ service: String, _ kind: Kind, state: ServiceState, pid: Int32? = nil, cause: String? = nil) {
    self.service = service
    self.kind = kind
    self.state = state
    self.pid = pid
    self.cause = cause
  }
}

public struct ServiceDocumentation: Sendable, Equatable {
  public var service: String
  public var documentation: String?
  public var actions: [ActionSummary]

  public init(service: String, documentation: String?, actions: [ActionSummary]) {
    self.service = service
    self.documentation = documentation
    self.actions = actions
  }
}

public struct ProcessEntry: Sendable, Equatable {
  /// Whose it is; a pattern may be answered by several services.
  public var service: String?
  public var pid: Int32
  public var parent: Int32?
  /// The command's name, or its words, as far as the system tells.
  public var command: String
  public var isMain: Bool

  public init(service: String? = nil, pid: Int32, parent: Int32?, command: String, isMain: Bool) {
    self.service = service
    self.pid = pid
    self.parent = parent
    self.command = command
    self.isMain = isMain
  }
}
