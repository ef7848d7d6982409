import ArgumentParser
import ControlProtocol

struct UpgradeCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "upgrade", abstract: "Let the program that is installed now take the supervisor's place.",
    usage: "herd upgrade root",
    discussion: "All that runs goes on. If the new program does not come up, the one before goes on too.")

  @Argument(help: "root: the supervisor.")
  var supervisor: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    guard supervisor == "root" else {
      throw usageFailure("it is the supervisor that is upgraded: herd upgrade root")
    }
    var reply = try answer(to: .upgrade, in: &session)
    guard case .supervisor(let before) = reply.content else { return ExitCodes.failed }
    try session.connectAgain()
    guard let after = try session.supervisor() else { return ExitCodes.failed }
    reply.content = .supervisor(after)
    reply.error = failure(of: after, afterwards: before)
    if output.json { console.write(ReplyDocument(reply).encoded()) }
    if let error = reply.error {
      if output.json { return ExitCodes.status(for: error.code) }
      throw Failure(error)
    }
    if !output.json {
      let place = "in place of \(before.version), pid \(before.pid)"
      console.write("root: fruix-shepherd \(after.version), pid \(after.pid), \(place)\n")
    }
    return 0
  }

  /// Why it is not the new program that goes on.
  private func failure(of after: SupervisorStatus, afterwards before: SupervisorStatus) -> ControlError? {
    guard let predecessor = after.predecessor, let number = after.number, number > before.number ?? 0 else {
      return ControlError(.upgradeFailed, "the supervisor goes on as it was")
    }
    if predecessor.isFallback {
      return ControlError(
        .upgradeFailed, "the new program \(predecessor.text): the one before goes on (pid \(after.pid))",
        hint: "`fruix-shepherd --check` by the new program may tell more, and so does the supervisor's log")
    }
    guard predecessor.reason == .upgraded else {
      return ControlError(
        .upgradeFailed, "the supervisor \(predecessor.text) before it gave way; another one goes on (pid \(after.pid))")
    }
    return nil
  }
}
