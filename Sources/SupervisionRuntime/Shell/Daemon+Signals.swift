import Supervision

/// Signals: what each means, and that the others mean nothing.
extension Daemon {
  func watchSignals() throws(SystemError) {
    _ = try loop.watchSignal(HostSignal.terminate) { [weak self] _ in self?.stopEverything(HostSignal.terminate) }
    _ = try loop.watchSignal(HostSignal.interrupt) { [weak self] _ in self?.interrupted() }
    _ = try loop.watchSignal(HostSignal.hangup) { [weak self] _ in self?.hangUp() }
    _ = try loop.watchSignal(HostSignal.upgrade) { [weak self] _ in self?.upgradeBySignal() }
    _ = try loop.watchSignal(HostSignal.child) { [weak self] _ in self?.shell.table.reapOrphans() }
    for signal in HostSignal.strange {
      _ = try loop.watchSignal(signal) { [weak self] _ in self?.tell(strange: signal) }
    }
  }

  func stopEverything(_ signal: Int32) {
    let hint = signal == HostSignal.interrupt ? "; a second Ctrl-C tells what is waited for" : ""
    journal.notice("\(SignalName.name(of: signal)) has come: everything stops\(hint)")
    leaveSurvivors()
    shell.feed(.shutdown(.shutdown))
  }

  /// Whoever sent it meant something by it, and learns that nothing came of it; a storm of them is no news.
  private func tell(strange signal: Int32) {
    guard toldSignals.insert(signal).inserted else { return }
    journal.notice(
      "\(SignalName.name(of: signal)) means nothing to the supervisor: it is ignored, and not mentioned again "
        + "(HUP reads the configuration again, USR2 upgrades the supervisor, TERM and INT stop everything)")
  }
}
