/// What the supervisor knows of one service.
struct ServiceRecord: Sendable {
  /// The definition that its next start uses, and that the graph follows.
  var blueprint: Blueprint
  /// The definition that its present run began with.
  var inForce: Blueprint
  var machine: StateMachine
  var links = Links()
  /// Somebody wants it up; `nil`: nobody does.
  var intent: Intent?
  /// It is to stop, and waits for those that must stop before it or for its own end.
  var stopOrder: StopOrder?
  /// What the neighbours have been told.
  var announced: Announced = []
  var mainPID: Int32 = 0
  var mainOrigin = MainOrigin.spawned
  /// Tells this service from an earlier one that had the same number.
  let incarnation: Incarnation
  /// What was asked last on its behalf: the only answer that it still waits for, if it waits for one.
  var question: QuestionID?
  /// The last walk of a start, and of a stop, that came by: a start makes others stop in its midst.
  var startVisit: UInt32 = 0
  var stopVisit: UInt32 = 0
  /// Its place in the files: of several that provide a name the first one counts.
  var rank: Int32 = 0
  var isQueued = false
  var isDisabled = false
  /// Gone from the configuration: forgotten as soon as it rests.
  var isRemoved = false
  /// An empty place: the service exists no more.
  var isForgotten = false
  /// Waits in `Supervisor.held`; an entry there without this mark means nothing.
  var isHeld = false
  /// The later it has come, the higher.
  var heldOrder: UInt64 = 0
  /// Has left its rest at least once.
  var hasLived = false
  /// An instance that somebody named at run time; it is in no file.
  var isInstanceOnDemand = false
  /// It is in the configuration's own files.
  var isOfFiles = false
  /// Its definition is what the whole configuration says that was loaded last: the state record need not have it.
  var isConfigured = false
  /// The failure that it was started for. On-failure services do not trigger further ones.
  var startedFor: FailureNews?
  /// The timers that the queue knows of.
  var armed: [ServiceTimer] = []
  /// Side processes (reload, actions) that have not ended.
  var errands: UInt16 = 0
  /// Processes of the service's own that have not ended; at rest: what outlived SIGKILL.
  var processes: UInt16 = 0
  /// Had in hand since its record was taken; the list of services sees to it.
  var isTouched = false

  init(_ blueprint: Blueprint, incarnation: Incarnation, at now: Instant) {
    self.blueprint = blueprint
    inForce = blueprint
    machine = StateMachine(at: now)
    self.incarnation = incarnation
  }

  /// The facts about a service that count in its neighbours' counters.
  struct Announced: OptionSet, Sendable {
    let rawValue: UInt8
    /// A dependent may start.
    static let ready = Announced(rawValue: 1)
    /// What is ordered after it waits.
    static let coming = Announced(rawValue: 2)
    /// What conflicts with it waits.
    static let active = Announced(rawValue: 4)
    /// What it depends on, or is ordered after, waits with its own stop.
    static let beingStopped = Announced(rawValue: 8)
  }

  var facts: Announced {
    var facts: Announced = []
    let isOrdered = stopOrder != nil
    if machine.isReady, !isOrdered { facts.insert(.ready) }
    if stopOrder?.startsAgain ?? machine.isComing { facts.insert(.coming) }
    if machine.isActive { facts.insert(.active) }
    if machine.isActive, isOrdered || isStopping { facts.insert(.beingStopped) }
    return facts
  }

  /// May be forgotten: nothing of it exists any more.
  var isGone: Bool { machine.isResting && errands == 0 && processes == 0 }

  var name: String { blueprint.definition.name }

  /// It runs, and would start otherwise than it did.
  var isDefinitionPending: Bool {
    !machine.isResting && blueprint !== inForce && !blueprint.definition.startsLike(inForce.definition)
  }

  var isWaitingForFirstStart: Bool {
    if case .waiting(rerun: false) = machine.state { !machine.isHeldUp } else { false }
  }

  var hasFailed: Bool {
    if case .failed = machine.state { true } else { false }
  }

  var isStopping: Bool {
    if case .stopping = machine.state { true } else { false }
  }

  /// What its own failure, or one that it has failed with, began with.
  var firstCause: FirstCause? {
    switch machine.state {
    case .failed(.requirement(_, _, let first?)), .stopping(_, .failed(.requirement(_, _, let first?))): first
    case .failed(let cause), .stopping(_, .failed(let cause)): FirstCause(service: name, cause: cause)
    default: nil
    }
  }

  /// The requirement that it rests for: the rest ends by itself when that one is up again.
  var restsFor: String? {
    switch machine.state {
    case .failed(.requirement(let name, _, _)), .stopped(.requirementStopped(let name)): name
    default: nil
    }
  }
}

/// Where the main process of a service comes from.
enum MainOrigin: Sendable {
  /// It was started for the service, by this supervisor or by one before it whose record there is.
  case spawned
  /// It was found running, after a death of everybody who knew how it was started; how it ends may be told to nobody.
  case adopted
}

/// That a service is to stop, what it comes to, and whether it starts again after that.
struct StopOrder: Sendable {
  var outcome: Outcome
  var startsAgain: Bool
  /// What that start comes from. One that somebody asked for is as thorough as any other: what had failed is tried again.
  var occasion = StartOccasion.again
}
