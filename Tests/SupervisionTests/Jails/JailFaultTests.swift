import Supervision
import Testing

@Suite("Plans of jails, with faults")
struct JailFaultTests {
  /// Every call of these is made to fail, and to be the last one.
  static let seeds: [UInt64] = [1, 2, 4]
  /// Of these, some calls.
  static let manySeeds: ClosedRange<UInt64> = 100...160

  @Test("what was carried out is undone without a trace", arguments: manySeeds)
  func wholeWay(seed: UInt64) {
    _ = JailScenario.measure(seed: seed)
  }

  @Test("a failure at any call undoes what came before it", arguments: seeds)
  func everyFailure(seed: UInt64) {
    for call in 0..<JailScenario.measure(seed: seed).run {
      var scenario = JailScenario(seed: seed)
      scenario.kernel.faults = [call: .failure]
      guard case .failure(let failure) = scenario.carryOut("fail at call \(call)") else {
        scenario.note("call \(call) failed, and nobody minded")
        continue
      }
      if !failure.error.message.contains("made to fail") { scenario.note("another error is reported") }
      scenario.expectAsBefore(failure.remains.isFinished ? failure.remains : scenario.undo("try again"))
    }
  }

  @Test("a failure on the way back is reported, and the next undoing ends it", arguments: seeds)
  func failureWhileUndoing(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let length = JailScenario.measure(seed: seed)
    for call in length.run..<length.whole {
      var scenario = JailScenario(seed: seed)
      scenario.carryOut()
      for failing in [call, length.run + random.below(length.whole - length.run)] {
        scenario.kernel.faults[failing] = .failure
      }
      var remains = scenario.undo("fail at call \(call) of undoing")
      scenario.restart()
      if !remains.isFinished {
        if remains.errors.isEmpty { scenario.note("unfinished, and nobody says why") }
        remains = scenario.undo("try again")
      }
      scenario.expectAsBefore(remains)
    }
  }

  @Test("a journal that cannot be written stops the plan before the step", arguments: seeds)
  func fullJournal(seed: UInt64) {
    let length = JailScenario.measure(seed: seed)
    for call in length.writes.sorted() where call < length.run {
      var scenario = JailScenario(seed: seed)
      scenario.kernel.journalIsFullFrom = call
      guard case .failure(let failure) = scenario.carryOut("full from call \(call)") else {
        scenario.note("a full journal was not minded")
        continue
      }
      if !failure.error.message.contains("no space left") { scenario.note("another error is reported") }
      if !scenario.kernel.remains.isEmpty { scenario.note("left: \(scenario.kernel.remains)") }
      scenario.restart()
      scenario.expectAsBefore(scenario.undo())
    }
  }

  @Test("a crash at any call leaves nothing behind", arguments: seeds, [false, true])
  func everyCrash(seed: UInt64, afterBoot: Bool) {
    let length = JailScenario.measure(seed: seed)
    for (call, fault) in length.crashes(in: 0..<(length.run + 1)) {
      crash(seed, [call: fault], afterBoot: afterBoot)
    }
  }

  @Test("a crash while undoing goes on where it was", arguments: seeds)
  func crashWhileUndoing(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let length = JailScenario.measure(seed: seed)
    for (call, fault) in length.crashes(in: length.run..<length.whole) {
      crashTwice(seed, length, [call: fault], &random)
    }
  }

  @Test("a crash while a failed plan is undone goes on where it was", arguments: seeds)
  func crashAfterFailure(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for call in 0..<JailScenario.measure(seed: seed).run {
      crash(
        seed, [call: .failure, call + 1 + random.below(40): random.below(3) == 0 ? .crashInside : .crash],
        afterBoot: random.below(4) == 0)
    }
  }

  @Test("failures and crashes at some calls of many plans leave nothing behind", arguments: manySeeds)
  func manyPlans(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let length = JailScenario.measure(seed: seed)
    for _ in 0..<2 {
      crash(seed, [random.below(length.run): .crash], afterBoot: random.below(3) == 0)
      let failing = random.below(length.run)
      crash(seed, [failing: .failure, failing + 1 + random.below(length.whole): .crash], afterBoot: false)
      let call = length.run + random.below(length.whole - length.run)
      crashTwice(seed, length, [call: random.below(2) == 0 ? .crash : .crashInside], &random)
    }
  }

  private func crash(_ seed: UInt64, _ faults: [Int: SimulatedJailKernel.Fault], afterBoot: Bool) {
    var scenario = JailScenario(seed: seed)
    scenario.kernel.faults = faults
    scenario.carryOut("\(faults)")
    scenario.restart(afterBoot: afterBoot)
    scenario.expectAsBefore(scenario.undo())
  }

  /// Dies while it undoes, and again on the way back from that.
  private func crashTwice(
    _ seed: UInt64, _ length: JailLength, _ faults: [Int: SimulatedJailKernel.Fault],
    _ random: inout SplitMix64
  ) {
    var scenario = JailScenario(seed: seed)
    scenario.kernel.faults = faults
    scenario.carryOut()
    scenario.undo("\(faults)")
    scenario.restart(afterBoot: random.below(4) == 0)
    let second = random.below(length.whole - length.run)
    scenario.kernel.faults = [second: random.below(2) == 0 ? .crash : .crashInside]
    scenario.undo("crash again at call \(second)")
    scenario.restart(afterBoot: random.below(4) == 0)
    scenario.expectAsBefore(scenario.undo())
  }
}
