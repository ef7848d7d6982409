extension Reply {
  func write(to json: inout JSONWriter) {
    writeVerdict(to: &json)
    writeContent(to: &json)
  }

  func writeVerdict(to json: inout JSONWriter) {
    json.member("ok", error == nil)
    if let error { json.member("error") { json in error.write(to: &json) } }
  }

  func writeContent(to json: inout JSONWriter) {
    switch content {
    case .none: break
    case .supervisor(let status): json.member("supervisor") { json in status.write(to: &json) }
    case .outcomes(let outcomes): json.list("outcomes", outcomes) { json, outcome in outcome.write(to: &json) }
    case .exit(let status): json.member("exit") { json in status.write(to: &json) }
    case .documentation(let documentation):
      json.member("documentation") { json in documentation.write(to: &json) }
    case .definition(let text): json.member("definition", text)
    case .processes(let entries): json.list("processes", entries) { json, entry in entry.write(to: &json) }
    case .load(let report): json.member("load") { json in report.write(to: &json) }
    }
  }

  init(_ fields: Fields) throws(MalformedMessage) {
    if try fields.flag("ok", or: false) {
      error = nil
    } else if let failure = try fields.optionalObject("error") {
      error = try ControlError(failure)
    } else {
      throw MalformedMessage("a reply must have `ok` true, or an `error`")
    }
    content = try Content(fields)
  }
}

extension Reply.Content {
  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    if let status = try fields.optionalObject("supervisor") {
      self = .supervisor(try SupervisorStatus(status))
    } else if fields.contains("outcomes") {
      self = .outcomes(try fields.objects("outcomes", ServiceOutcome.init))
    } else if let exit = try fields.optionalObject("exit") {
      self = .exit(try ExitReport(exit))
    } else if let documentation = try fields.optionalObject("documentation") {
      self = .documentation(try ServiceDocumentation(documentation))
    } else if let text = try fields.optionalLines("definition") {
      self = .definition(text)
    } else if fields.contains("processes") {
      self = .processes(try fields.objects("processes", ProcessEntry.init))
    } else if let report = try fields.optionalObject("load") {
      self = .load(try LoadReport(report))
    } else {
      self = .none
    }
  }
}

extension ServiceOutcome {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("service", service)
      json.member("outcome", kind.rawValue)
      json.member("state", state.rawValue)
      json.member("pid", pid)
      json.member("cause", cause)
      json.member("remarks", remarks)
    }
  }

  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    service = try fields.string("service")
    kind = Kind(rawValue: try fields.string("outcome"))
    state = try fields.word("state", ServiceState.self)
    pid = try fields.optionalInteger("pid")
    cause = try fields.optionalString("cause")
    remarks = try fields.strings("remarks")
  }
}

extension ServiceDocumentation {
  fileprivate func write(to json: inout JSONWriter) {
    json.member("service", service)
    json.member("documentation", documentation)
    json.list("actions", actions) { json, action in action.write(to: &json) }
  }

  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    service = try fields.string("service")
    documentation = try fields.optionalString("documentation")
    actions = try fields.objects("actions", ActionSummary.init)
  }
}

extension ProcessEntry {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("service", service)
      json.member("pid", pid)
      json.member("parent", parent)
      json.member("command", command)
      if isMain { json.member("main", true) }
    }
  }

  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    service = try fields.optionalString("service")
    pid = try fields.integer("pid")
    parent = try fields.optionalInteger("parent")
    command = try fields.string("command")
    isMain = try fields.flag("main", or: false)
  }
}
