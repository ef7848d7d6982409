/// What the supervisor knows of one service.
struct ServiceRecord: Sendable {
  /// The definition that its next start uses, and that the graph follows.
  var blueprint: Blueprint
  /// The definition that its present run began with.
  var inForce: Blueprint
  var life: Life
  var links = Links()
  /// Somebody wants it up; `nil`: nobody does.
  var intent: Intent?
  /// It is to stop, and waits for those that must stop before it or for its own end.
  var stopOrder: StopOrder?
  /// What the neighbours have been told.
  var told: Told = []
  var mainPID: Int32 = 0
  /// Tells this service from an earlier one that had the same number.
  let incarnation: UInt64
  /// The last walk through the graph that came by.
  var visit: UInt32 = 0
  var isQueued = false
  var isDisabled = false
  /// Gone from the configuration: forgotten as soon as it rests.
  var isRemoved = false
  /// An empty place: the service exists no more.
  var isForgotten = false
  /// Waits in `Supervisor.held`.
  var isHeld = false
  /// Has left its rest at least once.
  var hasLived = false
  /// An instance that somebody named at run time; it is in no file.
  var isInstanceOnDemand = false
  /// On-failure services do not trigger further ones.
  var wasStartedOnFailure = false
  /// The deadline that the queue knows of.
  var armed: Instant?
  /// Running side processes (reload, actions).
  var errands: UInt16 = 0

  init(_ blueprint: Blueprint, incarnation: UInt64, at now: Instant) {
    self.blueprint = blueprint
    inForce = blueprint
    life = Life(at: now)
    self.incarnation = incarnation
  }

  /// The facts about a service that count in its neighbours' counters.
  struct Told: OptionSet, Sendable {
    let rawValue: UInt8
    /// A dependent may start.
    static let ready = Told(rawValue: 1)
    /// What is ordered after it waits.
    static let coming = Told(rawValue: 2)
    /// What conflicts with it waits.
    static let active = Told(rawValue: 4)
    /// What it depends on, or is ordered after, waits with its own stop.
    static let beingStopped = Told(rawValue: 8)
  }

  var facts: Told {
    var facts: Told = []
    let isOrdered = stopOrder != nil
    if life.isReady, !isOrdered { facts.insert(.ready) }
    if life.isComing, !isOrdered { facts.insert(.coming) }
    if life.isActive { facts.insert(.active) }
    if life.isActive, isOrdered { facts.insert(.beingStopped) }
    return facts
  }

  var name: String { blueprint.definition.name }

  var isStopping: Bool {
    if case .stopping = life.state { true } else { false }
  }

  /// A rest that ends by itself when the requirement that caused it is up again.
  var restsForRequirement: Bool {
    switch life.state {
    case .failed(.requirement), .stopped(.requirementStopped): true
    default: false
    }
  }
}

/// That a service is to stop, what it comes to, and whether it starts again after that.
struct StopOrder: Sendable {
  var outcome: Outcome
  var startsAgain: Bool
}
