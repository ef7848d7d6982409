// The life of one service
// =======================
//
//             admit           start            ready
//   stopped ────────▶ waiting ──────▶ starting ───────▶ running, or completed (one-shot)
//      ▲                 ▲               │ attempt         │ main process ends unasked
//      │                 │ delay over    │ failed          │
//      │                 └───────── respawning ◀───────────┤ respawn applies
//      │                                                   │
//      └───────────────── stopping ◀───────────────────────┘ stop, or respawn does not apply
//                             └─▶ failed
//
// A service *waits* for what the graph decides (requirements, order, conflicts); the graph says `start`, and from then on
// this machine runs the sequence by itself:
//
//   starting: preparing (look-ups, preconditions) → (entering its jail: its jail is made) → pre-start, one command after the
//             other → the main process → (settling: it has to stay alive for a time) → (a one-shot: its end, and the end of
//             what it left) → post-start, one after the other → (a one-shot: leaving, its jail is undone) → ready
//   ending:   see StopSequence.swift; the same sequence after a stop, a failed attempt, and an end that nobody asked for.
//             While a respawn is to follow the service is `respawning`, otherwise it is `stopping`.
//
// Every attempt to start that fails, and every unasked end of the main process, goes through one decision:
// does respawn apply, and is the limit not reached? Then respawning, else failed (or stopped, after success).
//
// `isHeldUp`: a service that was ready once stays *up* for its dependents while it respawns; so does a completed one-shot
// that runs again. It ends with the next rest.
//
// The machine performs nothing: it appends effects, which the graph turns into actions. Every pair of state and event
// is answered in StateMachine+Answers.swift; an event that means nothing in a state is answered by leaving everything as it is.

/// The life of one service: a pure state machine.
struct StateMachine: Sendable {
  private(set) var state: State = .stopped(.neverStarted)
  /// Since when the state is what it is; phases within a state do not count.
  private(set) var since: Instant
  /// Was ready, and has not rested since.
  private(set) var isHeldUp = false
  /// Its jail was asked for, and has not been left.
  var isInJail = false
  private(set) var history = RespawnHistory()
  private(set) var lastExit: ExitStatus?
  private(set) var lastExitAt: Instant?
  /// When the program of the present run was executed, or of the last one.
  private(set) var launchedAt: Instant?
  /// An end of the main process that is told as soon as it is known whether it has left something behind.
  var untold: News?
  /// What went wrong on the way in this run, and kept nothing from being done.
  private(set) var troubles: [FailureCause] = []

  init(at now: Instant) {
    since = now
  }

  enum State: Sendable {
    case stopped(StopCause)
    /// Everything that holds it is the graph's business. `rerun`: a completed one-shot that is to run again.
    case waiting(rerun: Bool)
    case starting(Starting)
    /// A group has no main process.
    case running(main: ProcessKey?)
    case completed
    case respawning(Respawning)
    case stopping(StopSequence, Outcome)
    case failed(FailureCause)
  }

  struct Starting: Sendable {
    enum Phase: Sendable {
      case preparing
      /// Its jail is being made.
      case enteringJail
      case preStart(Int, ProcessKey)
      /// The main process was asked for and has not executed its program yet.
      case launching
      /// It has to stay alive until then to be ready.
      case settling(until: Instant)
      /// The one-shot's process runs to its end.
      case oneShot
      /// The one-shot has succeeded; what it left behind is ended.
      case clearing(StopSequence)
      case postStart(Int, ProcessKey)
      /// All of a one-shot is done; its jail, which nothing runs in any more, is undone.
      case leaving(StopSequence)
    }

    var phase: Phase
    var main: ProcessKey?
    /// The hook that has just ended, while its end is being answered.
    var finished: ProcessKey?
    /// `nil`: may take as long as it likes.
    var deadline: Instant?
    /// Something was done that post-stop commands undo: pre-start has begun, or it is the rerun of a completed one-shot.
    var hasBegun: Bool
  }

  enum Respawning: Sendable {
    /// What is left of the last attempt is being ended; the cause is that of the respawn. `skipsDelay`: somebody has asked for
    /// the start meanwhile.
    case ending(StopSequence, cause: FailureCause, skipsDelay: Bool)
    case delay(until: Instant, cause: FailureCause)
  }

  // MARK: What others see

  /// Up for dependents that run: running, completed, or on the way back there.
  var isUp: Bool {
    switch state {
    case .running, .completed: true
    case .waiting, .starting, .respawning: isHeldUp
    case .stopped, .stopping, .failed: false
    }
  }

  /// Good enough for a dependent to start.
  var isReady: Bool {
    switch state {
    case .running, .completed: true
    default: false
    }
  }

  /// On its way up, and not up yet.
  var isComing: Bool {
    switch state {
    case .waiting, .starting, .respawning: !isHeldUp
    default: false
    }
  }

  /// At rest: no process, nothing to undo, nothing planned.
  var isResting: Bool {
    switch state {
    case .stopped, .failed: true
    default: false
    }
  }

