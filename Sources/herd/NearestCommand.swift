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

  /// What other programs of this kind call what some command of ours tells.
  private static let questions: [String: String] = [
    "cat": "show", "describe": "show", "info": "status", "is-active": "status", "is-enabled": "status",
    "list": "status", "list-units": "status", "ls": "status", "ps": "processes", "stat": "status", "stats": "status",
    "state": "status", "test": "check",
  ]

  static func all(for word: String) -> [String] {
    if let question = questions[word] { return [question] }
    let asks = Invocation.commands.subtracting(changes).sorted()
    // Who has typed the beginning of a question has asked one, however near a change is.
    let begun = asks.filter { $0.hasPrefix(word) }
    guard begun.isEmpty else { return begun }
    if ServiceName.herdCommands.contains(word), !changes.contains(word) {
      return NearestName.all(for: word, among: asks)
    }
    let begunChanges = Invocation.commands.intersection(changes).filter { $0.hasPrefix(word) }.sorted()
    guard begunChanges.isEmpty || word.utf8.count < 3 else { return begunChanges }
    return nearest(to: word)
  }

  private static func nearest(to word: String) -> [String] {
    // One slip of the finger is a slip; with two, `logs` would be `load`.
    let near = NearestName.all(for: word, among: Invocation.commands.sorted()).filter {
      !changes.contains($0) || NearestName.distance(word, $0) == 1
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
