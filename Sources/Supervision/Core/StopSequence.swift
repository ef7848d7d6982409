// How a service ends
// ==================
//
//   commanded ──▶ terminating ──▶ draining ──▶ post-stop … ──▶ (draining) ──▶ (releasing) ──▶ over
//        └───────────────┴────────────┴──▶ killing ──────────────────────────────────┘
//
//   commanded    the stop command runs; the main process is expected to end. If the command fails, the signal follows.
//   terminating  the stop signal was sent to what `stop.kill` names; main process and hook are expected to end.
//   looking      with `stop.kill = main` the rest is not ours to end; whether there is any is asked all the same when the main
//                process may have put itself into the background, for the message about it.
//   draining     both are gone; what is left of the subtree is asked for, and ended by the same rule.
//   post-stop    the cleaning commands, one after the other; what they leave is drained as well. One that fails or
//                takes too long is reported, and the next one runs.
//   releasing    no process is left: the jail is removed, and what was made for it is undone. What cannot be undone in
//                time is given up, and said so; the next start begins with it. The jail of what survives SIGKILL is left too.
//   killing      the grace period is over: SIGKILL. What survives that for `killPatience` is given up, and said so.
//
// An ending always ends: each phase but `over` has a deadline, and each deadline leads to a later phase. A *hurried* ending
// (the supervisor has no more time) begins no post-stop command any more; the grace period that runs is the service's own. A
// *forced* one (nobody waits any longer) begins with SIGKILL.

/// The end of a service's processes, from whichever phase of its life it was in.
struct StopSequence: Sendable {
  enum Phase: Sendable {
    case commanded(ProcessKey)
    case terminating
    case looking
    case draining
    case postStop(Int, ProcessKey)
    case releasing
    case killing
  }

  /// What there is to end.
  struct Remains: Sendable {
    var main: ProcessKey?
    /// A command of ours that is to end too.
    var hook: ProcessKey?
    /// Post-stop commands are the counterpart of pre-start commands: they run if those had begun.
    var runsPostStop: Bool
    /// There is a jail to be left.
    var isInJail: Bool
    /// That jail is there: commands can run in it.
    var isInside = false
    /// Whether anything is left is worth knowing, also if it is left alone.
    var isAskedFor = false
  }

  /// What an event led to.
  enum Step: Sendable {
    case ongoing
    case over
    /// Over, but something is left: it outlived SIGKILL, or could not be undone.
    case gaveUp(FailureCause)
  }

  /// From SIGKILL to giving up: a process that does not die in this time hangs in the kernel.
  static let killPatience: Duration = .seconds(10)
  /// From the request to leave a jail to giving up: long enough to hear what became of an undoing that was ended for taking
  /// too long.
  static let releasePatience: Duration = JailRegistry.undoingPatience + .seconds(10)

  private(set) var phase: Phase = .terminating
  private(set) var main: ProcessKey?
  /// A command of ours that is to end too: pre-start, post-start; once killed, also the stop command or a post-stop.
  private(set) var hook: ProcessKey?
  private(set) var deadline: Instant?
  /// Whether the stop signal has gone out.
  private var hasSignalled = false
  private let runsPostStop: Bool
  private let isInJail: Bool
  private let isInside: Bool
  /// The post-stop command that comes next.
  private var nextPostStop = 0
  private var isAskedFor: Bool
  private var isHurried = false
  private var isUnkillable = false

  // MARK: The beginning

  init(_ remains: Remains) {
    main = remains.main
    hook = remains.hook
    runsPostStop = remains.runsPostStop
    isInJail = remains.isInJail
    isInside = remains.isInside
    isAskedFor = remains.isAskedFor
  }

  /// Begins to end what runs.
  ///
  /// - Parameter commanded: whether the stop command, if there is one, is to be used: only for what was ready.
  mutating func begin(commanded: Bool, in context: inout MachineContext) -> Step {
    let rule = context.definition.stop
    if commanded, rule.exec != nil {
      phase = .commanded(context.spawn(.stopCommand))
      deadline = context.now + rule.gracePeriod
      return .ongoing
    }
    guard main != nil || hook != nil else { return drain(in: &context) }
    terminate(in: &context)
    return .ongoing
  }

  /// Main process and hook are gone, and it is asked whether anything else is there.
  var isLookingForRemains: Bool {
    switch phase {
    case .looking, .draining: true
    default: false
    }
  }

  var timers: [ServiceTimer] {
    guard let deadline else { return [] }
    return [ServiceTimer(kind: .grace, due: deadline)]
  }

  // MARK: Events

