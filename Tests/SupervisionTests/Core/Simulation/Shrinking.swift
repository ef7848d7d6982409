@testable import Supervision

/// Makes a history that shows a violation as short as it can.
enum Shrinking {
  /// A history that is not minimal is better than none.
  private static let patience: Duration = .seconds(60)

  static func minimal(_ scenario: Scenario) -> Scenario {
    let end = ContinuousClock.now + patience
    var best = scenario
    best.stride = 1
    var isShrinking = true
    while isShrinking, ContinuousClock.now < end {
      isShrinking = dropServices(&best, until: end)
      isShrinking = dropSteps(&best, until: end) || isShrinking
      isShrinking = simplify(&best, until: end) || isShrinking
    }
    return best
  }

  /// The minimal history in words: definitions, steps, and what the journal says.
  static func report(_ scenario: Scenario) -> String {
    let small = minimal(scenario)
    var lines = ["\(Simulation.violation(of: small) ?? "?") (seed \(small.seed), reduced)"]
    lines += small.definitions.map { describe($0) }
    let journal = Simulation.journal(of: small)
    lines += journal.count <= 100 ? journal : journal.prefix(60) + ["…"] + journal.suffix(40)
    return lines.joined(separator: "\n")
  }

  private static func dropSteps(_ best: inout Scenario, until end: ContinuousClock.Instant) -> Bool {
    var hasDropped = false
    var length = max(1, best.steps.count / 2)
    while length >= 1 {
      var start = 0
      while start < best.steps.count, ContinuousClock.now < end {
        var shorter = best
        shorter.steps.removeSubrange(start..<min(start + length, best.steps.count))
        if Simulation.violation(of: shorter) != nil {
          best = shorter
          hasDropped = true
        } else {
          start += length
        }
      }
      length /= 2
    }
    return hasDropped
  }

  private static func dropServices(_ best: inout Scenario, until end: ContinuousClock.Instant) -> Bool {
    var hasDropped = false
    var length = max(1, best.definitions.count / 2)
    while length >= 1 {
      var start = 0
      while start < best.definitions.count, best.definitions.count > 1, ContinuousClock.now < end {
        var smaller = best
        smaller.definitions.removeSubrange(start..<min(start + length, best.definitions.count))
        smaller.definitions = GraphMaker.sound(smaller.definitions)
        if !smaller.definitions.isEmpty, Simulation.violation(of: smaller) != nil {
          best = smaller
          hasDropped = true
        } else {
          start += length
        }
      }
      length /= 2
    }
    return hasDropped
  }

  private static func simplify(_ best: inout Scenario, until end: ContinuousClock.Instant) -> Bool {
    let changes: [(inout ServiceDefinition) -> Void] = [
      { $0.requirement = [] }, { $0.wants = [] }, { $0.after = [] }, { $0.before = [] }, { $0.conflicts = [] },
      { $0.restartWith = [] }, { $0.onFailure = [] }, { $0.provision = [] }, { $0.preStart = [] },
      { $0.postStart = [] }, { $0.postStop = [] }, { $0.stop.exec = nil }, { $0.isTransient = false },
      { $0.process.rare.jail = nil }, { $0.respawn = RespawnRule() }, { if $0.isOneShot { $0.kind = .process } },
    ]
    var hasChanged = false
    for index in best.definitions.indices {
      for change in changes where ContinuousClock.now < end {
        var simpler = best
        change(&simpler.definitions[index])
        guard simpler.definitions[index] != best.definitions[index] else { continue }
        if GraphMaker.sound(simpler.definitions) == simpler.definitions, Simulation.violation(of: simpler) != nil {
          best = simpler
          hasChanged = true
        }
      }
    }
    return hasChanged
  }

  private static func describe(_ definition: ServiceDefinition) -> String {
    var words = [definition.isGroup ? "group" : definition.isOneShot ? "one-shot" : "service", definition.name]
    let lists: [(String, [String])] = [
      ("requirement", definition.requirement), ("wants", definition.wants), ("after", definition.after),
      ("before", definition.before), ("conflicts", definition.conflicts), ("restart-with", definition.restartWith),
      ("on-failure", definition.onFailure), ("provision", definition.provision),
    ]
    for (key, names) in lists where !names.isEmpty { words.append("\(key)=\(names.joined(separator: ","))") }
    let hooks = [("pre", definition.preStart), ("post", definition.postStart), ("clean", definition.postStop)]
    for (key, commands) in hooks where !commands.isEmpty { words.append("\(key)×\(commands.count)") }
    if definition.stop.exec != nil { words.append("stop-command") }
    if definition.stop.kill == .main { words.append("kill=main") }
    if definition.hasJail { words.append("jail=\(definition.simulatedJail)") }
    if definition.isTransient { words.append("transient") }
    if !definition.autoStart { words.append("by-hand") }
    words.append("respawn=\(definition.respawn.policy)")
    return words.joined(separator: " ")
  }
}
