import DequeModule
import Supervision

/// The imperative shell around the core: hands it events, carries out its actions, each in one place, and wakes it at its deadlines.
final class Shell {
  let loop: EventLoop
  let table: ProcessTable
  let launcher: Launcher
  let journal: Journal
  let jails: JailManager
  private let own: OwnProcesses
  /// Does what may wait.
  let workers: WorkerPool
  private let preparations: Preparations
  var facts = SystemFacts()
  private(set) var core: Supervisor
  /// Answers to clients; the desk sets it.
  weak var desk: (any ShellClient)?
  /// Everything has stopped: the names of what did not.
  var onExit: (([String]) -> Void)?
  /// The lists of enabled and disabled services have changed.
  var onEnablement: ((Enablement) -> Void)?
  /// Keeps what the core knows for a successor; `nil`: there will be none that could use it.
  private(set) var keeping: StateKeeping?
  /// The configurations of loads that wait to be handled, in their order.
  private var copies = Deque<StateFrame.ConfigurationCopy?>()

  private var work = PendingWork()
  private var isWorking = false
  /// Work is left that goes on in the loop's next turn.
  private var continuation: TimerHeap.Timer?
  private var isTickWaiting = false
  private var wake: (deadline: Instant, timer: TimerHeap.Timer)?

  /// - Parameters:
  ///   - starter: forks.
  ///   - program: the one that this process runs.
  ///   - worker: the command that a worker is started by.
  ///   - jails: makes what makes jails, given the processes that the supervisor runs for itself.
  init(
    loop: EventLoop, launcher: Launcher, journal: Journal, core: Supervisor, program: OwnProgram?,
    starter: any ProcessStarter, worker: @escaping () throws(SystemError) -> [String],
    jails: (OwnProcesses, WorkerPool) -> JailManager
  ) throws(SystemError) {
    self.loop = loop
    self.launcher = launcher
    self.journal = journal
    table = try ProcessTable(loop: loop, starter: starter)
    own = OwnProcesses(loop: loop, table: table, program: program)
    workers = WorkerPool(loop: loop, own: own, command: worker)
    preparations = Preparations(pool: workers)
    self.jails = jails(own, workers)
    self.core = core
    table.onEvent = { [weak self] event in
      guard let self, !own.take(event) else { return }
      if case .spawnFailed = event { answer(event) } else { feed(event) }
    }
    self.jails.onEvent = { [weak self] event in self?.feed(event) }
    self.jails.onNotice = { [weak self] text in self?.journal.notice(text) }
    workers.onNotice = { [weak self] text in self?.journal.notice(text) }
    preparations.onEvent = { [weak self] event in self?.answer(event) }
    table.onAnomaly = { [weak self] text in self?.journal.anomaly(text) }
    table.onRoom = { [weak self] in self?.goOn() }
  }

  // MARK: Events

  /// So long the shell works on what waits before descriptors and signals get their turn again. A start costs the
  /// kernel about a millisecond, so a turn is a few of them.
  private static let budget: Duration = .milliseconds(5)

  /// Hands an event to the core: at once, unless others wait before it.
  func feed(_ event: Event) {
    work.arrive(event)
    goOn()
  }

  /// From now on what the core knows is written down.
  func begin(_ keeping: StateKeeping, _ frame: StateFrame) {
    self.keeping = keeping
    keeping.begin(frame, &core)
  }

  /// Begins with what runs, and without a record of why it does.
  ///
  /// - Parameters:
  ///   - event: `.adopt`.
  ///   - takeOver: puts the processes into the table, now that the core knows whose they are; and says what became of those.
  func adopt(
    _ event: Event, from copy: StateFrame.ConfigurationCopy?, takeOver: () -> [ProcessKey: ProcessFate]
  ) {
    copies.append(copy)
    isWorking = true
    let actions = core.handle(event, at: Clock.moment())
    // Before it is written down that they run: otherwise whoever dies between the two leaves a record of processes that no keeper knows.
    let fates = takeOver()
    record(after: event)
    jails.resume(core.jailed)
    for (key, fate) in fates.sorted(by: { $0.key.serial < $1.key.serial }) {
      if case .ended(let status) = fate { work.arrive(.exited(key, status)) }
    }
    work.act(actions)
    isWorking = false
    doWork()
  }

