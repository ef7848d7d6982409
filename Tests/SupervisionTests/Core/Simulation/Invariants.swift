@testable import Supervision

/// What must hold after every event, whatever happened (DESIGN's invariants, as far as they are the core's).
struct Invariants {
  /// Services that got a requirement, and pairs that got a conflict, by a load while they ran: nobody stops them for that.
  private var excused: Set<String> = []
  private var excusedPairs: Set<[String]> = []
  private var before: [String: StateName] = [:]
  /// Whether `before` is the state before the very last event: only then does a step say something about its order.
  var seesEveryEvent = true
  private var answered: [RequestID: Int] = [:]

  /// - Returns: what does not hold; `nil` if all is well.
  mutating func check(_ world: World, after event: Event, _ actions: [Action]) -> String? {
    let core = world.supervisor
    for case .record(.anomaly(let anomaly)) in actions { return anomaly.description }
    if case .load = event { excuse(core) }
    let trouble =
      world.kernel.trouble ?? replies(world, actions) ?? counters(core) ?? totals(core) ?? requirements(core)
      ?? conflicts(core)
      ?? deadlines(world) ?? order(core, event) ?? processes(world) ?? jails(world)
    before = [:]
    for record in core.services where !record.isForgotten { before[record.name] = record.machine.state.name }
    return trouble
  }

  /// What must hold once nothing happens any more.
  func checkQuiet(_ world: inout World) -> String? {
    if world.hasTooMuch { return "something goes round and round" }
    if world.nextInstant != nil { return "the world does not come to rest" }
    for record in world.supervisor.services where !record.isForgotten {
      if let trouble = quiet(record, world.supervisor) { return "at rest: \(trouble)" }
    }
    let waiting = world.supervisor.requests.filter { $0.value.wait == nil && !$0.value.isShutdown }
    if let request = waiting.keys.first {
      return "at rest: request \(request.rawValue) has no reply: \(waiting[request].debugDescription)"
    }
    if !world.supervisor.queue.isEmpty { return "at rest: the queue is not empty" }
    let needed = Set(world.jails.joined.values)
    if world.jails.standing != needed { return "at rest: jails \(world.jails.standing) stand, \(needed) are needed" }
    return nil
  }

  private func quiet(_ record: ServiceRecord, _ core: Supervisor) -> String? {
    switch record.machine.state.name {
    case .waiting, .starting, .stopping, .respawning: return "\(record.name) is \(record.machine.state.name)"
    case .running, .completed, .stopped, .failed: break
    }
    if record.stopOrder != nil { return "\(record.name) is to stop and does not" }
    if record.isQueued || record.isHeld { return "\(record.name) is queued or held" }
    guard record.intent != nil, record.machine.isResting, !record.isDisabled, !record.isRemoved else { return nil }
    switch record.machine.state {
    case .failed(.requirement(let name, _, _)), .stopped(.requirementStopped(let name)):
      // What comes back by itself pushes nobody out.
      guard record.links.conflicts.allSatisfy({ core.services[$0.index].machine.isResting }) else { return nil }
      let isThere = core.resolve(name).contains { core.isSettledUp($0) }
      return isThere ? "\(record.name) is wanted, rests for \(name), and that is up" : nil
    case .failed: return nil
    default: return "\(record.name) is wanted and rests: \(record.machine.state)"
    }
  }

  // MARK: Replies

  private mutating func replies(_ world: World, _ actions: [Action]) -> String? {
    for case .reply(let request, _) in actions {
      answered[request, default: 0] += 1
      if answered[request] != 1 { return "request \(request.rawValue) has had two replies" }
      if world.hungUp.contains(request) { return "request \(request.rawValue) hung up and got a reply" }
    }
    for request in world.supervisor.requests.keys where !world.open.contains(request) {
      return "request \(request.rawValue) is pending and nobody waits"
    }
    if world.supervisor.shutdown?.isOver == true { return nil }
    for request in world.open where world.supervisor.requests[request] == nil {
      return "request \(request.rawValue) was forgotten"
    }
    for (id, requests) in world.supervisor.watchers {
      for request in requests where world.supervisor.requests[request]?.watched.contains(id) != true {
        return "request \(request.rawValue) watches in vain"
      }
    }
    return nil
  }

