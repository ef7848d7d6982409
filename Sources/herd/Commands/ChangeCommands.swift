import ArgumentParser
import ControlProtocol

struct StartCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start services, and what they require.")

  @Argument(help: ArgumentHelp("Services or patterns.", valueName: "name"))
  var names: [String]
  @OptionGroup var change: ChangeFlags
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    try refuseRoot(names, "start", "fruix-shepherd starts it")
    return try follow(.start(names: names, change.options), in: &session, console)
  }
}

struct StopCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stop services, after what requires them; root: everything, then the supervisor.")

  @Argument(help: ArgumentHelp("Services or patterns, or root.", valueName: "name"))
  var names: [String]
  @Flag(help: "Also stop the requirements that nothing wanted needs any more.")
  var withRequirements = false
  @OptionGroup var change: ChangeFlags
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    if names == ["root"] {
      if change.dryRun || change.noWait {
        throw usageFailure("`herd stop root` knows neither --dry-run nor --no-wait")
      }
      return try follow(.shutdown, in: &session, console)
    }
    try refuseRoot(names, "stop", "`herd stop root` stops everything, without further names")
    let request = Request.stop(names: names, withRequirements: withRequirements, change.options)
    return try follow(request, in: &session, console)
  }
}

struct RestartCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart", abstract: "Stop services with what requires them, and start again what was up.")

  @Argument(help: ArgumentHelp("Services or patterns.", valueName: "name"))
  var names: [String]
  @OptionGroup var change: ChangeFlags
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    try refuseRoot(names, "restart", "the supervisor is restarted by what started it")
    return try follow(.restart(names: names, change.options), in: &session, console)
  }
}

struct EnableCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Let services be started again, at boot and by command.")

  @Argument(help: ArgumentHelp("Services or patterns.", valueName: "name"))
  var names: [String]
  @Flag(help: "Start them too.")
  var now = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    try follow(.enable(names: names, now: now), in: &session, console)
  }
}

struct DisableCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Refuse every start of services until they are enabled.")

  @Argument(help: ArgumentHelp("Services or patterns.", valueName: "name"))
  var names: [String]
  @Flag(help: "Stop them too.")
  var stop = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    try follow(.disable(names: names, stop: stop), in: &session, console)
  }
}

struct PresetCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "preset", abstract: "Forget that services were enabled or disabled: their definitions count again.")

  @Argument(help: ArgumentHelp("Services or patterns.", valueName: "name"))
  var names: [String]
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    try follow(.preset(names: names), in: &session, console)
  }
}

struct ResetCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Forget that services have failed, and how often they were respawned.")

  @Argument(help: ArgumentHelp("Services or patterns.", valueName: "name"))
  var names: [String]
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    try follow(.reset(names: names), in: &session, console)
  }
}

struct SignalCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "signal", abstract: "Send a signal to the main process of a service.")

  @Argument(help: ArgumentHelp("A service or pattern.", valueName: "name"))
  var name: String
  @Argument(help: "A signal's name, with or without SIG, or its number.")
  var signal: String
  @Flag(help: "To the whole process group of the main process.")
  var group = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    var word = signal.uppercased()
    if word.hasPrefix("SIG") { word.removeFirst(3) }
    return try follow(.signal(names: [name], signal: word, group: group), in: &session, console)
  }
}

extension DaemonCommand {
  /// Carries out a request that changes states, with a line a service while it lasts.
  func follow(_ request: Request, in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    var lines = ProgressLines(console.appearance)
    let isQuiet = output.json
    let reply = try session.ask(
      request, onProgress: { if !isQuiet { console.write(lines.text(for: $0)) } },
      onInterrupt: { () throws(Failure) in throw interrupted(request, waiting: lines.waiting) })
    if output.json {
      console.write(ReplyDocument(reply).encoded())
      return reply.error.map { ExitCodes.status(for: $0.code) } ?? 0
    }
    if case .outcomes(let outcomes) = reply.content { console.write(lines.text(for: outcomes)) }
    if let error = reply.error { throw Failure(error) }
    return 0
  }

  /// Ctrl-C ends the waiting, not what was asked for: whoever presses it has to know that.
  private func interrupted(_ request: Request, waiting: [(service: String, what: String)]) -> Failure {
    let list = waiting.prefix(4).map { "\($0.service) (\($0.what))" }.joined(separator: ", ")
    let rest = waiting.count > 4 ? ", and \(waiting.count - 4) more" : ""
    let what = waiting.isEmpty ? "" : ": it waits for \(list)\(rest)"
    let name = waiting.first?.service
    let hint =
      name.map { name in
        request.stopsSomething
          ? "`herd status \(name)` shows how far it is; `herd signal \(name) KILL` ends its main process at once"
          : "`herd status \(name)` shows how far it is; `herd stop \(name)` takes it back"
      } ?? "`herd status` shows how far it is"
    return Failure(
      ControlError(.interrupted, "the \(request.command.rawValue) goes on without you\(what)", hint: hint),
      exitStatus: ExitCodes.interrupted)
  }

  func refuseRoot(_ names: [String], _ verb: String, _ reason: String) throws(Failure) {
    if names.contains("root") { throw usageFailure("cannot \(verb) root here: \(reason)") }
  }

  func usageFailure(_ message: String) -> Failure {
    Failure(ControlError(.invalidArgument, message))
  }
}
