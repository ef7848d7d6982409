import HeapModule

@testable import Supervision

/// How a simulated process behaves.
struct ProcessPlan: Sendable {
  enum Answer: Sendable {
    /// Dies of the signal.
    case dies(after: Duration)
    /// Ends by itself, with success.
    case leaves(after: Duration)
    case ignores
  }

  /// From the request to the exec of its program.
  var spawnsAfter: Duration = .zero
  var spawnFailure: SpawnFailure?
  /// Ends by itself.
  var exit: (status: ExitStatus, after: Duration)?
  var onStopSignal: Answer = .dies(after: .zero)
  /// How long it hangs in the kernel after SIGKILL.
  var outlivesKill: Duration = .zero
  /// Leaves a child behind in the subtree, which answers signals like this.
  var child: (onStopSignal: Answer, outlivesKill: Duration)?

  static let runs = ProcessPlan()

  static func exits(_ status: ExitStatus, after: Duration = .zero) -> ProcessPlan {
    ProcessPlan(exit: (status, after))
  }
}

/// Processes without a system: takes the core's actions, and has events for it at moments of its own.
struct SimulatedKernel {
  struct Process {
    var number: Int
    /// `nil`: a child that some process left behind.
    var key: ProcessKey?
    var service: Incarnation
    var role: ProcessRole
    var plan: ProcessPlan
    var isSpawned = false
    /// Who asked for it has died before its exec: nobody reads the report.
    var isUnreported = false
    var isEnding = false
    var isErrand = false
    /// By SIGSTOP: what is sent meanwhile waits, but for KILL.
    var isStopped = false
    var pending: [Int32] = []
  }

  enum Happening {
    case event(Event)
    case jail(JailHappening)
    case inspected(Incarnation, QuestionID)
    case spawned(Int)
    case ended(Int, ExitStatus)
  }

  struct Entry: Comparable {
    var instant: Instant
    var order: Int
    var happening: Happening

    static func < (left: Entry, right: Entry) -> Bool {
      (left.instant, left.order) < (right.instant, right.order)
    }

    static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
  }

  private(set) var processes: [Int: Process] = [:]
  /// What was due of jails, for the world to take.
  var dueOfJails: [JailHappening] = []
  private var numbers: [ProcessKey: Int] = [:]
  /// All that ever came to be.
  private var born: Set<ProcessKey> = []
  /// What must never be: a second process of the same key.
  private(set) var trouble: String?
  /// Those that have ended, as a parent knows it until it is told to forget: the keeper's table.
  private(set) var ends: [ProcessKey: ExitStatus] = [:]
  private var members: [Incarnation: Set<Int>] = [:]
  private var agenda = Heap<Entry>()
  private var nextOrder = 0
  private var nextNumber = 100
  /// Services whose end of the last process was asked for.
  private var awaited: [Incarnation: QuestionID] = [:]

  var next: Instant? { agenda.min?.instant }

  mutating func at(_ instant: Instant, _ happening: Happening) {
    agenda.insert(Entry(instant: instant, order: nextOrder, happening: happening))
    nextOrder += 1
  }

  /// The events of the next entry of the agenda that is due.
  mutating func takeDue(at now: Instant) -> [Event]? {
    guard let entry = agenda.min, entry.instant <= now else { return nil }
    agenda.removeMin()
    let events = events(of: entry.happening, at: now)
    for case .exited(let key, let status) in events { ends[key] = status }
    return events
  }

  private mutating func events(of happening: Happening, at now: Instant) -> [Event] {
    switch happening {
    case .event(let event): return [event]
    case .jail(let happening):
      dueOfJails.append(happening)
      return []
    case .inspected(let service, let question): return inspected(service, question)
    case .spawned(let number): return spawned(number, at: now)
    case .ended(let number, let status): return ended(number, status)
    }
  }

  // MARK: Processes

  mutating func spawn(
    _ key: ProcessKey, _ service: Incarnation, _ role: ProcessRole, isErrand: Bool, _ plan: ProcessPlan, at now: Instant
  ) {
    let number = nextNumber
    nextNumber += 1
    processes[number] = Process(
      number: number, key: key, service: service, role: role, plan: plan, isErrand: isErrand)
    if !born.insert(key).inserted { trouble = "process \(key.serial) of \(service) is started twice" }
    numbers[key] = number
    members[service, default: []].insert(number)
    at(now + plan.spawnsAfter, .spawned(number))
  }

