/// How a process ended: a decoded wait(2) status.
public enum ExitStatus: Sendable, Hashable {
  case exited(UInt8)
  case signaled(Int32, core: Bool)
  /// It has ended, and nobody can know how: its parent was another process. That is no success.
  case unknown
}

/// A process that did not come to be: at which stage between fork and exec, and why.
public struct SpawnFailure: Error, Hashable {
  /// A word for programs: `program`, `user`, `directory`, `exec`, …
  public var stage: String
  public var errno: Int32
  /// A clause for people: `cannot change to user "www2": no such user`.
  public var message: String
  /// The host lacks something that comes back by itself, descriptors or memory say: no fault of the service.
  public var isPassing: Bool
  /// What does not come back in this time is not worth waiting for; `nil`: it is waited for as long as it takes.
  public var patience: Duration?

  public init(stage: String, errno: Int32, message: String, isPassing: Bool = false, patience: Duration? = nil) {
    self.patience = patience
    self.stage = stage
    self.errno = errno
    self.message = message
    self.isPassing = isPassing
  }
}

/// Why a service rests without having failed.
public enum StopCause: Sendable, Hashable {
  case neverStarted
  case command(Requester)
  /// It had failed, and that was forgotten by command.
  case reset(Requester)
  /// The main process ended with success, and no respawn applies.
  case exited(ExitStatus)
  /// The same soon after its start, and it left processes: it seems to have put itself into the background.
  case background(ExitStatus)
  /// A requirement went down: its name.
  case requirementStopped(String)
  /// Another service that conflicts was started: its name.
  case conflict(String)
  /// Stopped to be started again.
  case restart(Requester)
  /// It was disabled before it could start.
  case disabled
  /// Its definition is gone from the configuration.
  case removed
  case shutdown
}

/// Why an attempt to start, or to keep running, came to nothing.
public indirect enum FailureCause: Sendable, Hashable {
  /// What the host lacks, or a precondition that is not met.
  case lacks([String])
  case spawn(ProcessRole, SpawnFailure)
  /// Its jail, or something that belongs to it, could not be made.
  case jail(String)
  /// Something of its jail could not be undone.
  case jailLeft(String)
  /// A hook ended without success.
  case hook(CommandName, ExitStatus)
  case hookTimeout(CommandName, Duration)
  /// The main process ended before it was ready.
  case exitedBeforeReady(ExitStatus)
  /// The main process (or a one-shot) ended without success.
  case exited(ExitStatus)
  /// It ended with success soon after its start and left processes, which are ended if `stop.kill` names them: it seems to have
  /// put itself into the background.
  case background(ExitStatus)
  /// A one-shot has succeeded, and what it had started besides was ended.
  case leftProcesses
  /// The command that had not ended, if it was one that kept the service from being ready.
  case startTimeout(Duration, during: CommandName? = nil)
  /// The respawn limit was reached; the last cause is inside.
  case respawnLimit(count: Int, period: Duration, last: FailureCause)
  /// `first`: what the trouble began with, where that is known.
  case requirement(String, RequirementTrouble, first: FirstCause? = nil)
  /// It waits for another service, whose start came to nothing and is tried again: an answer to who waits with it, and no rest.
  case awaits(String, FailureCause)
  /// Processes were left after SIGKILL.
  case unkillable
}

/// A command of a service, as messages name it: `pre-start command 2 (/bin/foo)`.
public struct CommandName: Sendable, Hashable {
  public var role: ProcessRole
  /// What is executed; its arguments are nobody's business.
  public var program: String?

  public init(_ role: ProcessRole, _ program: String? = nil) {
    self.role = role
    self.program = program
  }

  init(_ role: ProcessRole, of definition: ServiceDefinition) {
    self.init(role, definition.command(of: role)?.command.words.first)
  }
}

/// The beginning of a chain of failures: the service whose own failure the others follow from.
public struct FirstCause: Sendable, Hashable {
  public var service: String
  public var cause: FailureCause

  public init(service: String, cause: FailureCause) {
    self.service = service
    self.cause = cause
  }
}

public enum RequirementTrouble: Sendable, Hashable {
  case failed
  case stopped
  case disabled
  case unknown
}

/// What a service comes to when it has ended.
public enum Outcome: Sendable, Hashable {
  case stopped(StopCause)
  case failed(FailureCause)
}
