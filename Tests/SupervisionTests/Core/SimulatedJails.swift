@testable import Supervision

/// How long the making and the undoing of a jail take, and how they end.
struct SimulatedJailPlan {
  var raising: Duration = .zero
  var raisingFailure: String?
  var lowering: Duration = .zero
  var loweringFailure: String?
}

/// The end of a making or an undoing.
enum JailHappening {
  case raised(String, failure: String?)
  case lowered(String, failure: String?)
}

/// Jails without a system, around the real registry.
struct SimulatedJails {
  private(set) var registry = JailRegistry()
  /// The jail that a service has joined, or waits for; until its leave is asked for.
  private(set) var joined: [Incarnation: String] = [:]
  /// Those that have heard that their jail is there.
  private(set) var entered: Set<Incarnation> = []
  /// Jails that exist, whole or in part, as the system would say.
  private(set) var standing: Set<String> = []
  private var joins: [Incarnation: QuestionID] = [:]
  private var leaves: [Incarnation: [QuestionID]] = [:]
  /// Answers on their way to the core.
  private var telling: [QuestionID: Incarnation] = [:]
  private var counts: [String: Int] = [:]
  /// Jails that are just being made or undone.
  private var underWay: Set<String> = []
  /// What went wrong with the questions themselves.
  private(set) var trouble: String?

  typealias Plans = (_ jail: String, _ count: Int) -> SimulatedJailPlan

  mutating func enterJail(
    _ id: Incarnation, _ question: QuestionID, in jail: String, at now: Instant, _ kernel: inout SimulatedKernel,
    _ plans: Plans
  ) {
    if let other = joined[id], other != jail { trouble = "a service joins \(jail) and is in \(other)" }
    joined[id] = jail
    joins[id] = question
    carryOut(registry.join(id, jail: jail), at: now, &kernel, plans)
  }

  mutating func release(
    _ id: Incarnation, _ question: QuestionID, at now: Instant, _ kernel: inout SimulatedKernel, _ plans: Plans
  ) {
    if let join = joins.removeValue(forKey: id) { kernel.at(now, .event(.jailEntered(join, failure: "given up"))) }
    guard let jail = joined.removeValue(forKey: id) else {
      // It was stopped while its jail was being made, and that failed.
      return kernel.at(now, .event(.released(question, failure: nil)))
    }
    leaves[id, default: []].append(question)
    entered.remove(id)
    carryOut(registry.leave(id, jail: jail), at: now, &kernel, plans)
  }

  /// The supervisor has died, and another one begins with what the dead one says of jails. What was half done is undone.
  mutating func beginAnew(_ jailed: [JailedService], at now: Instant, _ kernel: inout SimulatedKernel, _ plans: Plans) {
    registry = JailRegistry()
    (joined, entered, joins, leaves, telling) = ([:], [], [:], [:], [:])
    let whole = standing.subtracting(underWay)
    for service in jailed where whole.contains(service.owner.name) {
      registry.resume(service.incarnation, jail: service.owner.name)
      joined[service.incarnation] = service.owner.name
      entered.insert(service.incarnation)
    }
    for jail in standing.sorted() where !registry.knows(jail) {
      carryOut(registry.inherit(jail), at: now, &kernel, plans)
    }
  }

  mutating func happen(
    _ happening: JailHappening, at now: Instant, _ kernel: inout SimulatedKernel, _ plans: Plans
  ) {
    switch happening {
    case .raised(let jail, let failure):
      underWay.remove(jail)
      if failure != nil { standing.remove(jail) }
      carryOut(registry.raised(jail, failure: failure), at: now, &kernel, plans)
    case .lowered(let jail, let failure):
      underWay.remove(jail)
      standing.remove(jail)
      carryOut(registry.lowered(jail, failure: failure), at: now, &kernel, plans)
    }
  }

  /// An answer has come to the core.
  mutating func told(_ question: QuestionID, isInJail: Bool) {
    guard let id = telling.removeValue(forKey: question), joined[id] != nil else { return }
    if isInJail { entered.insert(id) } else { joined[id] = nil }
  }

  private mutating func carryOut(
    _ outputs: [JailRegistry.Output], at now: Instant, _ kernel: inout SimulatedKernel, _ plans: Plans
  ) {
    for output in outputs {
      switch output {
      case .raise(let jail):
        if !standing.insert(jail).inserted { trouble = "\(jail) is made twice" }
        counts[jail, default: 0] += 1
        underWay.insert(jail)
        let plan = plans(jail, counts[jail] ?? 0)
        kernel.at(now + plan.raising, .jail(.raised(jail, failure: plan.raisingFailure)))
      case .lower(let jail):
        underWay.insert(jail)
        let plan = plans(jail, counts[jail] ?? 0)
        kernel.at(now + plan.lowering, .jail(.lowered(jail, failure: plan.loweringFailure)))
      case .abandon: break
      case .jailEntered(let id, let failure):
        guard let question = joins.removeValue(forKey: id) else { continue }
        telling[question] = id
        kernel.at(now, .event(.jailEntered(question, failure: failure)))
      case .released(let id, let failure):
        if let question = leaves[id]?.popLast() {
          kernel.at(now, .event(.released(question, failure: failure)))
        }
      }
    }
  }
}

extension ServiceDefinition {
  /// What the simulation calls its jail.
  var simulatedJail: String { process.rare.jail?.sharedWith ?? name }

  func jailed(with other: String? = nil) -> Self {
    with {
      var jail = JailDefinition()
      jail.sharedWith = other
      $0.process.rare.jail = jail
    }
  }
}
