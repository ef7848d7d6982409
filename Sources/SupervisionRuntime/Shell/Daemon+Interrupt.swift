import Supervision

/// Ctrl-C, for a supervisor in the foreground: the first stops everything, the second says what is still waited for, the
/// third waits no longer.
extension Daemon {
  /// More names than these are counted.
  private static let mostHoldups = 8

  func interrupted() {
    guard shell.core.isShuttingDown else { return stopEverything(HostSignal.interrupt) }
    interruptsWhileLeaving += 1
    guard interruptsWhileLeaving == 1 else {
      journal.notice("interrupted again: what is left gets SIGKILL")
      return shell.feed(.hurryShutdown)
    }
    let holdups = shell.core.holdups(at: Clock.now())
    for clause in holdups.prefix(Self.mostHoldups) { journal.notice("waits for its end: \(clause)") }
    if holdups.count > Self.mostHoldups { journal.notice("and for \(holdups.count - Self.mostHoldups) more") }
    journal.notice("a further interrupt ends the waiting with SIGKILL")
  }
}