  // MARK: Counters

  private func counters(_ core: Supervisor) -> String? {
    for (index, record) in core.services.enumerated() where !record.isForgotten {
      if record.announced != record.facts { return "\(record.name): the neighbours were told otherwise" }
      let links = record.links
      for requirement in links.requirements {
        let ready = requirement.candidates.count { core.services[$0.index].facts.contains(.ready) }
        if ready != Int(requirement.ready) { return "\(record.name): ready of \(requirement.name) is wrong" }
      }
      let above = aboveBeingStopped(ServiceID(index), core)
      let counts: [(String, Int32, Int)] = [
        ("unmet", links.unmet, links.requirements.count { $0.ready == 0 }),
        ("comingPredecessors", links.comingPredecessors, count(links.predecessors, .coming, core)),
        ("activeConflicts", links.activeConflicts, count(links.conflicts, .active, core)),
        ("stoppingAbove", links.stoppingAbove, above),
      ]
      for (name, kept, counted) in counts where Int(kept) != counted {
        return "\(record.name): \(name) is \(kept), counted \(counted)"
      }
    }
    return nil
  }

  private func count(_ ids: [ServiceID], _ fact: ServiceRecord.Announced, _ core: Supervisor) -> Int {
    ids.count { core.services[$0.index].facts.contains(fact) }
  }

  private func aboveBeingStopped(_ id: ServiceID, _ core: Supervisor) -> Int {
    let links = core.services[id.index].links
    return links.dependents.count { core.services[$0.service.index].facts.contains(.beingStopped) }
      + links.successors.count { core.services[$0.index].facts.contains(.beingStopped) }
  }

  private func totals(_ core: Supervisor) -> String? {
    let alive = core.services.filter { !$0.isForgotten }
    let starting = alive.count { $0.machine.state.name == .starting }
    if starting != core.startingCount { return "startingCount is \(core.startingCount), counted \(starting)" }
    let restless = alive.count { !$0.machine.isResting }
    if restless != core.restlessCount { return "restlessCount is \(core.restlessCount), counted \(restless)" }
    let errands = core.processes.filter { $0.value.isErrand }
    if Set(errands.map(\.key)) != Set(core.errands.keys) { return "errands and processes do not agree" }
    let counted = alive.reduce(0) { $0 + Int($1.errands) }
    if errands.count != counted { return "services count \(counted) errands, there are \(errands.count)" }
    let most = core.configuration.supervisor.maxParallelStarts
    if most > 0, starting < most, alive.contains(where: { $0.isHeld }) { return "a place is free and somebody is held" }
    if !core.queue.isEmpty { return "the queue was left with something in it" }
    if !core.actions.isEmpty { return "actions were left" }
    return nil
  }

  // MARK: Requirements and conflicts

  mutating func excuse(_ core: Supervisor) {
    for record in core.services where !record.isForgotten && record.machine.isActive {
      for requirement in record.links.requirements
      where !requirement.candidates.contains(where: { core.isUpToStay($0) }) {
        excused.insert(record.name)
      }
      for other in record.links.conflicts where core.services[other.index].machine.isActive {
        excusedPairs.insert([record.name, core.services[other.index].name].sorted())
      }
    }
  }

  private mutating func requirements(_ core: Supervisor) -> String? {
    for record in core.services where !record.isForgotten {
      guard !record.machine.isResting else {
        excused.remove(record.name)
        continue
      }
      guard record.machine.isActive, !record.isStopping, record.stopOrder == nil, !excused.contains(record.name) else {
        continue
      }
      for requirement in record.links.requirements
      where !requirement.candidates.contains(where: { core.services[$0.index].machine.isUp }) {
        return "\(record.name) is \(record.machine.state.name) without its requirement \(requirement.name)"
      }
    }
    return nil
  }

  private mutating func conflicts(_ core: Supervisor) -> String? {
    for record in core.services where !record.isForgotten {
      guard record.machine.isActive else {
        excusedPairs = excusedPairs.filter { !$0.contains(record.name) }
        continue
      }
      for other in record.links.conflicts where core.services[other.index].machine.isActive {
        let pair = [record.name, core.services[other.index].name].sorted()
        if !excusedPairs.contains(pair) { return "\(pair) conflict and are both there" }
      }
    }
    return nil
  }

