/// What can happen to a service.
enum LifeEvent: Sendable {
  /// It is wanted: wait for the graph.
  case admit
  /// The graph says: nothing holds it any more.
  case start
  /// It is to rest, with this outcome.
  case stop(Outcome)
  /// No more patience: SIGKILL.
  case kill
  /// The look-ups before a start; empty when nothing is missing.
  case prepared(lacks: [String])
  /// The process executes its program.
  case spawned(ProcessKey)
  case spawnFailed(ProcessKey, SpawnFailure)
  case exited(ProcessKey, ExitStatus)
  /// The answer to `inspectSubtree`: at once, and again when the subtree has become empty.
  case subtree(isEmpty: Bool)
  case deadline
}

/// What the machine wants done.
enum LifeEffect: Sendable {
  case prepare
  case spawn(ProcessKey, ProcessRole)
  case signal(ProcessKey, Int32)
  case signalSubtree(Int32)
  case inspectSubtree
  /// A start came to nothing; whether it will be tried again.
  case attemptFailed(FailureCause, willRetry: Bool)
  /// It was up and its main process ended, unasked.
  case ended(FailureCause, willRetry: Bool)
  /// A stop or post-stop command went wrong; the stop goes on.
  case hookFailed(FailureCause)
}

/// The numbers that are the same on every system that we know.
enum ProcessSignal {
  static let kill: Int32 = 9
  static let terminate: Int32 = 15
}

/// What an event's answer may look at, and where it puts its effects.
struct LifeContext {
  let blueprint: Blueprint
  let now: Instant
  var random: SplitMix64
  var nextSerial: UInt64
  var effects: [LifeEffect] = []

  var definition: ServiceDefinition { blueprint.definition }

  mutating func spawn(_ role: ProcessRole) -> ProcessKey {
    let key = ProcessKey(serial: nextSerial)
    nextSerial += 1
    effects.append(.spawn(key, role))
    return key
  }
}

// MARK: - Every state's answer to every event

extension Life {
  mutating func handle(_ event: LifeEvent, in context: inout LifeContext) {
    switch state {
    case .stopped, .failed: handleResting(event, in: &context)
    case .waiting(let rerun): handleWaiting(event, rerun: rerun, in: &context)
    case .starting(let starting): handleStarting(event, starting, in: &context)
    case .running(let main): handleRunning(event, main: main, in: &context)
    case .completed: handleCompleted(event, in: &context)
    case .respawning(let respawning): handleRespawning(event, respawning, in: &context)
    case .stopping(let ending, let outcome): handleStopping(event, ending, outcome, in: &context)
    }
  }

  private mutating func handleResting(_ event: LifeEvent, in context: inout LifeContext) {
    switch event {
    case .admit: enter(.waiting(rerun: false), at: context.now)
    case .stop(let outcome):
      // A rest for another reason: a requirement of a service that never started has failed.
      rest(outcome, at: context.now)
    case .start, .kill, .deadline, .prepared, .spawned, .spawnFailed, .exited, .subtree: break
    }
  }

  private mutating func handleWaiting(_ event: LifeEvent, rerun: Bool, in context: inout LifeContext) {
    switch event {
    case .start: begin(in: &context)
    case .stop(let outcome):
      if rerun {
        end(main: nil, hook: nil, commanded: true, runsPostStop: true, outcome, in: &context)
      } else {
        rest(outcome, at: context.now)
      }
    case .admit, .kill, .deadline, .prepared, .spawned, .spawnFailed, .exited, .subtree: break
    }
  }

  private mutating func handleRunning(_ event: LifeEvent, main: ProcessKey?, in context: inout LifeContext) {
    switch event {
    case .exited(let key, let status):
      guard key == main else { break }
      mainEnded(status, in: &context)
    case .stop(let outcome):
      guard main != nil else { return rest(outcome, at: context.now) }
      end(main: main, hook: nil, commanded: true, runsPostStop: true, outcome, in: &context)
    case .admit, .start, .kill, .deadline, .prepared, .spawned, .spawnFailed, .subtree: break
    }
  }

  private mutating func handleCompleted(_ event: LifeEvent, in context: inout LifeContext) {
    switch event {
    case .admit: enter(.waiting(rerun: true), at: context.now)
    case .stop(let outcome):
      end(main: nil, hook: nil, commanded: true, runsPostStop: true, outcome, in: &context)
    case .start, .kill, .deadline, .prepared, .spawned, .spawnFailed, .exited, .subtree: break
    }
  }

  private mutating func handleRespawning(
    _ event: LifeEvent, _ respawning: Respawning, in context: inout LifeContext
  ) {
    switch (respawning, event) {
    case (.delay, .stop(let outcome)): rest(outcome, at: context.now)
    case (.delay, .deadline): enter(.waiting(rerun: false), at: context.now)
    case (.delay, _): break
    case (.ending(let ending, _), .stop(let outcome)): enter(.stopping(ending, outcome), at: context.now)
    case (.ending(var ending, let cause), _):
      switch ending.handle(event, in: &context) {
      case .ongoing: enter(.respawning(.ending(ending, cause: cause)), at: context.now)
      case .over: delay(cause: cause, in: &context)
      case .gaveUp: rest(.failed(.unkillable), at: context.now)
      }
    }
  }

