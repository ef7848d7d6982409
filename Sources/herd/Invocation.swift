import ArgumentParser
import ControlProtocol
import Supervision

/// The Shepherd's form of a command line, made into one that a parser of subcommands understands.
///
/// `herd` alone is `herd status`; `herd rotate nginx 5`, where `rotate` is no command of herd's, is
/// `herd action nginx rotate 5`; options may stand before the command. Which supervisor is asked is never a matter of where
/// `--socket` stands: it is heard behind an action's name too, up to `--`; all else there belongs to the action.
struct Invocation {
  /// What the parser gets.
  let rewritten: [String]
  /// Whether the first word is no command of herd's, and was taken for an action of a service.
  let isAssumedAction: Bool

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
    while let word = rest.first, Self.isOption(word) {
      if Self.flagsWithoutCommand.contains(word.prefix { $0 != "=" }.description) {
        rewritten = arguments
        isAssumedAction = false
        return
      }
      try Self.take(&rest, to: &options)
    }
    guard let command = rest.popFirst() else {
      rewritten = ["status"] + options
      isAssumedAction = false
      return
    }
    if command == "help", let topic = rest.first, !topic.hasPrefix("-"), !Self.commands.contains(topic) {
      throw Self.unknownCommand(topic, exitStatus: ExitCodes.badUsage)
    }
    isAssumedAction = !Self.commands.contains(command)
    if isAssumedAction || command == "action" {
      let words = try Self.withoutOwnOptions(rest, &options)
      guard isAssumedAction else {
        rewritten = ["action"] + options + words
        return
      }
      guard let service = words.first else { throw Self.unknownCommand(command, exitStatus: ExitCodes.usage) }
      rewritten = ["action"] + options + [service, command] + words.dropFirst()
    } else {
      try Self.refuseEmpty(rest)
      rewritten = [command] + options + rest
    }
  }

  private static func isOption(_ word: String) -> Bool { word.hasPrefix("-") && word.utf8.count > 1 && word != "--" }

  /// An option, with its value if it stands in the next word.
  private static func take(_ rest: inout ArraySlice<String>, to options: inout [String]) throws(Failure) {
    let option = rest.removeFirst()
    options.append(option)
    guard optionsWithValue.contains(option) else { return }
    guard let value = rest.popFirst() else { throw mistake("`\(option)` needs a value") }
    guard !value.isEmpty else { throw empty("the value of `\(option)`") }
    options.append(value)
  }

  /// The words of an action: its service, then what it gets. Options of herd's go to the options, up to the service all of
  /// them, behind it only the one that says whom to ask.
  private static func withoutOwnOptions(
    _ words: ArraySlice<String>, _ options: inout [String]
  ) throws(Failure) -> [String] {
    var rest = words
    var remaining: [String] = []
    while let word = rest.first, word != "--" {
      if word == "--socket" || word.hasPrefix("--socket=") || (remaining.isEmpty && isOption(word)) {
        try take(&rest, to: &options)
      } else {
        remaining.append(rest.removeFirst())
      }
    }
    if let service = remaining.first, service.isEmpty { throw empty("the name of the service") }
    return remaining + rest
  }

  private static func refuseEmpty(_ words: ArraySlice<String>) throws(Failure) {
    var before: String?
    for word in words.prefix(while: { $0 != "--" }) {
      if word.isEmpty {
        throw empty(before.map { isOption($0) ? "the value of `\($0)`" : "an argument" } ?? "an argument")
      }
      before = word
    }
  }

  /// Most often a variable of a script that is not set: taking it for nothing would do something else than was meant.
  private static func empty(_ what: String) -> Failure {
    mistake("\(what) is empty", hint: "a variable of the shell that is not set?")
  }

  private static func mistake(_ message: String, hint: String? = nil) -> Failure {
    Failure(ControlError(.invalidArgument, message, hint: hint), exitStatus: ExitCodes.badUsage)
  }

  private static func unknownCommand(_ word: String, exitStatus: Int32) -> Failure {
    let isReserved = ServiceName.herdCommands.contains(word)
    let action = isReserved ? "" : "; an action of a service's own needs its name: herd \(word) NAME"
    return Failure(
      ControlError(
        .unknownCommand, "there is no command `\(word)`", hint: "`herd --help` lists the commands\(action)",
        suggestions: NearestCommand.all(for: word)),
      exitStatus: exitStatus)
  }
}
