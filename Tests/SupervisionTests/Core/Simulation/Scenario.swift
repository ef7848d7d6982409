@testable import Supervision

/// One run of the simulation, as a value: what there is and what happens, so that parts can be left out.
struct Scenario {
  enum Step {
    case start([String], noWait: Bool)
    case stop([String], withRequirements: Bool)
    case restart([String])
    case enable([String], now: Bool)
    case disable([String], stop: Bool)
    case reset(String)
    case preset(String)
    case reload(String)
    case action(String)
    case wait(String, WaitCondition, timeout: Duration?)
    case unload(String)
    /// A configuration in which these services are gone, or are made anew by their seed.
    case load(gone: Set<String>, changed: [String: UInt64], part: Bool)
    /// The same files once more.
    case loadSame
    case end(String, ExitStatus)
    /// The caller of the oldest open request.
    case hangUp
    /// An event of a process comes a second time.
    case echo
    case pass(Duration)
    case shutdown
  }

  var seed: UInt64
  var definitions: [ServiceDefinition]
  var most: Int
  var steps: [Step]
  /// Whether every event is checked, or every so many: large graphs would take too long.
  var stride = 1
  /// When the supervisor dies; `nil`: it does not write down anything.
  var crashes: CrashPlan?
}

extension SplitMix64 {
  mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(next() % UInt64(bound)) }

  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  mutating func milliseconds(_ bound: Int) -> Duration { .milliseconds(below(bound)) }
}

// MARK: - Making one

extension Scenario {
  enum Size {
    case small
    case large
  }

  init(seed: UInt64, size: Size) {
    var random = SplitMix64(seed: seed)
    self.seed = seed
    let count = size == .small ? 1 + random.below(9) : 20 + random.below(280)
    definitions = GraphMaker.make(count, &random)
    most = random.chance(15) ? 1 + random.below(3) : 0
    steps = []
    stride = size == .small ? 1 : 50
    let names = definitions.map(\.name)
    for _ in 0..<(size == .small ? 4 + random.below(22) : 12) { steps.append(Self.step(names, &random)) }
  }

  private static func some(_ names: [String], _ random: inout SplitMix64) -> [String] {
    (0..<(random.chance(75) ? 1 : 1 + random.below(3))).map { _ in names[random.below(names.count)] }
  }

  private static func step(_ names: [String], _ random: inout SplitMix64) -> Step {
    let name = names[random.below(names.count)]
    return switch random.below(100) {
    case 0..<14: .start(some(names, &random), noWait: random.chance(10))
    case 14..<26: .stop(some(names, &random), withRequirements: random.chance(20))
    case 26..<36: .restart(some(names, &random))
    case 36..<39: .enable([name], now: random.chance(50))
    case 39..<43: .disable([name], stop: random.chance(30))
    case 43: .reload(name)
    case 44: random.chance(70) ? .reset(name) : .preset(name)
    case 45..<48: .action(name)
    case 48..<51:
      .wait(name, WaitCondition.allCases[random.below(4)], timeout: random.chance(50) ? .seconds(random.below(9)) : nil)
    case 51..<53: .unload(name)
    case 53..<59: load(names, &random)
    case 59..<60: .loadSame
    case 60..<72: .end(name, random.chance(30) ? .exited(0) : .signaled(11, core: true))
    case 72..<75: .hangUp
    case 75..<78: .echo
    case 78..<90: .pass(random.milliseconds(300))
    default: .pass(random.milliseconds(20_000))
    }
  }

  private static func load(_ names: [String], _ random: inout SplitMix64) -> Step {
    var gone: Set<String> = []
    var changed: [String: UInt64] = [:]
    for name in names {
      if random.chance(12) { gone.insert(name) }
      if random.chance(25) { changed[name] = random.next() }
    }
    return .load(gone: gone, changed: changed, part: random.chance(20))
  }
}

/// Random graphs that a load would accept.
enum GraphMaker {
  static func make(_ count: Int, _ random: inout SplitMix64) -> [ServiceDefinition] {
    let names = (0..<count).map { "s\($0)" }
    let shape = random.below(4)
    let density = random.below(3)
    var definitions = names.map { ServiceDefinition(name: $0) }
    for index in definitions.indices {
      definitions[index] = kind(definitions[index], &random)
      connect(&definitions[index], index, names, shape: shape, density: density, &random)
    }
    return sound(definitions)
  }

  /// The same service by another seed: how a file changes.
  static func remake(_ definition: ServiceDefinition, _ index: Int, _ names: [String], _ seed: UInt64)
    -> ServiceDefinition
  {
    var random = SplitMix64(seed: seed)
    var changed = kind(ServiceDefinition(name: definition.name), &random)
    connect(&changed, index, names, shape: 3, density: 0, &random)
    return changed
  }

