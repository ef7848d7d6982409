// What a shutdown still waits for, for whoever waits for it.
extension Supervisor {
  /// A clause for each service and for each command that runs for a caller: `db is stopping, pid 812: SIGKILL in 240 s`.
  public func holdups(at now: Instant) -> [String] {
    var clauses: [String] = []
    for index in services.indices where !services[index].isForgotten && !services[index].machine.isResting {
      let record = services[index]
      var clause = "\(record.name) is \(record.machine.state.name.rawValue)"
      if let pid = mainPID(of: ServiceID(index)) { clause += ", pid \(pid)" }
      let next = record.machine.ending?.description(at: now) ?? "what must stop before it has not stopped"
      clauses.append("\(clause): \(next)")
    }
    for key in errands.keys.sorted(by: { $0.serial < $1.serial }) {
      guard let entry = processes[key] else { continue }
      clauses.append("\(services[entry.service.index].name): its \(entry.role), for a caller, has been told to end")
    }
    return clauses
  }

  /// How long a shutdown may take yet: `nil` without one.
  public func shutdownBound(at now: Instant) -> String? {
    guard let leaving = shutdown, !leaving.isOver else { return nil }
    let end = leaving.last ?? leaving.timeout
    let left = end.left(at: now)
    guard leaving.last == nil else { return "the supervisor leaves in \(left) at the latest" }
    return "in \(left) order is given up (shutdown-timeout): what still waits for its turn is stopped then"
  }
}
