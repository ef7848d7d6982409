/// What can happen to a service.
enum MachineEvent: Sendable {
  /// It is wanted: wait for the graph.
  case admit
  /// Its main process was found running, though nothing is known of its start.
  case adopt(ProcessKey)
  /// The graph says: nothing holds it any more.
  case start
  /// It is to rest, with this outcome.
  case stop(Outcome)
  /// No more patience: SIGKILL.
  case kill
  /// The supervisor has no more time: no further commands, but the grace period that runs.
  case hurry
  /// The look-ups before a start; empty when nothing is missing.
  case prepared(lacks: [String])
  /// The answer to `enterJail`: why there is no jail.
  case jailEntered(failure: String?)
  /// The answer to `release`: what is left of the jail.
  case released(failure: String?)
  /// The process executes its program.
  case spawned(ProcessKey)
  case spawnFailed(ProcessKey, SpawnFailure)
  case exited(ProcessKey, ExitStatus)
  /// The answer to `inspectSubtree`: at once, and again when the subtree has become empty.
  case subtree(isEmpty: Bool)
  /// One of its timers is due.
  case deadline(ServiceTimer.Kind)
}

/// What the machine wants done.
enum MachineEffect: Sendable {
  case prepare
  case enterJail
  case release
  case spawn(ProcessKey, ProcessRole)
  case signal(ProcessKey, Int32, continues: Bool)
  case signalSubtree(Int32, continues: Bool)
  case inspectSubtree
  /// A start came to nothing; whether it will be tried again.
  case attemptFailed(FailureCause, willRetry: Bool)
  /// It was up and its main process ended, unasked.
  case ended(FailureCause, willRetry: Bool)
  /// Something went wrong on the way, a stop or post-stop command say; what is under way goes on.
  case trouble(FailureCause)
  /// SIGKILL goes out, after the time that there was to end; `nil`: nobody waited for that any longer.
  case killing(after: Duration?)
  /// The event cannot come in this state, and was passed over.
  case anomaly(MachineEvent, in: StateName)
}

/// The signals that the core sends by itself. KILL and TERM are the same number on every system that we know.
enum ProcessSignal {
  static let kill: Int32 = 9
  static let terminate: Int32 = 15
  /// This one is not: the table of names knows it.
  static let `continue` = SignalName.number(of: "CONT")
}

/// What an event's answer may look at, and where it puts its effects.
struct MachineContext {
  let blueprint: Blueprint
  /// Nobody wants another start: the service is disabled, or the supervisor leaves.
  var mayRespawn = true
  /// It is to stop anyway, and comes to this: an end that comes by itself before its turn is as good.
  var ordered: Outcome?
  let now: Instant
  var random: SplitMix64
  var nextSerial: UInt64
  var effects: [MachineEffect] = []

  var definition: ServiceDefinition { blueprint.definition }

  func name(of role: ProcessRole) -> CommandName { CommandName(role, of: definition) }

  mutating func spawn(_ role: ProcessRole) -> ProcessKey {
    let key = ProcessKey(serial: nextSerial)
    nextSerial += 1
    effects.append(.spawn(key, role))
    return key
  }
}
