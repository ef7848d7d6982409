@testable import Supervision

/// Carries out a scenario and looks at every event.
struct Simulation {
  let scenario: Scenario
  private var world: World
  private var invariants = Invariants()
  private var definitions: [ServiceDefinition]
  private(set) var violation: String?
  private(set) var events = 0

  init(_ scenario: Scenario) {
    self.scenario = scenario
    definitions = scenario.definitions
    world = World(seed: scenario.seed)
    let seed = scenario.seed
    world.defaultPlan = { name, role, count, isOneShot in
      ProcessChaos.plan(seed: seed, name, role, count, isOneShot: isOneShot)
    }
    world.jailPlans = { ProcessChaos.jails(seed: seed, $0, $1) }
    world.record = scenario.crashes.map { SimulatedRecord(plan: $0) }
    world.preparations = { ProcessChaos.preparation(seed: seed, $0, $1) }
    var random = SplitMix64(seed: seed ^ 0xfeed)
    for definition in definitions where random.chance(3) { world.lacks[definition.name] = ["/bin/nothing is missing"] }
  }

  /// The whole of it; `nil` if everything held.
  static func violation(of scenario: Scenario) -> String? {
    var simulation = Simulation(scenario)
    simulation.run()
    return simulation.violation
  }

  /// What was seen, for people.
  static func journal(of scenario: Scenario) -> [String] {
    var simulation = Simulation(scenario)
    simulation.run()
    return simulation.world.journal
  }

  private mutating func run() {
    var configuration = Configuration(definitions)
    configuration.supervisor.maxParallelStarts = scenario.most
    let watch = Watch(invariants: invariants, stride: scenario.stride)
    world.watch = watch
    world.boot(configuration)
    for (number, step) in scenario.steps.enumerated() {
      world.note("· \(number + 1): \(step)")
      take(step)
      if world.watch?.violation != nil { break }
    }
    finish()
    events = world.watch?.events ?? 0
    violation = world.watch?.violation
  }

  private mutating func finish() {
    guard world.watch?.violation == nil else { return }
    if world.supervisor.shutdown == nil {
      world.runUntilQuiet(for: .seconds(86_400))
      checkQuiet()
      guard world.watch?.violation == nil else { return }
      world.note("· shutdown")
      // The supervisor may die before it has taken the order.
      while world.supervisor.shutdown == nil, world.watch?.violation == nil { world.order(.stopRoot) }
    }
    world.runUntilQuiet(for: .seconds(86_400))
    if world.exit == nil { world.watch?.fail("the supervisor does not leave") }
    if let request = world.open.first { world.watch?.fail("left without a reply to \(request.rawValue)") }
    if world.kernel.processes.isEmpty, let question = world.supervisor.questions.first {
      world.watch?.fail("left with a question: \(question)")
    }
    if world.supervisor.nextDeadline != nil { world.watch?.fail("left with a deadline") }
  }

  private mutating func checkQuiet() {
    guard world.watch?.violation == nil, let trouble = invariants.checkQuiet(&world) else { return }
    world.watch?.fail(trouble)
  }

  private mutating func take(_ step: Scenario.Step) {
    let options = OrderOptions()
    switch step {
    case .start(let names, let noWait): world.order(.start(names, options: OrderOptions(noWait: noWait)))
    case .stop(let names, let more): world.order(.stop(names, withRequirements: more, options: options))
    case .restart(let names): world.order(.restart(names, options: options))
    case .enable(let names, let now): world.order(.enable(names, now: now, options: options))
    case .disable(let names, let stop): world.order(.disable(names, stop: stop, options: options))
    case .reset(let name): world.order(.reset([name]))
    case .preset(let name): world.order(.preset([name]))
    case .reload(let name): world.order(.reload(name))
    case .action(let name): world.order(.action(name, name: "act", arguments: []))
    case .wait(let name, let condition, let timeout):
      world.order(.wait(name, for: condition, after: nil, timeout: timeout))
    case .unload(let name): world.order(.unload([name]))
    case .load(let gone, let changed, let part): load(gone, changed, part: part)
    case .loadSame: loadSame()
    case .end(let name, let status): world.end(name, status)
    case .hangUp: if let oldest = world.open.min(by: { $0.rawValue < $1.rawValue }) { world.hangUp(oldest) }
    case .echo: if let event = world.lastProcessEvent { world.handle(event); world.run() }
    case .pass(let duration): world.advance(duration)
    case .shutdown: world.order(.stopRoot)
    }
  }

  private mutating func load(_ gone: Set<String>, _ changed: [String: UInt64], part: Bool) {
    let names = scenario.definitions.map(\.name)
    var next: [ServiceDefinition] = []
    for (index, original) in scenario.definitions.enumerated() {
      let present = definitions.first { $0.name == original.name } ?? original
      if let seed = changed[original.name] {
        next.append(GraphMaker.remake(original, index, names, seed))
      } else if !gone.contains(original.name) {
        next.append(present)
      }
    }
    next = GraphMaker.sound(next)
    var configuration = Configuration(next)
    configuration.supervisor.maxParallelStarts = scenario.most
    if part, changed.count == next.count || gone.isEmpty {
      world.load(configuration, scope: .part)
    } else {
      world.load(configuration)
    }
    definitions = next
  }

  /// Nothing has changed: nothing happens.
  private mutating func loadSame() {
    var configuration = world.supervisor.currentConfiguration
    configuration.supervisor.maxParallelStarts = scenario.most
    let request = world.newRequest()
    let event = Event.load(configuration, scope: .all, requester: .user(uid: 0), request: request)
    let wasLeaving = world.supervisor.shutdown != nil
    var copy = world.supervisor
    let hasTransients = copy.services.contains { $0.isForgotten || $0.isRemoved }
    let actions = copy.handle(event, at: world.now)
    for action in actions where !wasLeaving && !hasTransients {
      switch action {
      case .reply, .record: break
      default: world.watch?.fail("a load of the same did something: \(action)")
      }
    }
    world.handle(event)
    world.run()
  }
}

/// Looks at every event, or at every so many.
final class Watch {
  private var invariants: Invariants
  private let stride: Int
  private(set) var events = 0
  private(set) var violation: String?

  init(invariants: Invariants, stride: Int) {
    self.invariants = invariants
    self.invariants.seesEveryEvent = stride == 1
    self.stride = stride
  }

  func look(at world: World, after event: Event, _ actions: [Action]) {
    events += 1
    guard violation == nil else { return }
    var isDue = events % stride == 0
    if case .load = event { isDue = true }
    if isDue { violation = invariants.check(world, after: event, actions) }
  }

  /// A load was not seen to its end.
  func excuse(_ core: Supervisor) { invariants.excuse(core) }

  func fail(_ text: String) {
    if violation == nil { violation = text }
  }
}
