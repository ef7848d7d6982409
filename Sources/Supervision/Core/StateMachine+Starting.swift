// From `start` to ready.
extension StateMachine {
  mutating func handleStarting(_ event: MachineEvent, _ starting: Starting, in context: inout MachineContext) {
    if let ending = starting.ending { return handleStopSequence(event, starting, ending, in: &context) }
    switch event {
    case .prepared(let lacks):
      guard case .preparing = starting.phase else { break }
      prepared(lacks: lacks, starting, in: &context)
    case .jailEntered(let failure):
      guard case .enteringJail = starting.phase else { break }
      jailEntered(failure, starting, in: &context)
    case .spawned(let key):
      guard case .launching = starting.phase, key == starting.main else { break }
      launched(starting, in: &context)
    case .spawnFailed(let key, let failure):
      guard let role = starting.role(of: key) else { break }
      attemptFailed(.spawn(role, failure), starting.without(key), in: &context)
    case .exited(let key, let status):
      guard let role = starting.role(of: key) else { break }
      exited(role, status, starting.without(key), in: &context)
    case .deadline(.settle):
      postStart(from: 0, starting, in: &context)
    case .deadline(.startTimeout):
      attemptFailed(
        .startTimeout(context.definition.startTimeout ?? .zero, during: starting.hookRole.map { context.name(of: $0) }),
        starting, in: &context)
    case .stop(let outcome):
      guard starting.hasBegun || isInJail else { return rest(outcome, at: context.now) }
      end(remains(of: starting), commanded: false, outcome, in: &context)
    case .admit, .adopt, .start, .kill, .hurry, .deadline, .released, .subtree: break
    }
  }

  /// Its main process was found running, and nobody knows how far its start had come: that counts as done.
  mutating func adopt(_ main: ProcessKey, in context: inout MachineContext) {
    forgetTroubles()
    isInJail = context.definition.hasJail
    guard context.definition.isOneShot else { return becomeReady(at: context.now, main: main, isOneShot: false) }
    let deadline = context.definition.startTimeout.map { context.now + $0 }
    enter(.starting(Starting(phase: .oneShot, main: main, deadline: deadline, hasBegun: true)), at: context.now)
  }

  mutating func begin(rerun: Bool, in context: inout MachineContext) {
    guard !context.definition.isGroup else {
      return becomeReady(at: context.now, main: nil, isOneShot: false)
    }
    forgetTroubles()
    let deadline = context.definition.startTimeout.map { context.now + $0 }
    enter(.starting(Starting(phase: .preparing, main: nil, deadline: deadline, hasBegun: rerun)), at: context.now)
    context.effects.append(.prepare)
  }

  private mutating func prepared(lacks: [String], _ starting: Starting, in context: inout MachineContext) {
    guard lacks.isEmpty else {
      // Nothing that a respawn could mend.
      context.effects.append(.attemptFailed(.lacks(lacks), willRetry: false))
      guard starting.hasBegun else { return rest(.failed(.lacks(lacks)), at: context.now) }
      return finish(.rest(.failed(.lacks(lacks))), .lacks(lacks), starting, in: &context)
    }
    guard context.definition.hasJail else { return preStart(from: 0, starting, in: &context) }
    var next = starting
    next.phase = .enteringJail
    context.effects.append(.enterJail)
    enter(.starting(next), at: context.now)
  }

  private mutating func jailEntered(_ failure: String?, _ starting: Starting, in context: inout MachineContext) {
    guard let failure else { return preStart(from: 0, starting, in: &context) }
    // What was begun has been undone.
    isInJail = false
    attemptFailed(.jail(failure), starting, in: &context)
  }

  private mutating func preStart(from index: Int, _ starting: Starting, in context: inout MachineContext) {
    var next = starting
    next.hasBegun = true
    if index < context.definition.preStart.count {
      next.phase = .preStart(index, context.spawn(.preStart(index)))
    } else {
      next.main = context.spawn(.main)
      next.phase = .launching
    }
    enter(.starting(next), at: context.now)
  }

  private mutating func launched(_ starting: Starting, in context: inout MachineContext) {
    var next = starting
    noteLaunch(at: context.now)
    if context.definition.isOneShot {
      next.phase = .oneShot
    } else if case .aliveFor(let time) = context.definition.ready, time > .zero {
      next.phase = .settling(until: context.now + time)
    } else {
      return postStart(from: 0, next, in: &context)
    }
    enter(.starting(next), at: context.now)
  }

  private mutating func exited(
    _ role: ProcessRole, _ status: ExitStatus, _ starting: Starting, in context: inout MachineContext
  ) {
    switch (role, starting.phase) {
    case (.main, .oneShot),
      // A short program may have ended before the news of its exec came.
      (.main, .launching) where context.definition.isOneShot:
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
      attemptFailed(.hook(context.name(of: role), status), starting, in: &context)
    }
  }

