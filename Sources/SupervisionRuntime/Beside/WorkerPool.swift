import DequeModule
import Supervision
import UCL

/// A few processes of our own program that do what may wait, so that the event loop does not: see `Worker`.
///
/// One is started when there is something to do and no other is free, and kept until it has had nothing to do for a while.
/// Who hangs keeps its worker and nobody else from going on, and the status says what it is asking for. Who is given up is
/// killed; what does not even die of that (a process that waits for a dead disk) is not waited for.
final class WorkerPool {
  typealias Answer = (WorkerReply) -> Void

  struct Job: Hashable {
    fileprivate let serial: UInt64
  }

  /// No line is longer, in either direction.
  static let longestLine = 256 << 20
  /// All together, those that hang and cannot be killed included.
  static let mostProcesses = 20

  fileprivate struct Work {
    var job: Job
    var request: WorkerRequest
    var answer: Answer
    /// A worker has died of it, or near it.
    var hasBeenTried = false
  }

  fileprivate struct Task {
    var work: Work
    var since: Instant
    /// That it hangs is in the journal.
    var isTold = false
  }

  private let loop: EventLoop
  private let own: OwnProcesses
  /// The program and its arguments.
  private let command: () throws(SystemError) -> [String]
  private var waiting: [WorkerRequest.Kind: Deque<Work>] = [:]
  private var workers: [WorkerLine] = []
  private var tasks: [ObjectIdentifier: Task] = [:]
  private var idle: [ObjectIdentifier: Instant] = [:]
  /// Sent away and not gone yet; with what those were at that had to be killed.
  private var leaving: [ObjectIdentifier: (line: WorkerLine, task: Task?)] = [:]
  private var lastJob: UInt64 = 0
  private var timer: TimerHeap.Timer?
  private var retry: Retry?

  /// What takes longer hangs: it keeps nobody else from being looked at, and is told.
  var patience: Duration = .seconds(10)
  /// So long a worker is kept that has nothing to do.
  var idleTime: Duration = .seconds(30)
  /// What is worth a line in the supervisor's journal.
  var onNotice: ((String) -> Void)?

  init(loop: EventLoop, own: OwnProcesses, command: @escaping () throws(SystemError) -> [String]) {
    self.loop = loop
    self.own = own
    self.command = command
    retry = Retry(loop: loop) { [weak self] in self?.assign() }
  }

  /// How many processes there are, those included that were killed and are not gone.
  var processCount: Int { workers.count + leaving.count }

  // MARK: Jobs

  /// Has something done. The answer may come before this returns.
  ///
  /// - Parameter limit: what takes longer is given up, and told as such.
  @discardableResult
  func ask(_ request: WorkerRequest, limit: Duration? = nil, _ answer: @escaping Answer) -> Job {
    lastJob += 1
    let job = Job(serial: lastJob)
    var work = Work(job: job, request: request, answer: answer)
    if let limit {
      let timer = loop.schedule(at: Clock.now() + limit) { [weak self] in
        self?.withdraw(job)
        answer(.refused("that takes longer than \(limit.text): something that it asks for does not answer"))
      }
      work.answer = { [loop] reply in
        loop.cancel(timer)
        answer(reply)
      }
    }
    waiting[request.kind, default: []].append(work)
    assign()
    return job
  }

  /// Nobody waits for the answer any more: none comes.
  func withdraw(_ job: Job) {
    for (kind, works) in waiting {
      guard let position = works.firstIndex(where: { $0.job == job }) else { continue }
      waiting[kind]?.remove(at: position)
      return
    }
    guard let key = tasks.first(where: { $0.value.work.job == job })?.key else { return }
    // Its line may be closed already, while the end of the process is not known yet: then it would be tried again.
    let task = tasks.removeValue(forKey: key)
    if let line = workers.first(where: { ObjectIdentifier($0) == key }) { kill(line, at: task) }
    assign()
  }