  /// What goes down by order goes down after all that stands on it.
  private func order(_ core: Supervisor, _ event: Event) -> String? {
    guard seesEveryEvent, core.shutdown?.last == nil else { return nil }
    for record in core.services where !record.isForgotten && record.isStopping {
      guard let name = before[record.name], name == .running || name == .completed, record.stopOrder != nil else {
        continue
      }
      switch event {
      // What had ended with nobody there to hear of it.
      case .exited, .resume: continue
      default: break
      }
      for edge in record.links.dependents {
        let above = core.services[edge.service.index]
        let candidates = above.links.requirements[Int(edge.requirement)].candidates
        guard above.machine.isActive, !candidates.contains(where: { core.services[$0.index].machine.isUp }) else {
          continue
        }
        if !excused.contains(above.name) { return "\(record.name) stops before \(above.name)" }
      }
    }
    return nil
  }

  // MARK: Jails

  /// What belongs into a jail runs in it, and what rests has left it.
  private func jails(_ world: World) -> String? {
    if let trouble = world.jails.trouble { return trouble }
    guard world.untold == 0 else { return nil }
    let core = world.supervisor
    for (key, entry) in core.processes where !entry.isErrand {
      let record = core.services[entry.service.index]
      // What has survived SIGKILL is past all help.
      guard record.inForce.definition.hasJail, !isBeingLeft(record.machine),
        !isOnHost(entry.role, record.inForce.definition), world.kernel.number(of: key) != nil, !record.machine.isResting
      else {
        continue
      }
      if !world.jails.entered.contains(record.incarnation) {
        return "\(record.name) runs \(entry.role) outside its jail"
      }
    }
    for id in world.jails.joined.keys where core.services[id.service.index].machine.isResting {
      return "\(core.name(of: id.service)) rests and has not left its jail"
    }
    return nil
  }

  private func isBeingLeft(_ machine: StateMachine) -> Bool {
    switch machine.state {
    case .stopping(let ending, _), .respawning(.ending(let ending, _, _)):
      if case .releasing = ending.phase { true } else { false }
    // What it has is left from an earlier run.
    case .waiting: true
    default: false
    }
  }

  private func isOnHost(_ role: ProcessRole, _ definition: ServiceDefinition) -> Bool {
    switch role {
    case .stopCommand: definition.stop.exec?.asSupervisor == true
    case .postStop(let index): definition.postStop.dropFirst(index).first?.asSupervisor ?? true
    default: false
    }
  }

  // MARK: Deadlines and processes

  private func deadlines(_ world: World) -> String? {
    for record in world.supervisor.services where !record.isForgotten {
      if record.armed != record.machine.timers { return "\(record.name): the deadline is not armed" }
      switch record.machine.state {
      case .stopping, .respawning:
        if record.machine.timers.isEmpty { return "\(record.name) is \(record.machine.state.name) without a deadline" }
      case .starting:
        let isBounded = record.inForce.definition.startTimeout != nil
        if isBounded, record.machine.timers.isEmpty { return "\(record.name) is starting without a deadline" }
      case .stopped, .waiting, .running, .completed, .failed:
        if !record.machine.timers.isEmpty { return "\(record.name) has a deadline for nothing" }
      }
    }
    return nil
  }

  private func processes(_ world: World) -> String? {
    guard world.untold == 0 else { return nil }
    let core = world.supervisor
    var counts: [ServiceID: Int] = [:]
    var mains: [ServiceID: Int] = [:]
    for (key, entry) in core.processes {
      if world.kernel.number(of: key) == nil { return "a dead process is in the table" }
      guard !entry.isErrand else { continue }
      counts[entry.service, default: 0] += 1
      if entry.role == .main { mains[entry.service, default: 0] += 1 }
      if let number = mains[entry.service], number > 1 { return "\(core.name(of: entry.service)) has \(number) mains" }
    }
    for process in world.kernel.processes.values {
      if let key = process.key, core.processes[key] == nil { return "a process is not in the table" }
    }
    for (index, record) in core.services.enumerated() where !record.isForgotten {
      if Int(record.processes) != counts[ServiceID(index)] ?? 0 { return "\(record.name): processes are miscounted" }
    }
    return nil
  }
}