  private mutating func spawned(_ number: Int, at now: Instant) -> [Event] {
    guard let process = processes[number], let key = process.key else { return [] }
    if let failure = process.plan.spawnFailure {
      remove(number)
      born.remove(key)
      // The supervisor whose pipe would have told why is dead.
      let news = process.isUnreported ? Event.exited(key, .exited(127)) : .spawnFailed(key, failure)
      return [news] + emptied(process.service)
    }
    processes[number]?.isSpawned = true
    if let (status, after) = process.plan.exit { at(now + after, .ended(number, status)) }
    if let child = process.plan.child {
      var plan = ProcessPlan(onStopSignal: child.onStopSignal)
      plan.outlivesKill = child.outlivesKill
      processes[nextNumber] = Process(
        number: nextNumber, key: nil, service: process.service, role: process.role, plan: plan, isSpawned: true)
      members[process.service, default: []].insert(nextNumber)
      nextNumber += 1
    }
    return process.isUnreported ? [] : [.spawned(key, pid: Int32(number))]
  }

  private mutating func ended(_ number: Int, _ status: ExitStatus) -> [Event] {
    guard let process = processes[number] else { return [] }
    // What dies before its exec was under way to it: the exec is still reported, as a pipe that closes.
    let early: [Event] =
      process.key.map { process.isSpawned || process.isUnreported ? [] : [.spawned($0, pid: Int32(number))] } ?? []
    remove(number)
    return early + (process.key.map { [.exited($0, status)] } ?? []) + emptied(process.service)
  }

  private mutating func remove(_ number: Int) {
    guard let process = processes.removeValue(forKey: number) else { return }
    members[process.service]?.remove(number)
    if let key = process.key { numbers[key] = nil }
  }

  /// The end of a process that nobody asked for.
  mutating func end(_ number: Int, _ status: ExitStatus, at now: Instant) {
    processes[number]?.isEnding = true
    at(now, .ended(number, status))
  }

  // MARK: The supervisor's death

  /// The supervisor knows that a process has ended.
  mutating func forget(_ key: ProcessKey) { ends[key] = nil }

  /// Answers to a dead supervisor come to nobody.
  mutating func supervisorDied() {
    agenda = Heap(
      agenda.unordered.filter { entry in
        switch entry.happening {
        case .event, .inspected, .jail: false
        case .spawned, .ended: true
        }
      })
    awaited = [:]
    for number in processes.keys where processes[number]?.isSpawned == false { processes[number]?.isUnreported = true }
  }

  /// What the keeper says of a process.
  func fate(of key: ProcessKey) -> ProcessFate {
    if let status = ends[key] { return .ended(status) }
    return numbers[key].map { .runs(pid: Int32($0)) } ?? .neverStarted
  }

  // MARK: Signals and subtrees

  /// Somebody sends SIGSTOP to all processes of a service.
  mutating func suspend(_ service: ServiceID) {
    for process in processes.values where process.service.service == service {
      processes[process.number]?.isStopped = true
    }
  }

  mutating func signal(_ key: ProcessKey, _ number: Int32, at now: Instant) {
    if let process = numbers[key] { deliver(number, to: process, at: now) }
  }

  mutating func signalSubtree(_ service: Incarnation, _ number: Int32, at now: Instant) {
    for process in (members[service] ?? []).sorted() {
      deliver(number, to: process, at: now)
    }
  }

  private mutating func deliver(_ signal: Int32, to number: Int, at now: Instant) {
    guard let process = processes[number] else { return }
    guard !process.isStopped || signal == ProcessSignal.kill || signal == ProcessSignal.continue else {
      processes[number]?.pending.append(signal)
      return
    }
    switch signal {
    case ProcessSignal.continue:
      processes[number]?.isStopped = false
      processes[number]?.pending = []
      for late in process.pending { deliver(late, to: number, at: now) }
    case ProcessSignal.kill:
      at(now + process.plan.outlivesKill, .ended(number, .signaled(signal, core: false)))
    case ProcessSignal.terminate:
      switch process.plan.onStopSignal {
      case .dies(let after): at(now + after, .ended(number, .signaled(signal, core: false)))
      case .leaves(let after): at(now + after, .ended(number, .exited(0)))
      case .ignores: break
      }
    default: break
    }
  }

  mutating func inspect(_ service: Incarnation, _ question: QuestionID, at now: Instant) {
    at(now, .inspected(service, question))
  }

  private mutating func inspected(_ service: Incarnation, _ question: QuestionID) -> [Event] {
    let isEmpty = members[service]?.isEmpty ?? true
    let earlier = isEmpty ? nil : awaited.updateValue(question, forKey: service)
    return (earlier.map { [.subtree($0, isEmpty: true)] } ?? []) + [.subtree(question, isEmpty: isEmpty)]
  }

  private mutating func emptied(_ service: Incarnation) -> [Event] {
    guard members[service]?.isEmpty ?? true else { return [] }
    return awaited.removeValue(forKey: service).map { [.subtree($0, isEmpty: true)] } ?? []
  }

  func processes(of service: Incarnation) -> [Process] {
    processes.values.filter { $0.service == service }.sorted { $0.number < $1.number }
  }

  func number(of key: ProcessKey) -> Int? { numbers[key] }
}
