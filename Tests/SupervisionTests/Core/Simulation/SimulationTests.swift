import Foundation
import Testing

@testable import Supervision

/// Random graphs, orders, loads, exits and faults; every event is followed by a look at all invariants.
///
/// `make simulate` sets SIMULATION_SECONDS (how long) and SIMULATION_SEED (where to begin).
@Suite("Simulation")
struct SimulationTests {
  private static let parts = 8

  @Test("2,000 small worlds keep every promise", arguments: 0..<parts)
  func small(part: Int) {
    for seed in stride(from: part + 1, through: 2000, by: Self.parts) {
      guard Self.holds(Scenario(seed: UInt64(seed), size: .small)) else { return }
    }
  }

  @Test("large worlds keep every promise", arguments: 0..<parts)
  func large(part: Int) {
    for seed in stride(from: part + 1, through: 24, by: Self.parts) {
      guard Self.holds(Scenario(seed: UInt64(seed), size: .large)) else { return }
    }
  }

  @Test("what is written down after each event is what is known, in 96 worlds", arguments: 0..<parts)
  func recorded(part: Int) {
    for seed in stride(from: part + 1, through: 96, by: Self.parts) {
      var scenario = Scenario(seed: UInt64(seed), size: .small)
      scenario.crashes = CrashPlan()
      guard Self.holds(scenario) else { return }
    }
  }

  @Test("the supervisor may die at any moment of 320 worlds", arguments: 0..<parts)
  func crashes(part: Int) {
    for seed in stride(from: part + 1, through: 320, by: Self.parts) {
      guard Self.holds(Self.dying(UInt64(seed), size: .small)) else { return }
    }
  }

  @Test("the supervisor may die at each point of each turn", arguments: 0..<parts)
  func everyPoint(part: Int) {
    let points: [CrashPoint] = [.beforeRecord, .afterActions(0), .afterActions(1), .afterActions(100)]
    for seed in stride(from: part + 1, through: 8, by: Self.parts) {
      for event in stride(from: part % 2 + 1, to: 40, by: 2) {
        for point in points {
          var scenario = Scenario(seed: UInt64(seed), size: .small)
          scenario.crashes = CrashPlan(points: [event: point], checkStride: .max)
          guard Self.holds(scenario) else { return }
        }
      }
    }
  }

  @Test("the supervisor may die in large worlds", arguments: 0..<parts)
  func largeCrashes(part: Int) {
    for seed in stride(from: part + 1, through: 8, by: Self.parts) {
      guard Self.holds(Self.dying(UInt64(seed), size: .large)) else { return }
    }
  }

  private static func dying(_ seed: UInt64, size: Scenario.Size) -> Scenario {
    var scenario = Scenario(seed: seed, size: size)
    scenario.crashes = CrashPlan(percent: 1 + Int(seed % 12), seed: seed, checkStride: 50)
    return scenario
  }

  @Test("worlds for as long as is wanted", .enabled(if: seconds != nil))
  func endless() {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["SIMULATION_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64.max / 2)
    let end = ContinuousClock.now + .seconds(Self.seconds ?? 0)
    var seed = first
    Self.say("simulation: from seed \(first) on, for \(Self.seconds ?? 0) s")
    while ContinuousClock.now < end {
      let size: Scenario.Size = seed % 64 == 0 ? .large : .small
      // In every other one the supervisor dies now and then.
      guard Self.holds(seed % 2 == 0 ? Self.dying(seed, size: size) : Scenario(seed: seed, size: size)) else { return }
      seed += 1
    }
    Self.say("simulation: \(seed - first) worlds, seeds \(first) to \(seed - 1), every promise kept")
  }

  /// Which seed hangs, if one does: SIMULATION_TRACE names each before it runs.
  private static let isTraced = ProcessInfo.processInfo.environment["SIMULATION_TRACE"] != nil

  private static var seconds: Int? {
    ProcessInfo.processInfo.environment["SIMULATION_SECONDS"].flatMap { Int($0) }
  }

  /// At once, whatever comes after it.
  private static func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  private static func holds(_ scenario: Scenario) -> Bool {
    if isTraced { say("seed \(scenario.seed)") }
    guard let violation = Simulation.violation(of: scenario) else { return true }
    say("seed \(scenario.seed): \(violation); looking for a minimal history")
    Issue.record("seed \(scenario.seed): \(violation)\n\(Shrinking.report(scenario))")
    return false
  }
}
