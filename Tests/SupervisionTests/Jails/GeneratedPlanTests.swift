import Testing

@testable import Supervision

@Suite("Plans of generated services")
struct GeneratedPlanTests {
  private static let count: UInt64 = 3000
  private static let seed: UInt64 = 20_261_124

  @Test("most generated services have a plan, and some are refused")
  func proportion() {
    var planned = 0
    for seed in Self.seed..<(Self.seed + Self.count) {
      if case .success = PlanGenerator.make(seed: seed).outcome { planned += 1 }
    }
    #expect(planned > Self.count / 3)
    #expect(planned < Self.count)
  }

  @Test("a seed gives the same plan every time")
  func determinism() {
    for seed in Self.seed..<(Self.seed + 300) {
      #expect(PlanGenerator.make(seed: seed).outcome == PlanGenerator.make(seed: seed).outcome, "seed \(seed)")
    }
  }

  @Test("whatever is mounted is mounted on something that is there by then, through no link")
  func targets() {
    for (seed, host, plan) in PlanGenerator.plans(1000, from: Self.seed) {
      var rehearsal = Rehearsal(host: host, plan: plan)
      rehearsal.run()
      #expect(rehearsal.faults.isEmpty, "seed \(seed): \(rehearsal.faults)")
    }
  }
}