  /// Whether something of it may exist: it is neither at rest nor merely waiting for its first start.
  var isActive: Bool {
    switch state {
    case .stopped, .failed: false
    case .waiting(let rerun): rerun || isHeldUp
    default: true
    }
  }

  /// What it waits for by the clock.
  var timers: [ServiceTimer] {
    switch state {
    case .starting(let starting): starting.timers
    case .respawning(.delay(let until, _)): [ServiceTimer(kind: .respawnDelay, due: until)]
    case .respawning(.ending(let ending, _, _)), .stopping(let ending, _): ending.timers
    case .stopped, .waiting, .running, .completed, .failed: []
    }
  }

  /// When it will be started again, while it waits for that.
  var nextRespawn: Instant? {
    if case .respawning(.delay(let until, _)) = state { until } else { nil }
  }

  /// The main process, from the moment that it was asked for until its end.
  var main: ProcessKey? {
    if let ending { return ending.main }
    return switch state {
    case .starting(let starting): starting.main
    case .running(let main): main
    case .respawning, .stopping, .stopped, .waiting, .completed, .failed: nil
    }
  }

  /// The end that is under way.
  var ending: StopSequence? {
    switch state {
    case .starting(let starting): starting.ending
    case .respawning(.ending(let ending, _, _)), .stopping(let ending, _): ending
    case .respawning(.delay), .stopped, .waiting, .running, .completed, .failed: nil
    }
  }

  // MARK: Changes of state, for the answers

  /// Enters a state; `since` moves only if the kind of state is another.
  mutating func enter(_ next: State, at now: Instant) {
    if next.name != state.name { since = now }
    state = next
  }

  /// The same state with another reason.
  mutating func replaceState(_ same: State) {
    state = same
  }

  mutating func becomeReady(at now: Instant, main: ProcessKey?, isOneShot: Bool) {
    isHeldUp = true
    history.readySince = now
    // Nothing that the host lacked stands in its way any more.
    history.endShortage()
    enter(isOneShot ? .completed : .running(main: main), at: now)
  }

  mutating func rest(_ outcome: Outcome, at now: Instant) {
    isHeldUp = false
    history.readySince = nil
    history.endShortage()
    switch outcome {
    case .stopped(let cause): enter(.stopped(cause), at: now)
    case .failed(let cause): enter(.failed(cause), at: now)
    }
  }

  mutating func noteExit(_ status: ExitStatus, at now: Instant) {
    lastExit = status
    lastExitAt = now
  }

  /// Whether one more respawn is allowed now; if so it is entered into the history.
  mutating func takeRespawn(_ rule: RespawnRule, after cause: FailureCause, at now: Instant) -> Bool {
    history.take(rule, after: cause, at: now)
  }

  mutating func noteBackgroundRespawn() {
    history.noteBackground()
  }

  /// Post-stop commands that fail at each respawn are one trouble.
  mutating func note(_ trouble: FailureCause) {
    if !troubles.contains(trouble) { troubles.append(trouble) }
  }

  /// A new run begins.
  mutating func forgetTroubles() {
    troubles = []
  }

  mutating func nextDelay(_ rule: RespawnDelay, random: inout SplitMix64) -> Duration {
    history.nextDelay(rule, random: &random)
  }

  /// Whether what the host lacks is still waited for.
  mutating func waits(for patience: Duration?, at now: Instant) -> Bool {
    history.waits(for: patience, at: now)
  }

  mutating func nextPatience() -> Duration {
    history.nextPatience()
  }

  mutating func noteLaunch(at now: Instant) {
    launchedAt = now
  }

  /// A start by command begins with a clean record.
  mutating func forgetFailures() {
    history.clear()
  }
}

// MARK: - The state record

extension StateMachine: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.value(1, state)
    writer.instant(2, since)
    writer.flag(3, isHeldUp)
    writer.flag(4, isInJail)
    writer.value(5, history)
    writer.value(6, lastExit)
    writer.instant(7, lastExitAt)
    writer.instant(8, launchedAt)
    writer.value(9, untold)
    for trouble in troubles { writer.value(10, trouble) }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    state = try fields.value(1)
    since = try fields.instant(2)
    isHeldUp = try fields.flag(3)
    isInJail = try fields.flag(4)
    history = try fields.optionalValue(5) ?? RespawnHistory()
    lastExit = try fields.optionalValue(6)
    lastExitAt = try fields.optionalInstant(7)
    launchedAt = try fields.optionalInstant(8)
    untold = try fields.optionalValue(9)
    troubles = try fields.values(10)
  }
}

extension StateMachine.State {
  /// The state's word, as users see it.
  var name: StateName {
    switch self {
    case .stopped: .stopped
    case .waiting: .waiting
    case .starting: .starting
    case .running: .running
    case .completed: .completed
    case .respawning: .respawning
    case .stopping: .stopping
    case .failed: .failed
    }
  }
}

/// The states of a service, as users see them.
public enum StateName: String, Sendable, Hashable, CaseIterable {
  case stopped, waiting, starting, running, completed, respawning, stopping, failed
}