  /// Hands out what waits, as long as there is somebody to do it.
  private func assign() {
    for kind in WorkerRequest.Kind.allCases {
      while waiting[kind]?.isEmpty == false, let line = freeWorker(for: kind), let work = waiting[kind]?.popFirst() {
        let key = ObjectIdentifier(line)
        idle[key] = nil
        tasks[key] = Task(work: work, since: Clock.now())
        line.send(work.request.value.messageLine)
      }
    }
    setTimer()
  }

  // MARK: Workers

  private func freeWorker(for kind: WorkerRequest.Kind) -> WorkerLine? {
    if let free = workers.first(where: { tasks[ObjectIdentifier($0)] == nil }) { return free }
    let now = Clock.now()
    let busy = tasks.values.count { $0.work.request.kind == kind && now - $0.since < patience }
    guard busy < kind.most, processCount < Self.mostProcesses - kind.left else { return nil }
    do throws(SystemError) {
      return try start()
    } catch {
      startFailed("\(error)", isPassing: error.isPassing)
      return nil
    }
  }

  /// It is given work at once: that it could not be started is told later.
  private func start() throws(SystemError) -> WorkerLine {
    let words = try command()
    let line = WorkerLine(loop: loop)
    line.onLine = { [weak self, weak line] bytes in
      if let line { self?.answered(line, bytes) }
    }
    line.onClose = { [weak self, weak line] in
      if let line { self?.kill(line) }
    }
    let theirs = try line.open()
    let promise = LaunchPlan.Promise(child: Worker.descriptor, parent: theirs.number)
    line.process = try own.start(
      words, name: OwnProcesses.workerName, environment: Host.environment, descriptors: [promise],
      onLine: { [weak self] text in self?.onNotice?("worker: \(text)") },
      onEnd: { [weak self] end, _ in self?.ended(line, end) })
    _ = consume theirs
    workers.append(line)
    idle[ObjectIdentifier(line)] = Clock.now()
    return line
  }

  /// What passes is waited for; what does not is told to those who ask.
  private func startFailed(_ reason: String, isPassing: Bool) {
    if isPassing {
      if retry?.failed() == true { onNotice?("no worker can be started: \(reason); this is tried again") }
      return
    }
    let failed = waiting
    waiting = [:]
    for work in failed.values.joined().sorted(by: { $0.job.serial < $1.job.serial }) {
      work.answer(.refused("no process can be started that finds out: \(reason)"))
    }
  }

  private func answered(_ line: WorkerLine, _ bytes: [UInt8]) {
    guard let task = tasks.removeValue(forKey: ObjectIdentifier(line)) else { return kill(line) }
    idle[ObjectIdentifier(line)] = Clock.now()
    retry?.succeeded()
    let reply = WorkerReply(line: bytes)
    // Who has read a configuration ends by itself, and must not be given anything more.
    if reply?.endsWorker != false { kill(line) }
    if task.isTold {
      onNotice?("answered after \((Clock.now() - task.since).wholeText): \(task.work.request.subject)")
    }
    task.work.answer(reply ?? .refused("the answer of a worker cannot be understood"))
    assign()
  }

  /// - Parameter task: what it was at and will not come to an end with.
  private func kill(_ line: WorkerLine, at task: Task? = nil) {
    guard dismiss(line, at: task), let process = line.process else { return }
    own.kill(process)
  }

  /// It ends when its line is closed, unless it hangs.
  @discardableResult
  private func dismiss(_ line: WorkerLine, at task: Task? = nil) -> Bool {
    line.close()
    guard let position = workers.firstIndex(where: { $0 === line }) else { return false }
    workers.remove(at: position)
    idle[ObjectIdentifier(line)] = nil
    leaving[ObjectIdentifier(line)] = (line, task)
    return true
  }

