import OrderedCollections
import Supervision

/// The beginning: what a predecessor has left is ended, what there is to say is said, and the services are started.
extension Daemon {
  func start() {
    if let handover, let restored = restored.take() { return goOn(from: restored, handover) }
    tellOfPredecessor()
    if let handover, !handover.isFirst { return adoptTable(of: handover) }
    var inheritance = Inheritance.find(in: state, own: shell.table.record)
    guard let predecessor = inheritance.predecessor else { return succeed(inheritance) }
    let adoption = adoption(of: predecessor)
    inheritance.adopted = adoption?.adopted ?? []
    let ending = SurvivorEnding(
      predecessor, except: adoption?.incarnations ?? [], on: loop,
      tell: { [weak self] found, longest in
        self?.announce(Inheritance.announcement(of: found, of: predecessor.supervisor, within: longest))
      },
      onEnd: { [weak self] outcome in
        inheritance.notes += Inheritance.notes(on: outcome, of: predecessor.supervisor)
        self?.survivors = nil
        if outcome.isInterrupted {
          self?.unended = (predecessor.supervisor, Inheritance.clauses(for: outcome.left))
        }
        self?.succeed(inheritance)
      })
    survivors = ending
    ending.begin()
  }

  /// Until the survivors are ended clients hear what is waited for.
  private func announce(_ text: String) {
    journal.notice(text)
    desk.hold(text)
  }

  /// Nothing of a predecessor runs any more, or nobody waits for its end any more: begins a record of our own, and everything
  /// else. The state directory is ours, so nobody else does the same.
  private func succeed(_ found: Inheritance) {
    var inheritance = found
    // The record stays for the next supervisor otherwise; and where something goes on, until that is in ours.
    if unended == nil, inheritance.adopted.isEmpty { inheritance.take(state, own: shell.table.record) }
    for note in inheritance.notes + inheritance.lacks { journal.notice(note) }
    for complaint in saved.complaints { journal.error(complaint) }
    desk.pastNotes = inheritance.notes + saved.complaints
    desk.notes = inheritance.lacks
    guard unended == nil else { return desk.refuseHeld() }
    record = inheritance.file
    record?.onTrouble = { [weak self] error in self?.tellOfIncompleteRecord(error) }
    shell.table.recordFile = record
    startServices(beside: inheritance.adopted, of: inheritance.predecessor)
  }

  /// It stays so as long as this supervisor runs: what was not written is written nowhere else.
  func tellOfIncompleteRecord(_ error: SystemError) {
    let text = "the record of processes is incomplete: \(error)"
    journal.error(text)
    let note = "\(text); some would outlive the supervisor's death"
    if !desk.notes.contains(note) { desk.notes.append(note) }
  }

  /// - Parameter adopted: what runs already.
  private func startServices(beside adopted: [SurvivorAdoption.Adopted], of predecessor: ProcessRecord?) {
    guard let boot = boot.take() else { return }
    report(boot)
    reportAccess()
    let goesOn = tryFacilities(of: boot.configuration)
    if !adopted.isEmpty {
      adopt(adopted, of: predecessor, boot.configuration)
    } else if goesOn {
      shell.jails.inherit()
      beginKeeping()
      shell.feed(.boot(boot.configuration, saved.enablement), from: source.takeCopy())
    }
    guard goesOn else {
      desk.refuseHeld()
      return shell.feed(.shutdown(.shutdown))
    }
    becomeReady()
    desk.release()
    if isHangUpHeld { hangUp() }
  }

  /// Everything is to end while survivors are ended: they are left to the next supervisor.
  func leaveSurvivors() {
    survivors?.interrupt()
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
      for diagnostic in errors.all { journal.error(renderer.lineOfError(diagnostic)) }
      journal.error("the configuration has errors; the last one that loaded is used instead")
    }
    for note in boot.configuration.notes(enabled: saved.enablement.enabled) { journal.notice(renderer.line(note)) }
    journal.notice("ready on \(source.path), \(boot.configuration.services.count) services")
  }
}
