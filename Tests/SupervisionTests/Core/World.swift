@testable import Supervision

extension Supervisor {
  /// In these worlds both clocks began together.
  mutating func handle(_ event: Event, at instant: Instant) -> [Action] {
    handle(event, at: Moment(instant, wall: WallTime(nanosecondsSinceEpoch: instant.nanoseconds)))
  }
}

/// A supervisor, a simulated kernel, and a clock that only moves when a test says so.
struct World {
  var supervisor: Supervisor
  var kernel = SimulatedKernel()
  private(set) var now = Instant(nanoseconds: 1_000_000_000)

  /// What processes do, by service and role; those of other services run until they are told to end, commands succeed.
  var plans: [String: [ProcessRole: ProcessPlan]] = [:]
  /// Where no plan is given; `count` is that of the processes of the service so far.
  var defaultPlan: (_ service: String, _ role: ProcessRole, _ count: Int, _ isOneShot: Bool) -> ProcessPlan = {
    $1 == .main && !$3 ? .runs : .exits(.exited(0))
  }
  /// The jails of the world, made and undone as fast and as well as `jailPlans` say.
  private(set) var jails = SimulatedJails()
  var jailPlans: (_ jail: String, _ count: Int) -> SimulatedJailPlan = { _, _ in SimulatedJailPlan() }
  /// How long the look-ups of a start take; `count` is that of the starts so far.
  var preparations: (_ service: String, _ count: Int) -> Duration = { _, _ in .zero }
  private(set) var withdrawn: [QuestionID] = []
  /// What the host lacks, by service.
  var lacks: [String: [String]] = [:]
  /// Looks at the world after every event.
  var watch: Watch?
  /// What the supervisor writes down; `nil`: it does not.
  var record: SimulatedRecord?
  /// How many supervisors have died.
  private(set) var deaths = 0
  /// How much of what has happened the supervisor has not heard yet.
  private(set) var untold = 0
  private(set) var handled = 0
  /// The latest news of a process, to be told twice.
  private(set) var lastProcessEvent: Event?

  private(set) var counts: [String: Int] = [:]
  private var starts: [String: Int] = [:]
  /// What a user would read in the journal: `db starting`, `db running`.
  private(set) var journal: [String] = []
  private(set) var records: [Record] = []
  private(set) var replies: [RequestID: [Answer]] = [:]
  private(set) var progress: [RequestID: [ServiceStep]] = [:]
  private(set) var open: Set<RequestID> = []
  private(set) var hungUp: Set<RequestID> = []
  private(set) var signals: [String] = []
  private(set) var enablement: Enablement?
  private(set) var exit: [String]?
  private(set) var forgotten: [String] = []
  private var nextRequest: UInt64 = 1

  init(seed: UInt64 = 1) {
    supervisor = Supervisor(seed: seed)
  }

  /// Boots with these services, and lets happen what happens at once.
  init(_ definitions: ServiceDefinition...) {
    self.init()
    boot(Configuration(definitions))
  }

  // MARK: Doing

  mutating func boot(_ configuration: Configuration, _ enablement: Enablement = Enablement()) {
    handle(.boot(configuration, enablement))
    run()
  }

  mutating func load(_ definitions: [ServiceDefinition], scope: LoadScope = .all) -> RequestID {
    load(Configuration(definitions), scope: scope)
  }

  @discardableResult
  mutating func load(_ configuration: Configuration, scope: LoadScope = .all) -> RequestID {
    let request = newRequest()
    handle(.load(configuration, scope: scope, requester: .user(uid: 0), request: request))
    run()
    return request
  }

  /// Gives an order and lets happen what happens at once.
  @discardableResult
  mutating func order(_ order: Order) -> RequestID {
    let request = newRequest()
    handle(.order(order, requester: .user(uid: 0), request: request))
    run()
    return request
  }

  mutating func newRequest() -> RequestID {
    let request = RequestID(nextRequest)
    nextRequest += 1
    open.insert(request)
    return request
  }

  @discardableResult
  mutating func start(_ names: String...) -> RequestID { order(.start(names, options: OrderOptions())) }

  @discardableResult
  mutating func stop(_ names: String...) -> RequestID {
    order(.stop(names, withRequirements: false, options: OrderOptions()))
  }

  @discardableResult
  mutating func restart(_ names: String...) -> RequestID { order(.restart(names, options: OrderOptions())) }

  mutating func hangUp(_ request: RequestID) {
    open.remove(request)
    hungUp.insert(request)
    handle(.callerGone(request))
    run()
  }

