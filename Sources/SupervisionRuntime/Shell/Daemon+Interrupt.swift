import Supervision

/// Ctrl-C, for a supervisor in the foreground: the first stops everything, the second says what is still waited for, the
/// third waits no longer.
extension Daemon {
  /// More names than these are counted.
  private static let mostHoldups = 8

  func interrupted() {
    guard shell.core.isShuttingDown else { return stopEverything(HostSignal.interrupt) }
    interruptsWhileLeaving += 1
    switch interruptsWhileLeaving {
    case 1: tellHoldups()
    case 2:
      journal.notice("interrupted again: what is left gets SIGKILL")
      shell.feed(.hurryShutdown)
    default: break
    }
    if let bound = shell.core.shutdownBound(at: Clock.now()) { journal.notice(bound) }
    if interruptsWhileLeaving == 1 { journal.notice("a further interrupt ends the waiting with SIGKILL") }
  }

  private func tellHoldups() {
    let holdups = shell.core.holdups(at: Clock.now())
    for clause in holdups.prefix(Self.mostHoldups) { journal.notice("waits for its end: \(clause)") }
    if holdups.count > Self.mostHoldups { journal.notice("and for \(holdups.count - Self.mostHoldups) more") }
  }
}