  /// A one-shot has succeeded: what it left behind is ended before it counts as completed.
  private mutating func clear(_ starting: Starting, in context: inout MachineContext) {
    var ending = StopSequence(StopSequence.Remains(runsPostStop: false, isInJail: false))
    let step = ending.begin(commanded: false, in: &context)
    var next = starting
    next.phase = .clearing(ending)
    enter(.starting(next), at: context.now)
    if case .over = step { postStart(from: 0, next, in: &context) }
  }

  /// While something is ended in the midst of a start: what a one-shot has left, its jail.
  private mutating func handleStopSequence(
    _ event: MachineEvent, _ starting: Starting, _ ending: StopSequence, in context: inout MachineContext
  ) {
    if case .stop(let outcome) = event {
      return end(remains(main: nil), commanded: true, outcome, in: &context)
    }
    if case .subtree(isEmpty: false) = event, case .clearing = starting.phase, ending.isLookingForRemains {
      context.effects.append(.trouble(.leftProcesses))
    }
    var ending = ending
    var next = starting
    switch ending.handle(event, in: &context) {
    case .ongoing:
      if case .leaving = starting.phase { next.phase = .leaving(ending) } else { next.phase = .clearing(ending) }
      enter(.starting(next), at: context.now)
    case .over:
      if case .leaving = starting.phase {
        becomeReady(at: context.now, main: nil, isOneShot: true)
      } else {
        postStart(from: 0, next, in: &context)
      }
    case .gaveUp(let reason):
      context.effects.append(.attemptFailed(reason, willRetry: false))
      guard isInJail else { return rest(.failed(reason), at: context.now) }
      // What outlived SIGKILL is no reason to keep the jail.
      let remains = StopSequence.Remains(runsPostStop: false, isInJail: true)
      end(remains, commanded: false, .failed(reason), in: &context)
    }
  }

  private mutating func postStart(from index: Int, _ starting: Starting, in context: inout MachineContext) {
    guard index < context.definition.postStart.count else {
      guard context.definition.isOneShot, isInJail else {
        return becomeReady(at: context.now, main: starting.main, isOneShot: context.definition.isOneShot)
      }
      return leave(starting, in: &context)
    }
    var next = starting
    next.phase = .postStart(index, context.spawn(.postStart(index)))
    enter(.starting(next), at: context.now)
  }

  /// A one-shot needs its jail no longer than its processes.
  private mutating func leave(_ starting: Starting, in context: inout MachineContext) {
    var ending = StopSequence(StopSequence.Remains(runsPostStop: false, isInJail: true))
    let step = ending.begin(commanded: false, in: &context)
    var next = starting
    next.phase = .leaving(ending)
    enter(.starting(next), at: context.now)
    if case .over = step { becomeReady(at: context.now, main: nil, isOneShot: true) }
  }

  private mutating func attemptFailed(_ cause: FailureCause, _ starting: Starting, in context: inout MachineContext) {
    var isSuccess = false
    if case .exitedBeforeReady(let status) = cause { isSuccess = context.definition.isSuccess(status) }
    let decision = decide(cause, isSuccess: isSuccess && context.definition.respawn.policy == .onFailure, in: &context)
    let news = News(cause: decision.cause(or: cause), willRetry: decision.isRespawn, wasUp: false)
    finish(decision, cause, starting, in: &context)
    tell(news, of: cause, in: &context)
  }
}

extension StateMachine.Starting {
  /// The command that runs beside the main process, or before it.
  var hook: ProcessKey? {
    switch phase {
    case .preStart(_, let key), .postStart(_, let key): key == finished ? nil : key
    case .preparing, .enteringJail, .launching, .settling, .oneShot, .clearing, .leaving: nil
    }
  }

  /// The same, as what it was started for.
  var hookRole: ProcessRole? {
    guard hook != nil else { return nil }
    switch phase {
    case .preStart(let index, _): return .preStart(index)
    case .postStart(let index, _): return .postStart(index)
    case .preparing, .enteringJail, .launching, .settling, .oneShot, .clearing, .leaving: return nil
    }
  }

  var timers: [ServiceTimer] {
    // What is ended in its midst has a time of its own.
    if let ending { return ending.timers }
    var timers: [ServiceTimer] = []
    if case .settling(let until) = phase { timers.append(ServiceTimer(kind: .settle, due: until)) }
    if let deadline { timers.append(ServiceTimer(kind: .startTimeout, due: deadline)) }
    return timers
  }

  /// What is being ended in the midst of the start.
  var ending: StopSequence? {
    switch phase {
    case .clearing(let ending), .leaving(let ending): ending
    case .preparing, .enteringJail, .preStart, .launching, .settling, .oneShot, .postStart: nil
    }
  }

  var isPreparing: Bool {
    if case .preparing = phase { true } else { false }
  }

  var isEnteringJail: Bool {
    if case .enteringJail = phase { true } else { false }
  }

  /// The main process executes its program already.
  func hasLaunched(_ key: ProcessKey) -> Bool {
    guard key == main else { return false }
    if case .launching = phase { return false }
    return true
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
