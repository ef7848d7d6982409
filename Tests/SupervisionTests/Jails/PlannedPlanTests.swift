import Testing

@testable import Supervision

/// Plans of the planner, carried out and undone on the simulated kernel.
@Suite("Plans of the planner, with faults")
struct PlannedPlanTests {
  private func host(_ tree: FakeTree, seed: UInt64) -> SimulatedJailKernel {
    let kernel = SimulatedJailKernel()
    for (path, entry) in tree.entries.sorted(by: { $0.key < $1.key }) where path != "/" {
      switch entry.node {
      case .directory: _ = try? kernel.files.make(.directory, path, .host)
      case .file: _ = try? kernel.files.make(.file, path, .host)
      case .link: kernel.files.links[path] = tree.realPath(path)
      case .device: _ = try? kernel.files.make(.link, path, .host)
      }
    }
    for name in ["em0", "em1", "bridge0"] { kernel.interfaces[name] = .init(maker: .host) }
    kernel.mountsFiles = seed % 4 != 0
    kernel.busyMounts = [0, 2, nil][Int(seed % 3)]
    kernel.pausesOfDying = [0, 2][Int(seed / 2 % 2)]
    return kernel
  }

  @Test(
    "a fault at any call of a planned jail leaves nothing behind",
    arguments: PlanGenerator.plans(15, from: 1).map(\.seed))
  func faults(seed: UInt64) {
    let made = PlanGenerator.make(seed: seed)
    guard case .success(let plan) = made.outcome else { return }
    let tree = made.host
    var scenario = JailScenario(plan, on: host(tree, seed: seed), seed: seed)
    // A host that mounts no files, and a file that may not be copied.
    guard case .success = scenario.carryOut() else { return scenario.expectNothingForeignRemoved() }
    let run = scenario.kernel.calls
    scenario.expectAsBefore(scenario.undo())
    let whole = scenario.kernel.calls
    var random = SplitMix64(seed: seed)
    for _ in 0..<25 {
      for fault in [SimulatedJailKernel.Fault.failure, .crash, .crashInside] {
        var scenario = JailScenario(plan, on: host(tree, seed: seed), seed: seed)
        let call = random.below(whole)
        scenario.kernel.faults = [call: fault]
        let afterBoot = random.below(3) == 0
        scenario.carryOut("\(fault) at call \(call) of \(run)")
        scenario.undo()
        scenario.restart(afterBoot: afterBoot)
        scenario.expectAsBefore(scenario.undo())
      }
    }
  }
}
