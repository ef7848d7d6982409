import CProc
import Supervision

/// Tries facilities of the kernel one after the other, each in a process of its own, and waits for each with a bound.
final class ProbeRun {
  /// A signal has come that ends the whole.
  struct Interrupted: Error {
    var signal: Int32
  }

  /// Starts a trial, as cproc_probe_begin() does.
  typealias Start = (inout cproc_probe_trial) -> Int32

  private let loop: EventLoop
  /// For one trial: all of them together take a fraction of a second, unless something is wrong.
  private let patience: Duration
  /// For a trial that was killed. A process that spins in the kernel does not end at all.
  private let patienceAfterKill: Duration
  private var interruption: Int32?

  // Of the trial that is under way:
  private var report: [UInt8] = []
  private var isOver = false
  private var isOverdue = false

  init(loop: EventLoop, patience: Duration = .seconds(10), afterKill: Duration = .seconds(2)) {
    self.loop = loop
    self.patience = patience
    patienceAfterKill = afterKill
  }

  /// From now on these signals end the trial under way, and ``finding(_:_:)`` throws.
  func heed(_ signals: [Int32]) throws(SystemError) {
    for signal in signals {
      _ = try loop.watchSignal(signal) { [weak self] _ in self?.interruption = signal }
    }
  }

  /// What there is to say about a facility.
  func finding(of facility: Facility, on system: ProbedSystem, asRoot: Bool, in directory: String)
    throws(Interrupted) -> Finding
  {
    switch facility.question {
    case .compiled(let feature):
      return .compiled(cproc_feature(feature))
    case .tried(let probe):
      if let home = facility.home, home != system { return .needs(home) }
      if facility.needsRoot, !asRoot { return .needsRoot }
      return try finding(advice: facility.advice) { cproc_probe_begin(probe, directory, &$0) }
    }
  }

  /// Makes one trial.
  func finding(advice: (Int32) -> String? = { _ in nil }, _ start: Start) throws(Interrupted) -> Finding {
    var trial = cproc_probe_trial()
    guard start(&trial) == 0 else { return .failed("\(SystemError("fork", code: cproc_errno()))") }
    let descriptor = Descriptor(adopting: trial.report)
    do throws(SystemError) {
      try wait(for: descriptor.number, patience)
      if !isOver {
        cproc_probe_kill(trial.pid)
        let wasOverdue = isOverdue
        try wait(for: descriptor.number, patienceAfterKill, heedingSignals: false)
        isOverdue = wasOverdue
      }
    } catch {
      cproc_probe_kill(trial.pid)
      _ = cproc_probe_release(trial.pid, false, nil)
      return .failed("\(error)")
    }
    var status: Int32 = 0
    let isReaped = cproc_probe_release(trial.pid, isOver, &status) == 1
    if let interruption { throw Interrupted(signal: interruption) }
    return finding(reaped: isReaped ? WaitStatus(raw: status) : nil, advice: advice)
  }

  // MARK: Waiting

  /// Until the report is complete, the time is over, or a signal has come.
  private func wait(for number: Int32, _ time: Duration, heedingSignals: Bool = true) throws(SystemError) {
    if heedingSignals { report = [] }
    isOver = false
    isOverdue = false
    let registration = try loop.watch(number, for: .read) { [weak self] _ in self?.read(number) }
    let timer = loop.schedule(at: Clock.now() + time) { [weak self] in self?.isOverdue = true }
    defer {
      loop.cancel(registration)
      loop.cancel(timer)
    }
    while !isOver, !isOverdue, !heedingSignals || interruption == nil { try loop.turn() }
  }

  /// The end of file comes when the trial and all that it has started is gone.
  private func read(_ number: Int32) {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      let count = cproc_read(number, buffer.baseAddress, buffer.count)
      if count > 0 {
        report += buffer[..<count]
      } else if count == 0 || cproc_errno() != EAGAIN {
        isOver = true
      }
    }
  }

  // MARK: Judging

  private func finding(reaped status: WaitStatus?, advice: (Int32) -> String?) -> Finding {
    if !isOver { return .failed("does not end, not even by SIGKILL") }
    if isOverdue { return .failed("not over within \(patience)") }
    guard let result = result() else {
      return switch status {
      case .exited(let code)?: .failed("the trial has exited with \(code), and has said nothing")
      case .signaled(let signal, _)?: .failed("the trial was ended by \(SignalName.name(of: signal))")
      case nil: .failed("the trial has gone, and has said nothing")
      }
    }
    switch result.outcome {
    case Int32(CPROC_PROBE_OK.rawValue): return .works
    case Int32(CPROC_PROBE_UNSUPPORTED.rawValue): return .unsupported
    default: return .failed(reason(result, advice))
    }
  }

  private func result() -> cproc_probe_result? {
    guard report.count == MemoryLayout<cproc_probe_result>.size else { return nil }
    return report.withUnsafeBytes { $0.loadUnaligned(as: cproc_probe_result.self) }
  }

  private func reason(_ result: cproc_probe_result, _ advice: (Int32) -> String?) -> String {
    let step = withUnsafeBytes(of: result.step) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    guard result.error != 0 else { return step }
    let failure = "\(SystemError(step, code: result.error))"
    return advice(result.error).map { "\(failure); \($0)" } ?? failure
  }
}
