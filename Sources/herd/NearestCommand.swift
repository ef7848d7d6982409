import ControlProtocol
import Supervision

/// Which of herd's commands was probably meant by a word that is none.
///
/// No suggestion turns a question into a change: whoever types `herd top` to look at something must not be led to `stop`
/// by a press of the arrow key. So only the kind of the nearest command is suggested, and for a word that is known to ask, as
/// some later version's command, only what asks.
enum NearestCommand {
  /// Commands that change something.
  private static let changes: Set<String> = [
    "start", "stop", "restart", "reload", "action", "signal", "enable", "disable", "load", "unload", "reset", "preset",
    "halt", "power-off", "reboot", "resume", "shutdown", "spawn", "suspend", "upgrade", "jail",
  ]

  static func all(for word: String) -> [String] {
    let near = NearestName.all(for: word, among: Invocation.commands.sorted())
    if ServiceName.herdCommands.contains(word), !changes.contains(word) {
      return near.filter { !changes.contains($0) }
    }
    guard let nearest = near.first else { return [] }
    let distance = NearestName.distance(word, nearest)
    // Of those that are equally near, what asks is the safer guess.
    let asks = near.contains { !changes.contains($0) && NearestName.distance(word, $0) == distance }
    return near.filter { changes.contains($0) != asks }
  }
}

extension Failure {
  /// Of what was taken for an action of a service: what was probably meant by it.
  ///
  /// - Parameters:
  ///   - word: the first word of the command line, no command of herd's.
  ///   - second: the second, taken for the service's name.
  func explained(assuming word: String, of second: String) -> Failure {
    // `herd nginx start`.
    if Invocation.commands.contains(second), isAboutNames {
      return Failure(
        ControlError(
          .unknownCommand, "there is no command `\(word)`", hint: "the command comes first, then the service",
          suggestions: ["herd \(second) \(word)"]),
        exitStatus: ExitCodes.usage)
    }
    let near = NearestCommand.all(for: word)
    guard !near.isEmpty else { return self }
    switch error.code {
    case .noDaemon, .noAnswer:
      return mistyped(word, near, "and no supervisor to ask whether `\(second)` has an action of that name")
    case .unknownService:
      return mistyped(word, near, "and no service `\(second)` that could have an action of that name")
    case .unknownAction:
      var failure = self
      failure.error.suggestions += near.filter { !error.suggestions.contains($0) }
      return failure
    default:
      return self
    }
  }

  private var isAboutNames: Bool {
    [.noDaemon, .noAnswer, .unknownService, .unknownAction].contains(error.code)
  }

  private func mistyped(_ word: String, _ near: [String], _ rest: String) -> Failure {
    Failure(
      ControlError(
        .unknownCommand, "there is no command `\(word)`, \(rest)", hint: "`herd --help` lists the commands",
        suggestions: near),
      exitStatus: ExitCodes.usage)
  }
}
