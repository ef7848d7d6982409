import Testing

@testable import Supervision

/// What the rest of the world does meanwhile.
private enum Interference: CaseIterable {
  case file, mount, unmount, jailRemoved, jailMade, address, epairMade, epairDestroyed, replaced, directory

  /// Whether it looks, after a crash, like what the plan was about to do: then nobody can tell whose it is.
  var isAmbiguous: Bool { self == .address || self == .directory }

  func act(on kernel: SimulatedJailKernel, _ plan: JailPlan, _ random: inout SplitMix64) {
    let directories = plan.steps.compactMap { step -> String? in
      if case .directory(let path, _) = step { path.text } else { nil }
    }
    let directory = directories[random.below(directories.count)]
    switch self {
    case .file: kernel.outsider(.file, directory + "/theirs")
    case .directory: kernel.outsider(.directory, directory)
    case .mount: kernel.outsiderMounts(at: directory)
    case .unmount:
      let mounts = kernel.files.mounts.filter { $0.maker == .plan }
      if !mounts.isEmpty { kernel.administratorUnmounts(mounts[random.below(mounts.count)].entry.target) }
    case .jailRemoved:
      for index in kernel.jails.indices where kernel.jails[index].maker == .plan && kernel.jails[index].dying == nil {
        kernel.jails[index].dying = kernel.pausesOfDying
      }
      kernel.bury()
    case .jailMade:
      guard !kernel.jails.contains(where: { $0.name == plan.jail && $0.dying == nil }) else { return }
      kernel.jails.append(.init(jid: kernel.nextJid(), name: plan.jail, path: "/elsewhere", maker: .outsider))
    case .address:
      if kernel.addresses["em0 10.0.0.2"] == nil { kernel.addresses["em0 10.0.0.2"] = .outsider }
    case .epairMade:
      for name in ["epair1a", "epair1b"] where kernel.interfaces[name] == nil {
        kernel.interfaces[name] = .init(description: "uplink", maker: .outsider)
      }
    case .epairDestroyed:
      for (name, interface) in kernel.interfaces where interface.maker == .plan { kernel.interfaces[name] = nil }
    case .replaced:
      if kernel.files.find(directory)?.node.maker == .plan, (try? kernel.files.remove(directory, nil)) != nil {
        kernel.outsider(.directory, directory)
      }
    }
  }
}

@Suite("Plans of jails, while others work on the same host")
struct JailWorldTests {
  @Test(
    "nothing of others is removed, and what is left of the plan's is in use", arguments: 1...60 as ClosedRange<UInt64>)
  func interference(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let length = JailScenario.measure(seed: seed)
    for _ in 0..<6 {
      let fault: SimulatedJailKernel.Fault = [.none, .failure, .crash][random.below(3)]
      live(seed, fault, at: random.below(length.whole), length, &random)
    }
  }

  private func live(
    _ seed: UInt64, _ fault: SimulatedJailKernel.Fault, at call: Int, _ length: JailLength,
    _ random: inout SplitMix64
  ) {
    var scenario = JailScenario(seed: seed)
    let (plan, kernel) = (scenario.plan, scenario.kernel)
    var acts: [String] = []
    kernel.faults = [call: fault]
    for _ in 0..<(1 + random.below(3)) {
      let interference = Interference.allCases[random.below(Interference.allCases.count)]
      guard fault != .crash || !interference.isAmbiguous else { continue }
      let moment = random.below(length.whole)
      var own = SplitMix64(seed: random.next())
      kernel.world[moment] = { interference.act(on: $0, plan, &own) }
      acts.append("\(interference) at call \(moment)")
    }
    scenario.carryOut("\(fault) at call \(call); \(acts.joined(separator: ", "))")
    var remains = scenario.undo()
    scenario.restart()
    // Twice: what is below a mount of ours can be withdrawn only when that has gone.
    for _ in 0..<2 where !remains.isFinished {
      withdraw(kernel)
      remains = scenario.undo("the others have gone")
    }
    scenario.expectNothingForeignRemoved()
    if !remains.isFinished { scenario.note("not finished") }
    // What is left has something in it, or is in something that is left.
    for left in kernel.files.listing() where left.maker == .plan && !isUsed(left.path, kernel) {
      scenario.note("left: \(left.path)")
    }
    let others = kernel.remains.filter { !$0.hasPrefix("file ") }
    if !others.isEmpty { scenario.note("left: \(others)") }
  }

  private func isUsed(_ path: String, _ kernel: SimulatedJailKernel) -> Bool {
    kernel.files.listing().contains { $0.maker == .outsider && $0.path.isBelow(path) }
  }

  /// The mounts of others go, and with time the dying jails.
  private func withdraw(_ kernel: SimulatedJailKernel) {
    for mount in kernel.files.mounts.reversed() where mount.maker == .outsider {
      try? kernel.files.unmount(mount.entry.id, isForced: true)
    }
    for _ in 0..<20 { kernel.elapse(.seconds(1)) }
  }
}
