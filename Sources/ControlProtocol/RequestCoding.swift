import UCL

extension ClientMessage {
  /// The message as one line, with its end.
  public func encoded() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("id", Int(id.rawValue))
      json.member("protocol", Greeting.currentProtocol)
      json.member("command", request.command.rawValue)
      request.writeArguments(to: &json)
    }
    json.endLine()
    return json.bytes
  }
}

extension Request {
  fileprivate func writeArguments(to json: inout JSONWriter) {
    switch self {
    case .status(let names, let detail):
      json.member("services", names)
      json.member("detail", detail.rawValue)
    case .start(let names, let options), .restart(let names, let options):
      json.member("services", names)
      options.write(to: &json)
    case .stop(let names, let withRequirements, let options):
      json.member("services", names)
      if withRequirements { json.member("with_requirements", true) }
      options.write(to: &json)
    case .reload(let service), .documentation(let service), .definition(let service), .processes(let service):
      json.member("service", service)
    case .action(let service, let action, let arguments):
      json.member("service", service)
      json.member("action", action)
      json.member("arguments", arguments)
    case .signal(let names, let signal, let group):
      json.member("services", names)
      json.member("signal", signal)
      if group { json.member("group", true) }
    case .enable(let names, let now):
      json.member("services", names)
      if now { json.member("now", true) }
    case .disable(let names, let stop):
      json.member("services", names)
      if stop { json.member("stop", true) }
    case .wait(let condition):
      json.member("service", condition.service)
      json.member("for", condition.target.rawValue)
      json.member("after", condition.afterPID)
      json.member("timeout_ms", condition.timeout?.wholeMilliseconds)
    case .load(let options):
      json.member("path", options.path)
      if options.allowsEmpty { json.member("allow_empty", true) }
      if options.isDryRun { json.member("dry_run", true) }
      json.member("columns", options.columns)
    case .reset(let names), .preset(let names), .unload(let names):
      json.member("services", names)
    case .shutdown, .upgrade, .ping:
      break
    }
  }
}

extension Request.ChangeOptions {
  fileprivate func write(to json: inout JSONWriter) {
    if !waits { json.member("wait", false) }
    if isDryRun { json.member("dry_run", true) }
    if isRepeated { json.member("again", true) }
  }

  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    waits = try fields.flag("wait", or: true)
    isDryRun = try fields.flag("dry_run", or: false)
    isRepeated = try fields.flag("again", or: false)
  }
}

extension ClientMessage {
  /// Why a line from a client cannot be carried out.
  public struct Refusal: Error, Sendable, Equatable {
    /// The id to answer under; `nil` when the line has none that can be read.
    public var id: RequestNumber?
    public var error: ControlError
    /// Whether the line was no message at all: the connection ends after the answer.
    public var isFatal: Bool
  }

  /// Reads a line (with or without its end).
  public init(decoding line: [UInt8]) throws(Refusal) {
    let fields: Fields
    do {
      fields = try Fields(try parseMessage(line, name: "<request>", limits: .request))
    } catch {
      throw Refusal(id: nil, error: ControlError(.malformedRequest, error.message), isFatal: true)
    }
    do {
      id = try Self.readID(fields)
    } catch {
      throw Refusal(id: nil, error: ControlError(.invalidRequest, error.message), isFatal: false)
    }
    do {
      request = try Self.readRequest(fields)
    } catch {
      throw Refusal(id: id, error: error, isFatal: false)
    }
  }

  private static func readID(_ fields: Fields) throws(MalformedMessage) -> RequestNumber {
    guard let id = RequestNumber(rawValue: try fields.integer("id")) else {
      throw MalformedMessage("`id` must be a whole number from 0 to 2^53 - 1")
    }
    return id
  }

  private static func readRequest(_ fields: Fields) throws(ControlError) -> Request {
    let version: Int
    let word: String
    do {
      version = try fields.integer("protocol", or: Greeting.currentProtocol)
      word = try fields.string("command")
    } catch {
      throw ControlError(.invalidRequest, error.message)
    }
    guard version == Greeting.currentProtocol else {
      throw ControlError(
        .protocolVersion, "this daemon speaks version \(Greeting.currentProtocol) of the protocol, not \(version)")
    }
    guard let command = RequestCommand(rawValue: word) else {
      throw ControlError(
        .unknownCommand, "there is no command `\(word)`",
        hint: "the commands are " + RequestCommand.allCases.map(\.rawValue).joined(separator: ", "))
    }
    do {
      return try Request(command, fields)
    } catch {
      throw ControlError(.invalidRequest, error.message)
    }
  }
}

extension Request {
  /// Reads the arguments of a command.
  fileprivate init(_ command: RequestCommand, _ fields: Fields) throws(MalformedMessage) {
    switch command {
    case .status:
      self = .status(
        names: try fields.strings("services"), detail: try fields.optionalWord("detail", StatusDetail.self) ?? .brief)
    case .start: self = .start(names: try fields.serviceNames(), try ChangeOptions(fields))
    case .stop:
      self = .stop(
        names: try fields.serviceNames(), withRequirements: try fields.flag("with_requirements", or: false),
        try ChangeOptions(fields))
    case .restart: self = .restart(names: try fields.serviceNames(), try ChangeOptions(fields))
    case .reload: self = .reload(service: try fields.serviceName())
    case .action:
      self = .action(
        service: try fields.serviceName(), action: try fields.string("action"),
        arguments: try fields.strings("arguments"))
    case .signal:
      self = .signal(
        names: try fields.serviceNames(), signal: try fields.string("signal"),
        group: try fields.flag("group", or: false))
    case .enable: self = .enable(names: try fields.serviceNames(), now: try fields.flag("now", or: false))
    case .disable: self = .disable(names: try fields.serviceNames(), stop: try fields.flag("stop", or: false))
    case .reset: self = .reset(names: try fields.serviceNames())
    case .preset: self = .preset(names: try fields.serviceNames())
    case .doc: self = .documentation(service: try fields.serviceName())
    case .show: self = .definition(service: try fields.serviceName())
    case .wait: self = .wait(try WaitCondition(fields))
    case .processes: self = .processes(service: try fields.serviceName())
    case .load:
      self = .load(
        LoadOptions(
          path: try fields.optionalString("path"), allowsEmpty: try fields.flag("allow_empty", or: false),
          isDryRun: try fields.flag("dry_run", or: false), columns: try fields.optionalInteger("columns")))
    case .unload: self = .unload(names: try fields.serviceNames())
    case .shutdown: self = .shutdown
    case .upgrade: self = .upgrade
    case .ping: self = .ping
    }
  }
}

extension Request.WaitCondition {
  fileprivate init(_ fields: Fields) throws(MalformedMessage) {
    service = try fields.serviceName()
    target = try fields.word("for", Target.self)
    afterPID = try fields.optionalInteger("after", Int32.self)
    let milliseconds = try fields.optionalInteger("timeout_ms", UInt32.self)
    timeout = milliseconds.map { .milliseconds(Int64($0)) }
  }
}

extension Fields {
  /// The names that a command is for: at least one, none of them empty.
  fileprivate func serviceNames() throws(MalformedMessage) -> [String] {
    let names = try strings("services")
    guard !names.isEmpty, !names.contains("") else {
      throw MalformedMessage("`services` must be a list of at least one name")
    }
    return names
  }

  fileprivate func serviceName() throws(MalformedMessage) -> String {
    let name = try string("service")
    guard !name.isEmpty else { throw MalformedMessage("`service` must not be empty") }
    return name
  }
}

extension Duration {
  /// Rounded up, so that a wait of half a millisecond is not one of none.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