  private func ended(_ line: WorkerLine, _ end: OwnProcesses.End) {
    let key = ObjectIdentifier(line)
    line.close()
    workers.removeAll { $0 === line }
    idle[key] = nil
    leaving[key] = nil
    let work = tasks.removeValue(forKey: key)?.work
    if case .failed(let failure) = end {
      if let work { waiting[work.request.kind, default: []].prepend(work) }
      return startFailed(failure.message, isPassing: failure.isPassing)
    }
    if let work { tryAgain(work, after: end) }
    assign()
  }

  private func tryAgain(_ work: Work, after end: OwnProcesses.End) {
    guard !work.hasBeenTried else {
      return work.answer(.refused("the process that was at it ended: \(end.text)"))
    }
    // Somebody may have killed it for another reason.
    var again = work
    again.hasBeenTried = true
    waiting[work.request.kind, default: []].prepend(again)
  }

  // MARK: Time

  /// What hangs at this moment, as clauses for people.
  var hanging: [String] {
    let now = Clock.now()
    var clauses: [(since: Instant, text: String)] = []
    for task in tasks.values where now - task.since >= patience { clauses.append((task.since, task.hanging(at: now))) }
    for task in leaving.values.compactMap(\.task) where now - task.since >= patience {
      clauses.append((task.since, task.hanging(at: now) + "; not even SIGKILL ends who asks"))
    }
    return clauses.sorted { ($0.since, $0.text) < ($1.since, $1.text) }.map(\.text)
  }

  /// Looks again when one of those that work has been at it for too long, or one has had nothing to do for long enough.
  private func setTimer() {
    if let timer { loop.cancel(timer) }
    timer = nil
    let ends =
      tasks.values.filter { !$0.isTold }.map { $0.since + patience } + idle.values.map { $0 + idleTime }
    guard let next = ends.min() else { return }
    timer = loop.schedule(at: next) { [weak self] in
      guard let self else { return }
      timer = nil
      tellOfHanging()
      sendIdleAway()
      assign()
    }
  }

  private func tellOfHanging() {
    let now = Clock.now()
    for (key, task) in tasks where !task.isTold && now - task.since >= patience {
      tasks[key]?.isTold = true
      onNotice?(task.hanging(at: now))
    }
  }

  private func sendIdleAway() {
    let now = Clock.now()
    for line in workers {
      if let since = idle[ObjectIdentifier(line)], now - since >= idleTime { dismiss(line) }
    }
  }
}

extension WorkerPool.Task {
  fileprivate func hanging(at now: Instant) -> String {
    "no answer for \((now - since).wholeText): \(work.request.subject)"
  }
}

extension Duration {
  /// To the second.
  fileprivate var wholeText: String { components.seconds > 0 ? Duration.seconds(components.seconds).text : text }
}

extension WorkerRequest {
  /// Each kind has its own bounds, so that none takes the processes of all.
  enum Kind: CaseIterable {
    case reading, plan, look

    /// As many work at the same time; those that hang do not count.
    fileprivate var most: Int { self == .reading ? 1 : 4 }

    /// So many processes are left to the kinds that are rarer and matter more.
    fileprivate var left: Int {
      switch self {
      case .reading: 0
      case .plan: 2
      case .look: 4
      }
    }
  }

  var kind: Kind {
    switch self {
    case .look: .look
    case .plan: .plan
    case .read: .reading
    }
  }

  /// So many names are told of a question that hangs.
  private static var mostNames: Int { 6 }

  /// What is asked for, for whoever wonders what does not answer.
  var subject: String {
    switch self {
    case .look(let questions):
      return questions.map(\.description).listed(atMost: Self.mostNames)
    case .plan(let request): return "the plan of the jail of \(request.definition.name)"
    case .read(let reading): return "the configuration \(reading.part ?? reading.path)"
    }
  }
}

extension OwnProcesses.End {
  var text: String {
    switch self {
    case .exited(let status): status.description
    case .failed(let failure): failure.message
    case .timedOut(let time): "killed after \(time.text)"
    }
  }
}
