// Every state's answer to every event; StateMachine+Starting.swift and StateMachine+Ending.swift have what the two busy states do.
extension StateMachine {
  mutating func handle(_ event: MachineEvent, in context: inout MachineContext) {
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
    case .admit, .kill, .hurry, .deadline, .prepared, .jailEntered, .released, .spawned, .spawnFailed, .exited,
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
    case .admit, .start, .kill, .hurry, .deadline, .prepared, .jailEntered, .released, .spawned, .spawnFailed, .subtree:
      break
    }
  }

  private mutating func handleCompleted(_ event: MachineEvent, in context: inout MachineContext) {
    switch event {
    case .admit: enter(.waiting(rerun: true), at: context.now)
    case .stop(let outcome):
      end(remains(main: nil), commanded: true, outcome, in: &context)
    case .start, .kill, .hurry, .deadline, .prepared, .jailEntered, .released, .spawned, .spawnFailed, .exited,
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
