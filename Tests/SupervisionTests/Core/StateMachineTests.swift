import Testing

@testable import Supervision

/// Walks through every state that a life can be in, phases included, and hands it every event.
@Suite("The life of one service")
struct StateMachineTests {
  private static let definitions: [(String, ServiceDefinition)] = [
    ("plain", service("s")),
    ("respawning", service("s").respawns(limit: 2)),
    ("everything", service("s").respawns(limit: 2).preStart(2).postStart(2).postStop(2).stopCommand()),
    ("main only", service("s").killsMainOnly().postStop().stopCommand().respawns(limit: 1)),
    ("jailed", service("s").jailed().preStart().postStop().respawns(limit: 1)),
    ("jailed one-shot", oneShot("s").jailed().startTimeout(.seconds(5))),
    ("one-shot", oneShot("s").preStart().postStart().postStop().stopCommand()),
    ("one-shot that respawns", oneShot("s").respawns(.onFailure, limit: 1, delay: .zero).startTimeout(.seconds(5))),
    ("settling", service("s").aliveFor(.seconds(2)).postStart().respawns(limit: 1)),
    ("group", group("s")),
  ]

  @Test("every pair of state and event is answered, and the promises hold", arguments: 0..<definitions.count)
  func pairs(number: Int) {
    var walk = Walk(Self.definitions[number].1)
    walk.run()
    #expect(walk.troubles.isEmpty, "\(Self.definitions[number].0): \(walk.troubles.prefix(5))")
  }

  @Test("a pair of state and event that cannot be is recorded, and changes nothing", arguments: 0..<definitions.count)
  func impossible(number: Int) {
    let definition = Self.definitions[number].1
    var walk = Walk(definition)
    walk.run()
    var found = 0
    for node in walk.nodes {
      for event in walk.events(node) where !node.machine.isPossible(event) {
        var machine = node.machine
        let (effects, serial) = Walk.answer(event, &machine, definition, node.now, serial: 7)
        #expect(effects.count == 1 && serial == 7)
        guard case .anomaly(_, let state)? = effects.first else {
          Issue.record("\(Walk.place(node.machine)): \(event) gave \(effects)")
          return
        }
        #expect(state == node.machine.state.name)
        #expect(Walk.place(machine) == Walk.place(node.machine) && machine.timers == node.machine.timers)
        found += 1
      }
    }
    #expect(found > 0)
  }

  @Test("a service is started only while it waits, and its timers are its own")
  func possible() {
    var machine = StateMachine(at: Instant(nanoseconds: 0))
    let definition = service("s").aliveFor(.seconds(2)).startTimeout(.seconds(9))
    #expect(
      !machine.isPossible(.start) && machine.isPossible(.admit) && machine.isPossible(.adopt(ProcessKey(serial: 1))))
    let now = Instant(nanoseconds: 1)
    for event in [MachineEvent.admit, .start, .prepared(lacks: []), .spawned(ProcessKey(serial: 1))] {
      #expect(machine.isPossible(event), "\(event)")
      _ = Walk.answer(event, &machine, definition, now, serial: 1)
    }
    #expect(
      machine.timers == [
        ServiceTimer(kind: .settle, due: now + .seconds(2)), ServiceTimer(kind: .startTimeout, due: now + .seconds(9)),
      ])
    #expect(machine.isPossible(.deadline(.settle)) && !machine.isPossible(.deadline(.grace)))
    #expect(!machine.isPossible(.prepared(lacks: [])) && !machine.isPossible(.spawned(ProcessKey(serial: 1))))
    #expect(machine.isPossible(.exited(ProcessKey(serial: 1), .unknown)))
    #expect(!machine.isPossible(.exited(ProcessKey(serial: 2), .unknown)))
  }

  @Test("the walk comes through every state and phase")
  func coverage() {
    var seen: Set<String> = []
    for (_, definition) in Self.definitions {
      var walk = Walk(definition)
      walk.run()
      seen.formUnion(walk.places)
    }
    let endings = ["commanded", "terminating", "draining", "postStop", "releasing", "killing"]
    let expected =
      ["stopped", "failed", "waiting", "waiting again", "running", "completed", "respawning delay"]
      + ["preparing", "confining", "preStart", "launching", "settling", "oneShot", "postStart"].map { "starting \($0)" }
      + endings.map { "stopping \($0)" }
      + endings.filter { $0 != "commanded" }.map { "respawning ending \($0)" }
      + ["stopping looking", "respawning ending looking"]
      + ["starting clearing draining", "starting clearing killing", "starting leaving releasing"]
    for place in expected { #expect(seen.contains(place), "never came to: \(place)") }
  }

  @Test("from every state a stop ends, though nothing answers and no process dies", arguments: 0..<definitions.count)
  func stopEnds(number: Int) {
    let definition = Self.definitions[number].1
    var walk = Walk(definition)
    walk.run()
    for node in walk.nodes {
      var machine = node.machine
      var now = node.now
      _ = Walk.answer(.stop(.stopped(.shutdown)), &machine, definition, now, serial: 1_000_000)
      var rounds = 0
      while !machine.isResting, rounds < 12 {
        rounds += 1
        guard let next = machine.timers.min(by: { $0.due < $1.due }) else { break }
        now = max(now, next.due)
        _ = Walk.answer(.deadline(next.kind), &machine, definition, now, serial: 1_000_000 + UInt64(rounds) * 10)
      }
      #expect(machine.isResting, "from \(Walk.place(node.machine)): \(Walk.place(machine)) after \(rounds) deadlines")
      if !machine.isResting { return }
    }
  }
}

