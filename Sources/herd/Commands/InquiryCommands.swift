import ArgumentParser
import ControlProtocol
import Supervision

struct WaitCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait until a service is in a state.")

  @Argument(help: ArgumentHelp("The service.", valueName: "name"))
  var name: String
  @Option(name: .customLong("for"), help: "running, stopped, failed or completed.")
  var target: Target = .running
  @Option(help: ArgumentHelp("Only a main process other than this one counts.", valueName: "pid"))
  var after: Int32?
  @OptionGroup var connection: WaitOptions
  @OptionGroup var output: OutputOptions

  typealias Target = Request.WaitCondition.Target

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    let condition = Request.WaitCondition(
      service: name, for: target, afterPID: after, timeout: connection.timeout?.duration)
    let reply = try answer(to: .wait(condition), in: &session)
    if output.json { console.write(ReplyDocument(reply).encoded()) }
    return 0
  }
}

extension Request.WaitCondition.Target: ExpressibleByArgument {}

/// Here `--timeout` is the time that the service has.
struct WaitOptions: ConnectionArguments {
  @Option(help: ArgumentHelp("The control socket of the supervisor.", valueName: "path"))
  var socket: SocketPathOption?
  @Option(help: ArgumentHelp("Give up after so long: 500ms, 30s, 2min.", valueName: "duration"))
  var timeout: TimeSpan?

  /// Who has little time for the service has not much more for the supervisor; but a busy one is not a dead one.
  var limit: Duration {
    guard let timeout else { return Patience.usualLimit }
    return min(Patience.usualLimit, max(.seconds(1), timeout.duration))
  }
}

struct DocumentationCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc", abstract: "What a service is, and its actions.")

  @Argument(help: ArgumentHelp("The service.", valueName: "name"))
  var name: String
  @Argument(help: "One action, or list-actions for their bare names.")
  var action: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    var reply = try answer(to: .documentation(service: name), in: &session)
    guard case .documentation(var documentation) = reply.content else { return ExitCodes.failed }
    if let action, action != "list-actions" { documentation.actions = [try find(action, in: documentation)] }
    if output.json {
      reply.content = .documentation(documentation)
      console.write(ReplyDocument(reply).encoded())
      return 0
    }
    switch action {
    case nil: console.write(documentationText(documentation))
    case "list-actions": console.write(documentation.actions.map { $0.name + "\n" }.joined())
    case _?:
      for found in documentation.actions {
        console.write("\(name) \(found.name): \(found.documentation ?? "not documented")\n")
      }
    }
    return 0
  }

  private func find(_ action: String, in documentation: ServiceDocumentation) throws(Failure) -> ActionSummary {
    if let found = documentation.actions.first(where: { $0.name == action }) { return found }
    throw Failure(
      ControlError(
        .unknownAction, "\(name) has no action `\(action)`", service: name,
        suggestions: NearestName.all(for: action, among: documentation.actions.map(\.name))))
  }
}

/// A service's documentation and its actions as people see them.
func documentationText(_ documentation: ServiceDocumentation) -> String {
  var text = "\(documentation.service): \(documentation.documentation ?? "not documented")\n"
  let width = documentation.actions.reduce(0) { max($0, $1.name.count) }
  for action in documentation.actions {
    text += action.documentation.map { "  " + padded(action.name, width) + "  " + $0 + "\n" } ?? "  \(action.name)\n"
  }
  return text
}

struct ShowCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "The definition in force, as UCL, each key with the place that it comes from.")

  @Argument(help: ArgumentHelp("The service.", valueName: "name"))
  var name: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    let reply = try answer(to: .definition(service: name), in: &session)
    if output.json {
      console.write(ReplyDocument(reply).encoded())
    } else if case .definition(let text) = reply.content {
      console.write(text.last == "\n" ? text : text + "\n")
    }
    return 0
  }
}

struct ProcessesCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "processes", abstract: "The tree of all processes of a service, or of several.")

  @Argument(help: ArgumentHelp("A service or a pattern.", valueName: "name"))
  var name: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    let reply = try answer(to: .processes(service: name), in: &session)
    if output.json {
      console.write(ReplyDocument(reply).encoded())
    } else if case .processes(let processes) = reply.content {
      console.write(
        processes.isEmpty ? "\(name) has no processes\n" : processTrees(processes, console.appearance))
    }
    return 0
  }
}
