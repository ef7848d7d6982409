import Testing

@testable import Supervision

@Suite("Simulation")
struct SimulationTests {
  @Test("small worlds")
  func small() {
    for seed in 1...2000 {
      let scenario = Scenario(seed: UInt64(seed), size: .small)
      if let violation = Simulation.violation(of: scenario) {
        Issue.record("seed \(seed): \(violation)\n\(Shrinking.report(scenario))")
        return
      }
    }
  }
}
