import ArgumentParser
import ControlProtocol
// The core has names of its own for the same things; here the protocol's are meant.
import Supervision
import SupervisionRuntime

struct WaitCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait until services are in a state, one after the other.")

  @Argument(help: ArgumentHelp("Services, or patterns such as 'web@*'.", valueName: "name"))
  var names: [String]
  @Option(name: .customLong("for"), help: ArgumentHelp("The state that is waited for.", valueName: "state"))
  var target: Target = .running
  @Option(help: ArgumentHelp("Only a main process other than this one counts.", valueName: "pid"))
  var after: Int32?
  @OptionGroup var connection: WaitOptions
  @OptionGroup var output: OutputOptions

  typealias Target = Request.WaitCondition.Target

  func validate() throws {
    if after != nil, names.count > 1 { throw ValidationError("`--after` is the pid of one service's main process") }
  }

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    // Of all together.
    let end = connection.timeout.map { Clock.now() + $0.duration }
    return try each(of: names, in: &session, console) { (name, session) throws(Failure) in
      let left = end.map { max(.zero, $0 - Clock.now()) }
      let condition = Request.WaitCondition(service: name, for: target, afterPID: after, timeout: left)
      let document = try document(for: .wait(condition), in: &session)
      if let error = document.reply.error { throw Failure(error) }
      if output.json { console.write(document.encoded()) }
      return 0
    }
  }
}

extension Request.WaitCondition.Target: ExpressibleByArgument {}

/// Here `--timeout` is the time that the service has.
struct WaitOptions: ConnectionArguments {
  @Option(help: ArgumentHelp("The control socket of the supervisor.", valueName: "path"))
  var socket: SocketPathOption?
  @Option(
    help: ArgumentHelp("Give up after so long: 500ms, 30s, 2min.", valueName: "duration"),
    transform: TimeSpan.init(word:))
  var timeout: TimeSpan?

  /// Who has little time for the service has not much more for the supervisor; but a busy one is not a dead one.
  var limit: Duration {
    guard let timeout else { return Patience.usualLimit }
    return min(Patience.usualLimit, max(.seconds(1), timeout.duration))
  }

  static var timeoutIsOfService: Bool { true }
}

struct DocumentationCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc", abstract: "What a service is, and its actions.")

  @Argument(help: ArgumentHelp("The service, or a pattern.", valueName: "name"))
  var name: String
  @Argument(help: "One action, or list-actions for their bare names.")
  var action: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    try each(of: [name], in: &session, console) { (name, session) throws(Failure) in
      var reply = try answer(to: .documentation(service: name), in: &session)
      guard case .documentation(var documentation) = reply.content else { return ExitCodes.failed }
      if let action, action != "list-actions" { documentation.actions = [try find(action, in: documentation)] }
      if output.json {
        reply.content = .documentation(documentation)
        console.write(ReplyDocument(reply, service: name).encoded())
      } else {
        console.write(text(documentation, console.appearance))
      }
      return 0
    }
  }

  private func text(_ documentation: ServiceDocumentation, _ appearance: Appearance) -> String {
    switch action {
    case nil: documentationText(documentation, appearance)
    case "list-actions": documentation.actions.map { $0.name + "\n" }.joined()
    case _?:
      documentation.actions.map { found in
        appearance.hanging("\(documentation.service) \(found.name): ", found.documentation ?? "not documented")
      }.joined()
    }
  }

  private func find(_ action: String, in documentation: ServiceDocumentation) throws(Failure) -> ActionSummary {
    if let found = documentation.actions.first(where: { $0.name == action }) { return found }
    let service = documentation.service
    throw Failure(
      ControlError(
        .unknownAction, "\(service) has no action `\(action)`", service: service,
        suggestions: NearestName.all(for: action, among: documentation.actions.map(\.name))))
  }
}

/// A service's documentation and its actions as people see them.
func documentationText(_ documentation: ServiceDocumentation, _ appearance: Appearance) -> String {
  var text = appearance.hanging("\(documentation.service): ", documentation.documentation ?? "not documented")
  let width = documentation.actions.reduce(0) { max($0, $1.name.count) }
  for action in documentation.actions {
    text +=
      action.documentation.map { appearance.hanging("  " + padded(action.name, width) + "  ", $0) }
      ?? "  \(action.name)\n"
  }
  return text
}

struct ShowCommand: ServiceCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "The definition in force, as UCL, each key with the place that it comes from.")

  @OptionGroup var target: ServiceOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    var isFirst = true
    return try each(of: names, in: &session, console) { (name, session) throws(Failure) in
      let reply = try answer(to: .definition(service: name), in: &session)
      if output.json {
        console.write(ReplyDocument(reply, service: name).encoded())
      } else if case .definition(let text) = reply.content {
        console.write((isFirst ? "" : "\n") + (text.last == "\n" ? text : text + "\n"))
        isFirst = false
      }
      return 0
    }
  }
}

struct ProcessesCommand: ServiceCommand {
  static let configuration = CommandConfiguration(
    commandName: "processes", abstract: "The tree of all processes of services.")

  @OptionGroup var target: ServiceOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    let services = try services(names, in: &session)
    var all: [ProcessEntry] = []
    for name in services {
      let reply = try answer(to: .processes(service: name), in: &session)
      if case .processes(let entries) = reply.content { all += entries }
    }
    if output.json {
      console.write(ReplyDocument(Reply(.processes(all))).encoded())
    } else {
      console.write(all.isEmpty ? "" : processTrees(all, console.appearance))
      let shown = Set(all.compactMap(\.service))
      // A name may be one that a service of another name provides.
      let idle = services.count == 1 && !all.isEmpty ? [] : services.filter { !shown.contains($0) }
      for name in idle { console.write("\(name) has no processes\n") }
    }
    return 0
  }
}
