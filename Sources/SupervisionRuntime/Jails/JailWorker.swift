import Supervision
import UCL

/// Makes and undoes the jail of one service: what `fruix-shepherd jail` does, in a process beside the event loop.
///
/// It may wait as long as the kernel wants, and may be killed at any moment: the journal in its directory says what there is to
/// undo, and whoever comes next begins with that. One that hangs in the kernel does not die of that, and may do one thing more
/// when it wakes up: as long as it lives it has the lock, and nobody else begins.
public enum JailWorker {
  /// The report for the supervisor, and whether all went well.
  public struct Outcome {
    /// One line of JSON.
    public var report: String { content.text }
    public var isSuccess: Bool { content.failure == nil }
    fileprivate var content: JailReport
    /// What the supervisor's journal should have besides.
    public var notes: [String] = []

    fileprivate init(_ content: JailReport, notes: [String] = []) {
      self.content = content
      self.notes = notes
    }
  }

  /// Carries out the plan in a directory, after undoing what an earlier attempt has left there.
  public static func up(_ directory: String) -> Outcome {
    alone(in: directory) { kernel in
      let plan = try readPlan(in: directory)
      // An interface that was given to the jail before is needed again.
      let before = try undo(directory, &kernel, waitsForInterfaces: true)
      var report = before.content
      if let trouble = report.failure ?? report.awaited.first {
        report.failure = "what an earlier start has left cannot be undone: \(trouble)"
        return Outcome(report, notes: before.notes)
      }
      var journal = try JournalFile(creating: JailDirectory.journal(in: directory))
      switch JailRun.carryOut(plan, kernel: &kernel, journal: &journal) {
      case .success(let outcome):
        guard let jid = outcome.jid else { throw JailError("the plan \(directory)/plan makes no jail") }
        report.jail = StandingJail(jid: jid, name: plan.jail, path: plan.root)
        return Outcome(report, notes: before.notes)
      case .failure(let failure):
        let notes = settle(failure.remains, in: directory) + errors(of: failure.remains)
        if failure.remains.isFinished { clear(directory) }
        report.failure = failure.error.message
        report.awaited = failure.remains.awaited
        report.dying += failure.remains.dying
        return Outcome(report, notes: before.notes + notes)
      }
    }
  }

  /// Undoes what the journal in a directory says; nothing when there is none.
  public static func down(_ directory: String) -> Outcome {
    guard (try? Files.status(directory)) != nil else { return Outcome(JailReport(failure: nil)) }
    return alone(in: directory) { kernel in
      let outcome = try undo(directory, &kernel)
      if outcome.isSuccess, outcome.content.awaited.isEmpty { clear(directory) }
      return outcome
    }
  }

  /// Works on a jail, with its lock.
  private static func alone(
    in directory: String, _ work: (inout HostJailKernel) throws -> Outcome
  ) -> Outcome {
    let path = JailDirectory.lock(in: directory)
    do {
      let lock = try lock(path)
      var kernel = try HostJailKernel()
      let outcome = try work(&kernel)
      _ = consume lock
      return outcome
    } catch let error as SystemError where error.code == SystemError.wouldBlock {
      return Outcome(
        JailReport(
          failure:
            "another process is still making or undoing the jail, and may hang in the kernel; it has \(path) open"))
    } catch {
      return Outcome(JailReport(failure: text(of: error)))
    }
  }

  /// Whoever was at it before may have been killed just now, and be on its way out.
  private static let patience: Duration = .seconds(2)

  private static func lock(_ path: String) throws(SystemError) -> Descriptor {
    let limit = Clock.now() + patience
    let loop = try EventLoop()
    while true {
      do throws(SystemError) { return try Files.lock(path) } catch {
        guard error.code == SystemError.wouldBlock, Clock.now() < limit else { throw error }
      }
      loop.schedule(at: Clock.now() + .milliseconds(20)) {}
      try loop.turn()
    }
  }

  private static func undo(
    _ directory: String, _ kernel: inout some JailKernel, waitsForInterfaces: Bool = false
  ) throws -> Outcome {
    let path = JailDirectory.journal(in: directory)
    guard let undoing = try readJournal(path) else { return Outcome(JailReport(failure: nil)) }
    var journal = try JournalFile(appendingTo: path)
    let remains = undoing.run(kernel: &kernel, journal: &journal, waitsForInterfaces: waitsForInterfaces)
    let notes = settle(remains, in: directory)
    var report = JailReport(failure: nil)
    report.awaited = remains.awaited
    report.dying = remains.dying
    // A command that failed is not tried again, and keeps nothing from being finished.
    guard !remains.isFinished, !remains.errors.isEmpty else {
      return Outcome(report, notes: notes + errors(of: remains))
    }
    report.failure = remains.errors.map(\.message).joined(separator: "; ")
    return Outcome(report, notes: notes)
  }

  /// That it can stay is no failure: a plan and a lock mean nothing without a journal.
  private static func clear(_ directory: String) {
    try? JailDirectory.clear(directory)
  }

  /// Removes a journal that has done its work.
  ///
  /// - Returns: what is left on purpose.
  private static func settle(_ remains: JailRemains, in directory: String) -> [String] {
    let notes = remains.leftovers.map { "left as it is: \($0)" }
    guard remains.isFinished else { return notes }
    do throws(SystemError) {
      try Files.remove(JailDirectory.journal(in: directory))
      return notes
    } catch {
      return notes + ["\(error)"]
    }
  }

  /// What went wrong in an undoing, where that is not what the report says.
  private static func errors(of remains: JailRemains) -> [String] {
    remains.errors.map { "undoing: \($0.message)" }
  }

  /// - Returns: `nil` when there is none.
  private static func readJournal(_ path: String) throws -> JailUndoing? {
    do {
      return try JailUndoing(journal: Files.read(path, limit: 16 << 20))
    } catch let error as SystemError where error.code == SystemError.notFound {
      return nil
    } catch let error as JailError {
      throw JailError(
        "the journal \(path) cannot be read (\(error.message)): undo by hand what it names, and remove it")
    }
  }

  private static func readPlan(in directory: String) throws -> JailPlan {
    let path = JailDirectory.plan(in: directory)
    let bytes = try Files.read(path, limit: 16 << 20)
    return try JailPlan(Parser(mode: .json).parse(Source(name: path, bytes: bytes)))
  }

  private static func text(of error: any Error) -> String {
    switch error {
    case let error as JailError: error.message
    case let error as ParseError: error.message
    default: "\(error)"
    }
  }
}

/// A journal on disk: each line is there before what it announces is done.
private struct JournalFile: JournalSink, ~Copyable {
  private let file: Descriptor
  private let path: String

  init(creating path: String) throws(SystemError) {
    let file = try Descriptor.open(path, .new)
    // The name has to outlast a crash as well as what is in the file.
    try Descriptor.open(Files.parent(of: path) ?? "/").synchronize()
    self.file = file
    self.path = path
  }

  init(appendingTo path: String) throws(SystemError) {
    file = try Descriptor.open(path, .append)
    self.path = path
  }

  mutating func append(_ line: String) throws(JailError) {
    do throws(SystemError) {
      try file.writeAll(Array((line + "\n").utf8))
      try file.synchronize()
    } catch {
      throw JailError(code: error.code, "\(error.about(path))")
    }
  }
}
