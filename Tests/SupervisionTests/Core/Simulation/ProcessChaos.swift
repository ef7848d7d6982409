@testable import Supervision

/// What processes do in the simulation: mostly what they should. It hangs on the seed, the service and how many processes it
/// has had, so that leaving out steps of a history changes as little as possible of the rest.
enum ProcessChaos {
  /// After so many processes a service behaves, so that the world comes to rest.
  static let patience = 25

  static func plan(
    seed: UInt64, _ name: String, _ role: ProcessRole, _ count: Int, isOneShot: Bool
  ) -> ProcessPlan {
    var random = chance(seed, name, count)
    var plan = ends(role, isOneShot: isOneShot, isCalm: count > patience, &random)
    if random.chance(20) { plan.spawnsAfter = random.milliseconds(700) }
    plan.onStopSignal = answer(&random)
    plan.outlivesKill = stubbornness(&random)
    if random.chance(10) { plan.child = (answer(&random), stubbornness(&random)) }
    if count <= patience, random.chance(6) {
      plan.spawnFailure = random.chance(60) ? .noProgram : .noRoom
    }
    return plan
  }

  /// How the making of a jail goes, and its undoing.
  static func jails(seed: UInt64, _ jail: String, _ count: Int) -> SimulatedJailPlan {
    var random = chance(seed ^ 0x6a61_696c, jail, count)
    var plan = SimulatedJailPlan()
    if random.chance(40) { plan.raising = random.milliseconds(3000) }
    if random.chance(40) { plan.lowering = random.milliseconds(3000) }
    if random.chance(3) { plan.lowering = .seconds(300) }
    guard count <= patience else { return plan }
    if random.chance(15) { plan.raisingFailure = "no such directory" }
    if random.chance(8) { plan.loweringFailure = "device busy" }
    return plan
  }

  /// How long the look-ups of a start take: directory services may be slow.
  static func preparation(seed: UInt64, _ name: String, _ count: Int) -> Duration {
    var random = chance(seed ^ 0x7072_6570, name, count)
    guard random.chance(15) else { return .zero }
    return random.chance(10) ? .seconds(200) : random.milliseconds(2000)
  }

  private static func chance(_ seed: UInt64, _ name: String, _ count: Int) -> SplitMix64 {
    var hash = seed
    for byte in name.utf8 { hash = hash &* 1_099_511_628_211 ^ UInt64(byte) }
    return SplitMix64(seed: hash &+ UInt64(count) &* 7919)
  }

  private static func ends(
    _ role: ProcessRole, isOneShot: Bool, isCalm: Bool, _ random: inout SplitMix64
  ) -> ProcessPlan {
    let after = random.chance(40) ? .zero : random.milliseconds(2500)
    let status: ExitStatus = !isCalm && random.chance(20) ? .exited(1) : .exited(0)
    switch role {
    case .main:
      if isOneShot { return .exits(status, after: after) }
      return !isCalm && random.chance(22) ? .exits(status, after: after) : .runs
    case .preStart, .postStart:
      // A one-shot may have no limit of time: its commands end by themselves.
      return !isOneShot && !isCalm && random.chance(8) ? .runs : .exits(status, after: after)
    case .stopCommand, .postStop, .reload, .action:
      return random.chance(15) ? .runs : .exits(status, after: after)
    }
  }

  private static func answer(_ random: inout SplitMix64) -> ProcessPlan.Answer {
    switch random.below(10) {
    case 0..<5: .dies(after: .zero)
    case 5..<7: .dies(after: random.milliseconds(1500))
    case 7: .leaves(after: random.milliseconds(500))
    default: .ignores
    }
  }

  private static func stubbornness(_ random: inout SplitMix64) -> Duration {
    switch random.below(50) {
    case 0..<3: random.milliseconds(8000)
    case 3: .seconds(15)
    case 4: .seconds(300)
    default: .zero
    }
  }
}
