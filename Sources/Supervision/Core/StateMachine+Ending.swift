// What follows an end that nobody asked for, and the way to rest.
extension StateMachine {
  /// What follows an end that nobody asked for.
  enum Decision {
    case respawn
    case rest(Outcome)

    var isRespawn: Bool {
      if case .respawn = self { true } else { false }
    }

    func cause(or other: FailureCause) -> FailureCause {
      if case .rest(.failed(let cause)) = self { cause } else { other }
    }
  }

  mutating func decide(_ cause: FailureCause, isSuccess: Bool, in context: inout MachineContext) -> Decision {
    if let ordered = context.ordered { return .rest(ordered) }
    // The service has not even been tried: neither its policy nor its limit has anything to say.
    let rule = context.definition.respawn
    if cause.isPassing, context.mayRespawn {
      if waits(for: cause.patience, at: context.now) { return .respawn }
      // Who wants it tried for ever has said so.
      guard rule.policy == .always, rule.limitCount == 0 else { return .rest(.failed(cause)) }
      return .respawn
    }
    let applies =
      switch rule.policy {
      case .always: true
      case .onFailure: !isSuccess
      case .never: false
      }
    guard applies, context.mayRespawn else {
      if isSuccess, case .exited(let status) = cause { return .rest(.stopped(.exited(status))) }
      return .rest(.failed(cause))
    }
    guard takeRespawn(rule, after: cause, at: context.now) else {
      return .rest(.failed(.respawnLimit(count: rule.limitCount, period: rule.limitPeriod, last: cause)))
    }
    return .respawn
  }

  mutating func mainEnded(_ status: ExitStatus, in context: inout MachineContext) {
    noteExit(status, at: context.now)
    let cause = FailureCause.exited(status)
    let decision = decide(cause, isSuccess: context.definition.isSuccess(status), in: &context)
    let news = News(cause: decision.cause(or: cause), willRetry: decision.isRespawn, wasUp: true)
    finish(decision, cause, nil, in: &context)
    tell(news, of: cause, in: &context)
  }

  /// - Parameter starting: what was under way, if it was not up yet.
  mutating func finish(
    _ decision: Decision, _ cause: FailureCause, _ starting: Starting?, in context: inout MachineContext
  ) {
    var remains = starting.map { self.remains(of: $0) } ?? self.remains(main: nil)
    remains.isAskedFor = mayBeInBackground(cause, in: context)
    switch decision {
    case .rest(let outcome):
      end(remains, commanded: false, outcome, in: &context)
    case .respawn:
      var ending = StopSequence(remains)
      let step = ending.begin(commanded: false, in: &context)
      enter(.respawning(.ending(ending, cause: cause, skipsDelay: false)), at: context.now)
      if case .over = step { delay(cause: cause, in: &context) }
    }
  }

  /// What there is to end of a service that was ready.
  func remains(main: ProcessKey?) -> StopSequence.Remains {
    StopSequence.Remains(main: main, runsPostStop: true, isInJail: isInJail, isInside: isInJail)
  }

  /// What there is to end of a start that is given up.
  func remains(of starting: Starting) -> StopSequence.Remains {
    let isBeingMade = if case .enteringJail = starting.phase { true } else { false }
    return StopSequence.Remains(
      main: starting.main, hook: starting.hook, runsPostStop: starting.hasBegun, isInJail: isInJail,
      isInside: isInJail && !isBeingMade)
  }

  mutating func end(
    _ remains: StopSequence.Remains, commanded: Bool, _ outcome: Outcome, in context: inout MachineContext
  ) {
    var ending = StopSequence(remains)
    let step = ending.begin(commanded: commanded, in: &context)
    enter(.stopping(ending, outcome), at: context.now)
    if case .over = step { rest(outcome, at: context.now) }
  }

  /// When init ends all processes at once, the services' SIGTERM is seen before the supervisor's own: a respawn waits for that.
  static let holdBack: Duration = .milliseconds(200)

  /// The shortest pause after a start that came to nothing before its program ran: such a start costs nothing, and without a
  /// pause it would be tried again as fast as the machine can. Short enough that the usual limit of five respawns in seven
  /// seconds still ends what cannot succeed.
  static let launchPause: Duration = .seconds(1)

  mutating func delay(cause: FailureCause, in context: inout MachineContext) {
    var pause = cause.isPassing ? nextPatience() : nextDelay(context.definition.respawn.delay, random: &context.random)
    if case .exited(.signaled(ProcessSignal.terminate, _)) = cause { pause = max(pause, Self.holdBack) }
    if cause.isBeforeProgram { pause = max(pause, Self.launchPause) }
    if pause == .zero {
      enter(.waiting(rerun: false), at: context.now)
    } else {
      enter(.respawning(.delay(until: context.now + pause, cause: cause)), at: context.now)
    }
  }
}

