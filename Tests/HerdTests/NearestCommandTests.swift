import ControlProtocol
import Testing

@testable import herd

@Suite("What was probably meant")
struct NearestCommandTests {
  @Test(
    "a mistyped command is told from a change, and a question never becomes one",
    arguments: [
      ("strat", ["start"]), ("statsu", ["status"]), ("relaod", ["reload"]), ("stpo", ["stop"]), ("top", []),
      ("log", []), ("proceses", ["processes"]), ("xyzzy", []),
    ])
  func nearest(word: String, expected: [String]) {
    let found = NearestCommand.all(for: word)
    #expect(found.first == expected.first)
    if expected.isEmpty { #expect(found.isEmpty || !found.contains("stop")) }
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
