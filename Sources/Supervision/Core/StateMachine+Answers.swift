// Every state's answer to every event, and which pairs of them cannot be; StateMachine+Starting.swift and StateMachine+Ending.swift have what the two busy states do.
extension StateMachine {
  mutating func handle(_ event: MachineEvent, in context: inout MachineContext) {
    guard isPossible(event) else { return context.effects.append(.anomaly(event, in: state.name)) }
    let wasUntold = untold != nil
    answer(event, in: &context)
    if wasUntold { tellRest(after: event, in: &context) }
    for effect in context.effects {
      switch effect {
      case .enterJail: isInJail = true
      case .release: isInJail = false
      case .trouble(let cause): note(cause)
      default: break
      }
    }
  }

  /// What no sequence of events can bring about, if this machine, the graph and the runtime do as they should.
  ///
  /// It is recorded, and changes nothing. Not in the table, since it does happen: a stop, a kill, a hurry in any state; the answer to a
  /// question of an earlier run, which is late; the end of a process that has outlived SIGKILL.
  func isPossible(_ event: MachineEvent) -> Bool {
    switch (event, state) {
    case (.stop, _), (.kill, _), (.hurry, _): true
    case (.admit, .stopped), (.admit, .failed), (.admit, .completed), (.admit, .respawning): true
    case (.adopt, .stopped): true
    case (.start, .waiting): true
    case (.admit, _), (.adopt, _), (.start, _): false
    case (.deadline(let kind), _): timers.contains { $0.kind == kind }
    // Only a start and an end have asked anything, and the last question before a service is up has been answered. A group asks
    // nothing, and may have been another kind of service before.
    case (.prepared, .starting(let starting)): starting.isPreparing
    case (.jailEntered, .starting(let starting)): starting.isEnteringJail
    case (.subtree, .starting(let starting)), (.released, .starting(let starting)): starting.ending != nil
    case (.prepared, .completed), (.jailEntered, .completed), (.subtree, .completed), (.released, .completed): false
    case (.prepared, .running(_?)), (.jailEntered, .running(_?)), (.subtree, .running(_?)), (.released, .running(_?)):
      false
    case (.prepared, _), (.jailEntered, _), (.subtree, _), (.released, _): true
    // Whose processes are known, no others run.
    case (.spawned(let key), .starting(let starting)): starting.role(of: key) != nil && !starting.hasLaunched(key)
    case (.spawnFailed(let key, _), .starting(let starting)), (.exited(let key, _), .starting(let starting)):
      starting.role(of: key) != nil
    case (.exited(let key, _), .running(let main)): key == main
    case (.spawned, .running), (.spawnFailed, .running): false
    case (.spawned, .completed), (.spawnFailed, .completed), (.exited, .completed): false
    case (.spawned, .respawning(.delay)), (.spawnFailed, .respawning(.delay)), (.exited, .respawning(.delay)): false
    case (.spawned, _), (.spawnFailed, _), (.exited, _): true
    }
  }

  private mutating func answer(_ event: MachineEvent, in context: inout MachineContext) {
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

  private mutating func handleResting(_ event: MachineEvent, in context: inout MachineContext) {
    switch event {
    case .admit: enter(.waiting(rerun: false), at: context.now)
    case .adopt(let main): adopt(main, in: &context)
    case .stop(let outcome):
      // A rest for another reason: a requirement of a service that never started has failed.
      rest(outcome, at: context.now)
    case .start, .kill, .hurry, .deadline, .prepared, .jailEntered, .released, .spawned, .spawnFailed, .exited,
      .subtree:
      break
    }
  }

  private mutating func handleWaiting(_ event: MachineEvent, rerun: Bool, in context: inout MachineContext) {
    switch event {
    case .start: begin(rerun: rerun, in: &context)
    case .stop(let outcome):
      if rerun {
        end(remains(main: nil), commanded: true, outcome, in: &context)
      } else {
        rest(outcome, at: context.now)
      }
    case .admit, .adopt, .kill, .hurry, .deadline, .prepared, .jailEntered, .released, .spawned, .spawnFailed, .exited,
      .subtree:
      break
    }
  }

  private mutating func handleRunning(_ event: MachineEvent, main: ProcessKey?, in context: inout MachineContext) {
    switch event {
    case .exited(let key, let status):
      guard key == main else { break }
      mainEnded(status, in: &context)
    case .stop(let outcome):
      guard main != nil else { return rest(outcome, at: context.now) }
      end(remains(main: main), commanded: true, outcome, in: &context)
    case .admit, .adopt, .start, .kill, .hurry, .deadline, .prepared, .jailEntered, .released, .spawned, .spawnFailed,
      .subtree:
      break
    }
  }

  private mutating func handleCompleted(_ event: MachineEvent, in context: inout MachineContext) {
    switch event {
    case .admit: enter(.waiting(rerun: true), at: context.now)
    case .stop(let outcome):
      end(remains(main: nil), commanded: true, outcome, in: &context)
    case .adopt, .start, .kill, .hurry, .deadline, .prepared, .jailEntered, .released, .spawned, .spawnFailed, .exited,
      .subtree:
      break
    }
  }

  private mutating func handleRespawning(
    _ event: MachineEvent, _ respawning: Respawning, in context: inout MachineContext
  ) {
    switch (respawning, event) {
    case (.delay, .stop(let outcome)): rest(outcome, at: context.now)
    case (.delay, .deadline) where !context.mayRespawn: rest(.failed(respawning.cause), at: context.now)
    case (.delay, .deadline): enter(.waiting(rerun: false), at: context.now)
    case (.delay, .admit):
      // Somebody asks for it: that ends the pause.
      enter(.waiting(rerun: false), at: context.now)
    case (.delay, _): break
    case (.ending(let ending, _, _), .stop(let outcome)): enter(.stopping(ending, outcome), at: context.now)
    case (.ending(let ending, let cause, _), .admit):
      // What is left is ended first; the pause after that is not waited for.
      replaceState(.respawning(.ending(ending, cause: cause, skipsDelay: true)))
    case (.ending(var ending, let cause, let skipsDelay), _):
      switch ending.handle(event, in: &context) {
      case .ongoing:
        enter(.respawning(.ending(ending, cause: cause, skipsDelay: skipsDelay)), at: context.now)
      case .over where skipsDelay && context.mayRespawn: enter(.waiting(rerun: false), at: context.now)
      case .over: delay(cause: cause, in: &context)
      case .gaveUp(let reason): rest(.failed(reason), at: context.now)
      }
    }
  }

  private mutating func handleStopping(
    _ event: MachineEvent, _ ending: StopSequence, _ outcome: Outcome, in context: inout MachineContext
  ) {
    if case .exited(let key, let status) = event, key == ending.main { noteExit(status, at: context.now) }
    if case .stop(let other) = event, case .stopped = outcome {
      // It was to start again after this, and is not any more: the reason for that is what it comes to.
      return enter(.stopping(ending, other), at: context.now)
    }
    // A failure of its own says more than any other reason to stop.
    var ending = ending
    switch ending.handle(event, in: &context) {
    case .ongoing: enter(.stopping(ending, outcome), at: context.now)
    case .over: rest(outcome, at: context.now)
    case .gaveUp(let reason): rest(.failed(reason), at: context.now)
    }
  }
}