  /// The main process ends, unasked.
  mutating func end(_ name: String, _ status: ExitStatus = .exited(1)) {
    guard let id = supervisor.find(name), let main = supervisor.services[id.index].machine.main,
      let number = kernel.number(of: main)
    else { return }
    kernel.end(number, status, at: now)
    run()
  }

  // MARK: Time

  /// Hands over everything that is due now.
  mutating func run() {
    while !hasTooMuch {
      if let events = kernel.takeDue(at: now) {
        for happening in kernel.dueOfJails { jails.happen(happening, at: now, &kernel, jailPlans) }
        kernel.dueOfJails = []
        let life = deaths
        for (index, event) in events.enumerated() {
          untold = events.count - index - 1
          handle(event)
          // The rest was on its way to somebody who is dead.
          guard life == deaths else { break }
        }
        untold = 0
      } else if let deadline = supervisor.nextDeadline, deadline <= now {
        handle(.tick)
      } else {
        return
      }
    }
  }

  mutating func advance(_ duration: Duration) {
    let end = now + duration
    while !hasTooMuch, let next = nextInstant, next <= end {
      now = max(now, next)
      run()
    }
    now = end
  }

  /// Lets time pass until nothing is to happen any more, or for so long.
  mutating func runUntilQuiet(for most: Duration = .seconds(3600)) {
    let end = now + most
    run()
    while !hasTooMuch, let next = nextInstant, next <= end {
      now = max(now, next)
      run()
    }
  }

  var nextInstant: Instant? {
    mutating get {
      let deadline = supervisor.nextDeadline
      guard let event = kernel.next else { return deadline }
      return deadline.map { min($0, event) } ?? event
    }
  }

  /// Something goes round and round.
  var hasTooMuch: Bool { handled > 100_000 }

  // MARK: One event

  mutating func handle(_ event: Event) {
    switch event {
    case .spawned, .spawnFailed, .exited: lastProcessEvent = event
    default: break
    }
    handled += 1
    switch event {
    case .jailEntered(let question, let failure): jails.told(question, isInJail: failure == nil)
    default: break
    }
    guard record != nil else {
      let actions = supervisor.handle(event, at: now)
      for action in actions { carryOut(action) }
      watch?.look(at: self, after: event, actions)
      return
    }
    handleRecording(event)
  }

  // MARK: The state record

  /// A turn as a supervisor takes it that writes down what it knows; it may die in it.
  private mutating func handleRecording(_ event: Event) {
    let event = record?.keep(event) ?? event
    let crash = record?.crash(at: handled)
    let actions = supervisor.handle(event, at: now)
    if crash == .beforeRecord { return die(in: event) }
    let batch = supervisor.takeChanges()
    if case .inRecord(let count) = crash {
      record?.append(Array(batch.prefix(count)))
      return die(in: event)
    }
    record?.append(batch)
    if let trouble = record?.check(supervisor) { watch?.fail(trouble) }
    if case .exited(let key, _) = event { kernel.forget(key) }
    if case .resume(let fates) = event { for key in fates.keys { kernel.forget(key) } }
    if case .afterActions(let count) = crash {
      for action in actions.prefix(count) { carryOut(action) }
      return die(in: event)
    }
    for action in actions { carryOut(action) }
    record?.append(supervisor.takeConfirmation())
    record?.compact(supervisor)
    watch?.look(at: self, after: event, actions)
  }

  /// The supervisor dies, and another one goes on from what it has written.
  private mutating func die(in event: Event) {
    deaths += 1
    note("· crash")
    kernel.supervisorDied()
    hungUp.formUnion(open)
    open = []
    untold = 0
    do throws(StateRecordError) {
      guard let restored = try record?.read() else {
        supervisor = Supervisor(seed: 1)
        return handle(event)
      }
      supervisor = restored
    } catch {
      watch?.fail("the record cannot be read: \(error)")
      return
    }
    let before = supervisor
    if case .load = event { watch?.excuse(supervisor) }
    jails.beginAnew(supervisor.jailed, at: now, &kernel, jailPlans)
    let keys = Set(supervisor.processes.keys).union(kernel.ends.keys)
    let fates = Dictionary(uniqueKeysWithValues: keys.map { ($0, kernel.fate(of: $0)) })
    let told = fates.sorted { $0.key.serial < $1.key.serial }.map { "\($0.key.serial) \($0.value)" }
    note("· goes on: \(told.joined(separator: ", "))")
    let life = deaths
    handle(.resume(fates))
    if life == deaths, let trouble = harm(before, fates) { watch?.fail(trouble) }
  }

