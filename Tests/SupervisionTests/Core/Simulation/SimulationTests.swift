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

  @Test("worlds for as long as is wanted", .enabled(if: seconds != nil))
  func endless() {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["SIMULATION_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64.max / 2)
    let end = ContinuousClock.now + .seconds(Self.seconds ?? 0)
    var seed = first
    Self.say("simulation: from seed \(first) on, for \(Self.seconds ?? 0) s")
    while ContinuousClock.now < end {
      guard Self.holds(Scenario(seed: seed, size: seed % 64 == 0 ? .large : .small)) else { return }
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
