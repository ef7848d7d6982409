import ControlProtocol
import Supervision

extension DaemonCommand {
  /// Carries out a request that changes states, with a line a service while it lasts.
  func follow(_ request: Request, in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    var lines = ProgressLines(console.appearance, names: request.names)
    guard !output.json else {
      let document = try document(
        for: request, in: &session, onInterrupt: { () throws(Failure) in throw interrupted(request, waiting: []) })
      console.write(document.encoded())
      return document.reply.error.map { ExitCodes.status(for: $0.code) } ?? 0
    }
    let reply = try session.ask(
      request, onProgress: { console.write(lines.text(for: $0)) },
      onInterrupt: { () throws(Failure) in throw interrupted(request, waiting: lines.waiting) })
    if case .outcomes(let outcomes) = reply.content { console.write(lines.text(for: outcomes)) }
    // Who looks at the lines need not read it again; a log of errors has to have all of it.
    let isSeen = console.appearance.isTerminal && console.isOneStream
    if let error = reply.error { throw Failure(isSeen ? lines.shortened(error) : error) }
    return 0
  }

  /// Ctrl-C ends the waiting, not what was asked for: whoever presses it has to know that.
  private func interrupted(_ request: Request, waiting: [(service: String, what: String)]) -> Failure {
    let list = waiting.map { "\($0.service) (\($0.what))" }.listed(atMost: 4)
    let what = waiting.isEmpty ? "" : ": it waits for \(list)"
    let name = waiting.first?.service
    let hint =
      name.map { name in
        request.stopsSomething
          ? "`herd status \(name)` shows how far it is; `herd signal \(name) KILL` ends its main process at once"
          : "`herd status \(name)` shows how far it is; `herd stop \(name)` takes it back"
      } ?? "`herd status` shows how far it is"
    return Failure(
      ControlError(.interrupted, "the \(request.command.rawValue) goes on without you\(what)", hint: hint),
      exitStatus: ExitCodes.interrupted)
  }
}

extension Request {
  /// The names of what changes states, patterns among them.
  fileprivate var names: [String] {
    switch self {
    case .start(let names, _), .stop(let names, _, _), .restart(let names, _), .signal(let names, _, _),
      .enable(let names, _), .disable(let names, _), .reset(let names), .preset(let names), .unload(let names):
      names
    default: []
    }
  }
}