/// All that a life can come to under one definition.
private struct Walk {
  struct Node {
    var machine: StateMachine
    var now: Instant
    /// Processes that were asked for and have not ended.
    var alive: Set<ProcessKey>
  }

  let definition: ServiceDefinition
  private(set) var nodes: [Node] = []
  private(set) var places: Set<String> = []
  private(set) var troubles: [String] = []
  private var seen: Set<String> = []
  private var serial: UInt64 = 1

  init(_ definition: ServiceDefinition) {
    self.definition = definition
  }

  mutating func run() {
    let start = Instant(nanoseconds: 1_000_000_000)
    visit(Node(machine: StateMachine(at: start), now: start, alive: []), from: nil, .admit)
    var position = 0
    while position < nodes.count, nodes.count < 400 {
      let node = nodes[position]
      for event in events(node) { step(node, event) }
      position += 1
    }
  }

  private mutating func step(_ node: Node, _ event: MachineEvent) {
    var next = node
    if case .deadline(let kind) = event, let timer = node.machine.timers.first(where: { $0.kind == kind }) {
      next.now = max(next.now, timer.due)
    }
    switch event {
    case .exited(let key, _), .spawnFailed(let key, _): next.alive.remove(key)
    default: break
    }
    let (effects, last) = Self.answer(event, &next.machine, definition, next.now, serial: serial)
    serial = last
    for case .spawn(let key, _) in effects { next.alive.insert(key) }
    visit(next, from: node.machine, event)
  }

  private mutating func visit(_ node: Node, from origin: StateMachine?, _ event: MachineEvent) {
    if let trouble = check(node, origin) {
      troubles.append("\(origin.map { Self.place($0) } ?? "the beginning"), \(event): \(trouble)")
    }
    let place = Self.place(node.machine)
    places.insert(place)
    let signature =
      "\(place) \(node.machine.isHeldUp) \(node.alive.count) \(node.machine.history.total) \(phase(node.machine))"
    if seen.insert(signature).inserted, !isUnkillable(node.machine) || node.alive.isEmpty { nodes.append(node) }
  }

  private func check(_ node: Node, _ origin: StateMachine?) -> String? {
    let place = Self.place(node.machine)
    switch node.machine.state {
    case .stopping, .respawning:
      if node.machine.timers.isEmpty { return "\(place) without a deadline" }
    case .starting:
      if definition.startTimeout != nil, node.machine.timers.isEmpty { return "\(place) without a deadline" }
    case .failed(.unkillable):
      break
    default:
      if !node.machine.timers.isEmpty { return "\(place) has a deadline for nothing" }
    }
    // What outlived SIGKILL is lost on purpose; the graph starts nothing beside it.
    if !isUnkillable(node.machine), !node.alive.isSubset(of: owned(node.machine)) {
      return "\(place) has lost a process"
    }
    return nil
  }

  private func isUnkillable(_ machine: StateMachine) -> Bool {
    if case .failed(.unkillable) = machine.state { true } else { false }
  }