  mutating func handle(_ event: MachineEvent, in context: inout MachineContext) -> Step {
    switch event {
    case .exited(let key, let status): ended(key, status == .exited(0) ? nil : { .hook($0, status) }, in: &context)
    case .spawnFailed(let key, let failure): ended(key, { .spawn($0.role, failure) }, in: &context)
    case .subtree(let isEmpty): subtree(isEmpty: isEmpty, in: &context)
    case .released(let failure): released(failure)
    case .deadline: deadlinePassed(in: &context)
    case .hurry: hurry(in: &context)
    case .kill: force(in: &context)
    case .admit, .adopt, .start, .stop, .prepared, .jailEntered, .spawned: .ongoing
    }
  }

  /// - Parameter failure: what to report if it was one of our commands; `nil` after success.
  private mutating func ended(
    _ key: ProcessKey, _ failure: ((CommandName) -> FailureCause)?, in context: inout MachineContext
  ) -> Step {
    if key == main { main = nil }
    if key == hook { hook = nil }
    switch phase {
    case .commanded(key):
      return commandEnded(failure?(context.name(of: .stopCommand)), in: &context)
    case .commanded, .looking, .draining, .releasing:
      // While the stop command is busy it has until the deadline, also when the main process is gone.
      return .ongoing
    case .postStop(let index, key):
      if let failure { context.effects.append(.trouble(failure(context.name(of: .postStop(index))))) }
      return postStop(in: &context)
    case .postStop:
      return .ongoing
    case .terminating, .killing:
      return main == nil && hook == nil ? drain(in: &context) : .ongoing
    }
  }

  private mutating func commandEnded(_ failure: FailureCause?, in context: inout MachineContext) -> Step {
    if let failure { context.effects.append(.trouble(failure)) }
    if main == nil, hook == nil { return drain(in: &context) }
    if failure == nil {
      // It has asked; the main process has the rest of the grace period.
      phase = .terminating
    } else {
      terminate(in: &context)
    }
    return .ongoing
  }

  private mutating func subtree(isEmpty: Bool, in context: inout MachineContext) -> Step {
    switch phase {
    case .looking:
      return drained(in: &context)
    case .draining:
      if isEmpty { return drained(in: &context) }
      if !hasSignalled {
        let rule = context.definition.stop
        context.effects.append(.signalSubtree(rule.signal, continues: rule.continues))
        hasSignalled = true
      }
      return .ongoing
    case .killing:
      if isEmpty { return main == nil && hook == nil ? drained(in: &context) : .ongoing }
      // What was forked while the signal went round gets its own.
      context.effects.append(.signalSubtree(ProcessSignal.kill, continues: false))
      return .ongoing
    case .commanded, .terminating, .postStop, .releasing:
      return .ongoing
    }
  }

  private mutating func deadlinePassed(in context: inout MachineContext) -> Step {
    switch phase {
    case .killing:
      isUnkillable = true
      return release(in: &context)
    case .releasing:
      return released("it takes too long")
    case .postStop(let index, _):
      timedOut(.postStop(index), in: &context)
    case .commanded:
      timedOut(.stopCommand, in: &context)
    case .looking:
      return drained(in: &context)
    case .terminating, .draining:
      break
    }
    return kill(after: context.definition.stop.gracePeriod, in: &context)
  }

  private func timedOut(_ role: ProcessRole, in context: inout MachineContext) {
    let name = context.name(of: role)
    context.effects.append(.trouble(.hookTimeout(name, context.definition.stop.gracePeriod)))
  }

  // MARK: Phases

  private mutating func terminate(in context: inout MachineContext) {
    let rule = context.definition.stop
    signal(rule.signal, continues: rule.continues, in: &context)
    hasSignalled = true
    phase = .terminating
    deadline = context.now + rule.gracePeriod
  }

  private mutating func force(in context: inout MachineContext) -> Step {
    _ = hurry(in: &context)
    return kill(after: nil, in: &context)
  }

  private mutating func hurry(in context: inout MachineContext) -> Step {
    isHurried = true
    if case .releasing = phase { deadline = deadline.map { min($0, context.now + Self.killPatience) } }
    return .ongoing
  }

  /// SIGKILL to all that `stop.kill` names, and to the commands of ours that run.
  ///
  /// - Parameter patience: the time that there was to end; `nil`: nobody waited for that any longer.
  private mutating func kill(after patience: Duration?, in context: inout MachineContext) -> Step {
    switch phase {
    case .killing, .releasing: return .ongoing
    case .commanded(let key), .postStop(_, let key): hook = key
    case .terminating, .looking, .draining: break
    }
    context.effects.append(.killing(after: patience))
    signal(ProcessSignal.kill, in: &context)
    phase = .killing
    deadline = context.now + Self.killPatience
    return main == nil && hook == nil ? drain(in: &context) : .ongoing
  }

