import ArgumentParser
import ControlProtocol
import Supervision

/// The Shepherd's form of a command line, made into one that a parser of subcommands understands.
///
/// `herd` alone is `herd status`; `herd rotate nginx 5`, where `rotate` is no command of herd's, is
/// `herd action nginx rotate 5`; options may stand before the command.
struct Invocation {
  /// What the parser gets.
  let rewritten: [String]

  /// herd's own commands; what is not among them is taken for an action of a service.
  static let commands: Set<String> = Set(Herd.subcommands.compactMap { $0.configuration.commandName } + ["help"])

  /// Options that have a value in the next word.
  private static let optionsWithValue: Set<String> = ["--socket", "--timeout"]
  /// Flags that the parser answers itself, wherever they stand.
  private static let flagsWithoutCommand: Set<String> = [
    "--help", "-h", "--version", "--help-hidden", "--generate-completion-script",
  ]

  init(_ arguments: [String]) throws(Failure) {
    var options: [String] = []
    var rest = arguments[...]
    while let word = rest.first, word.hasPrefix("-"), word.count > 1 {
      if Self.flagsWithoutCommand.contains(word.prefix { $0 != "=" }.description) {
        rewritten = arguments
        return
      }
      options.append(rest.removeFirst())
      if Self.optionsWithValue.contains(word), let value = rest.popFirst() { options.append(value) }
    }
    guard let command = rest.popFirst() else {
      rewritten = ["status"] + options
      return
    }
    if command == "help", let topic = rest.first, !topic.hasPrefix("-"), !Self.commands.contains(topic) {
      throw Failure(
        ControlError(
          .unknownCommand, "there is no command `\(topic)`", hint: "`herd --help` lists the commands",
          suggestions: NearestName.all(for: topic, among: Self.commands.sorted())),
        exitStatus: ExitCodes.badUsage)
    }
    if Self.commands.contains(command) {
      rewritten = [command] + options + rest
    } else if let service = rest.first {
      rewritten = ["action"] + options + [service, command] + rest.dropFirst()
    } else {
      throw Failure(
        ControlError(
          .unknownCommand, "there is no command `\(command)`",
          hint: "`herd --help` lists the commands; an action of a service's own needs its name: herd \(command) NAME",
          suggestions: NearestName.all(for: command, among: Self.commands.sorted())),
        exitStatus: ExitCodes.usage)
    }
  }
}
