import Supervision

/// Processes that the supervisor runs on its own behalf, not a service's: those that make and undo jails, and the workers that
/// look up and read what may wait (`WorkerPool`). All are this program under other names.
///
/// They are watched, recorded and reaped like any other, under numbers that no service's process has; the core hears nothing
/// of them.
final class OwnProcesses {
  /// How one came to its end.
  enum End: Equatable {
    case exited(ExitStatus)
    /// It never became its program.
    case failed(SpawnFailure)
    /// It took longer than it may, and was killed.
    case timedOut(Duration)
  }

  let loop: EventLoop
  private let table: ProcessTable
  private let program: OwnProgram?
  private var running: [ProcessKey: Running] = [:]
  private var lastSerial: UInt64
  /// The process that is being started: that it has come to its end already is told later.
  private var starting: ProcessKey?

  private struct Running {
    var output: OutputCollector
    var onEnd: (End, _ output: [UInt8]) -> Void
    var limit: (time: Duration, timer: TimerHeap.Timer, isOver: Bool)?
  }

  /// - Parameter program: this one, for what is started under its name.
  init(loop: EventLoop, table: ProcessTable, program: OwnProgram? = nil) {
    self.loop = loop
    self.program = program
    self.table = table
    // No process of a supervisor before this one has such a number: they were counted on from an earlier moment, and it takes
    // longer than a nanosecond to start one.
    lastSerial = 1 << 63 | UInt64(clamping: Clock.now().nanoseconds)
  }

  /// What the record of processes calls those that look up and read.
  static let workerName = "worker"

  /// Whether a process with this number is, or was, one of a supervisor's own.
  static func isOwn(_ process: ProcessKey) -> Bool { process.serial >> 63 == 1 }

  /// This program under another of its names.
  static func command(_ verb: String) -> () throws(SystemError) -> [String] {
    { () throws(SystemError) in [try ProgramPlaces.own(), verb] }
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - name: what the record of processes calls it.
  ///   - environment: `nil`: nothing but a usual PATH.
  ///   - descriptors: what it gets besides its output.
  ///   - limit: after this time it is killed, with all that it has started.
  ///   - onLine: gets what it says on the standard error, line by line.
  ///   - onEnd: gets its end, and what it has written to the standard output; not before this has returned.
  /// - Throws: there is no process then, and `onEnd` is not called.
  func start(
    _ words: [String], name: String, environment: [ByteString]? = nil, descriptors: [LaunchPlan.Promise] = [],
    limit: Duration? = nil, onLine: @escaping (String) -> Void,
    onEnd: @escaping (End, _ output: [UInt8]) -> Void
  ) throws(SystemError) -> ProcessKey {
    lastSerial += 1
    let key = ProcessKey(serial: lastSerial)
    let collector = OutputCollector(onLine: onLine)
    let output = CallerOutput(loop: loop) { stream, bytes in collector.take(stream, bytes) }
    let ends = try output.open()
    var plan = LaunchPlan(programs: Array(words.prefix(1)), arguments: words)
    plan.environment = environment ?? ["PATH=\(StandardPath.value)"]
    if let variable = Subtree.markVariable { plan.environment.append("\(variable)=\(table.record.mark(key.serial))") }
    plan.descriptors =
      descriptors + [
        LaunchPlan.Promise(child: 1, parent: ends.output.number),
        LaunchPlan.Promise(child: 2, parent: ends.error.number),
      ]
    if let program, words.first == program.path { program.become(by: &plan) }
    running[key] = Running(output: collector, onEnd: onEnd)
    if let limit { self.limit(key, to: limit) }
    start(plan, key, name: name, output)
    _ = consume ends
    return key
  }

  private func start(_ plan: LaunchPlan, _ key: ProcessKey, name: String, _ output: CallerOutput) {
    let label = ProcessLabel(name == Self.workerName ? .worker : .jail)
    let purpose = ProcessPurpose(
      key: key, owner: ProcessOwner(own: key), label: label.text, name: name, rule: .init(StopRule()))
    let program = plan.programs.first ?? name
    starting = key
    defer { starting = nil }
    table.start(plan, for: purpose, output: output) { failure in
      SpawnFailure(
        stage: "exec", errno: failure.code, message: "cannot execute \(program): \(SystemError.text(of: failure.code))",
        isPassing: SystemError.isPassing(failure.code))
    }
  }

  private func limit(_ key: ProcessKey, to time: Duration) {
    let timer = loop.schedule(at: Clock.now() + time) { [weak self] in
      self?.running[key]?.limit?.isOver = true
      self?.kill(key)
    }
    running[key]?.limit = (time, timer, false)
  }

  /// SIGKILL for the process and all that it has started.
  func kill(_ key: ProcessKey) {
    guard running[key] != nil else { return }
    table.signalSubtree(ProcessOwner(own: key), HostSignal.kill)
  }

  /// - Returns: whether the event is about one of these processes, and need not go to the core.
  func take(_ event: Event) -> Bool {
    switch event {
    case .spawned(let key, _): return Self.isOwn(key)
    case .spawnFailed(let key, let failure):
      guard Self.isOwn(key) else { return false }
      end(key, .failed(failure))
    case .exited(let key, let status):
      guard Self.isOwn(key) else { return false }
      end(key, .exited(status))
    default: return false
    }
    table.note(event)
    return true
  }

  private func end(_ key: ProcessKey, _ end: End) {
    if key == starting {
      loop.schedule(at: Clock.now()) { [weak self] in self?.finish(key, end) }
    } else {
      finish(key, end)
    }
  }

  private func finish(_ key: ProcessKey, _ end: End) {
    guard let process = running.removeValue(forKey: key) else { return }
    if let limit = process.limit { loop.cancel(limit.timer) }
    // What it has started must not go on beside whoever goes on from where it was.
    if case .exited(.signaled) = end { table.signalSubtree(ProcessOwner(own: key), HostSignal.kill) }
    process.output.finish()
    let isTooLate = process.limit?.isOver == true
    process.onEnd(process.limit.flatMap { isTooLate ? .timedOut($0.time) : nil } ?? end, process.output.standardOutput)
  }
}

/// What a process of ours says: a report on the standard output, lines for people on the standard error.
private final class OutputCollector {
  private(set) var standardOutput: [UInt8] = []
  private var line: [UInt8] = []
  private let onLine: (String) -> Void
  /// More than this is no report, and no line.
  private static let most = 1 << 20

  init(onLine: @escaping (String) -> Void) {
    self.onLine = onLine
  }

  func take(_ stream: CallerOutput.Stream, _ bytes: [UInt8]) {
    switch stream {
    case .standardOutput:
      standardOutput += bytes.prefix(Self.most - standardOutput.count)
    case .standardError:
      for byte in bytes {
        if byte == UInt8(ascii: "\n") || line.count == Self.most { finish() } else { line.append(byte) }
      }
    }
  }

  /// Hands on a last line that has no end.
  func finish() {
    guard !line.isEmpty else { return }
    onLine(String(decoding: line, as: UTF8.self))
    line = []
  }
}
