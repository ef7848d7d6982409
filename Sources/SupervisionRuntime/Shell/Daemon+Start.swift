import OrderedCollections
import Supervision

/// The beginning: what a predecessor has left is ended, what there is to say is said, and the services are started.
extension Daemon {
  func start() {
    guard let boot = boot.take() else { return }
    guard takeOver() else { return shell.feed(.shutdown(.shutdown)) }
    report(boot)
    reportAccess()
    guard tryFacilities(of: boot.configuration) else { return shell.feed(.shutdown(.shutdown)) }
    shell.confinement.inherit()
    shell.feed(.boot(boot.configuration, saved.enablement))
  }

  /// Ends what a dead predecessor has left, and begins a record of our own. The state directory is ours by now, so nobody
  /// else does the same; clients wait until it is done.
  ///
  /// - Returns: false when a signal asks the supervisor to end.
  func takeOver() -> Bool {
    let inheritance = Inheritance.take(state, own: shell.table.record) { journal.notice($0) }
    for note in inheritance.notes { journal.notice(note) }
    desk.notes = inheritance.notes + saved.complaints
    for complaint in saved.complaints { journal.error(complaint) }
    record = inheritance.file
    record?.onTrouble = { [weak self] error in
      self?.journal.error("the record of processes is incomplete: \(error)")
    }
    shell.table.recordFile = record
    return !inheritance.isInterrupted
  }

  /// Tries what the definitions need of the kernel: better one clear line at the start than a mount that fails later.
  ///
  /// - Returns: false when a signal asks the supervisor to end.
  func tryFacilities(of configuration: Configuration) -> Bool {
    let needed = Set(configuration.services.values.flatMap { $0.process.hasRare ? $0.process.rare.facilities : [] })
    guard !needed.isEmpty else { return true }
    do throws(Probe.Failure) {
      shell.facts.failures = try Probe(in: Probe.usualPlace).failures(
        of: KernelFacility.allCases.filter { needed.contains($0) })
    } catch {
      if case .interrupted = error { return false }
      journal.error("what jails need of this system could not be tried: \(error)")
    }
    return true
  }

  /// What a loading needed is free once its services are started.
  func trimMemoryLater() {
    loop.schedule(at: Clock.now() + .seconds(1)) { Host.trimMemory() }
  }

  func report(_ boot: ConfigurationSource.Boot) {
    let renderer = DiagnosticRenderer()
    if let errors = boot.errors {
      for diagnostic in errors.all { journal.error(renderer.line(diagnostic)) }
      journal.error("the configuration has errors; the last one that loaded is used instead")
    }
    for note in boot.configuration.notes(enabled: saved.enablement.enabled) { journal.notice(renderer.line(note)) }
    journal.notice("ready on \(source.path), \(boot.configuration.services.count) services")
  }
}