  private mutating func handleStopping(
    _ event: LifeEvent, _ ending: Ending, _ outcome: Outcome, in context: inout LifeContext
  ) {
    if case .exited(let key, let status) = event, key == ending.main { noteExit(status, at: context.now) }
    // A second reason to stop joins the first one.
    var ending = ending
    switch ending.handle(event, in: &context) {
    case .ongoing: enter(.stopping(ending, outcome), at: context.now)
    case .over: rest(outcome, at: context.now)
    case .gaveUp: rest(.failed(.unkillable), at: context.now)
    }
  }
}

// MARK: - Starting

extension Life {
  private mutating func handleStarting(_ event: LifeEvent, _ starting: Starting, in context: inout LifeContext) {
    if case .clearing(let ending) = starting.phase {
      return handleClearing(event, starting, ending, in: &context)
    }
    switch event {
    case .prepared(let lacks):
      guard case .preparing = starting.phase else { break }
      prepared(lacks: lacks, starting, in: &context)
    case .spawned(let key):
      guard case .launching = starting.phase, key == starting.main else { break }
      launched(starting, in: &context)
    case .spawnFailed(let key, let failure):
      guard let role = starting.role(of: key) else { break }
      attemptFailed(.spawn(role, failure), starting.without(key), in: &context)
    case .exited(let key, let status):
      guard let role = starting.role(of: key) else { break }
      exited(role, status, starting.without(key), in: &context)
    case .deadline:
      attemptFailed(.startTimeout(context.definition.startTimeout ?? .zero), starting, in: &context)
    case .stop(let outcome):
      var begun = true
      if case .preparing = starting.phase { begun = false }
      end(main: starting.main, hook: starting.hook, commanded: false, runsPostStop: begun, outcome, in: &context)
    case .admit, .start, .kill, .subtree: break
    }
  }

  private mutating func begin(in context: inout LifeContext) {
    guard !context.definition.isGroup else {
      return becomeReady(at: context.now, main: nil, isOneShot: false)
    }
    let deadline = context.definition.startTimeout.map { context.now + $0 }
    enter(.starting(Starting(phase: .preparing, main: nil, deadline: deadline)), at: context.now)
    context.effects.append(.prepare)
  }

  private mutating func prepared(lacks: [String], _ starting: Starting, in context: inout LifeContext) {
    guard lacks.isEmpty else {
      // Nothing that a respawn could mend, and nothing that has to be ended.
      context.effects.append(.attemptFailed(.lacks(lacks), willRetry: false))
      return rest(.failed(.lacks(lacks)), at: context.now)
    }
    preStart(from: 0, starting, in: &context)
  }

  private mutating func preStart(from index: Int, _ starting: Starting, in context: inout LifeContext) {
    var next = starting
    if index < context.definition.preStart.count {
      next.phase = .preStart(index, context.spawn(.preStart(index)))
    } else {
      next.main = context.spawn(.main)
      next.phase = .launching
    }
    enter(.starting(next), at: context.now)
  }

  private mutating func launched(_ starting: Starting, in context: inout LifeContext) {
    var next = starting
    guard context.definition.isOneShot else { return postStart(from: 0, next, in: &context) }
    next.phase = .oneShot
    enter(.starting(next), at: context.now)
  }

  private mutating func exited(
    _ role: ProcessRole, _ status: ExitStatus, _ starting: Starting, in context: inout LifeContext
  ) {
    switch (role, starting.phase) {
    case (.main, .oneShot):
      noteExit(status, at: context.now)
      guard context.definition.isSuccess(status) else {
        return attemptFailed(.exited(status), starting, in: &context)
      }
      clear(starting, in: &context)
    case (.main, _):
      noteExit(status, at: context.now)
      attemptFailed(.exitedBeforeReady(status), starting, in: &context)
    case (_, .preStart(let index, _)) where status == .exited(0):
      preStart(from: index + 1, starting, in: &context)
    case (_, .postStart(let index, _)) where status == .exited(0):
      postStart(from: index + 1, starting, in: &context)
    default:
      attemptFailed(.hook(role, status), starting, in: &context)
    }
  }

  /// A one-shot has succeeded: what it left behind is ended before it counts as completed.
  private mutating func clear(_ starting: Starting, in context: inout LifeContext) {
    var ending = Ending(main: nil, hook: nil, runsPostStop: false)
    let step = ending.begin(commanded: false, in: &context)
    var next = starting
    next.phase = .clearing(ending)
    enter(.starting(next), at: context.now)
    if case .over = step { postStart(from: 0, next, in: &context) }
  }

