// There is no state record: it was set aside, or keeper and supervisor have both died. Definitions and what runs are enough to go on.
//
// It is a boot at which some services run already. What is found is told apart by its label alone:
//
//   a main process      Its service is running, or runs on if it is a one-shot. A post-start command beside it is waited for.
//   a command alone     Nobody knows what it was to lead to: it is ended, and then the service starts as at boot.
//   reload, actions     Their callers are gone: they are ended.
//   no definition       The service is stopped as one that was removed.
//   orphan = kill       A main process that is not the keeper's child is stopped, and its service started as at boot.
//
// Who wanted what is up is not known: it counts as wanted since this boot.

/// A process of a service that a supervisor finds running.
public struct FoundProcess: Sendable {
  public var key: ProcessKey
  public var label: ProcessLabel
  public var pid: Int32
  /// The keeper's child. Of any other nobody will hear how it has ended.
  public var isOurs: Bool

  public init(key: ProcessKey, label: ProcessLabel, pid: Int32, isOurs: Bool) {
    self.key = key
    self.label = label
    self.pid = pid
    self.isOurs = isOurs
  }
}

extension Supervisor {
  mutating func adopt(_ configuration: Configuration, _ enablement: Enablement, _ found: [FoundProcess]) {
    let roots = know(configuration, enablement)
    var processes: [ServiceID: [FoundProcess]] = [:]
    for process in found.sorted(by: { $0.key.serial < $1.key.serial }) {
      nextSerial = max(nextSerial, process.key.serial &+ 1)
      if let id = owner(of: process.label) { processes[id, default: []].append(process) }
    }
    var running: [ServiceID] = []
    for id in processes.keys.sorted() {
      if adopt(id, processes[id] ?? []) { running.append(id) }
    }
    for id in processes.keys.sorted() where !running.contains(id) { endFound(id) }
    startNewRequirements(running)
    start(roots.filter { startsByItself($0) }, for: .boot, on: .automatic)
  }

  // MARK: Whose it is

  /// The service of a label; one that no definition names comes to be, to be stopped.
  private mutating func owner(of label: ProcessLabel) -> ServiceID? {
    guard case .service(_, let name) = label.subject else { return nil }
    if let id = idsByName[name], label.isOf(name) { return id }
    // A long name is cut in a label.
    if let other = idsByName.keys.sorted().first(where: { label.isOf($0) }) { return idsByName[other] }
    if let made = try? known([name], making: true).first, label.isOf(services[made.index].name) { return made }
    let id = add(ServiceDefinition(name: name, .process, exec: Command([name])))
    services[id.index].isRemoved = true
    return id
  }

  // MARK: Taking over

  /// - Returns: whether the service is up, or on its way there.
  private mutating func adopt(_ id: ServiceID, _ found: [FoundProcess]) -> Bool {
    var commands: [FoundProcess] = []
    var main: FoundProcess?
    for process in found {
      switch process.label.role {
      // Of two main processes the later one is the service's.
      case .main?:
        if let earlier = main { takeErrand(earlier, of: id) }
        main = process
      case .reload?, .action?: takeErrand(process, of: id)
      case .preStart?, .postStart?, .stopCommand?, .postStop?: commands.append(process)
      case nil: break
      }
    }
    guard main != nil || !commands.isEmpty else { return false }
    // One command is part of what the service is at; there can only be more of them by some fault.
    let postStart = commands.firstIndex { isPostStart($0) }
    let hook = commands.isEmpty ? nil : commands.remove(at: (main == nil ? nil : postStart) ?? 0)
    for process in commands { takeErrand(process, of: id) }
    return settle(id, main: main, hook: hook)
  }

  private func isPostStart(_ process: FoundProcess) -> Bool {
    if case .postStart? = process.label.role { true } else { false }
  }

  private mutating func settle(_ id: ServiceID, main: FoundProcess?, hook: FoundProcess?) -> Bool {
    let definition = services[id.index].blueprint.definition
    let isUnwelcome = definition.orphan == .kill && main?.isOurs == false
    let mayGoOn = main != nil && !services[id.index].isRemoved && !definition.isGroup && !isUnwelcome
    // Any other command, a stop command say, stands for something that was begun and is to be ended.
    let goesOn = mayGoOn && hook.map { isPostStart($0) } ?? true
    if goesOn { services[id.index].intent = Intent(requester: .boot, since: now) }
    guard let hook else {
      if let main { adopt(main.key, pid: main.pid, asMainOf: id) }
      return goesOn
    }
    var starting = StateMachine.Starting(
      phase: .preStart(0, hook.key), main: main?.key, deadline: definition.startTimeout.map { now + $0 }, hasBegun: true
    )
    if goesOn, case .postStart(let index)? = hook.label.role { starting.phase = .postStart(index, hook.key) }
    services[id.index].mainPID = main?.pid ?? 0
    services[id.index].mainOrigin = .adopted
    begin(id, starting, [main, hook].compactMap(\.self))
    return goesOn
  }

  /// A start that is found in its midst.
  private mutating func begin(_ id: ServiceID, _ starting: StateMachine.Starting, _ found: [FoundProcess]) {
    for process in found {
      processes[process.key] = ProcessEntry(service: id, role: process.label.role ?? .main)
      services[id.index].processes += 1
    }
    let before = services[id.index].machine.state.name
    services[id.index].machine.isInJail = services[id.index].blueprint.definition.hasJail
    services[id.index].machine.enter(.starting(starting), at: now)
    armTimers(of: id)
    changed(id, from: before, to: .starting)
    refresh(id)
    enqueue(id)
  }

  /// A command whose caller is gone.
  private mutating func takeErrand(_ process: FoundProcess, of id: ServiceID) {
    let entry = ProcessEntry(service: id, role: process.label.role ?? .main, isErrand: true)
    processes[process.key] = entry
    errands[process.key] = Errand(request: .nobody, timeout: .zero, due: now)
    services[id.index].errands += 1
    endErrand(process.key, entry)
  }

  // MARK: Ending

  /// What is found and is not to go on is stopped by the service's own rule; what starts by itself starts again.
  private mutating func endFound(_ id: ServiceID) {
    guard !services[id.index].machine.isResting else { return }
    if services[id.index].isRemoved {
      remove(id)
    } else {
      stop(
        [id], outcome: .stopped(.restart(.boot)), above: { .stopped(.requirementStopped($0)) }, withdraws: false)
    }
  }
}
