// What follows an end that nobody asked for, and the way to rest.
extension Life {
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

  mutating func decide(_ cause: FailureCause, isSuccess: Bool, in context: inout LifeContext) -> Decision {
    if let ordered = context.ordered { return .rest(ordered) }
    let rule = context.definition.respawn
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
    guard takeRespawn(rule, at: context.now) else {
      return .rest(.failed(.respawnLimit(count: rule.limitCount, period: rule.limitPeriod, last: cause)))
    }
    return .respawn
  }

  mutating func mainEnded(_ status: ExitStatus, in context: inout LifeContext) {
    noteExit(status, at: context.now)
    let cause = FailureCause.exited(status)
    let decision = decide(cause, isSuccess: context.definition.isSuccess(status), in: &context)
    context.effects.append(.ended(decision.cause(or: cause), willRetry: decision.isRespawn))
    finish(decision, cause, nil, in: &context)
  }

  /// - Parameter starting: what was under way, if it was not up yet.
  mutating func finish(
    _ decision: Decision, _ cause: FailureCause, _ starting: Starting?, in context: inout LifeContext
  ) {
    let remains = starting.map { self.remains(of: $0) } ?? self.remains(main: nil)
    switch decision {
    case .rest(let outcome):
      end(remains, commanded: false, outcome, in: &context)
    case .respawn:
      var ending = Ending(remains)
      let step = ending.begin(commanded: false, in: &context)
      enter(.respawning(.ending(ending, cause: cause)), at: context.now)
      if case .over = step { delay(cause: cause, in: &context) }
    }
  }

  /// What there is to end of a service that was ready.
  func remains(main: ProcessKey?) -> Ending.Remains {
    Ending.Remains(main: main, runsPostStop: true, isConfined: isConfined, isInside: isConfined)
  }

  /// What there is to end of a start that is given up.
  func remains(of starting: Starting) -> Ending.Remains {
    let isBeingMade = if case .confining = starting.phase { true } else { false }
    return Ending.Remains(
      main: starting.main, hook: starting.hook, runsPostStop: starting.hasBegun, isConfined: isConfined,
      isInside: isConfined && !isBeingMade)
  }

  mutating func end(
    _ remains: Ending.Remains, commanded: Bool, _ outcome: Outcome, in context: inout LifeContext
  ) {
    var ending = Ending(remains)
    let step = ending.begin(commanded: commanded, in: &context)
    enter(.stopping(ending, outcome), at: context.now)
    if case .over = step { rest(outcome, at: context.now) }
  }

  /// When init ends all processes at once, the services' SIGTERM is seen before the supervisor's own: a respawn waits for that.
  static let holdBack: Duration = .milliseconds(200)

  mutating func delay(cause: FailureCause, in context: inout LifeContext) {
    var pause = nextDelay(context.definition.respawn.delay, random: &context.random)
    if case .exited(.signaled(ProcessSignal.terminate, _)) = cause { pause = max(pause, Self.holdBack) }
    if pause == .zero {
      enter(.waiting(rerun: false), at: context.now)
    } else {
      enter(.respawning(.delay(until: context.now + pause, cause: cause)), at: context.now)
    }
  }
}

extension Life.Respawning {
  var cause: FailureCause {
    switch self {
    case .ending(_, let cause), .delay(_, let cause): cause
    }
  }
}

extension ServiceDefinition {
  /// Its processes run in a jail that is made for them: there is something to do before the first, and after the last.
  var isConfined: Bool {
    guard process.hasRare, let jail = process.rare.jail else { return false }
    return jail.enter == nil
  }

  func isSuccess(_ status: ExitStatus) -> Bool {
    if case .exited(let code) = status { successExitCodes.contains(code) } else { false }
  }
}
