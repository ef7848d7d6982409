import ArgumentParser
import ControlProtocol

/// Which supervisor to talk to, and how long it may take to answer.
protocol ConnectionArguments: ParsableArguments {
  var socket: SocketPathOption? { get }
  /// What is due at once may take so long.
  var limit: Duration { get }
  /// Whether `--timeout` is another time than that one.
  static var timeoutIsOfService: Bool { get }
}

struct ConnectionOptions: ConnectionArguments {
  @Option(help: ArgumentHelp("The control socket of the supervisor.", valueName: "path"))
  var socket: SocketPathOption?
  @Option(
    help: ArgumentHelp(
      "How long the supervisor may take for what waits for no service: 500ms, 30s (5s without this).",
      valueName: "duration"), transform: TimeSpan.init(word:))
  var timeout: TimeSpan?

  var limit: Duration { timeout?.duration ?? Patience.usualLimit }
  static var timeoutIsOfService: Bool { false }
}

/// A path; an empty one is a variable that was not set.
struct SocketPathOption: ExpressibleByArgument {
  var path: String

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    path = argument
  }
}

struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON; docs/PROTOCOL.md describes its keys, docs/JAILS.md those of a plan.")
  var json = false
}

/// How the three commands that change states go about it.
struct ChangeFlags: ParsableArguments {
  @Flag(help: "Return as soon as the request was accepted.")
  var noWait = false

  @Flag(help: "Show what would be done; do nothing.")
  var dryRun = false

  var options: Request.ChangeOptions { .init(waits: !noWait, isDryRun: dryRun) }
}

/// The services that a command is for, and what all such commands have.
struct ServiceOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("Services, or patterns such as 'web@*'.", valueName: "name"))
  var names: [String]
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions
}
