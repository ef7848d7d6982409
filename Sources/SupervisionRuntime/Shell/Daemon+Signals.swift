import Supervision

/// Signals: what each means, and that the others mean nothing.
extension Daemon {
  /// What means something.
  static let passedOn = [HostSignal.terminate, HostSignal.interrupt, HostSignal.hangup, HostSignal.upgrade]

  /// From the first thing that is made on, a signal that comes before anybody listens waits, and ends nothing half-way.
  static func holdSignals() throws(Failure) {
    do throws(SystemError) {
      for signal in passedOn { try HostSignal.hold(signal) }
    } catch {
      throw Failure("cannot hold signals back: \(error)", exitCode: ExitCode.system)
    }
  }

  func watchSignals() throws(SystemError) {
    for signal in Self.passedOn {
      _ = try loop.watchSignal(signal) { [weak self] _ in self?.take(signal) }
      // From before it was watched.
      if HostSignal.takePending(signal) {
        loop.schedule(at: Clock.now()) { [weak self] in self?.take(signal) }
      }
    }
    _ = try loop.watchSignal(HostSignal.child) { [weak self] _ in self?.shell.table.reapOrphans() }
    for signal in HostSignal.strange {
      _ = try loop.watchSignal(signal) { [weak self] _ in self?.tell(strange: signal) }
    }
  }

  private func take(_ signal: Int32) {
    switch signal {
    case HostSignal.interrupt: interrupted()
    case HostSignal.hangup: hangUp()
    case HostSignal.upgrade: upgradeBySignal()
    default: stopEverything(signal)
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
