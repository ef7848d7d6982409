/// What a load changed, or why it changed nothing.
public struct LoadReport: Sendable, Equatable {
  public var added: [String] = []
  public var removed: [String] = []
  public var changed: [Change] = []
  public var unchanged = 0
  /// What it starts and stops; with a dry run, what it would.
  public var started: [String] = []
  public var stopped: [String] = []
  /// What runs by a definition that is no longer the one of the files.
  public var needRestart: [String] = []
  public var settings: [Setting] = []
  /// Nothing was done.
  public var isDryRun = false
  /// Errors and notes in the order of the files.
  public var diagnostics: [DiagnosticReport] = []

  public init() {}

  /// A service that is not what it was.
  public struct Change: Sendable, Equatable {
    public var service: String
    /// The keys whose values differ.
    public var keys: [String]

    public init(_ service: String, keys: [String]) {
      self.service = service
      self.keys = keys
    }
  }

  /// A key of the section `supervisor` that has changed.
  public struct Setting: Sendable, Equatable {
    public var key: String
    /// It counts when the supervisor is started anew; else it counts now.
    public var needsRestart: Bool

    public init(_ key: String, needsRestart: Bool) {
      self.key = key
      self.needsRestart = needsRestart
    }
  }
}

/// A mistake in a file, or a note about one.
public struct DiagnosticReport: Sendable, Equatable {
  public var isError: Bool
  public var message: String
  public var file: String?
  public var line: Int?
  public var column: Int?
  public var hint: String?
  /// The whole as it is shown to people: place, line, caret; several lines without colour.
  public var text: String

  public init(
    isError: Bool, message: String, file: String? = nil, line: Int? = nil, column: Int? = nil, hint: String? = nil,
    text: String
  ) {
    self.isError = isError
    self.message = message
    self.file = file
    self.line = line
    self.column = column
    self.hint = hint
    self.text = text
  }
}

extension LoadReport {
  func write(to json: inout JSONWriter) {
    json.list("added", added) { json, name in json.string(name) }
    json.list("removed", removed) { json, name in json.string(name) }
    json.list("changed", changed) { json, change in json.string(change.service) }
    json.list("changes", changed) { json, change in change.write(to: &json) }
    json.member("unchanged", unchanged)
    json.list("started", started) { json, name in json.string(name) }
    json.list("stopped", stopped) { json, name in json.string(name) }
    json.list("need_restart", needRestart) { json, name in json.string(name) }
    json.list("settings", settings) { json, setting in setting.write(to: &json) }
    if isDryRun { json.member("dry_run", true) }
    json.list("diagnostics", diagnostics) { json, diagnostic in diagnostic.write(to: &json) }
  }

  init(_ fields: Fields) throws(MalformedMessage) {
    added = try fields.strings("added")
    removed = try fields.strings("removed")
    changed = try fields.objects("changes", Change.init)
    unchanged = try fields.integer("unchanged", or: 0)
    started = try fields.strings("started")
    stopped = try fields.strings("stopped")
    needRestart = try fields.strings("need_restart")
    settings = try fields.objects("settings", Setting.init)
    isDryRun = try fields.flag("dry_run", or: false)
    diagnostics = try fields.objects("diagnostics", DiagnosticReport.init)
  }
}

extension LoadReport.Change {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("service", service)
      json.member("keys", keys)
    }
  }

  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    service = try fields.string("service")
    keys = try fields.strings("keys")
  }
}

extension LoadReport.Setting {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("key", key)
      if needsRestart { json.member("needs_restart", true) }
    }
  }

  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    key = try fields.string("key")
    needsRestart = try fields.flag("needs_restart", or: false)
  }
}

extension DiagnosticReport {
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("severity", isError ? "error" : "note")
      json.member("message", message)
      json.member("file", file)
      json.member("line", line)
      json.member("column", column)
      json.member("hint", hint)
      json.member("text", text)
    }
  }

  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    isError = try fields.string("severity") == "error"
    message = try fields.string("message")
    file = try fields.optionalString("file")
    line = try fields.optionalInteger("line")
    column = try fields.optionalInteger("column")
    hint = try fields.optionalString("hint")
    text = try fields.optionalLines("text") ?? message
  }
}
