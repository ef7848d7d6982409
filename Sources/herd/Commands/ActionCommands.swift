import ArgumentParser
import ControlProtocol

struct ReloadCommand: ServiceCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have services read their configuration again; root: the supervisor's (load root)."
  )

  @OptionGroup var target: ServiceOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    if names == ["root"] { return try load(Request.LoadOptions(), in: &session, console) }
    try refuseRoot(names, "reload", "`herd reload root` goes without further names")
    return try each(of: names, in: &session, console) { (name, session) throws(Failure) in
      let status = try passThrough(.reload(service: name), in: &session, console)
      if status == 0, !output.json { console.write("\(name): reloaded\n") }
      return status
    }
  }
}

struct ActionCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "action", abstract: "Run an action that a service defines; its output and exit status pass through.",
    discussion: "The long form of `herd ACTION NAME [ARGUMENT...]`.")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: ArgumentHelp("The service, or a pattern.", valueName: "name"))
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
    return try each(of: [service], in: &session, console) { (name, session) throws(Failure) in
      try passThrough(.action(service: name, action: action, arguments: words), in: &session, console)
    }
  }

  func explained(_ failure: Failure) -> Failure {
    var failure = failure
    if action == "log", failure.error.code == .unknownAction {
      failure.error.hint = "the output goes to the file that `herd status \(service)` shows as `log`"
    }
    return isAssumed ? failure.explained(assuming: action, of: service) : failure
  }
}

extension DaemonCommand {
  /// Runs a command of a service: its output to ours as it comes, its exit status is the result.
  func passThrough(_ request: Request, in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    guard !output.json else {
      let document = try document(for: request, in: &session)
      console.write(document.encoded())
      return exitStatus(document.reply)
    }
    let reply = try session.ask(request) { progress in
      guard case .output(let chunk) = progress else { return }
      switch chunk.stream {
      case .stdout: console.write(chunk.bytes)
      case .stderr: console.writeError(chunk.bytes)
      }
    }
    guard let error = reply.error else { return 0 }
    guard case .exit(let exit) = reply.content else { throw Failure(error) }
    if !request.speaksForItself(exit, error) { console.complain(error) }
    return exitStatus(reply)
  }

  private func exitStatus(_ reply: Reply) -> Int32 {
    let refused = reply.error.map { ExitCodes.status(for: $0.code) } ?? 0
    guard case .exit(let exit) = reply.content else { return refused }
    let status = ExitCodes.status(for: exit)
    return status == 0 ? refused : status
  }
}

extension Request {
  /// Whether what the process wrote is all that is to be said of its end: of an action, which is as a command of the user's
  /// own, but not of one that died of a signal, or of a reload, whose command the user does not see.
  fileprivate func speaksForItself(_ exit: ExitReport, _ error: ControlError) -> Bool {
    guard case .action = self, case .code = exit else { return false }
    return error.code == .actionFailed
  }
}