// MARK: - Into the background

/// An end of the main process that nobody asked for, and what follows it.
struct News: Sendable {
  var cause: FailureCause
  var willRetry: Bool
  /// It was ready; otherwise it is a start that came to nothing.
  var wasUp: Bool

  var effect: MachineEffect {
    wasUp ? .ended(cause, willRetry: willRetry) : .attemptFailed(cause, willRetry: willRetry)
  }
}

// A daemon that puts itself into the background ends with success soon after its start, and leaves the process that does the
// work. What it leaves is ended here like any remains; so the user has to hear why. Whether there is any is known when the
// subtree has been looked at, at once: so long the news of the end waits.
extension StateMachine {
  /// For so long after its start an end with success may be that of a daemon that has left its work to a child.
  static let backgroundWindow: Duration = .seconds(10)

  func mayBeInBackground(_ cause: FailureCause, in context: MachineContext) -> Bool {
    switch cause {
    case .exited(.exited(0)), .exitedBeforeReady(.exited(0)): break
    default: return false
    }
    guard !context.definition.isOneShot, let launchedAt else { return false }
    return context.now - launchedAt < Self.backgroundWindow
  }

  func tellsLater(_ cause: FailureCause, in context: MachineContext) -> Bool {
    guard mayBeInBackground(cause, in: context) else { return false }
    return ending?.isLookingForRemains ?? false
  }

  mutating func tell(_ news: News, of cause: FailureCause, in context: inout MachineContext) {
    if tellsLater(cause, in: context) { untold = news } else { context.effects.append(news.effect) }
  }

  /// The first event after such an end: the subtree has been looked at, or something else is more urgent.
  mutating func tellRest(after event: MachineEvent, in context: inout MachineContext) {
    guard var news = untold else { return }
    untold = nil
    if case .subtree(isEmpty: false) = event {
      news.cause = news.cause.inBackground
      noteBackground()
    }
    switch state {
    case .stopping, .stopped, .failed: news.willRetry = false
    case .waiting, .starting, .running, .completed, .respawning: break
    }
    context.effects.append(news.effect)
  }

  private mutating func noteBackground() {
    switch state {
    // With `stop.kill = main` there is nothing to end, and the next step has come with the answer.
    case .respawning(.ending(let ending, let cause, let skipsDelay)):
      noteBackgroundRespawn()
      replaceState(.respawning(.ending(ending, cause: cause.inBackground, skipsDelay: skipsDelay)))
    case .respawning(.delay(let until, let cause)):
      noteBackgroundRespawn()
      replaceState(.respawning(.delay(until: until, cause: cause.inBackground)))
    case .waiting:
      noteBackgroundRespawn()
    case .failed(let cause): replaceState(.failed(cause.inBackground))
    case .stopped(.exited(let status)): replaceState(.stopped(.background(status)))
    case .stopping(let ending, .failed(let cause)): replaceState(.stopping(ending, .failed(cause.inBackground)))
    case .stopping(let ending, .stopped(.exited(let status))):
      replaceState(.stopping(ending, .stopped(.background(status))))
    default: break
    }
  }
}

extension FailureCause {
  var inBackground: FailureCause {
    switch self {
    case .exited(let status), .exitedBeforeReady(let status): .background(status)
    case .respawnLimit(let count, let period, let last):
      .respawnLimit(count: count, period: period, last: last.inBackground)
    default: self
    }
  }

  /// The start came to nothing before the program of the service could do anything.
  var isBeforeProgram: Bool {
    switch self {
    case .spawn(.postStart, _): false
    case .spawn, .jail: true
    default: false
    }
  }

  /// The host lacked something for the moment; the service has not been tried.
  public var isPassing: Bool {
    if case .spawn(_, let failure) = self { failure.isPassing } else { false }
  }

  var patience: Duration? {
    if case .spawn(_, let failure) = self { failure.patience } else { nil }
  }
}

extension StateMachine.Respawning {
  var cause: FailureCause {
    switch self {
    case .ending(_, let cause, _), .delay(_, let cause): cause
    }
  }
}

extension ServiceDefinition {
  /// Its processes run in a jail that is made for them: there is something to do before the first, and after the last.
  var hasJail: Bool {
    guard process.hasRare, let jail = process.rare.jail else { return false }
    return jail.enter == nil
  }

  func isSuccess(_ status: ExitStatus) -> Bool {
    if case .exited(let code) = status { successExitCodes.contains(code) } else { false }
  }
}
