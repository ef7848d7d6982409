/// What the outside world tells the core.
public enum Event: Sendable {
  /// The first configuration: auto-start services are started.
  case boot(Configuration, Enablement)
  /// A configuration that was read again, or for `only` a part of it; the reply goes to the request.
  case load(Configuration, scope: LoadScope, requester: Requester, request: RequestID?)
  /// What such a load would change, for the reply; nothing is done.
  case tryLoad(Configuration, scope: LoadScope, requester: Requester, request: RequestID)
  case order(Order, requester: Requester, request: RequestID)
  /// The connection that made the request is gone.
  case callerGone(RequestID)
  /// Whether the caller has yet to read what the process that runs on its behalf has written: until then the process
  /// waits, and its time does not pass.
  case callerBehind(RequestID, Bool)
  /// The answer to `Action.prepare`.
  case prepared(QuestionID, lacks: [String])
  /// The answer to `Action.enterJail`; a failure has left nothing behind.
  case jailEntered(QuestionID, failure: String?)
  /// The answer to `Action.release`: what of it could not be undone.
  case released(QuestionID, failure: String?)
  /// The process executes its program.
  case spawned(ProcessKey, pid: Int32)
  case spawnFailed(ProcessKey, SpawnFailure)
  case exited(ProcessKey, ExitStatus)
  /// A process that had lost its parent below us has ended.
  ///
  /// - Parameter of: the process that it descends from, where that is known.
  case orphan(pid: Int32, ExitStatus, of: ProcessKey?)
  /// The answer to `Action.inspectSubtree`: at once, and again when the subtree has become empty, or when the same is asked
  /// anew. All other questions are answered once.
  case subtree(QuestionID, isEmpty: Bool)
  /// The first configuration, for a supervisor that has no state record and finds some services running.
  case adopt(Configuration, Enablement, [FoundProcess])
  /// A restored supervisor goes on, with what became of the processes that it knew, and of those that it did not.
  case resume([ProcessKey: ProcessFate])
  /// A deadline may have passed.
  case tick
  /// Stop everything, and then exit.
  case shutdown(Requester)
  /// Of what still stops, wait for nothing any more: as if `shutdown-timeout` had passed.
  case hurryShutdown
}

/// What a load replaces.
public enum LoadScope: Sendable {
  /// Everything: what is not in it is removed.
  case all
  /// Only adds and replaces.
  case part
}

/// Who has been enabled and disabled by command, as kept in the state directory.
public struct Enablement: Sendable, Equatable {
  public var enabled: Set<String>
  public var disabled: Set<String>

  public init(enabled: Set<String> = [], disabled: Set<String> = []) {
    self.enabled = enabled
    self.disabled = disabled
  }
}

/// What a client asks for.
public enum Order: Sendable {
  case start([String], options: OrderOptions)
  case stop([String], withRequirements: Bool, options: OrderOptions)
  case restart([String], options: OrderOptions)
  case reload(String)
  case action(String, name: String, arguments: [String])
  case signal([String], Int32, group: Bool)
  case enable([String], now: Bool, options: OrderOptions)
  case disable([String], stop: Bool, options: OrderOptions)
  /// Forgets failures and counts of respawns.
  case reset([String])
  /// Forgets that they were enabled or disabled by command.
  case preset([String])
  case wait(String, for: WaitCondition, after: Int32?, timeout: Duration?)
  case unload([String])
  case stopRoot
}

public struct OrderOptions: Sendable, Hashable {
  /// Reply at once, when the order has been taken.
  public var noWait: Bool
  /// Say what would be done, and do nothing.
  public var dryRun: Bool
  /// Of a start: a supervisor before this one was asked for it, and what it has begun goes on. So what has completed meanwhile is
  /// not run once more.
  public var repeated: Bool

  public init(noWait: Bool = false, dryRun: Bool = false, repeated: Bool = false) {
    self.noWait = noWait
    self.dryRun = dryRun
    self.repeated = repeated
  }
}

public enum WaitCondition: String, Sendable, Hashable, CaseIterable {
  /// Running, or for a one-shot completed.
  case running
  case stopped
  case failed
  case completed
}
