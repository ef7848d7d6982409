import ControlProtocol

/// All services at a glance.
struct StatusTable {
  var services: [ServiceStatus]
  var supervisor: SupervisorStatus?
  var now: Timestamp
  var appearance: Appearance

  /// What a package has brought and nobody has switched on: `herd enable` is for them, not an eye on what runs.
  private var dormantCount = 0

  init(
    services: [ServiceStatus], showsDormant: Bool = false, supervisor: SupervisorStatus?, now: Timestamp,
    appearance: Appearance
  ) {
    self.services = showsDormant ? services : services.filter { !$0.isDormant }
    dormantCount = services.count - self.services.count
    self.supervisor = supervisor
    self.now = now
    self.appearance = appearance
  }

  func text() -> String {
    var text = ""
    text.reserveCapacity(96 * (services.count + 2))
    if let supervisor { text += summary(supervisor) }
    guard !services.isEmpty else {
      let rest = dormantCount > 0 ? "; \(dormantCount) of packages are off (herd status --all)" : ""
      return text + "no services\(rest)\n"
    }
    let rows = services.map(row)
    let shape = Shape(rows, appearance)
    text += line(.header, shape, mark: appearance.hasSymbols ? "  " : "", state: nil)
    for (service, row) in zip(services, rows) {
      text += line(row, shape, mark: service.state.mark(appearance), state: service.state.colour)
    }
    return text
  }

  /// In fewer columns a note would be a tower of words.
  private static let leastNote = 32

  /// The columns that are shown, and how wide each is.
  private struct Shape {
    var name: Int
    var state: Int
    var since: Int?
    var pid: Int?
    var memory: Int?

    init(_ rows: [Row], _ appearance: Appearance) {
      func width(of column: (Row) -> String) -> Int { ([.header] + rows).reduce(0) { max($0, herd.width(column($1))) } }
      name = width(of: \.name)
      state = width(of: \.state)
      since = width(of: \.since)
      pid = width(of: \.pid)
      memory = rows.contains { $0.memory != appearance.dash } ? width(of: \.memory) : nil
      guard let columns = appearance.columns else { return }
      // On a narrow terminal what matters least goes first; notes have lines of their own if need be.
      let mark = appearance.hasSymbols ? 2 : 0
      if mark + total > columns { memory = nil }
      if mark + total > columns { since = nil }
      if mark + total > columns { pid = nil }
      name = min(name, max(8, columns - mark - 2 - state))
    }

    var total: Int { [name, state, since, pid, memory].compactMap(\.self).reduce(-2) { $0 + $1 + 2 } }
  }

  private func line(_ row: Row, _ shape: Shape, mark: String, state colour: Colour?) -> String {
    let name = padded(appearance.cut(row.name, to: shape.name), shape.name)
    let blanks = String(repeating: " ", count: shape.state - width(row.state))
    var rest = ""
    if let since = shape.since { rest += "  " + padded(row.since, since) }
    if let pid = shape.pid { rest += "  " + rightAligned(row.pid, pid) }
    if let memory = shape.memory { rest += "  " + rightAligned(row.memory, memory) }
    var painted = mark + name + "  " + appearance.paint(row.state, colour) + blanks + rest
    guard !row.note.isEmpty else {
      while painted.last == " " { painted.removeLast() }
      return painted + "\n"
    }
    return appearance.hanging(painted + "  ", row.note, least: Self.leastNote)
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
    // Of what has failed the cause has said it, and of what is respawned it has said what that follows.
    if service.respawns > 0, service.state != .failed {
      var respawned = "respawned \(times(service.respawns))"
      if service.state != .respawning, let last = service.lastRespawn {
        respawned += ", last \(moment(last.at, now: now, appearance)) (\(last.cause))"
      }
      parts.append(respawned)
    }
    if let time = service.respawnsAt { parts.append("respawns \(coming(time, now: now, appearance))") }
    parts += service.remarks
    if service.isDefinitionPending { parts.append("definition changed: herd restart \(service.name)") }
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
    let who = "fruix-shepherd \(supervisor.version), pid \(supervisor.pid), up \(age)"
    let counted = parts.joined(separator: "  ")
    var text = counted + "        " + who + "\n"
    if let most = appearance.columns, width(text) - 1 > most {
      text = appearance.joined(parts, by: "  ") + appearance.hanging("", who)
    }
    text += supervisorWarnings(supervisor, appearance)
    return text
  }
}

/// What an administrator has to know before anything else.
func supervisorWarnings(_ supervisor: SupervisorStatus, _ appearance: Appearance) -> String {
  var text = ""
  if let error = supervisor.configurationError {
    let what = "the files have errors; the configuration before them is in force:"
    text += appearance.hanging("", appearance.paint(what, .red) + " " + error)
  }
  if supervisor.isShuttingDown { text += appearance.paint("shutting down", .yellow) + "\n" }
  for note in supervisor.notes { text += appearance.hanging("note: ", note) }
  return text
}