  private func signal(_ number: Int32, continues: Bool = false, in context: inout MachineContext) {
    switch context.definition.stop.kill {
    case .subtree:
      context.effects.append(.signalSubtree(number, continues: continues))
    case .main:
      if let main { context.effects.append(.signal(main, number, continues: continues)) }
      if let hook { context.effects.append(.signal(hook, number, continues: continues)) }
    }
  }

  /// Main process and hook are gone: asks for what they left behind, if that is ours to end.
  private mutating func drain(in context: inout MachineContext) -> Step {
    guard context.definition.stop.kill == .subtree else {
      guard isAskedFor else { return drained(in: &context) }
      isAskedFor = false
      phase = .looking
      deadline = context.now + context.definition.stop.gracePeriod
      context.effects.append(.inspectSubtree)
      return .ongoing
    }
    if case .killing = phase {
    } else {
      phase = .draining
      // What was forked while the signal went round has not had it: a shell's next child, say, whose sibling died of it.
      hasSignalled = false
      if deadline == nil { deadline = context.now + context.definition.stop.gracePeriod }
    }
    context.effects.append(.inspectSubtree)
    return .ongoing
  }

  private mutating func drained(in context: inout MachineContext) -> Step {
    runsPostStop && !isHurried && nextPostStop <= context.definition.postStop.count
      ? postStop(in: &context) : release(in: &context)
  }

  /// The next post-stop command, or after the last one the end of what they left.
  private mutating func postStop(in context: inout MachineContext) -> Step {
    let commands = context.definition.postStop
    // What belongs into a jail that was not made does not run at all.
    while nextPostStop < commands.count, !commands[nextPostStop].asSupervisor, !isInside,
      context.definition.hasJail
    {
      nextPostStop += 1
    }
    let index = nextPostStop
    nextPostStop += 1
    if index < commands.count, !isHurried {
      phase = .postStop(index, context.spawn(.postStop(index)))
      deadline = context.now + context.definition.stop.gracePeriod
      return .ongoing
    }
    guard index > 0 else { return release(in: &context) }
    phase = .draining
    deadline = nil
    hasSignalled = false
    return drain(in: &context)
  }

  /// Nothing runs any more: the jail can go.
  private mutating func release(in context: inout MachineContext) -> Step {
    guard isInJail else { return finished() }
    phase = .releasing
    deadline = context.now + (isHurried || isUnkillable ? Self.killPatience : Self.releasePatience)
    context.effects.append(.release)
    return .ongoing
  }

  private mutating func released(_ failure: String?) -> Step {
    guard case .releasing = phase else { return .ongoing }
    guard let failure, !isUnkillable else { return finished() }
    return .gaveUp(.jailLeft(failure))
  }

  private mutating func finished() -> Step {
    deadline = nil
    return isUnkillable ? .gaveUp(.unkillable) : .over
  }

  // MARK: What others see

  /// What is waited for, and what comes after it.
  func description(at now: Instant) -> String {
    let left = deadline?.left(at: now) ?? "no time"
    return switch phase {
    case .commanded: "its stop command has \(left) more"
    case .terminating, .looking, .draining: "SIGKILL in \(left)"
    case .postStop(let index, _): "its \(ProcessRole.postStop(index)) has \(left) more"
    case .releasing: "its jail is undone, given up in \(left)"
    case .killing: "SIGKILL has been sent, given up in \(left)"
    }
  }
}

// MARK: - The state record

extension StopSequence: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.value(1, phase)
    writer.key(2, main)
    writer.key(3, hook)
    writer.instant(4, deadline)
    writer.flag(5, hasSignalled)
    writer.flag(6, runsPostStop)
    writer.flag(7, isInJail)
    writer.flag(8, isInside)
    writer.number(9, UInt32(truncatingIfNeeded: nextPostStop))
    writer.flag(10, isAskedFor)
    writer.flag(11, isHurried)
    writer.flag(12, isUnkillable)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    phase = try fields.value(1)
    main = try fields.optionalKey(2)
    hook = try fields.optionalKey(3)
    deadline = try fields.optionalInstant(4)
    hasSignalled = try fields.flag(5)
    runsPostStop = try fields.flag(6)
    isInJail = try fields.flag(7)
    isInside = try fields.flag(8)
    nextPostStop = try fields.index(9)
    isAskedFor = try fields.flag(10)
    isHurried = try fields.flag(11)
    isUnkillable = try fields.flag(12)
  }
}
