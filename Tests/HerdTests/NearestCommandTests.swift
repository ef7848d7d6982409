import ControlProtocol
import Testing

@testable import herd

@Suite("What was probably meant")
struct NearestCommandTests {
  @Test(
    "a mistyped command is told from a change, and a question never becomes one",
    arguments: [
      ("strat", ["start"]), ("statsu", ["status"]), ("relaod", ["reload"]), ("stpo", ["stop"]), ("top", []),
      ("log", []), ("proceses", ["processes"]), ("xyzzy", []), ("stat", ["status"]), ("sta", ["status"]),
      ("stats", ["status"]), ("logs", []), ("list", ["status"]), ("proc", ["processes"]), ("sho", ["show"]),
      ("res", ["reset", "restart"]), ("rest", ["restart"]), ("enab", ["enable"]), ("cat", ["show"]),
    ])
  func nearest(word: String, expected: [String]) {
    let found = NearestCommand.all(for: word)
    #expect(found.first == expected.first)
    if expected.isEmpty { #expect(found.isEmpty || !found.contains("stop")) }
  }

  @Test("who has typed the beginning of a question, or has left out a letter of it, is not led to a change")
  func questions() {
    let questions = ["status", "show", "doc", "processes", "check", "ucl", "wait", "help"]
    let changes = Invocation.commands.subtracting(questions)
    for question in questions {
      for length in 1..<question.count {
        let found = NearestCommand.all(for: String(question.prefix(length)))
        #expect(changes.isDisjoint(with: found), "\(question.prefix(length)): \(found)")
      }
      for position in question.indices {
        var word = question
        word.remove(at: position)
        let found = NearestCommand.all(for: word)
        #expect(changes.isDisjoint(with: found), "\(word): \(found)")
      }
    }
  }

  private func failure(_ code: ErrorCode) -> Failure {
    Failure(ControlError(code, "as it was"))
  }

  @Test("without a supervisor a mistyped command is told as such, not as the lack of one")
  func withoutSupervisor() {
    let told = failure(.noDaemon).explained(assuming: "relaod", of: "nginx")
    #expect(told.exitStatus == ExitCodes.usage)
    #expect(told.error.code == .unknownCommand)
    #expect(told.error.suggestions == ["reload"])
  }

  @Test("an action of a service's own needs a supervisor, and that is what is told")
  func realAction() {
    let told = failure(.noDaemon).explained(assuming: "rotate-keys", of: "nginx")
    #expect(told.error.message == "as it was")
  }

  @Test("a service's name before the command", arguments: [ErrorCode.noDaemon, .unknownService, .unknownAction])
  func nameFirst(code: ErrorCode) {
    let told = failure(code).explained(assuming: "nginx", of: "start")
    #expect(told.error.suggestions == ["herd start nginx"])
    #expect(told.exitStatus == ExitCodes.usage)
  }

  @Test("what went wrong with an action that ran is left as it is")
  func ran() {
    #expect(failure(.actionFailed).explained(assuming: "nginx", of: "start").error.message == "as it was")
  }
}
