import ArgumentParser
import ControlProtocol
import SupervisionRuntime

/// Which supervisor to talk to, and how long it may take to answer.
protocol ConnectionArguments: ParsableArguments {
  var socket: SocketPathOption? { get }
  /// What is due at once may take so long.
  var limit: Duration { get }
}

struct ConnectionOptions: ConnectionArguments {
  @Option(help: ArgumentHelp("The control socket of the supervisor.", valueName: "path"))
  var socket: SocketPathOption?
  @Option(
    help: ArgumentHelp(
      "How long the supervisor may take for what waits for no service (5s without this).", valueName: "duration"))
  var timeout: TimeSpan?

  var limit: Duration { timeout?.duration ?? Patience.usualLimit }
}

/// A path; an empty one is a variable that was not set.
struct SocketPathOption: ExpressibleByArgument {
  var path: String

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    path = argument
  }
}

extension ConnectionArguments {
  /// The socket that was asked for, or the standard one of this user.
  func socketPath() throws(Failure) -> String {
    if let socket { return socket.path }
    if let named = Host.environmentValue(SocketPath.variable), !named.isEmpty { return named }
    let home = try? Host.homeDirectory()
    let standard = SocketPath.standard(
      user: Host.user, runtimeDirectory: Host.environmentValue("XDG_RUNTIME_DIR"), home: home ?? nil)
    guard let standard else {
      throw Failure(
        ControlError(.noDaemon, "this user has no home directory to look for a socket in", hint: "use `--socket`"),
        exitStatus: ExitCodes.noDaemon)
    }
    return standard
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

/// A command that talks to the daemon.
protocol DaemonCommand: ParsableCommand {
  associatedtype Connection: ConnectionArguments
  var connection: Connection { get }
  var output: OutputOptions { get }

  /// Carries the command out.
  /// - Returns: the exit status.
  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32

  /// The failure as this command knows better what it means.
  func explained(_ failure: Failure) -> Failure
}

extension DaemonCommand {
  mutating func run() throws {
    let console = Console()
    let status: Int32
    do throws(Failure) {
      var session = try Session(path: try connection.socketPath(), limit: connection.limit, isForPrinting: !output.json)
      status = try perform(in: &session, console)
    } catch {
      let failure = explained(error)
      if output.json {
        console.write(ReplyDocument(Reply(error: failure.error)).encoded())
      } else {
        console.complain(failure.error)
      }
      throw ExitCode(failure.exitStatus)
    }
    if status != 0 { throw ExitCode(status) }
  }

  func explained(_ failure: Failure) -> Failure { failure }

  /// Asks, and turns a refusal into a failure; for commands whose reply has nothing more to show then.
  func answer(
    to request: Request, in session: inout Session, onProgress: (Progress) -> Void = { _ in }
  ) throws(Failure) -> Reply {
    let reply = try session.ask(request, onProgress: onProgress)
    if let error = reply.error { throw Failure(error) }
    return reply
  }
}
