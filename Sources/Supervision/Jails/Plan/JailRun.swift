// Carrying a plan out
// ===================
//
// For each step: look at what is there, write the intent, act, write the result (docs/decisions/0006-jail-journal.md). A
// crash between any two of these leaves a journal from which JailUndoing knows what may have been begun.
//
// A failure undoes the steps before it, in reverse. What is reported is the failure; what goes wrong on the way back stands
// beside it, and stays in the journal for the next attempt.

/// Carries out plans.
public enum JailRun {
  /// Carries out a plan, or nothing of it.
  ///
  /// - Parameters:
  ///   - kernel: whom the steps ask.
  ///   - journal: an empty one. It has to outlast the jail: undoing starts from it.
  /// - Returns: what was made; or the step that failed and what has become of the steps before it. After a failure whose
  ///   `remains.isFinished` is true the journal can be removed.
  public static func carryOut(
    _ plan: JailPlan, kernel: inout some JailKernel, journal: inout some (JournalSink & ~Copyable)
  ) -> Result<JailOutcome, JailFailure> {
    var execution = PlanExecution(plan, kernel)
    defer { kernel = execution.kernel }
    return execution.run(&journal)
  }
}

/// A plan that was carried out.
public struct JailOutcome: Sendable, Equatable {
  /// `nil`: the plan makes no jail.
  public var jid: Int32?
  /// The name of the pair of interfaces that was made; its ends are this with `a` and `b` behind it.
  public var epair: String?
  /// What each step came to.
  public var results: [StepResult]

  public init(jid: Int32?, epair: String?, results: [StepResult]) {
    self.jid = jid
    self.epair = epair
    self.results = results
  }
}

/// A plan that could not be carried out.
public struct JailFailure: Error, Sendable, Equatable {
  /// The step that failed, counted from 0; `nil`: nothing had been begun.
  public var step: Int?
  /// The first error.
  public var error: JailError
  /// What the undoing of the steps before it came to.
  public var remains: JailRemains

  public init(step: Int?, error: JailError, remains: JailRemains) {
    self.step = step
    self.error = error
    self.remains = remains
  }
}

/// One plan on its way.
struct PlanExecution<Kernel: JailKernel> {
  let plan: JailPlan
  var kernel: Kernel
  private(set) var journal: JailJournal
  private var writer = JournalWriter()

  init(_ plan: JailPlan, _ kernel: Kernel) {
    self.plan = plan
    self.kernel = kernel
    journal = JailJournal()
  }

  mutating func run(_ sink: inout some (JournalSink & ~Copyable)) -> Result<JailOutcome, JailFailure> {
    do throws(JailError) {
      try refuseForeignJail()
      let header = try makeHeader()
      try writer.append(.header(header), to: &sink)
      journal = JailJournal(header)
    } catch {
      return .failure(
        JailFailure(step: nil, error: writer.failure ?? error, remains: JailRemains(isFinished: true)))
    }
    for (number, step) in plan.steps.enumerated() {
      do throws(JailError) {
        try carryOut(step, number, &sink)
      } catch {
        return .failure(fail(step: number, writer.failure ?? error, &sink))
      }
    }
    return .success(
      JailOutcome(jid: journal.jid, epair: journal.epair, results: journal.entries.compactMap(\.result)))
  }

  /// Looked for before anything is mounted, so that the usual mistake costs nothing.
  private mutating func refuseForeignJail() throws(JailError) {
    guard plan.steps.contains(where: \.isJail) else { return }
    if let jail = try kernel.findJail(plan.jail) { throw .jailExists(plan.jail, jail.jid) }
  }

  private mutating func makeHeader() throws(JailError) -> JournalHeader {
    let root = try JailPath(root: plan.root).resolved(by: &kernel)
    let mounts = try kernel.mounts().filter {
      $0.target == root || $0.target.isBelow(root) || root.isBelow($0.target)
    }
    return JournalHeader(
      boot: kernel.boot, service: plan.service, jail: plan.jail, root: plan.root, steps: plan.steps.count,
      mounts: mounts.map(\.id))
  }

  private mutating func carryOut(
    _ step: JailStep, _ number: Int, _ sink: inout some (JournalSink & ~Copyable)
  ) throws(JailError) {
    for attempt in 1... {
      let before = try observe(step)
      try note(.intent(step: number, step, before: before), &sink)
      do {
        let result = try act(step, before)
        return try note(.result(step: number, result), &sink)
      } catch {
        // Not the act but its record may be what failed: then the result is in memory, and that is what is undone.
        guard journal.entries[number].result == nil else { throw error }
        if attempt < Self.mostPairs, isTakenPair(before, error) { continue }
        try note(.result(step: number, .failed(error)), &sink)
        throw error
      }
    }
  }

  /// How many numbers are tried for a pair of interfaces: somebody may be quicker a few times, not for ever.
  private static var mostPairs: Int { 100 }

  /// Whether the number of a pair was taken by somebody between the look and the making: then nothing was made.
  private mutating func isTakenPair(_ before: StateBefore, _ error: JailError) -> Bool {
    guard case .epair(let name, _) = before, error.code == JailError.exists else { return false }
    return (try? kernel.hasInterface(name + "a")) ?? false
  }

  /// Takes a record in and writes it. What cannot be written is known all the same, if it is about what was done already.
  private mutating func note(
    _ record: JournalRecord, _ sink: inout some (JournalSink & ~Copyable)
  ) throws(JailError) {
    if case .intent = record { try writer.append(record, to: &sink) }
    try journal.apply(record, at: "a record")
    if case .result = record { try writer.append(record, to: &sink) }
  }

  private mutating func fail(
    step: Int, _ error: JailError, _ sink: inout some (JournalSink & ~Copyable)
  ) -> JailFailure {
    var undoing = UndoExecution(journal, kernel, writer)
    defer { kernel = undoing.kernel }
    return JailFailure(step: step, error: error, remains: undoing.run(&sink))
  }
}

extension JailStep {
  var isJail: Bool {
    if case .jail = self { true } else { false }
  }
}

extension JailError {
  static func jailExists(_ name: String, _ jid: Int32) -> JailError {
    JailError(
      "a jail called \(name) exists already (jid \(jid)) and is not the supervisor's; "
        + "stop it with jail -r \(name), or choose another name")
  }
}
