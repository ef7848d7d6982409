import ControlProtocol

/// All services at a glance.
struct StatusTable {
  var services: [ServiceStatus]
  var supervisor: SupervisorStatus?
  var now: Timestamp
  var appearance: Appearance

  func text() -> String {
    var text = ""
    text.reserveCapacity(96 * (services.count + 2))
    if let supervisor { text += summary(supervisor) }
    guard !services.isEmpty else { return text + "no services\n" }
    let rows = services.map(row)
    let hasMemory = services.contains { $0.memory != nil }
    let name = columnWidth("SERVICE", rows, \Row.name)
    let state = columnWidth("STATE", rows, \Row.state)
    let since = columnWidth("SINCE", rows, \Row.since)
    let pid = columnWidth("PID", rows, \Row.pid)
    let memory = columnWidth("MEMORY", rows, \Row.memory)

    func line(_ row: Row, mark: String, state colour: Colour?) {
      var line = mark + padded(row.name, name) + "  "
      line += appearance.paint(padded(row.state, state), colour) + "  " + padded(row.since, since) + "  "
      line += rightAligned(row.pid, pid)
      if hasMemory { line += "  " + rightAligned(row.memory, memory) }
      if !row.note.isEmpty { line += "  " + row.note }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }

    line(.header, mark: appearance.hasSymbols ? "  " : "", state: nil)
    for (service, row) in zip(services, rows) {
      line(row, mark: service.state.mark(appearance), state: service.state.colour)
    }
    return text
  }

  private func columnWidth(_ header: String, _ rows: [Row], _ column: (Row) -> String) -> Int {
    rows.reduce(width(header)) { max($0, width(column($1))) }
  }

  private struct Row {
    var name: String
    var state: String
    var since: String
    var pid: String
    var memory: String
    var note: String

    static let header = Row(
      name: "SERVICE", state: "STATE", since: "SINCE", pid: "PID", memory: "MEMORY", note: "NOTE")
  }

  private func row(_ service: ServiceStatus) -> Row {
    Row(
      name: service.name, state: service.state.rawValue,
      since: appearance.isTerminal ? age(now.since(service.since)) : absolute(service.since, appearance),
      pid: service.pid.map(String.init) ?? appearance.dash, memory: service.memory.map(size) ?? appearance.dash,
      note: note(service))
  }

  private func note(_ service: ServiceStatus) -> String {
    var parts: [String] = []
    if !service.isEnabled { parts.append("disabled") }
    if let cause = service.cause { parts.append(cause) }
    if service.respawns > 0 {
      var respawned = "respawned \(times(service.respawns))"
      if let exit = service.lastExit {
        respawned += ", last \(moment(exit.at, now: now, appearance)) (\(ending(exit.status)))"
      }
      parts.append(respawned)
    }
    if service.state == .failed { parts.append("herd status \(service.name)") }
    return parts.joined(separator: "; ")
  }

  /// `● 12 up  ◐ 1 starting  ○ 2 stopped  ✗ 1 failed        fruix-shepherd 0.1, up 3 days`
  private func summary(_ supervisor: SupervisorStatus) -> String {
    var counts: [ServiceState: Int] = [:]
    for service in services { counts[service.state, default: 0] += 1 }
    let up = (counts[.running] ?? 0) + (counts[.completed] ?? 0)
    var parts: [String] = []
    func part(_ count: Int, _ word: String, _ state: ServiceState) {
      if count > 0 { parts.append(state.mark(appearance) + "\(count) \(word)") }
    }
    part(up, "up", .running)
    for state in [ServiceState.waiting, .starting, .respawning, .stopping, .stopped, .failed] {
      part(counts[state] ?? 0, state.rawValue, state)
    }
    let age = age(now.since(supervisor.started))
    parts.append("      fruix-shepherd \(supervisor.version), pid \(supervisor.pid), up \(age)")
    var text = parts.joined(separator: "  ") + "\n"
    text += supervisorWarnings(supervisor, appearance)
    return text
  }
}

/// What an administrator has to know before anything else.
func supervisorWarnings(_ supervisor: SupervisorStatus, _ appearance: Appearance) -> String {
  var text = ""
  if let error = supervisor.configurationError {
    text += appearance.paint("the files have errors; the configuration before them is in force:", .red) + " \(error)\n"
  }
  if supervisor.isShuttingDown { text += appearance.paint("shutting down", .yellow) + "\n" }
  for note in supervisor.notes { text += "note: \(note)\n" }
  return text
}