  /// Takes out what a load would refuse: what is left is accepted.
  static func sound(_ definitions: [ServiceDefinition]) -> [ServiceDefinition] {
    let names = Set(definitions.flatMap { [$0.name] + $0.provision })
    let known = definitions.map { definition in
      definition.with {
        $0.requirement.removeAll { !names.contains($0) }
        $0.restartWith.removeAll { !names.contains($0) }
        $0.onFailure.removeAll { !names.contains($0) }
      }
    }
    let errors = { (candidates: [ServiceDefinition]) in
      GraphCheck.run(candidates, templates: [], locate: { _, _, _ in nil }).contains { $0.severity == .error }
    }
    guard errors(known) else { return known }
    let calmer = known.map { definition in definition.with { $0.conflicts = [] } }
    guard errors(calmer) else { return calmer }
    let plain = calmer.map { definition in
      definition.with {
        $0.provision = []
        $0.requirement.removeAll { $0.hasPrefix("v") }
        $0.before = []
        $0.restartWith = []
      }
    }
    return errors(plain)
      ? plain.map { definition in
        definition.with {
          $0.after = []; $0.requirement = []
        }
      } : plain
  }

  private static func kind(_ definition: ServiceDefinition, _ random: inout SplitMix64) -> ServiceDefinition {
    var made = definition
    made.autoStart = random.chance(75)
    guard !random.chance(10) else { return made }
    made.exec = Command(["/bin/true"])
    if random.chance(15) { made = made.jailed(with: random.chance(40) ? "j\(random.below(2))" : nil) }
    made.isTransient = random.chance(4)
    made.kind = random.chance(20) ? .oneShot : .process
    made.startTimeout = made.isOneShot && random.chance(60) ? nil : .milliseconds(500 + random.below(5000))
    if !made.isOneShot, random.chance(40) {
      made.ready = .aliveFor(random.chance(30) ? .zero : random.milliseconds(450))
    }
    made.preStart = hooks(random.chance(15) ? 1 + random.below(2) : 0)
    made.postStart = hooks(random.chance(10) ? 1 + random.below(2) : 0)
    made.postStop = hooks(random.chance(15) ? 1 + random.below(2) : 0)
    if random.chance(10) { made.stop.exec = Hook(Command(["/bin/stop"])) }
    if made.isOneShot, made.hasJail {
      // What a load wants: when they run, the jail may be gone.
      made.stop.exec?.asSupervisor = true
      for index in made.postStop.indices { made.postStop[index].asSupervisor = true }
    }
    made.stop.gracePeriod = .milliseconds(random.below(3000))
    made.stop.continues = random.chance(80)
    made.stop.kill = random.chance(20) ? .main : .subtree
    made.reload = random.chance(50) ? .signal(1) : .exec(Hook(Command(["/bin/reload"])), timeout: .seconds(2))
    made.actions = [
      ServiceAction(name: "act", reaction: .exec(Hook(Command(["/bin/act"])), timeout: .seconds(1)))
    ]
    made.respawn.policy = made.isOneShot ? (random.chance(25) ? .onFailure : .never) : policy(&random)
    made.respawn.limitCount = random.chance(20) ? 0 : 1 + random.below(5)
    made.respawn.delay.first = random.chance(25) ? .zero : random.milliseconds(800)
    made.respawn.delay.factor = 1 + Double(random.below(3)) / 2
    made.respawn.delay.most = .seconds(2)
    made.respawn.delay.jitter = random.chance(30) ? 0.2 : 0
    return made
  }

  private static func policy(_ random: inout SplitMix64) -> RespawnRule.Policy {
    [.never, .onFailure, .always][random.below(3)]
  }

  private static func hooks(_ count: Int) -> [Hook] {
    (0..<count).map { Hook(Command(["/bin/hook\($0)"])) }
  }

  private static func connect(
    _ definition: inout ServiceDefinition, _ index: Int, _ names: [String], shape: Int, density: Int,
    _ random: inout SplitMix64
  ) {
    let any = { (random: inout SplitMix64) in names[random.below(names.count)] }
    let lower = { (random: inout SplitMix64) in names[random.below(index)] }
    if index > 0 {
      switch shape {
      case 0: definition.requirement = [names[index - 1]]
      case 1: definition.requirement = [names[0]]
      case 2: definition.requirement = (0..<min(index, 1 + density * 4)).map { _ in lower(&random) }
      default: definition.requirement = random.chance(50) ? [lower(&random)] : []
      }
      if random.chance(12) { definition.after = [lower(&random)] }
      if random.chance(8) { definition.restartWith = [lower(&random)] }
      if index >= names.count / 2, random.chance(15) { definition.requirement.append("v\(random.below(2))") }
    }
    if index < names.count / 2, random.chance(30) { definition.provision = ["v\(random.below(2))"] }
    if index + 1 < names.count, random.chance(8) {
      definition.before = [names[index + 1 + random.below(names.count - index - 1)]]
    }
    if random.chance(15) { definition.wants = [any(&random)] }
    if random.chance(10) { definition.conflicts = [any(&random)].filter { $0 != definition.name } }
    if random.chance(8) { definition.onFailure = [any(&random)].filter { $0 != definition.name } }
    definition.requirement = Array(Set(definition.requirement)).sorted()
  }
}
