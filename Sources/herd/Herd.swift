import ArgumentParser
import ControlProtocol

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
      shows the status of all services. NAME may be a pattern such as 'web@*'; root is the supervisor.

      Exit status: 0 done; 1 the service or action failed; 2 or 64 a mistake in the command; 69 no supervisor; 77 not \
      allowed. herd status NAME: 0 up, 3 stopped, 1 failed.
      """,
    version: Release.version,
    subcommands: subcommands
  )

  static let subcommands: [any ParsableCommand.Type] = [
    StatusCommand.self, StartCommand.self, StopCommand.self, RestartCommand.self, ReloadCommand.self,
    ActionCommand.self, SignalCommand.self, EnableCommand.self, DisableCommand.self, PresetCommand.self,
    ResetCommand.self, WaitCommand.self,
    DocumentationCommand.self, ShowCommand.self, ProcessesCommand.self, LoadCommand.self, UnloadCommand.self,
    CheckCommand.self, UCLCommand.self,
  ]

  static func main() {
    do {
      let arguments = try Invocation(Array(CommandLine.arguments.dropFirst())).rewritten
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let failure as Failure {
      Console().complain(failure.error)
      exit(withError: ExitCode(failure.exitStatus))
    } catch {
      exit(withError: error)
    }
  }
}