  /// Goes on where a predecessor has stopped. Nothing is confirmed before that: what its last turn wanted may not have been done.
  ///
  /// - Parameter takeOver: as in ``adopt(_:from:takeOver:)``.
  func resume(takeOver: () -> [ProcessKey: ProcessFate]) {
    // What comes of these waits.
    isWorking = true
    let event = Event.resume(takeOver())
    jails.resume(core.jailed)
    let actions = core.handle(event, at: Clock.moment())
    record(after: event)
    table.note(event)
    work.act(actions)
    isWorking = false
    doWork()
  }

  /// Hands over a configuration, with what it rests on.
  func feed(_ load: Event, from copy: StateFrame.ConfigurationCopy?) {
    copies.append(copy)
    feed(load)
  }

  /// What the core has asked for may be known at once, or come later from outside.
  private func answer(_ event: Event) {
    if isWorking { work.answer(event) } else { feed(event) }
  }

  /// Works until nothing is left or the budget is used up; then it goes on after the loop's next look around.
  private func doWork() {
    isWorking = true
    defer { isWorking = false }
    let end = Clock.now() + Self.budget
    while let item = work.next() {
      if case .action(.spawn) = item, !table.takesStarts {
        // It goes on when there is room again.
        work.putBack(item)
        return setWake()
      }
      switch item {
      case .action(let action): carryOut(action)
      case .event(let event):
        // All that the event before wanted is done.
        keeping?.confirm(&core)
        if case .tick = event { isTickWaiting = false }
        let actions = core.handle(event, at: Clock.moment())
        record(after: event)
        table.note(event)
        work.act(actions)
      }
      guard Clock.now() < end else { return goOnLater() }
    }
    keeping?.confirm(&core)
    setWake()
  }

  /// What the core knows now is written down before anything of it is carried out: so a successor knows all that may have been.
  private func record(after event: Event) {
    var copy: StateFrame.ConfigurationCopy?
    switch event {
    case .boot, .load, .adopt: copy = copies.popFirst() ?? nil
    default: break
    }
    keeping?.record(copy, of: &core)
  }

  /// What had to wait for something may be done now.
  private func goOn() {
    guard !isWorking, continuation == nil else { return }
    doWork()
  }

  private func goOnLater() {
    continuation = loop.schedule(at: Clock.now()) { [weak self] in
      self?.continuation = nil
      self?.doWork()
    }
    setWake()
  }

  private func setWake() {
    let deadline = isTickWaiting ? nil : core.nextDeadline
    guard deadline != wake?.deadline else { return }
    if let wake { loop.cancel(wake.timer) }
    wake = deadline.map { deadline in
      let timer = loop.schedule(at: deadline) { [weak self] in
        self?.wake = nil
        self?.feedTick()
      }
      return (deadline, timer)
    }
  }

  /// One that waits for its turn answers all deadlines that pass meanwhile.
  private func feedTick() {
    isTickWaiting = true
    feed(.tick)
  }

  // MARK: Actions

  private func carryOut(_ action: Action) {
    switch action {
    case .prepare(let question, let service):
      preparations.prepare(question, service, core.blueprint(of: service.service).definition, facts)
    case .withdraw(let question): preparations.withdraw(question)
    case .enterJail(let question, let service): enterJail(service, question)
    case .release(let question, let service): jails.release(service, question)
    case .spawn(let key, let id, let role, let invocation): spawn(key, id, role, invocation)
    case .signal(let key, let number): table.signal(key, number)
    case .signalGroup(let key, let number): table.signalGroup(key, number)
    case .signalSubtree(let service, let number, let continues):
      table.signalSubtree(ProcessOwner(service), number, continues: continues)
    case .inspectSubtree(let question, let service): table.inspect(ProcessOwner(service), question)
    case .reply(let request, let reply): desk?.answer(request, reply)
    case .progress(let request, let progress): desk?.report(request, progress)
    case .record(let record): journal.record(record)
    case .saveEnablement(let enablement): onEnablement?(enablement)
    case .forget(let service, _):
      table.forget(service)
      preparations.forget(service)
    case .exit(let unstopped): onExit?(unstopped + jails.remains.map { "the jail of \($0)" })
    }
  }

