import Supervision
import Testing

@Suite("Plans of jails, with faults")
struct IsolationFaultTests {
  typealias Fault = SimulatedIsolationKernel.Fault

  static let seeds: [UInt64] = Array(1...8)
  static let crashes: [Fault] = [.crashBefore, .crashInside, .crashAfter]

  @Test("what was carried out is undone without a trace", arguments: 1...200 as ClosedRange<UInt64>)
  func wholeWay(seed: UInt64) {
    _ = IsolationScenario.calls(seed: seed)
  }

  @Test("a failure at any call undoes what came before it", arguments: seeds)
  func everyFailure(seed: UInt64) {
    for call in 0..<IsolationScenario.calls(seed: seed).run {
      var scenario = IsolationScenario(seed: seed)
      scenario.kernel.faults = [call: .failure]
      guard case .failure(let failure) = scenario.carryOut("fail at call \(call)") else {
        scenario.note("call \(call) failed, and nobody minded")
        continue
      }
      if !failure.error.message.contains("made to fail") { scenario.note("another error is reported") }
      scenario.expectAsBefore(failure.remains.isFinished ? failure.remains : scenario.undo("try again"))
    }
  }

  @Test("a failure on the way back is reported beside the first, and the next undoing ends it", arguments: seeds)
  func failureWhileUndoing(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let calls = IsolationScenario.calls(seed: seed)
    for call in 0..<calls.undoing {
      var scenario = IsolationScenario(seed: seed)
      _ = scenario.carryOut()
      for failing in [call, Int(random.next() % UInt64(calls.undoing))] {
        scenario.kernel.faults[calls.run + failing] = .failure
      }
      var remains = scenario.undo("fail at call \(call) of undoing")
      scenario.restart()
      if remains?.isFinished == false {
        if remains?.errors.isEmpty == true { scenario.note("unfinished, and nobody says why") }
        remains = scenario.undo("try again")
      }
      scenario.expectAsBefore(remains)
    }
  }

  @Test("a journal that cannot be written stops the plan before the step", arguments: seeds)
  func fullJournal(seed: UInt64) {
    for call in 0..<IsolationScenario.calls(seed: seed).run {
      var scenario = IsolationScenario(seed: seed)
      scenario.kernel.journalIsFullFrom = call
      guard case .failure(let failure) = scenario.carryOut("full from call \(call)") else { continue }
      if !failure.error.message.contains("no space left") { scenario.note("another error is reported") }
      if !scenario.kernel.remains.isEmpty { scenario.note("left: \(scenario.kernel.remains)") }
      scenario.restart()
      scenario.expectAsBefore(scenario.undo())
    }
  }

  @Test("a crash at any call leaves nothing behind", arguments: seeds)
  func everyCrash(seed: UInt64) {
    for call in 0..<IsolationScenario.calls(seed: seed).run {
      for crash in Self.crashes {
        for afterBoot in [false, true] {
          var scenario = IsolationScenario(seed: seed)
          scenario.kernel.faults = [call: crash]
          _ = scenario.carryOut("\(crash) at call \(call)")
          scenario.restart(afterBoot: afterBoot)
          scenario.expectAsBefore(scenario.undo())
        }
      }
    }
  }

  @Test("a crash while undoing goes on where it was", arguments: seeds)
  func crashWhileUndoing(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let calls = IsolationScenario.calls(seed: seed)
    for call in calls.run..<(calls.run + calls.undoing) {
      for crash in Self.crashes {
        var scenario = IsolationScenario(seed: seed)
        scenario.kernel.faults = [call: crash]
        _ = scenario.carryOut()
        _ = scenario.undo("\(crash) at call \(call)")
        scenario.restart(afterBoot: random.next() % 4 == 0)
        // And again on the way back from that.
        let second = Int(random.next() % UInt64(calls.undoing))
        scenario.kernel.faults = [second: Self.crashes[Int(random.next() % 3)]]
        _ = scenario.undo("crash again at call \(second)")
        scenario.restart(afterBoot: random.next() % 4 == 0)
        scenario.expectAsBefore(scenario.undo())
        expectCommandsOnce(scenario, crashes: 2)
      }
    }
  }

  @Test("a crash while a failed plan is undone goes on where it was", arguments: seeds)
  func crashAfterFailure(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let run = IsolationScenario.calls(seed: seed).run
    for call in 0..<run {
      var scenario = IsolationScenario(seed: seed)
      let later = call + 1 + Int(random.next() % 40)
      scenario.kernel.faults = [call: .failure, later: Self.crashes[Int(random.next() % 3)]]
      _ = scenario.carryOut("fail at call \(call), crash at call \(later)")
      scenario.restart(afterBoot: random.next() % 4 == 0)
      scenario.expectAsBefore(scenario.undo())
    }
  }

  /// A command that had ended is not run again; only the one that a crash interrupted is.
  private func expectCommandsOnce(_ scenario: IsolationScenario, crashes: Int) {
    let counts = Dictionary(grouping: scenario.kernel.commands) { $0.words[0] }.mapValues(\.count)
    if counts.values.reduce(0, +) > counts.count + crashes { scenario.note("commands were run again: \(counts)") }
  }
}
