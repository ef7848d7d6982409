extension ExitReport {
  func write(to json: inout JSONWriter) {
    switch self {
    case .code(let code): json.member("code", code)
    case .signal(let number, let name, let dumpedCore):
      json.member("signal", number)
      json.member("signal_name", name)
      if dumpedCore { json.member("core", true) }
    case .unknown: json.member("unknown", true)
    }
  }

  init(_ fields: Fields) throws(MalformedMessage) {
    if try fields.flag("unknown", or: false) {
      self = .unknown
    } else if let number = try fields.optionalInteger("signal", Int32.self) {
      self = .signal(
        number, name: try fields.string("signal_name", or: String(number)),
        dumpedCore: try fields.flag("core", or: false))
    } else {
      self = .code(try fields.integer("code"))
    }
  }
}

extension ServiceStatus {
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("name", name)
      json.member("state", state.rawValue)
      json.member("since", since)
      json.member("pid", pid)
      if isAdopted { json.member("adopted", true) }
      json.member("cause", cause)
      if !isEnabled { json.member("enabled", false) }
      if isGroup { json.member("group", true) }
      if isDormant { json.member("dormant", true) }
      if respawns != 0 { json.member("respawns", respawns) }
      if let lastRespawn {
        json.member("last_respawn") { json in
          json.member("at", lastRespawn.at)
          json.member("cause", lastRespawn.cause)
        }
      }
      json.member("respawns_at", respawnsAt)
      json.member("remarks", remarks)
      if let lastExit {
        json.member("last_exit") { json in
          lastExit.status.write(to: &json)
          json.member("at", lastExit.at)
        }
      }
      json.member("memory", memory.map { Int($0) })
      if isDefinitionPending { json.member("definition_pending", true) }
      writeDetails(to: &json)
    }
  }

  private func writeDetails(to json: inout JSONWriter) {
    json.member("documentation", documentation)
    if let intent {
      json.member("wanted", intent.isWanted)
      json.member("wanted_by", intent.by)
      json.member("wanted_since", intent.since)
    }
    if isOneShot { json.member("one_shot", true) }
    if killsOrphan { json.member("orphan", "kill") }
    if isTransient { json.member("transient", true) }
    if isPackaged { json.member("packaged", true) }
    json.member("changed_files", changedFiles)
    json.member("gone_files", goneFiles)
    json.member("unreadable_files", unreadableFiles)
    json.member("provision", provision)
    json.member("requirement", requirement)
    json.member("wants", wants)
    json.member("dependents", dependents)
    json.member("conflicts", conflicts)
    json.member("exec", exec)
    json.member("user", user)
    json.member("surroundings", surroundings)
    if let jail {
      json.member("jail") { json in
        json.member("name", jail.name)
        json.member("jid", jail.jid)
        json.member("path", jail.path)
        json.member("others", jail.others)
        json.member("remains", jail.remains)
      }
    }
    json.member("log", log)
    json.member("actions", actions) { json, action in action.write(to: &json) }
    json.member("processes", processCount)
    json.member("processes_error", processTrouble)
    json.member("defined_at", definedAt)
  }

  init(_ fields: Fields) throws(MalformedMessage) {
    name = try fields.string("name")
    state = try fields.word("state", ServiceState.self)
    since = try fields.timestamp("since")
    pid = try fields.optionalInteger("pid")
    isAdopted = try fields.flag("adopted", or: false)
    cause = try fields.optionalString("cause")
    isEnabled = try fields.flag("enabled", or: true)
    isGroup = try fields.flag("group", or: false)
    isDormant = try fields.flag("dormant", or: false)
    respawns = try fields.integer("respawns", or: 0)
    if let respawn = try fields.optionalObject("last_respawn") {
      lastRespawn = LastRespawn(at: try respawn.timestamp("at"), cause: try respawn.string("cause"))
    }
    respawnsAt = try fields.optionalTimestamp("respawns_at")
    remarks = try fields.strings("remarks")
    if let exit = try fields.optionalObject("last_exit") {
      lastExit = LastExit(try ExitReport(exit), at: try exit.timestamp("at"))
    }
    memory = try fields.optionalInteger("memory")
    isDefinitionPending = try fields.flag("definition_pending", or: false)
    try readDetails(fields)
  }

  private mutating func readDetails(_ fields: Fields) throws(MalformedMessage) {
    documentation = try fields.optionalString("documentation")
    if fields.contains("wanted") {
      intent = Intent(
        isWanted: try fields.flag("wanted", or: false), by: try fields.optionalString("wanted_by"),
        since: try fields.optionalTimestamp("wanted_since"))
    }
    isOneShot = try fields.flag("one_shot", or: false)
    killsOrphan = try fields.optionalString("orphan") == "kill"
    isTransient = try fields.flag("transient", or: false)
    isPackaged = try fields.flag("packaged", or: false)
    changedFiles = try fields.strings("changed_files")
    goneFiles = try fields.strings("gone_files")
    unreadableFiles = try fields.strings("unreadable_files")
    provision = try fields.strings("provision")
    requirement = try fields.strings("requirement")
    wants = try fields.strings("wants")
    dependents = try fields.strings("dependents")
    conflicts = try fields.strings("conflicts")
    exec = try fields.strings("exec")
    user = try fields.optionalString("user")
    surroundings = try fields.strings("surroundings")
    if let fields = try fields.optionalObject("jail") {
      var jail = Jail(name: try fields.string("name"))
      jail.jid = try fields.optionalInteger("jid")
      jail.path = try fields.optionalString("path")
      jail.others = try fields.strings("others")
      jail.remains = try fields.strings("remains")
      self.jail = jail
    }
    log = try fields.optionalString("log")
    actions = try fields.objects("actions", ActionSummary.init)
    processCount = try fields.optionalInteger("processes")
    processTrouble = try fields.optionalString("processes_error")
    definedAt = try fields.optionalString("defined_at")
  }
}

extension ActionSummary {
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("name", name)
      json.member("documentation", documentation)
    }
  }

  init(_ fields: Fields) throws(MalformedMessage) {
    name = try fields.string("name")
    documentation = try fields.optionalString("documentation")
  }
}
