// A supervisor that takes over from a dead one goes on: what was under way is driven again.
//
//   processes   What the keeper and the process descriptors say counts. What has ended meanwhile has ended; what the keeper has
//               never heard of is started now, under the number that it has had from the beginning.
//   questions   Their answers went to the dead one: they are asked again.
//   signals     Nobody can see whether they were sent. Those of the last batch of the record are sent (UnconfirmedAction).
//   clients     are gone with their connections, and the commands that ran for them are ended.
//   deadlines   stand in the states, on a clock that has gone on.

/// What the keeper's table and the process descriptors say of a process.
public enum ProcessFate: Sendable, Equatable {
  case runs(pid: Int32)
  case ended(ExitStatus)
  /// It is not in the table: the keeper has not heard of it, or its end was known already.
  case neverStarted
}

/// A service with a claim to a jail.
public struct JailedService: Sendable {
  public var incarnation: Incarnation
  /// The definition that the jail is made by: the service's own, or that of the service which it shares the jail with.
  public var owner: ServiceDefinition

  public init(_ incarnation: Incarnation, by owner: ServiceDefinition) {
    self.incarnation = incarnation
    self.owner = owner
  }
}

extension Supervisor {
  /// The services that were in their jail, or on their way out of it. Those whose jail was being made are not among them: they ask
  /// for it again.
  public var jailed: [JailedService] {
    services.indices.compactMap { index in
      guard !services[index].isForgotten, services[index].machine.mayBeInJail else { return nil }
      return JailedService(services[index].incarnation, by: jailOwner(of: ServiceID(index)))
    }
  }

  /// That of a service which is gone by now, and whose jail others still share, is known by its name alone.
  private func jailOwner(of id: ServiceID) -> ServiceDefinition {
    let name = services[id.index].inForce.definition.process.rare.jail?.sharedWith
    return jailMaker(of: id) ?? ServiceDefinition(name: name ?? services[id.index].name)
  }

  /// Whose a process in the keeper's table is. The record knows those that had not ended; of one whose end was known, and of whose
  /// subtree perhaps something was left, the label tells.
  public func owner(of key: ProcessKey, _ label: ProcessLabel?) -> Incarnation? {
    if let entry = processes[key] { return services[entry.service.index].incarnation }
    guard let label, case .service(_, let name) = label.subject else { return nil }
    let id = idsByName[name] ?? allServices.first { label.isOf(self.name(of: $0)) }
    return id.map { incarnation(of: $0) }
  }

  mutating func resume(_ fates: [ProcessKey: ProcessFate]) {
    resumeShutdown()
    guard shutdown?.isOver != true else { return }
    sendAgain(fates)
    let open = openQuestions()
    let known = processes.keys
    for key in known { take(fates[key] ?? .neverStarted, of: key) }
    giveUpLostProcesses()
    for question in open { askAgain(question) }
    endErrands()
    reportStrays(fates, known: Set(known))
    for index in services.indices { enqueue(ServiceID(index)) }
  }

  // MARK: Signals

  private mutating func sendAgain(_ fates: [ProcessKey: ProcessFate]) {
    for action in unconfirmed {
      switch action {
      case .signal(let key, let number): if isRunning(key, fates) { actions.append(.signal(key, number)) }
      case .signalGroup(let key, let number): if isRunning(key, fates) { actions.append(.signalGroup(key, number)) }
      case .signalSubtree(let service, let number, let continues):
        guard services.indices.contains(service.service.index),
          services[service.service.index].incarnation == service
        else { continue }
        actions.append(.signalSubtree(service, number, continues: continues))
      case .saveEnablement: actions.append(.saveEnablement(enablement))
      }
    }
  }

  private func isRunning(_ key: ProcessKey, _ fates: [ProcessKey: ProcessFate]) -> Bool {
    guard processes[key] != nil, case .runs = fates[key] else { return false }
    return true
  }

  // MARK: Processes

  private mutating func take(_ fate: ProcessFate, of key: ProcessKey) {
    guard let entry = processes[key] else { return }
    let index = entry.service.index
    switch fate {
    case .ended(let status): exited(key, status)
    case .runs(let pid):
      if !entry.isErrand, services[index].machine.isLaunching(key) {
        spawned(key, pid: pid)
      } else if services[index].machine.main == key {
        services[index].mainPID = pid
      }
    case .neverStarted:
      if services[index].machine.isToStart(key) {
        actions.append(.spawn(key, entry.service, entry.role, nil))
      } else {
        // Nobody needs it any more: its caller is gone, or its service is on its way down.
        spawnFailed(key, .neverStarted)
      }
    }
  }

