import ArgumentParser
import ControlProtocol
import Supervision

struct ReloadCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have services read their configuration again; root: the supervisor's (load root)."
  )

  @Argument(help: ArgumentHelp("Services, or root.", valueName: "name"))
  var names: [String]
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    if names == ["root"] { return try load(Request.LoadOptions(), in: &session, console) }
    try refuseRoot(names, "reload", "`herd reload root` goes without further names")
    var worst: Int32 = 0
    for name in names {
      let status = try passThrough(.reload(service: name), in: &session, console)
      if status == 0, !output.json { console.write("\(name): reloaded\n") }
      if worst == 0 { worst = status }
    }
    return worst
  }
}

struct ActionCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "action", abstract: "Run an action that a service defines; its output and exit status pass through.",
    discussion: "The long form of `herd ACTION NAME [ARGUMENT...]`.")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: ArgumentHelp("The service.", valueName: "name"))
  var service: String
  @Argument(help: "One of its actions (`herd doc NAME list-actions`).")
  var action: String
  @Argument(parsing: .captureForPassthrough, help: "What the action's command gets besides its own words.")
  var arguments: [String] = []
  /// `herd strat nginx` is taken for an action of nginx; perhaps it was meant for a command of herd's.
  @Flag(name: .customLong("assumed"), help: .private)
  var isAssumed = false

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    // What asks for the end of options is for us, not for the action.
    var words = arguments
    if let end = words.firstIndex(of: "--") { words.remove(at: end) }
    do {
      return try passThrough(.action(service: service, action: action, arguments: words), in: &session, console)
    } catch {
      var failure = error
      if action == "log", error.error.code == .unknownAction {
        failure.error.hint = "the output goes to the file that `herd status \(service)` shows as `log`"
      }
      throw failure
    }
  }

  func explained(_ failure: Failure) -> Failure {
    isAssumed ? failure.explained(assuming: action, of: service) : failure
  }
}

extension DaemonCommand {
  /// Runs an action: its output to ours as it comes, its exit status is the result.
  func passThrough(_ request: Request, in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    var collected = ReplyDocument.Output()
    let collects = output.json
    let reply = try session.ask(request) { progress in
      guard case .output(let chunk) = progress else { return }
      switch (chunk.stream, collects) {
      case (.stdout, true): collected.standardOutput += chunk.bytes
      case (.stderr, true): collected.standardError += chunk.bytes
      case (.stdout, false): console.write(chunk.bytes)
      case (.stderr, false): console.writeError(chunk.bytes)
      }
    }
    if collects { console.write(ReplyDocument(reply, output: collected).encoded()) }
    if case .exit(let exit) = reply.content {
      // What the process wrote speaks for itself; only an end that it cannot have explained gets a word.
      if case .signal = exit, !collects, let error = reply.error { console.complain(error) }
      if let error = reply.error, error.code != .actionFailed, !collects { console.complain(error) }
      let status = ExitCodes.status(for: exit)
      return status == 0 && reply.error != nil ? ExitCodes.failed : status
    }
    if let error = reply.error {
      if collects { return ExitCodes.status(for: error.code) }
      throw Failure(error)
    }
    return 0
  }
}
