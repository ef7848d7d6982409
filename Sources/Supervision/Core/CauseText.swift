// The one place where causes become words. Each text is a clause that can follow "NAME has failed: ".

extension ExitStatus: CustomStringConvertible {
  /// `exit 1`, `signal 11 (SEGV)`, `signal 11 (SEGV), core dumped`, `ended, how is not known`
  public var description: String {
    switch self {
    case .exited(let code): "exit \(code)"
    case .signaled(let number, let core):
      "signal \(number) (\(SignalName.name(of: number)))" + (core ? ", core dumped" : "")
    case .unknown: "ended, how is not known"
    }
  }
}

extension ProcessRole: CustomStringConvertible {
  /// What users call it.
  public var description: String {
    switch self {
    case .main: "main process"
    case .preStart(let index): "pre-start command \(index + 1)"
    case .postStart(let index): "post-start command \(index + 1)"
    case .stopCommand: "stop command"
    case .postStop(let index): "post-stop command \(index + 1)"
    case .reload: "reload command"
    case .action: "action"
    }
  }
}

extension CommandName: CustomStringConvertible {
  public var description: String { program.map { "\(role) (\($0))" } ?? "\(role)" }
}

extension Requester: CustomStringConvertible {
  /// `boot`, `herd, uid 1001`, `requirement of web`
  public var description: String {
    switch self {
    case .boot: "boot"
    case .load: "load"
    case .user(let uid): "herd, uid \(uid)"
    case .service(let name): "requirement of \(name)"
    case .onFailure(let name): "on-failure of \(name)"
    case .shutdown: "shutdown"
    }
  }
}

extension StopCause: CustomStringConvertible {
  public var description: String {
    switch self {
    case .neverStarted: "not started"
    case .command(let requester): "by \(requester)"
    case .reset(let requester): "reset by \(requester)"
    case .exited(let status): "exited: \(status)"
    case .background(let status): FailureCause.background(status).description
    case .requirementStopped(let name): "because \(name) stops"
    case .conflict(let name): "gave way to \(name), which conflicts"
    case .restart(let requester): "restarted by \(requester)"
    case .disabled: "disabled before it could start"
    case .removed: "removed from the configuration"
    case .shutdown: "the supervisor stops"
    }
  }
}

extension FailureCause: CustomStringConvertible {
  public var description: String {
    switch self {
    case .lacks(let lacks): lacks.joined(separator: "; ")
    case .spawn(.main, let failure): failure.message
    case .spawn(let role, let failure): "\(role): \(failure.message)"
    case .jail(let reason): "its jail cannot be made: \(reason)"
    case .jailLeft(let reason): "its jail could not be undone: \(reason)"
    case .hook(let command, let status): "\(command): \(status)"
    case .hookTimeout(let command, let time): "\(command): not done after \(time.text)"
    case .exitedBeforeReady(.unknown): "ended before it was ready, how is not known"
    case .exitedBeforeReady(let status): "\(status) before it was ready"
    case .exited(let status): status.description
    case .background(let status):
      "\(status) soon after its start, and it left processes: it seems to put itself into the background; "
        + "give it its option for the foreground (such as -f, -D, -F, --foreground)"
    case .startTimeout(let time, nil): "not ready after \(time.text)"
    case .leftProcesses:
      "its process has ended and left others, which are ended: a one-shot is over with its process, and what is to stay is a "
        + "service of its own"
    case .startTimeout(let time, let command?): "not ready after \(time.text): \(command) had not ended"
    case .respawnLimit(let count, let period, let last):
      "respawned \(count) times in \(period.text), the limit; last: \(last)"
    case .requirement(let name, let trouble, nil): "its requirement \(name) \(trouble.text)"
    case .requirement(let name, let trouble, let first?):
      "its requirement \(name) \(trouble.text): \(first.service == name ? "" : "\(first.service): ")\(first.cause)"
    case .awaits(let name, let cause): "waits for \(name), which could not be started: \(cause)"
    case .unkillable: "processes are left that SIGKILL does not end"
    }
  }
}

extension RequirementTrouble {
  var text: String {
    switch self {
    case .failed: "has failed"
    case .stopped: "is stopped"
    case .disabled: "is disabled"
    case .unknown: "does not exist"
    }
  }
}

extension Outcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .stopped(let cause): cause.description
    case .failed(let cause): cause.description
    }
  }
}

extension Anomaly: CustomStringConvertible {
  public var description: String {
    switch self {
    case .misplaced(let event, let service, let state):
      "\(service): \(event) came while it is \(state.rawValue), which cannot be; it was passed over"
    case .unasked(let answer): "\(answer) came, the answer to a question that was not asked; it was passed over"
    case .circling: "services start each other without end; no more are started for now"
    case .unrecorded(let key, let service):
      "\(service) waits for process \(key.serial), which the state record does not have: it counts as ended"
    case .stray(let key, let pid):
      "process \(key.serial), pid \(pid), runs, and the state record does not have it: it is killed"
    }
  }
}

extension MachineEvent {
  /// What has come, without what came with it.
  var word: String {
    switch self {
    case .admit: "`admit`"
    case .adopt: "`adopt`"
    case .start: "`start`"
    case .stop: "`stop`"
    case .kill: "`kill`"
    case .hurry: "`hurry`"
    case .prepared: "`prepared`"
    case .jailEntered: "`jailEntered`"
    case .released: "`released`"
    case .spawned: "`spawned`"
    case .spawnFailed: "`spawnFailed`"
    case .exited: "`exited`"
    case .subtree: "`subtree`"
    case .deadline(let kind): "`deadline(\(kind))`"
    }
  }
}

extension Duration {
  /// In the largest unit that leaves no fraction: `100 ms`, `7 s`, `2 min`.
  public var text: String {
    let milliseconds = nanoseconds / 1_000_000
    if milliseconds % 1000 != 0 || milliseconds == 0 { return "\(milliseconds) ms" }
    let seconds = milliseconds / 1000
    if seconds % 3600 == 0 { return "\(seconds / 3600) h" }
    if seconds % 60 == 0 { return "\(seconds / 60) min" }
    return "\(seconds) s"
  }
}