  /// What a service waits for and no process is known by: the record does not agree with itself. The service goes on as after any end.
  private mutating func giveUpLostProcesses() {
    for index in services.indices where !services[index].isForgotten {
      for key in services[index].machine.awaited where processes[key] == nil {
        actions.append(.record(.anomaly(.unrecorded(key, service: services[index].name))))
        deliver(ServiceID(index), .exited(key, .unknown))
      }
    }
  }

  private mutating func reportStrays(_ fates: [ProcessKey: ProcessFate], known: Set<ProcessKey>) {
    for (key, fate) in fates.sorted(by: { $0.key.serial < $1.key.serial }) where !known.contains(key) {
      guard case .runs(let pid) = fate else { continue }
      actions.append(.record(.anomaly(.stray(key, pid: pid))))
      actions.append(.signalGroup(key, ProcessSignal.kill))
    }
  }

  // MARK: Questions

  private struct OpenQuestion {
    var id: QuestionID
    var service: ServiceID
    var kind: Question.Kind
  }

  private mutating func openQuestions() -> [OpenQuestion] {
    var open: [OpenQuestion] = []
    for index in services.indices {
      guard let id = services[index].question, let question = questions[id] else { continue }
      guard services[index].machine.waits(for: question.kind) else {
        // It went on without the answer.
        questions[id] = nil
        services[index].question = nil
        continue
      }
      open.append(OpenQuestion(id: id, service: ServiceID(index), kind: question.kind))
    }
    return open
  }

  private mutating func askAgain(_ open: OpenQuestion) {
    let record = services[open.service.index]
    guard record.question == open.id else { return }
    switch open.kind {
    case .prepare: actions.append(.prepare(open.id, record.incarnation))
    case .enterJail: actions.append(.enterJail(open.id, record.incarnation))
    case .release: actions.append(.release(open.id, record.incarnation))
    case .inspectSubtree: actions.append(.inspectSubtree(open.id, record.incarnation))
    }
  }

  // MARK: Clients, shutdown

  /// Commands that ran for callers: nobody reads what they write.
  private mutating func endErrands() {
    for key in errands.keys.sorted(by: { $0.serial < $1.serial }) {
      guard let entry = processes[key] else { continue }
      endErrand(key, entry)
    }
  }

  private mutating func resumeShutdown() {
    guard let leaving = shutdown else { return }
    guard !leaving.isOver else { return leave() }
    let next = leaving.last.map { leaving.isPastErrands ? $0 : min($0, now + StopSequence.killPatience) }
    deadlines.set(next ?? leaving.timeout, for: .shutdown)
  }
}

extension SpawnFailure {
  /// Of a process that nobody needs any more, and that was never started.
  fileprivate static let neverStarted = SpawnFailure(stage: "fork", errno: 0, message: "was not started in time")
}

// MARK: - What a machine waits for

extension StateMachine {
  /// The processes whose end it waits for, or whose start.
  var awaited: [ProcessKey] {
    var keys = [main].compactMap(\.self)
    if case .starting(let starting) = state, let hook = starting.hook { keys.append(hook) }
    if let ending {
      keys += [ending.hook, ending.command].compactMap(\.self)
    }
    return keys
  }

  /// The process was asked for, and has not executed its program as far as is known.
  func isLaunching(_ key: ProcessKey) -> Bool {
    guard case .starting(let starting) = state, starting.main == key else { return false }
    return !starting.hasLaunched(key)
  }

  /// A process of which nothing was heard yet is still wanted.
  func isToStart(_ key: ProcessKey) -> Bool {
    if let ending { return ending.command == key && ending.hook != key }
    guard case .starting(let starting) = state else { return false }
    return starting.hook == key || isLaunching(key)
  }

  func waits(for kind: Supervisor.Question.Kind) -> Bool {
    switch kind {
    case .prepare: return isPreparing
    case .enterJail:
      if case .starting(let starting) = state { return starting.isEnteringJail }
      return false
    case .release: return isReleasing
    case .inspectSubtree: return ending?.asksForRemains ?? false
    }
  }

  private var isReleasing: Bool {
    if case .releasing = ending?.phase { true } else { false }
  }

  /// It has joined its jail, and has not left it for good.
  var mayBeInJail: Bool {
    if case .starting(let starting) = state, starting.isEnteringJail { return false }
    return isInJail || isReleasing
  }
}

extension StopSequence {
  /// The command of ours that runs for the end: the stop command, or a post-stop command.
  var command: ProcessKey? {
    switch phase {
    case .commanded(let key), .postStop(_, let key): key
    case .terminating, .looking, .draining, .releasing, .killing: nil
    }
  }

  /// It has asked what is left of the subtree.
  var asksForRemains: Bool {
    switch phase {
    case .looking, .draining, .killing: true
    case .commanded, .terminating, .postStop, .releasing: false
    }
  }
}
