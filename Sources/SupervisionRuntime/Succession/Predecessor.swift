import ControlProtocol
import Supervision

extension KeeperConnection.Welcome {
  /// What became of the supervisor before, in the protocol's terms; `nil`: there was none.
  ///
  /// - Parameter words: what it has said itself when it gave up.
  func predecessor(_ words: String?) -> SupervisorStatus.Predecessor? {
    let (reason, text): (SupervisorStatus.Predecessor.Reason, String)
    switch self.reason {
    case .first: return nil
    case .exited: (reason, text) = (.ended, WaitStatus(raw: status).deed)
    case .gone: (reason, text) = (.ended, "has ended, and nobody knows how")
    case .upgraded: (reason, text) = (.upgraded, "gave way to this one")
    case .notExecuted: (reason, text) = (.notExecuted, "could not be executed: \(SystemError.text(of: error))")
    case .silent: (reason, text) = (.notReady, "did not say in time that it was there, and was killed")
    case .notReady: (reason, text) = (.notReady, "did not come up in time, and was killed")
    case .broke: (reason, text) = (.broken, "said what its keeper does not understand, and was killed")
    }
    let details = words.map { ": \($0)" } ?? ""
    return SupervisorStatus.Predecessor(reason, text + details, isFallback: isFallback)
  }
}

extension WaitStatus {
  /// How a process came to its end, as the end of a sentence about it.
  var deed: String {
    switch self {
    case .exited(0): "ended by itself"
    case .exited(let code): "ended with exit \(code)"
    case .signaled(let number, let core):
      "was ended by SIG\(SignalName.name(of: number))" + (core ? ", and has left a core" : "")
    }
  }
}