  /// The processes that a life still has in mind.
  private func owned(_ machine: StateMachine) -> Set<ProcessKey> {
    var keys: Set<ProcessKey> = []
    if let main = machine.main { keys.insert(main) }
    switch machine.state {
    case .starting(let starting):
      if let hook = starting.hook { keys.insert(hook) }
      if let ending = starting.ending { keys.formUnion(owned(ending)) }
    case .respawning(.ending(let ending, _, _)), .stopping(let ending, _): keys.formUnion(owned(ending))
    default: break
    }
    return keys
  }

  private func owned(_ ending: StopSequence) -> Set<ProcessKey> {
    var keys: Set<ProcessKey> = []
    if let main = ending.main { keys.insert(main) }
    if let hook = ending.hook { keys.insert(hook) }
    switch ending.phase {
    case .commanded(let key), .postStop(_, let key): keys.insert(key)
    case .terminating, .looking, .draining, .releasing, .killing: break
    }
    return keys
  }

  func events(_ node: Node) -> [MachineEvent] {
    var events: [MachineEvent] = [
      .admit, .start, .stop(.stopped(.shutdown)), .stop(.failed(.requirement("r", .failed))), .kill, .hurry,
      .prepared(lacks: []), .prepared(lacks: ["nothing"]), .jailEntered(failure: nil), .jailEntered(failure: "no jail"),
      .released(failure: nil), .released(failure: "busy"), .subtree(isEmpty: true), .subtree(isEmpty: false),
      .adopt(ProcessKey(serial: 0)),
    ]
    events += ServiceTimer.Kind.allCases.map { .deadline($0) }
    for key in node.alive.sorted(by: { $0.serial < $1.serial }) + [ProcessKey(serial: 0)] {
      events += [
        .spawned(key), .spawnFailed(key, .noProgram), .exited(key, .exited(0)), .exited(key, .exited(1)),
        .exited(key, .signaled(9, core: false)),
      ]
    }
    // The runtime says that a subtree is empty only when it is.
    return events.filter { event in
      if case .subtree(isEmpty: true) = event { node.alive.isEmpty } else { true }
    }
  }

  static func answer(
    _ event: MachineEvent, _ machine: inout StateMachine, _ definition: ServiceDefinition, _ now: Instant,
    serial: UInt64
  ) -> ([MachineEffect], UInt64) {
    var context = MachineContext(
      blueprint: Blueprint(definition), now: now, random: SplitMix64(seed: 1), nextSerial: serial)
    machine.handle(event, in: &context)
    return (context.effects, context.nextSerial)
  }

  // MARK: Where a life is

  static func place(_ machine: StateMachine) -> String {
    switch machine.state {
    case .waiting(let rerun): rerun ? "waiting again" : "waiting"
    case .starting(let starting): "starting \(place(starting.phase))"
    case .respawning(.delay): "respawning delay"
    case .respawning(.ending(let ending, _, _)): "respawning ending \(place(ending.phase))"
    case .stopping(let ending, _): "stopping \(place(ending.phase))"
    default: machine.state.name.rawValue
    }
  }

  private static func place(_ phase: StateMachine.Starting.Phase) -> String {
    switch phase {
    case .preparing: "preparing"
    case .enteringJail: "confining"
    case .preStart: "preStart"
    case .launching: "launching"
    case .settling: "settling"
    case .oneShot: "oneShot"
    case .clearing(let ending): "clearing \(place(ending.phase))"
    case .postStart: "postStart"
    case .leaving(let ending): "leaving \(place(ending.phase))"
    }
  }

  private static func place(_ phase: StopSequence.Phase) -> String {
    switch phase {
    case .commanded: "commanded"
    case .terminating: "terminating"
    case .looking: "looking"
    case .draining: "draining"
    case .postStop: "postStop"
    case .releasing: "releasing"
    case .killing: "killing"
    }
  }

  /// The position in a list of commands.
  private func phase(_ machine: StateMachine) -> Int {
    switch machine.state {
    case .starting(let starting):
      switch starting.phase {
      case .preStart(let index, _), .postStart(let index, _): index
      default: 0
      }
    case .stopping(let ending, _), .respawning(.ending(let ending, _, _)):
      if case .postStop(let index, _) = ending.phase { index } else { 0 }
    default: 0
    }
  }
}