  private mutating func handleClearing(
    _ event: LifeEvent, _ starting: Starting, _ ending: Ending, in context: inout LifeContext
  ) {
    if case .stop(let outcome) = event {
      return end(main: nil, hook: nil, commanded: true, runsPostStop: true, outcome, in: &context)
    }
    var ending = ending
    var next = starting
    switch ending.handle(event, in: &context) {
    case .ongoing:
      next.phase = .clearing(ending)
      enter(.starting(next), at: context.now)
    case .over: postStart(from: 0, next, in: &context)
    case .gaveUp: rest(.failed(.unkillable), at: context.now)
    }
  }

  private mutating func postStart(from index: Int, _ starting: Starting, in context: inout LifeContext) {
    guard index < context.definition.postStart.count else {
      return becomeReady(at: context.now, main: starting.main, isOneShot: context.definition.isOneShot)
    }
    var next = starting
    next.phase = .postStart(index, context.spawn(.postStart(index)))
    enter(.starting(next), at: context.now)
  }

  private mutating func attemptFailed(_ cause: FailureCause, _ starting: Starting, in context: inout LifeContext) {
    var isSuccess = false
    if case .exitedBeforeReady(let status) = cause { isSuccess = context.definition.isSuccess(status) }
    let decision = decide(cause, isSuccess: isSuccess && context.definition.respawn.policy == .onFailure, in: &context)
    context.effects.append(.attemptFailed(decision.cause(or: cause), willRetry: decision.isRespawn))
    finish(decision, cause, main: starting.main, hook: starting.hook, in: &context)
  }
}

// MARK: - Ending

extension Life {
  /// What follows an end that nobody asked for.
  private enum Decision {
    case respawn
    case rest(Outcome)

    var isRespawn: Bool {
      if case .respawn = self { true } else { false }
    }

    func cause(or other: FailureCause) -> FailureCause {
      if case .rest(.failed(let cause)) = self { cause } else { other }
    }
  }

  private mutating func decide(_ cause: FailureCause, isSuccess: Bool, in context: inout LifeContext) -> Decision {
    let rule = context.definition.respawn
    let applies =
      switch rule.policy {
      case .always: true
      case .onFailure: !isSuccess
      case .never: false
      }
    guard applies else {
      if isSuccess, case .exited(let status) = cause { return .rest(.stopped(.exited(status))) }
      return .rest(.failed(cause))
    }
    guard takeRespawn(rule, at: context.now) else {
      return .rest(.failed(.respawnLimit(count: rule.limitCount, period: rule.limitPeriod, last: cause)))
    }
    return .respawn
  }

  private mutating func mainEnded(_ status: ExitStatus, in context: inout LifeContext) {
    noteExit(status, at: context.now)
    let cause = FailureCause.exited(status)
    let decision = decide(cause, isSuccess: context.definition.isSuccess(status), in: &context)
    context.effects.append(.ended(decision.cause(or: cause), willRetry: decision.isRespawn))
    finish(decision, cause, main: nil, hook: nil, in: &context)
  }

  private mutating func finish(
    _ decision: Decision, _ cause: FailureCause, main: ProcessKey?, hook: ProcessKey?, in context: inout LifeContext
  ) {
    switch decision {
    case .rest(let outcome):
      end(main: main, hook: hook, commanded: false, runsPostStop: true, outcome, in: &context)
    case .respawn:
      var ending = Ending(main: main, hook: hook, runsPostStop: true)
      let step = ending.begin(commanded: false, in: &context)
      enter(.respawning(.ending(ending, cause: cause)), at: context.now)
      if case .over = step { delay(cause: cause, in: &context) }
    }
  }

  private mutating func end(
    main: ProcessKey?, hook: ProcessKey?, commanded: Bool, runsPostStop: Bool, _ outcome: Outcome,
    in context: inout LifeContext
  ) {
    var ending = Ending(main: main, hook: hook, runsPostStop: runsPostStop)
    let step = ending.begin(commanded: commanded, in: &context)
    enter(.stopping(ending, outcome), at: context.now)
    if case .over = step { rest(outcome, at: context.now) }
  }

  private mutating func delay(cause: FailureCause, in context: inout LifeContext) {
    let pause = nextDelay(context.definition.respawn.delay, random: &context.random)
    if pause == .zero {
      enter(.waiting(rerun: false), at: context.now)
    } else {
      enter(.respawning(.delay(until: context.now + pause, cause: cause)), at: context.now)
    }
  }
}

extension Life.Starting {
  /// The command that runs beside the main process, or before it.
  var hook: ProcessKey? {
    switch phase {
    case .preStart(_, let key), .postStart(_, let key): key == finished ? nil : key
    case .preparing, .launching, .oneShot, .clearing: nil
    }
  }

  func role(of key: ProcessKey) -> ProcessRole? {
    if key == main { return .main }
    switch phase {
    case .preStart(let index, key): return .preStart(index)
    case .postStart(let index, key): return .postStart(index)
    default: return nil
    }
  }

  /// The same, after a process of it has ended.
  func without(_ key: ProcessKey) -> Self {
    var rest = self
    if key == main { rest.main = nil } else { rest.finished = key }
    return rest
  }
}

extension ServiceDefinition {
  func isSuccess(_ status: ExitStatus) -> Bool {
    if case .exited(let code) = status { successExitCodes.contains(code) } else { false }
  }
}
