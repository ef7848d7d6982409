import ControlProtocol
import Supervision
import SupervisionRuntime

/// A request as it is asked of one supervisor after the other, should one take another's place meanwhile.
struct Attempt {
  private(set) var request: Request
  private var since: Instant
  private var losses = 0
  /// Whoever dies at each question is not to be killed for ever.
  private static let mostLosses = 4

  init(_ request: Request, at now: Instant = Clock.now()) {
    self.request = request
    since = now
  }

  /// What is to be asked of a supervisor that has taken the place of one that knew the request: that goes on, and only its
  /// client was forgotten.
  ///
  /// - Returns: whether it can be asked.
  mutating func renewAfterReplacement(at now: Instant) -> Bool {
    switch request {
    // Its process has ended with its caller.
    case .action, .reload: return false
    // What was stopped is on its way up again.
    case .restart(let names, let options), .start(let names, let options):
      request = .start(names: names, .init(waits: options.waits, isDryRun: options.isDryRun, isRepeated: true))
    default: break
    }
    passTime(until: now)
    return true
  }

  /// What is to be asked after a death: only what changes nothing, since the rest may have been heard.
  ///
  /// - Returns: whether it can be asked.
  mutating func renewAfterLoss(at now: Instant) -> Bool {
    losses += 1
    guard request.access == .read, losses <= Self.mostLosses else { return false }
    passTime(until: now)
    return true
  }

  /// A wait has the time that is left of its own.
  private mutating func passTime(until now: Instant) {
    defer { since = now }
    guard case .wait(var condition) = request, let timeout = condition.timeout else { return }
    condition.timeout = max(.zero, timeout - (now - since))
    request = .wait(condition)
  }
}
