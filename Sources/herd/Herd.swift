import ArgumentParser
import ControlProtocol
import SupervisionRuntime
import UCL

/// The command line of the supervisor: `herd ACTION [SERVICE [ARGUMENT...]]`.
@main
struct Herd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "herd",
    abstract: "Tells fruix-shepherd what to do, and asks what it does.",
    usage: """
      herd [status [NAME...]]
      herd ACTION [NAME [ARGUMENT...]]
      """,
    discussion: """
      ACTION is one of the commands below, or an action that the service NAME defines itself. Without a command, herd \
      shows the status of all services. NAME may be a pattern such as 'web@*', and all services that it matches are meant; \
      root is the supervisor.

      Exit status: 0 done; 1 the service or action failed; 2 or 64 a mistake in the command; 69 no supervisor, or \
      it is not ready; 77 not allowed; 130 Ctrl-C, and what was asked for goes on. herd status NAME: 0 up, 3 stopped, 1 failed.
      """,
    version: Release.version,
    subcommands: subcommands
  )

  static let subcommands: [any ParsableCommand.Type] = [
    StatusCommand.self, StartCommand.self, StopCommand.self, RestartCommand.self, ReloadCommand.self,
    ActionCommand.self, SignalCommand.self, EnableCommand.self, DisableCommand.self, PresetCommand.self,
    ResetCommand.self, WaitCommand.self,
    DocumentationCommand.self, ShowCommand.self, ProcessesCommand.self, LoadCommand.self, UnloadCommand.self,
    UpgradeCommand.self, CheckCommand.self, UCLCommand.self,
  ]

  static func main() {
    let words = Array(Host.arguments.dropFirst())
    do {
      let invocation = try Invocation(words)
      var command = try parseAsRoot(invocation.rewritten)
      if var action = command as? ActionCommand {
        action.isAssumed = invocation.isAssumedAction
        command = action
      }
      try command.run()
    } catch let failure as Failure {
      report(failure.error, to: words)
      exit(withError: ArgumentParser.ExitCode(failure.exitStatus))
    } catch let status as ArgumentParser.ExitCode {
      exit(withError: status)
    } catch {
      let status = exitCode(for: error)
      // Help that was asked for is no error.
      guard status != .success else { exit(withError: error) }
      if isForPrograms(words) {
        report(ControlError(.invalidArgument, message(for: error), hint: "`herd --help` lists the commands"), to: words)
      } else {
        Console().writeError(Array((fullMessage(for: error).printableLines + "\n").utf8))
      }
      exit(withError: status)
    }
  }

  private static func report(_ error: ControlError, to words: [String]) {
    if isForPrograms(words) {
      Console().write(ReplyDocument(Reply(error: error)).encoded())
    } else {
      Console().complain(error)
    }
  }

  /// Whether the command line asks for JSON, as far as it can be understood.
  private static func isForPrograms(_ words: [String]) -> Bool {
    words.prefix { $0 != "--" }.contains("--json")
  }
}
