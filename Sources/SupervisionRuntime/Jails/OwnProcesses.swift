import Supervision

/// Processes that the supervisor runs on its own behalf, not a service's: those that make and undo jails, and the workers that
/// look up and read what may wait (`WorkerPool`). All are this program under other names.
///
/// They are watched, recorded and reaped like any other; the core hears nothing of them.
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
  private var running: [ProcessKey: Running] = [:]
  /// Counts down, while the core's serials count up.
  private var nextSerial = UInt64.max
  private var nextService = Int(Int32.max)

  private struct Running {
    var incarnation: Incarnation
    var output: OutputCollector
    var onEnd: (End, _ output: [UInt8]) -> Void
    var limit: (time: Duration, timer: TimerHeap.Timer, isOver: Bool)?
  }

  init(loop: EventLoop, table: ProcessTable) {
    self.loop = loop
    self.table = table
  }

  /// This program under another of its names. It is looked up now, since a new version may take its place later; where it
  /// cannot be found, only those miss it who need it.
  static func command(_ verb: String) -> () throws(SystemError) -> [String] {
    let program = Result { () throws(SystemError) in try Host.executable() }
    return { () throws(SystemError) in [try program.get(), verb] }
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - name: what the record of processes calls it.
  ///   - environment: `nil`: nothing but a usual PATH.
  ///   - descriptors: what it gets besides its output.
  ///   - limit: after this time it is killed, with all that it has started.
  ///   - onLine: gets what it says on the standard error, line by line.
  ///   - onEnd: gets its end, and what it has written to the standard output.
  /// - Throws: there is no process then, and `onEnd` is not called.
  func start(
    _ words: [String], name: String, environment: [ByteString]? = nil, descriptors: [LaunchPlan.Promise] = [],
    limit: Duration? = nil, onLine: @escaping (String) -> Void,
    onEnd: @escaping (End, _ output: [UInt8]) -> Void
  ) throws(SystemError) -> ProcessKey {
    let key = ProcessKey(serial: nextSerial)
    let incarnation = Incarnation(ServiceID(nextService), serial: key.serial)
    nextSerial -= 1
    nextService -= 1
    let collector = OutputCollector(onLine: onLine)
    let output = CallerOutput(loop: loop) { stream, bytes in collector.take(stream, bytes) }
    var plan = LaunchPlan(programs: Array(words.prefix(1)), arguments: words)
    plan.environment = environment ?? ["PATH=\(StandardPath.value)"]
    if let variable = Subtree.markVariable { plan.environment.append("\(variable)=\(table.record.mark(key.serial))") }
    let purpose = ProcessPurpose(
      key: key, incarnation: incarnation, blueprint: Blueprint(ServiceDefinition(name: name)))
    running[key] = Running(incarnation: incarnation, output: collector, onEnd: onEnd)
    do throws(SystemError) {
      let ends = try output.open()
      plan.descriptors =
        descriptors + [
          LaunchPlan.Promise(child: 1, parent: ends.output.number),
          LaunchPlan.Promise(child: 2, parent: ends.error.number),
        ]
      let program = words.first ?? name
      try table.start(plan, for: purpose, output: output) { failure in
        SpawnFailure(
          stage: "exec", errno: failure.code,
          message: "cannot execute \(program): \(SystemError.text(of: failure.code))")
      }
      _ = consume ends
    } catch {
      running[key] = nil
      output.finish()
      throw error
    }
    if let limit { self.limit(key, to: limit) }
    return key
  }

  private func limit(_ key: ProcessKey, to time: Duration) {
    let timer = loop.schedule(at: Clock.now() + time) { [weak self] in
      self?.running[key]?.limit?.isOver = true
      self?.kill(key)
    }
    // It may have ended before this.
    guard running[key] != nil else { return loop.cancel(timer) }
    running[key]?.limit = (time, timer, false)
  }

  /// SIGKILL for the process and all that it has started.
  func kill(_ key: ProcessKey) {
    guard let process = running[key] else { return }
    table.signalSubtree(process.incarnation, HostSignal.kill)
  }

  /// - Returns: whether the event is about one of these processes, and need not go to the core.
  func take(_ event: Event) -> Bool {
    switch event {
    case .spawned(let key, _): return running[key] != nil
    case .spawnFailed(let key, let failure): return end(key, .failed(failure))
    case .exited(let key, let status): return end(key, .exited(status))
    default: return false
    }
  }

  private func end(_ key: ProcessKey, _ end: End) -> Bool {
    guard let process = running.removeValue(forKey: key) else { return false }
    if let limit = process.limit { loop.cancel(limit.timer) }
    // What it has started must not go on beside whoever goes on from where it was.
    if case .exited(.signaled) = end { table.signalSubtree(process.incarnation, HostSignal.kill) }
    process.output.finish()
    let isTooLate = process.limit?.isOver == true
    process.onEnd(process.limit.flatMap { isTooLate ? .timedOut($0.time) : nil } ?? end, process.output.standardOutput)
    return true
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