  /// What was up and is not any more, though nothing has ended but the supervisor.
  private func harm(_ before: Supervisor, _ fates: [ProcessKey: ProcessFate]) -> String? {
    let hasEnded = fates.contains { if case .ended = $0.value { before.processes[$0.key] != nil } else { false } }
    guard !hasEnded, before.shutdown == nil else { return nil }
    for (index, record) in before.services.enumerated() where record.machine.isUp && record.stopOrder == nil {
      let now = supervisor.services[index]
      guard now.incarnation == record.incarnation, now.machine.isUp, now.stopOrder == nil,
        now.machine.main == record.machine.main
      else { return "\(record.name) was up, and a crash has stopped it" }
    }
    return nil
  }

  mutating func note(_ text: String) {
    journal.append(text)
  }

  private mutating func carryOut(_ action: Action) {
    switch action {
    case .prepare(let question, let service):
      let name = supervisor.name(of: service.service)
      starts[name, default: 0] += 1
      let time = preparations(name, starts[name] ?? 0)
      kernel.at(now + time, .event(.prepared(question, lacks: lacks[name] ?? [])))
    case .withdraw(let question): withdrawn.append(question)
    case .enterJail(let question, let service):
      let definition = supervisor.blueprint(of: service.service).definition
      let jail = supervisor.jailMaker(of: service.service)?.name ?? definition.simulatedJail
      journal.append("\(supervisor.name(of: service.service)) joins jail \(jail)")
      jails.enterJail(service, question, in: jail, at: now, &kernel, jailPlans)
    case .release(let question, let service):
      journal.append("\(supervisor.name(of: service.service)) leaves jail")
      jails.release(service, question, at: now, &kernel, jailPlans)
    case .spawn(let key, let id, let role, let invocation):
      let name = supervisor.name(of: id)
      counts[name, default: 0] += 1
      let isOneShot = supervisor.blueprint(of: id).definition.isOneShot
      let plan = plans[name]?[role] ?? defaultPlan(name, role, counts[name] ?? 0, isOneShot)
      kernel.spawn(key, supervisor.incarnation(of: id), role, isErrand: invocation != nil, plan, at: now)
      if role != .main { journal.append("\(name) \(role)") }
    case .signal(let key, let number), .signalGroup(let key, let number):
      signals.append("\(number)")
      kernel.signal(key, number, at: now)
    case .signalSubtree(let service, let number, let continues):
      signals.append("\(supervisor.name(of: service.service)) \(number)")
      kernel.signalSubtree(service, number, at: now)
      if continues, let number = ProcessSignal.continue { kernel.signalSubtree(service, number, at: now) }
    case .inspectSubtree(let question, let service): kernel.inspect(service, question, at: now)
    case .reply(let request, let reply):
      replies[request, default: []].append(reply)
      open.remove(request)
    case .progress(let request, let step): progress[request, default: []].append(step)
    case .record(let record):
      records.append(record)
      if case .state(let name, let state, _, _, _) = record { journal.append("\(name) \(state)") }
    case .saveEnablement(let lists): enablement = lists
    case .forget(_, let name): forgotten.append(name)
    case .exit(let unstopped): exit = unstopped
    }
  }

  // MARK: Looking

  func state(_ name: String) -> StateName? {
    supervisor.find(name).map { supervisor.state(of: $0) }
  }

  func snapshot(_ name: String) -> ServiceSnapshot? {
    supervisor.find(name).map { supervisor.snapshot(of: $0) }
  }

  /// Why it rests, without what that began with: `firstCause` has it.
  func cause(_ name: String) -> Outcome? {
    guard case .failed(.requirement(let other, let trouble, _)) = snapshot(name)?.cause else {
      return snapshot(name)?.cause
    }
    return .failed(.requirement(other, trouble))
  }

  func firstCause(_ name: String) -> FirstCause? {
    guard case .failed(.requirement(_, _, let first)) = snapshot(name)?.cause else { return nil }
    return first
  }

  func isWanted(_ name: String) -> Bool { snapshot(name)?.intent != nil }

  func pid(_ name: String) -> Int32? { snapshot(name)?.mainPID }

  /// The one final reply; `nil` while there is none.
  func reply(_ request: RequestID) -> Answer? { replies[request]?.first }

  /// What the reply says of a service.
  func result(_ request: RequestID, _ name: String) -> OrderOutcome.Result? {
    guard case .services(let outcomes) = reply(request) else { return nil }
    return outcomes.last { $0.service == name }?.result
  }

  /// Takes the journal, so that what follows stands alone.
  mutating func takeJournal() -> [String] {
    defer { journal = [] }
    return journal
  }

  /// How many processes of a role were asked for.
  func processes(_ name: String) -> [SimulatedKernel.Process] {
    supervisor.find(name).map { kernel.processes(of: supervisor.incarnation(of: $0)) } ?? []
  }
}
