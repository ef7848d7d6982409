/// What the core wants done. The runtime carries out the actions of one event in their order.
public enum Action: Sendable {
  /// Look up programs and accounts, check the preconditions; answer `Event.prepared`.
  case prepare(QuestionID, Incarnation)
  /// Nobody waits for this answer any more: what is at it may be ended. It is answered all the same.
  case withdraw(QuestionID)
  /// Make the jail that the service's processes run in, or join it; answer `Event.jailEntered`.
  case enterJail(QuestionID, Incarnation)
  /// Leave the jail, and undo all that was made for it if the service was the last; answer `Event.released`.
  case release(QuestionID, Incarnation)
  /// Start a process; answer `spawned` or `spawnFailed`, then `exited`.
  case spawn(ProcessKey, ServiceID, ProcessRole, Invocation?)
  case signal(ProcessKey, Int32)
  case signalGroup(ProcessKey, Int32)
  /// To every process of the service, wherever it hides. `continues`: CONT follows, for those that are stopped.
  case signalSubtree(Incarnation, Int32, continues: Bool)
  /// Is anything left? Answer `Event.subtree`.
  case inspectSubtree(QuestionID, Incarnation)
  case reply(RequestID, Answer)
  case progress(RequestID, ServiceStep)
  /// A line of the supervisor's own journal.
  case record(Record)
  /// Write the lists of enabled and disabled services.
  case saveEnablement(Enablement)
  /// The service exists no more; its name and number are free.
  case forget(Incarnation, name: String)
  /// Everything has stopped, or has been given up: leave. Lists what did not stop.
  case exit(unstopped: [String])
}

/// The caller of an action's process: where its output goes.
public struct Invocation: Sendable, Hashable {
  public var request: RequestID
  public var arguments: [String]

  public init(request: RequestID, arguments: [String]) {
    self.request = request
    self.arguments = arguments
  }
}

/// The final answer to a request.
public enum Answer: Sendable, Equatable {
  /// Start, stop, restart, enable, disable: what became of each service that was named, and of those it took along.
  case services([OrderOutcome])
  /// A process ran on the caller's behalf: reload, action.
  case exited(ExitStatus)
  case processFailed(FailureCause)
  /// A signal was sent; a wait's condition holds.
  case done
  case loaded(LoadSummary)
  case refused(Refusal)
}

/// What became of one service.
public struct OrderOutcome: Sendable, Equatable {
  public enum Result: Sendable, Equatable {
    case up(pid: Int32?)
    case alreadyUp(pid: Int32?)
    /// The first failure; whether the supervisor tries again.
    case failed(FailureCause, willRetry: Bool)
    case stopped(StopCause)
    case alreadyStopped
    /// It had failed, which is forgotten.
    case forgotten(FailureCause)
    case signalled(pid: Int32?)
    case enabled
    case disabled
    case reset
    case preset
    /// The order was taken; nobody waits for its end.
    case accepted
    case wouldStart
    case wouldStop
  }

  public var service: String
  public var result: Result
  /// Named by the caller, or taken along as a requirement or a dependent.
  public var isNamed: Bool
  /// What went wrong on the way and kept nothing from being done: a stop command that failed, say.
  public var troubles: [FailureCause]

  public init(service: String, result: Result, isNamed: Bool, troubles: [FailureCause] = []) {
    self.service = service
    self.result = result
    self.isNamed = isNamed
    self.troubles = troubles
  }
}

/// What a load changed, by name.
public struct LoadSummary: Sendable, Equatable {
  public var added: [String] = []
  public var changed: [String] = []
  public var removed: [String] = []
  public var unchanged = 0
  /// What was up or on its way, and is stopped by it.
  public var stopped: [String] = []
  /// What is started by it.
  public var started: [String] = []
  /// What runs under an older definition, also since an earlier load: a restart makes it use the new one.
  public var pending: [String] = []

  public init() {}
}

/// Why an order was not carried out at all.
public enum Refusal: Error, Sendable, Equatable {
  case unknownService(String)
  case templateWithoutInstance(String)
  case badInstance(String, problems: [String])
  case disabled(String)
  case notRunning(String)
  case noReload(String)
  case unknownAction(service: String, action: String, known: [String])
  case requiredBy(String, [String])
  /// Both were to be started, and only one of them can be up.
  case conflict(String, String)
  case shuttingDown
  /// The condition of a wait did not come true in time, or no longer can: the state that the service is in.
  case timedOut(String, StateName)
  case gone(String)
}

/// One step of a service, for a caller that watches.
public struct ServiceStep: Sendable, Equatable {
  public var service: String
  public var state: StateName
  public var pid: Int32?
  public var cause: Outcome?
  /// What is being done in this state: `TERM to 901`.
  public var step: String?

  public init(service: String, state: StateName, pid: Int32?, cause: Outcome?, step: String? = nil) {
    self.step = step
    self.service = service
    self.state = state
    self.pid = pid
    self.cause = cause
  }
}

/// An entry of the supervisor's journal.
public enum Record: Sendable, Equatable {
  /// - Parameter requester: who wants it up, if somebody does.
  case state(service: String, StateName, Outcome?, pid: Int32?, requester: Requester?)
  case attemptFailed(service: String, FailureCause, willRetry: Bool)
  case ended(service: String, FailureCause, willRetry: Bool)
  /// Something went wrong on the way, a stop or post-stop command say; what is under way goes on.
  case trouble(service: String, FailureCause)
  /// What is left of it gets SIGKILL, after the time that it had to end; `nil`: nobody waited for that any longer.
  case killing(service: String, after: Duration?, Outcome?)
  case ordered(String, Requester)
  case loaded(LoadSummary)
  case forgotten(service: String)
  /// An instance that is enabled could not be made at boot, and why.
  case instanceRefused(String)
  /// What a service had left behind has ended.
  case orphan(service: String, pid: Int32, ExitStatus)
  case anomaly(Anomaly)
}

/// Something that cannot happen, and did; it was contained.
public enum Anomaly: Sendable, Equatable {
  /// An event that cannot come in the state in which the service is.
  case misplaced(_ event: String, service: String, in: StateName)
  /// The answer to a question that was not asked.
  case unasked(_ answer: String)
  /// Services start each other without end.
  case circling
  /// A service waits for a process that the state record does not have.
  case unrecorded(ProcessKey, service: String)
  /// A process runs that the state record does not have.
  case stray(ProcessKey, pid: Int32)
}
