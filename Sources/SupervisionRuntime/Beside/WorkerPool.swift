import DequeModule
import Supervision
import UCL

/// A few processes of our own program that do what may wait, so that the event loop does not: see `Worker`.
///
/// One is started when there is something to do and no other is free, and kept. Who hangs keeps its worker and nobody else
/// from going on. Who is given up is killed; what does not even die of that (a process that waits for a dead disk) is not
/// waited for.
final class WorkerPool {
  typealias Answer = (WorkerReply) -> Void

  struct Job: Hashable {
    fileprivate let serial: UInt64
  }

  /// No line is longer, in either direction.
  static let longestLine = 256 << 20
  /// As many work at the same time; those that are at something for longer than `patience` do not count.
  static let most = 4
  static let patience: Duration = .seconds(10)
  /// All together, those that hang and cannot be killed included.
  static let mostProcesses = 20

  private struct Work {
    var job: Job
    var request: WorkerRequest
    var answer: Answer
    /// A worker has died of it, or near it.
    var hasBeenTried = false
  }

  private let loop: EventLoop
  private let own: OwnProcesses
  /// The program and its arguments.
  private let command: () throws(SystemError) -> [String]
  private var waiting = Deque<Work>()
  private var workers: [WorkerLine] = []
  private var tasks: [ObjectIdentifier: (work: Work, since: Instant)] = [:]
  /// Killed, and not gone yet.
  private var dying = 0
  private var isStarting = false
  private var lastJob: UInt64 = 0
  private var impatience: TimerHeap.Timer?
  private var retry: Retry?

  /// What is worth a line in the supervisor's journal.
  var onNotice: ((String) -> Void)?

  init(loop: EventLoop, own: OwnProcesses, command: @escaping () throws(SystemError) -> [String]) {
    self.loop = loop
    self.own = own
    self.command = command
    retry = Retry(loop: loop) { [weak self] in self?.assign() }
  }

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
    waiting.append(work)
    assign()
    return job
  }

  /// Nobody waits for the answer any more: none comes.
  func withdraw(_ job: Job) {
    if let position = waiting.firstIndex(where: { $0.job == job }) {
      waiting.remove(at: position)
    } else if let key = tasks.first(where: { $0.value.work.job == job })?.key {
      // Its line may be closed already, while the end of the process is not known yet: then it would be tried again.
      tasks[key] = nil
      if let line = workers.first(where: { ObjectIdentifier($0) == key }) { kill(line) }
      assign()
    }
  }

  /// Hands out what waits, as long as there is somebody to do it.
  private func assign() {
    while !waiting.isEmpty, let line = freeWorker(), let work = waiting.popFirst() {
      tasks[ObjectIdentifier(line)] = (work, Clock.now())
      line.send(work.request.value.messageLine)
    }
    setImpatience()
  }

  // MARK: Workers

  private func freeWorker() -> WorkerLine? {
    if let free = workers.first(where: { tasks[ObjectIdentifier($0)] == nil }) { return free }
    let now = Clock.now()
    let busy = tasks.values.count { now - $0.since < Self.patience }
    guard busy < Self.most, workers.count + dying < Self.mostProcesses else { return nil }
    do throws(SystemError) {
      let line = try start()
      retry?.succeeded()
      return line
    } catch {
      startFailed(error)
      return nil
    }
  }

  private func start() throws(SystemError) -> WorkerLine {
    isStarting = true
    defer { isStarting = false }
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
      words, name: "worker", environment: Host.environment, descriptors: [promise],
      onLine: { [weak self] text in self?.onNotice?("worker: \(text)") },
      onEnd: { [weak self] end, _ in self?.ended(line, end) })
    _ = consume theirs
    // It may have come to its end already.
    if case .failed(let failure) = line.end { throw SystemError("execve", on: words.first, code: failure.errno) }
    workers.append(line)
    return line
  }

  /// What passes is waited for; what does not is told to those who ask.
  private func startFailed(_ error: SystemError) {
    if error.isPassing {
      if retry?.failed() == true { onNotice?("no worker can be started: \(error); this is tried again") }
      return
    }
    let failed = waiting
    waiting = []
    for work in failed { work.answer(.refused("no process can be started that finds out: \(error)")) }
  }

  private func answered(_ line: WorkerLine, _ bytes: [UInt8]) {
    guard let task = tasks.removeValue(forKey: ObjectIdentifier(line)) else { return kill(line) }
    let reply = WorkerReply(line: bytes)
    // Who has read a configuration ends by itself, and must not be given anything more.
    if reply == nil || reply?.endsWorker == true { kill(line) }
    task.work.answer(reply ?? .refused("the answer of a worker cannot be understood"))
    assign()
  }

  private func kill(_ line: WorkerLine) {
    line.close()
    guard let position = workers.firstIndex(where: { $0 === line }) else { return }
    workers.remove(at: position)
    dying += 1
    if let process = line.process { own.kill(process) }
  }

  private func ended(_ line: WorkerLine, _ end: OwnProcesses.End) {
    line.end = end
    line.close()
    if let position = workers.firstIndex(where: { $0 === line }) {
      workers.remove(at: position)
    } else if dying > 0, !isStarting {
      dying -= 1
    }
    if var task = tasks.removeValue(forKey: ObjectIdentifier(line)) {
      if task.work.hasBeenTried {
        task.work.answer(.refused("the process that was at it ended: \(end.text)"))
      } else {
        // Somebody may have killed it for another reason.
        task.work.hasBeenTried = true
        waiting.prepend(task.work)
      }
    }
    // Where not even the start succeeds, whoever starts it knows what to do.
    if !isStarting { assign() }
  }

  // MARK: Patience

  /// Only while somebody waits for a worker: looks again when one of those that work has been at it for too long.
  private func setImpatience() {
    if let impatience { loop.cancel(impatience) }
    impatience = nil
    guard !waiting.isEmpty else { return }
    let now = Clock.now()
    let ends = tasks.values.map { $0.since + Self.patience }.filter { $0 > now }
    guard let next = ends.min() else { return }
    impatience = loop.schedule(at: next) { [weak self] in
      self?.impatience = nil
      self?.assign()
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
