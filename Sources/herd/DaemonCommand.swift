import ArgumentParser
import ControlProtocol
// The core has names of its own for the same things; here the protocol's are meant.
import Supervision

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
      var session = try Session(
        at: try connection.place(), limit: connection.limit, isForPrinting: !output.json,
        canGiveMoreTime: !Connection.timeoutIsOfService)
      status = try perform(in: &session, console)
    } catch {
      let failure = explained(error)
      tell(failure.error, on: console)
      throw ExitCode(failure.exitStatus)
    }
    if status != 0 { throw ExitCode(status) }
  }

  func explained(_ failure: Failure) -> Failure { failure }

  private func tell(_ error: ControlError, of service: String? = nil, on console: Console) {
    if output.json {
      console.write(ReplyDocument(Reply(error: error), service: service).encoded())
    } else {
      console.complain(error)
    }
  }

  /// Asks, and turns a refusal into a failure; for commands whose reply has nothing more to show then.
  func answer(to request: Request, in session: inout Session) throws(Failure) -> Reply {
    let reply = try session.ask(request)
    if let error = reply.error { throw Failure(error) }
    return reply
  }

  /// Asks for what `--json` prints.
  func document(
    for request: Request, in session: inout Session, onInterrupt: (() throws(Failure) -> Void)? = nil
  ) throws(Failure) -> ReplyDocument {
    var document = ReplyDocument(for: request)
    document.reply = try session.ask(
      request, onProgress: { document.add($0) }, onAgain: { document = ReplyDocument(for: request) },
      onInterrupt: onInterrupt)
    return document
  }

  // MARK: Names

  /// The services that are meant by names and patterns, each once, for what the protocol can ask of one service only. Nothing
  /// is done before all are known.
  func services(_ names: [String], in session: inout Session) throws(Failure) -> [String] {
    guard !names.contains("root") else {
      throw usageFailure("`root` is the supervisor, and `herd \(Self._commandName)` is for services")
    }
    guard names.count > 1 || names.contains(where: NamePattern.isPattern) else { return names }
    var found: [String] = []
    let reply = try session.ask(
      .status(names: names, detail: .brief),
      onProgress: { progress in
        if case .services(let more) = progress { found += more.map(\.name) }
      }, onAgain: { found = [] })
    if let error = reply.error { throw Failure(error) }
    return found
  }

  /// Does to one service after the other what the protocol can ask of one only. What fails for one is told, and done to the
  /// others all the same.
  ///
  /// - Returns: the exit status of the first that was none of success.
  func each(
    of names: [String], in session: inout Session, _ console: Console,
    _ body: (String, inout Session) throws(Failure) -> Int32
  ) throws(Failure) -> Int32 {
    let services = try services(names, in: &session)
    var first: Int32 = 0
    for service in services {
      var status: Int32
      do throws(Failure) {
        status = try body(service, &session)
      } catch {
        // Without a supervisor it is the end, and without others; a line of JSON names the service all the same.
        guard services.count > 1 || output.json, error.exitStatus != ExitCodes.noDaemon else { throw error }
        let failure = explained(error)
        tell(failure.error, of: service, on: console)
        status = failure.exitStatus
      }
      if first == 0 { first = status }
    }
    return first
  }

  func refuseRoot(_ names: [String], _ verb: String, _ reason: String) throws(Failure) {
    if names.contains("root") { throw usageFailure("cannot \(verb) root here: \(reason)") }
  }

  func usageFailure(_ message: String) -> Failure {
    Failure(ControlError(.invalidArgument, message))
  }
}

/// A command whose words are services.
protocol ServiceCommand: DaemonCommand where Connection == ConnectionOptions {
  var target: ServiceOptions { get }
}

extension ServiceCommand {
  var names: [String] { target.names }
  var connection: ConnectionOptions { target.connection }
  var output: OutputOptions { target.output }
}
