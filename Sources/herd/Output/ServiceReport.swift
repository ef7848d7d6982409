import ControlProtocol
import Supervision

/// One service in full.
struct ServiceReport {
  var service: ServiceStatus
  var now: Timestamp
  var appearance: Appearance

  func text() -> String {
    var state = appearance.paint(service.state.rawValue, service.state.colour)
    state +=
      appearance.isTerminal ? " for \(age(now.since(service.since)))" : " since \(absolute(service.since, appearance))"
    if let pid = service.pid { state += ", pid \(pid)" + (service.isAdopted ? ", found running" : "") }
    var text = appearance.hanging(service.state.mark(appearance) + appearance.paint(service.name, .bold) + ": ", state)
    let facts = facts()
    let width = facts.reduce(13) { max($0, $1.0.count) }
    for (label, value) in facts { text += appearance.hanging("  " + padded(label, width) + "  ", value) }
    return text
  }

  private func facts() -> [(String, String)] {
    var facts: [(String, String)] = []
    func fact(_ label: String, _ value: String?) {
      if let value, !value.isEmpty { facts.append((label, value)) }
    }
    fact("documentation", service.documentation)
    fact("cause", service.cause)
    fact("kind", kind)
    fact("enabled", service.isEnabled ? nil : "no: every start is refused until `herd enable \(service.name)`")
    fact("wanted", service.intent.map(wanted))
    fact("orphan", service.killsOrphan ? "ended when found, not taken over" : nil)
    fact("last exit", service.lastExit.map { "\(ending($0.status)), \(moment($0.at, now: now, appearance))" })
    fact("respawns", service.respawns > 0 ? respawns : nil)
    fact("next respawn", service.respawnsAt.map { coming($0, now: now, appearance) })
    for remark in service.remarks { fact("remark", remark) }
    fact(
      "definition",
      service.isDefinitionPending ? "changed since: `herd restart \(service.name)` uses the new one" : nil)
    for file in service.changedFiles { fact("files", change(of: file)) }
    fact("command", ShellWords.line(service.exec))
    fact("user", service.user)
    fact("jail", service.jail.map(jail))
    for clause in service.jail?.remains ?? [] { fact("of its jail", clause) }
    for line in service.surroundings {
      let parts = line.split(separator: " = ", maxSplits: 1).map(String.init)
      fact(parts[0], parts.last)
    }
    fact("processes", service.processCount.map(String.init) ?? service.processTrouble.map { "cannot be listed: \($0)" })
    fact("memory", service.memory.map(size))
    fact("also called", service.provision.joined(separator: ", "))
    fact("requires", service.requirement.joined(separator: ", "))
    fact("wants", service.wants.joined(separator: ", "))
    fact("required by", service.dependents.joined(separator: ", "))
    fact("conflicts", service.conflicts.joined(separator: ", "))
    fact("actions", service.actions.map(\.name).joined(separator: ", "))
    fact("log", service.log)
    fact("defined at", service.definedAt)
    return facts
  }

  private func change(of file: String) -> String {
    if service.goneFiles.contains(file) {
      return "\(file) is gone since it was loaded; a start or restart uses what is loaded"
    }
    if service.unreadableFiles.contains(file) {
      return "\(file) can no longer be read; a start or restart uses what is loaded"
    }
    return "\(file) has changed since it was loaded: `herd load root`"
  }

  private func jail(_ jail: ServiceStatus.Jail) -> String {
    var text = jail.name
    if let jid = jail.jid { text += " (jid \(jid))" }
    if let path = jail.path { text += " at \(path)" }
    if !jail.others.isEmpty { text += ", with \(jail.others.joined(separator: ", "))" }
    return text
  }

  private var respawns: String {
    let last = service.lastRespawn.map { ", last \(moment($0.at, now: now, appearance)): \($0.cause)" }
    return "\(service.respawns)" + (last ?? "")
  }

  private var kind: String? {
    var words: [String] = []
    if service.isGroup { words.append("group") }
    if service.isOneShot { words.append("one-shot") }
    if service.isTransient { words.append("transient") }
    if service.isPackaged { words.append("packaged") }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  private func wanted(_ intent: ServiceStatus.Intent) -> String {
    var text = intent.isWanted ? "yes" : "no"
    if let by = intent.by { text += ", by \(by)" }
    if let since = intent.since { text += ", \(moment(since, now: now, appearance))" }
    return text
  }
}

/// The supervisor itself: `herd status root`.
func supervisorReport(_ status: SupervisorStatus, now: Timestamp, _ appearance: Appearance) -> String {
  let running =
    appearance.isTerminal ? "for \(age(now.since(status.started)))" : "since \(absolute(status.started, appearance))"
  var text = appearance.hanging(
    ServiceState.running.mark(appearance) + appearance.paint("root", .bold) + ": ",
    "fruix-shepherd \(status.version), pid \(status.pid), running \(running)")
  func fact(_ label: String, _ value: String?) {
    if let value { text += appearance.hanging("  " + padded(label, 15) + "  ", value) }
  }
  fact("keeper", status.keeper.map { "pid \($0)" })
  fact(
    "before it",
    status.predecessor.map { before in "supervisor \(before.isFallback ? "on trial " : "")\(before.text)" })
  fact("configuration", status.configuration)
  fact("loaded", status.configurationLoaded.map { moment($0, now: now, appearance) })
  fact("socket", status.socket)
  fact("log directory", status.logDirectory)
  fact("state directory", status.stateDirectory)
  let counts = ServiceState.allCases.compactMap { state in
    status.counts[state].flatMap { $0 > 0 ? "\($0) \(state.rawValue)" : nil }
  }
  fact("services", counts.isEmpty ? "none" : counts.joined(separator: ", "))
  return text + supervisorWarnings(status, appearance)
}
