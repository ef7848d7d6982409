import Supervision
import Testing

/// A plan on a host, and what is done with both.
struct JailScenario {
  let plan: JailPlan
  let kernel: SimulatedJailKernel
  /// Brings plan and host back; `nil`: they were written by hand.
  private let seed: UInt64?
  private let others: [String]
  /// What was done, for the message of a failure; put into words only then, since that takes longer than the test.
  private var story: [() -> String] = []

  init(seed: UInt64) {
    let random = RandomPlan(seed: seed)
    self.init(random.plan, on: random.makeHost(), seed: seed)
  }

  init(_ plan: JailPlan, on kernel: SimulatedJailKernel, seed: UInt64? = nil) {
    self.plan = plan
    self.kernel = kernel
    self.seed = seed
    others = kernel.others
  }

  @discardableResult
  mutating func carryOut(_ what: String = "carry out") -> Result<JailOutcome, JailFailure> {
    var kernel = kernel
    var journal = kernel
    let result = JailRun.carryOut(plan, kernel: &kernel, journal: &journal)
    story.append { "\(what): \(result)" }
    return result
  }

  @discardableResult
  mutating func undo(
    _ what: String = "undo", waitsForInterfaces: Bool = false, looksAgain: Bool = true
  ) -> JailRemains {
    do {
      let undoing = try JailUndoing(journal: kernel.bytes)
      var kernel = kernel
      var journal = kernel
      let remains = undoing.run(kernel: &kernel, journal: &journal, waitsForInterfaces: waitsForInterfaces)
      story.append { "\(what): \(remains)" }
      // As the supervisor does: what comes by itself is looked for again.
      guard looksAgain, !remains.awaited.isEmpty, remains.errors.isEmpty, !kernel.isDead else { return remains }
      for _ in 0..<100 { kernel.elapse(.seconds(1)) }
      return self.undo("look again", looksAgain: false)
    } catch {
      note("\(what): \(error)")
      return JailRemains(isFinished: false)
    }
  }

  mutating func restart(afterBoot: Bool = false) {
    story.append { afterBoot ? "boot" : "restart" }
    kernel.restart(afterBoot: afterBoot)
  }

  /// Nothing of the plan's is there, and everything else is.
  func expectAsBefore(_ remains: JailRemains) {
    if !remains.isFinished { note("not finished") }
    if !kernel.remains.isEmpty { note("left: \(kernel.remains)") }
    if kernel.others != others { note("of others there was \(others), and now \(kernel.others)") }
    expectNothingForeignRemoved()
  }

  func expectNothingForeignRemoved() {
    if !kernel.violations.isEmpty { note(kernel.violations.joined(separator: "; ")) }
  }

  func note(_ problem: String) {
    let steps = plan.steps.enumerated().map { "  \($0.offset) \($0.element)" }.joined(separator: "\n")
    let journal = String(decoding: kernel.bytes, as: UTF8.self)
    let story = story.map { $0() }.joined(separator: "\n")
    Issue.record("seed \(seed.map(String.init) ?? "none"): \(problem)\n\(story)\nplan:\n\(steps)\njournal:\n\(journal)")
  }

  /// How long carrying out and undoing are when nothing goes wrong.
  static func measure(seed: UInt64) -> JailLength {
    var scenario = JailScenario(seed: seed)
    guard case .success = scenario.carryOut() else {
      scenario.note("the plan cannot be carried out")
      return JailLength(run: 0, whole: 0, writes: [])
    }
    let run = scenario.kernel.calls
    scenario.expectAsBefore(scenario.undo())
    return JailLength(run: run, whole: scenario.kernel.calls, writes: scenario.kernel.writes)
  }
}

/// The calls of a plan's life.
struct JailLength {
  /// How many of them carry it out.
  var run: Int
  /// With those that undo it.
  var whole: Int
  /// Those that write a line of the journal.
  var writes: Set<Int>

  /// Every way in which the supervisor can die within some of the calls.
  func crashes(in calls: Range<Int>) -> [(call: Int, fault: SimulatedJailKernel.Fault)] {
    calls.flatMap { call in
      let faults: [SimulatedJailKernel.Fault] = writes.contains(call) ? [.crash, .crashInside] : [.crash]
      return faults.map { (call, $0) }
    }
  }
}
