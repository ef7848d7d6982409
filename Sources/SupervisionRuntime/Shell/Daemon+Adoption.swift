import Supervision

/// What runs goes on though nothing tells why it does: the record of a predecessor is left aside, or supervisor and keeper have both
/// died. Definitions, and labels that say which process is whose, are enough for that.
extension Daemon {
  // MARK: The keeper knows what runs

  func adoptTable(of handover: Handover) {
    goOnWithProcessRecord()
    guard let boot = boot.take() else { return }
    report(boot)
    reportAccess()
    for complaint in saved.complaints { journal.error(complaint) }
    desk.pastNotes = saved.complaints
    let goesOn = tryFacilities(of: boot.configuration)
    beginKeeping()
    let found = handover.entries.compactMap { FoundProcess($0) }
    shell.adopt(.adopt(boot.configuration, saved.enablement, found), from: source.takeCopy()) {
      takeOverTable(of: handover)
    }
    becomeReady()
    if !goesOn { shell.feed(.shutdown(.shutdown)) }
  }

  /// Puts what the keeper knows of into the table of processes.
  func takeOverTable(of handover: Handover) -> [ProcessKey: ProcessFate] {
    shell.table.adopt(handover.entries, handover.processes) { entry in
      shell.core.owner(of: ProcessKey(serial: entry.identity), ProcessLabel(entry.label)).map { ProcessOwner($0) }
    }
  }

  // MARK: Only the record on disk does

  /// What of a dead supervisor's processes goes on; `nil`: it could not be looked for.
  func adoption(of predecessor: ProcessRecord) -> SurvivorAdoption? {
    guard let boot, let processes = try? ProcessInfo.all() else { return nil }
    let jails = JailDirectory(stateDirectory: state.path)
    return SurvivorAdoption(
      of: predecessor, among: processes, precision: StartClock.precision, by: boot.configuration
    ) { definition in
      guard definition.process.hasRare, let jail = definition.process.rare.jail, jail.enter == nil else { return true }
      return jails.standing(of: jail.sharedWith ?? definition.name) != nil
    }
  }

  func adopt(
    _ adopted: [SurvivorAdoption.Adopted], of predecessor: ProcessRecord?, _ configuration: Configuration
  ) {
    beginKeeping()
    // Beyond the numbers that the core gives to what it knows first.
    let first = (handover.map { $0.welcome.number << 32 } ?? 0) | 1 << 31
    let found = adopted.enumerated().map { position, survivor in
      FoundProcess(
        key: ProcessKey(serial: first + UInt64(position)), label: survivor.label, pid: survivor.entry.pid,
        isOurs: false)
    }
    shell.adopt(.adopt(configuration, saved.enablement, found), from: source.takeCopy()) {
      var fates: [ProcessKey: ProcessFate] = [:]
      var record = shell.table.record
      for (process, survivor) in zip(found, adopted) { fates[process.key] = takeOver(process, survivor, &record) }
      // In place of the predecessor's, in one step: whoever dies before it finds them there.
      keepRecord { () throws(SystemError) in try ProcessRecordFile(path: state.processRecordPath, record: record) }
      return fates
    }
    guard let predecessor else { return }
    let note = Inheritance.note(onAdopted: adopted.map(\.entry.service), of: predecessor.supervisor)
    journal.notice(note)
    desk.pastNotes.append(note)
  }

  private func takeOver(
    _ process: FoundProcess, _ survivor: SurvivorAdoption.Adopted, _ record: inout ProcessRecord
  ) -> ProcessFate {
    guard let owner = shell.core.owner(of: process.key, process.label) else { return .ended(.unknown) }
    var entry = survivor.entry
    entry.incarnation = owner.serial
    record.entries.append(entry)
    // What else a predecessor had left has been ended meanwhile, and that may have taken minutes.
    guard
      shell.table.adopt(
        process.key, of: ProcessOwner(owner), label: process.label, stranger: process.pid, started: survivor.start)
    else { return .ended(.unknown) }
    handover?.connection.foreign(process.key.serial, pid: process.pid, label: process.label.text)
    return .runs(pid: process.pid)
  }
}

extension FoundProcess {
  /// - Returns: `nil` for what has ended, or is none of a service.
  fileprivate init?(_ entry: KeeperConnection.Entry) {
    guard let label = ProcessLabel(entry.label), case .service = label.subject else { return nil }
    switch entry.state {
    case .ended: return nil
    case .alive, .foreign: break
    }
    self.init(
      key: ProcessKey(serial: entry.identity), label: label, pid: entry.pid, isOurs: entry.state == .alive)
  }
}