  private func enterJail(_ service: Incarnation, _ question: QuestionID) {
    let id = service.service
    guard let maker = core.jailMaker(of: id) else {
      let name = core.blueprint(of: id).definition.process.rare.jail?.sharedWith ?? ""
      return jails.refuse(question, "there is no service \(name) any more, whose jail it shares")
    }
    jails.enterJail(service, question, by: maker)
  }

  private func spawn(_ key: ProcessKey, _ id: ServiceID, _ role: ProcessRole, _ invocation: Invocation?) {
    let blueprint = core.blueprint(of: id)
    let definition = blueprint.definition
    let service = core.incarnation(of: id)
    let purpose = ProcessPurpose(
      key: key, owner: ProcessOwner(service), label: ProcessLabel(role, of: definition.name).text,
      name: definition.name, rule: .init(definition.stop))
    do throws(SpawnFailure) {
      let answers = try preparations.answers(for: service)
      var plan = try launcher.plan(
        role, of: definition, in: try place(of: id, definition), arguments: invocation?.arguments ?? [],
        mark: table.record.mark(service.serial), news: core.failureNews(of: id), answers)
      let program = plan.programs.first ?? ""
      let (jail, limits) = (plan.jail, plan.limits)
      let describe: (LaunchFailure) -> SpawnFailure = {
        Launcher.describe($0, blueprint.definition, program: program, jail: jail, limits: limits)
      }
      if let invocation {
        try spawn(&plan, for: invocation, purpose, describe)
      } else {
        // The log is closed again when the process has it.
        let log = try launcher.attachLog(of: definition, to: &plan, answers)
        table.start(plan, for: purpose, output: nil, describe)
        _ = consume log
      }
    } catch {
      work.answer(.spawnFailed(key, error))
    }
  }

  /// The jail that a service's processes run in.
  private func place(of id: ServiceID, _ definition: ServiceDefinition) throws(SpawnFailure) -> JailPlace? {
    guard definition.process.hasRare, let jail = definition.process.rare.jail else { return nil }
    if let name = jail.enter { return try JailPlace(entering: name) }
    return jails.place(of: core.incarnation(of: id))
  }

  /// A process that runs on a caller's behalf: its output goes there.
  private func spawn(
    _ plan: inout LaunchPlan, for invocation: Invocation, _ purpose: ProcessPurpose,
    _ describe: @escaping (LaunchFailure) -> SpawnFailure
  ) throws(SpawnFailure) {
    let request = invocation.request
    let output = CallerOutput(loop: loop)
    output.deliver = { [weak self, weak output] stream, bytes in
      guard let self, let output else { return }
      desk?.output(request, stream, bytes, from: output)
    }
    do throws(SystemError) {
      let ends = try output.open()
      launcher.promise(ends.output.number, ends.error.number, to: &plan)
      table.start(plan, for: purpose, output: output, describe)
      _ = consume ends
    } catch {
      output.finish()
      throw SpawnFailure(stage: "fork", error, "cannot start a process: \(error)")
    }
  }
}

/// Who speaks for the clients of the control socket.
protocol ShellClient: AnyObject {
  func answer(_ request: RequestID, _ reply: Answer)
  func report(_ request: RequestID, _ progress: ServiceStep)
  /// - Parameter source: to be paused while the caller has not read what came before.
  func output(_ request: RequestID, _ stream: CallerOutput.Stream, _ bytes: [UInt8], from source: CallerOutput)
}
