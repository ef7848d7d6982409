import ControlProtocol
import Supervision

/// A supervisor among others under one keeper: it goes on where the one before has stopped, and gives way to the next.
extension Daemon {
  /// What a predecessor has left, as this program reads it.
  struct Restored {
    var core: Supervisor
    var state: KeptState
  }

  /// - Returns: `nil`: there is nothing to go on from, or it is left aside.
  /// - Throws: on trial only. Then the program before, which has written it, is to go on.
  static func restore(_ source: ConfigurationSource, _ handover: Handover?) throws(Failure) -> Restored? {
    guard let handover, let state = handover.state else { return nil }
    do {
      let record = try StateRecord(state.records)
      let configuration = try source.restore(state.configurations)
      let seed = UInt64(bitPattern: Clock.wall())
      return Restored(
        core: try Supervisor.restored(from: record, configuration: configuration, seed: seed), state: state)
    } catch {
      let reason = (error as? ConfigurationSource.CopyUnusable)?.text ?? "\(error)"
      guard !handover.isOnTrial else {
        throw Failure(
          "cannot go on from the state of the supervisor before: \(reason)", exitCode: ExitCode.software)
      }
      handover.leaveStateAside(reason)
      return nil
    }
  }

  /// Begins with numbers that no predecessor has given to a process.
  static func freshCore(_ handover: Handover?) -> Supervisor {
    Supervisor(
      seed: UInt64(bitPattern: Clock.wall()), firstSerial: handover.map { $0.welcome.number << 32 } ?? 1)
  }

  static func starter(_ handover: Handover?) throws(SystemError) -> any ProcessStarter {
    guard let handover else { return try LocalStarter() }
    let starter = try KeeperStarter(handover.connection, keeper: handover.keeper)
    starter.command = KeeperStarter.standardCommand
    return starter
  }

  func connectToKeeper() throws(SystemError) {
    guard let handover else { return }
    holdAll()
    (shell.table.starter as? KeeperStarter)?.onKeeperChange = { [weak self] in self?.take($0) }
    handover.connection.onNewHolder.append { [weak self] in
      handover.giveAgain()
      self?.holdAll()
    }
    try handover.connection.attach(to: loop)
  }

  /// What has to stay open over this supervisor's death, besides what belongs to processes.
  func holdAll() {
    guard let handover else { return }
    server.lendListener { handover.hold($0) }
    handover.hold(ownership, Handover.Name.stateLock)
    if let pidFile { handover.hold(pidFile, Handover.Name.pidFile) }
  }

  // MARK: Another keeper

  /// The keeper has died, and what it had started goes on as somebody else's children.
  private func take(_ change: KeeperChange) {
    switch change {
    case .died(let pid):
      let text =
        "the keeper \(pid) has died: what runs goes on, and its end is still noticed; what it leaves behind is attributed to no "
        + "service any more, until it is started again"
      journal.error(text)
      desk.notes.append(text)
    case .misunderstood(let error):
      journal.error(
        "what the keeper has said cannot be taken: \(error); another supervisor takes the place of this one")
      journal.finish(within: .seconds(1))
      Terminal.exit(with: ExitCode.software)
    case .failed(let error): journal.error("no other keeper can be started: \(error); it is tried again")
    case .replaced(let pid):
      journal.notice("another keeper is there (pid \(pid))")
      handover?.keeper = pid
      desk.identity.keeper = pid
      writeKeeper()
    }
  }

  /// Who stays is another process from here on.
  private func writeKeeper() {
    guard let pid = handover?.keeper else { return }
    for file in [ownership, pidFile].compactMap(\.self) {
      do throws(SystemError) { try file.write(pid: pid) } catch {
        journal.error("\(file.path) names the keeper that has died, and cannot be written: \(error)")
      }
    }
  }

  // MARK: Coming

  /// Writes down from here on what the core knows.
  func beginKeeping(_ kept: KeptState? = nil) {
    guard let handover else { return }
    let places = StateFrame.Places(socket: socketPath, stateDirectory: state.path)
    let keeping = StateKeeping(handover.stateFiles)
    keeping.onTrouble = { [weak self] error in self?.tellOfLostState(error) }
    shell.begin(keeping, StateFrame(places: places, configurations: kept?.configurations ?? []))
  }

  private func tellOfLostState(_ error: SystemError) {
    let text =
      "what this supervisor knows cannot be written down any more: \(error); after its death the next one would know only "
      + "what runs"
    journal.error(text)
    if !desk.notes.contains(text) { desk.notes.append(text) }
  }

  /// Goes on where a predecessor has stopped.
  func goOn(from restored: Restored, _ handover: Handover) {
    tellOfPredecessor()
    goOnWithProcessRecord()
    beginKeeping(restored.state)
    shell.resume { takeOverTable(of: handover) }
    becomeReady()
  }

  /// Takes what a predecessor has written of what runs.
  func goOnWithProcessRecord() {
    let known = Set(handover?.entries.map(\.pid) ?? [])
    keepRecord { () throws(SystemError) in
      try ProcessRecordFile(continuing: state.processRecordPath, record: shell.table.record, known: known)
    }
  }

  /// What the state directory says of what runs, for the case that all of us die.
  func keepRecord(_ make: () throws(SystemError) -> ProcessRecordFile) {
    do throws(SystemError) { record = try make() } catch {
      desk.notes.append(Inheritance.noRecord(error))
      journal.error(Inheritance.noRecord(error))
    }
    record?.onTrouble = { [weak self] error in self?.tellOfIncompleteRecord(error) }
    shell.table.recordFile = record
  }

  /// State and configuration are read, and the first turn was survived.
  func becomeReady() {
    guard let handover else { return }
    loop.schedule(at: Clock.now()) { [weak self] in
      handover.ready()
      if handover.isOnTrial { self?.renewKeeper() }
    }
    // What it has read may kill it a little later, too.
    loop.schedule(at: Clock.now() + Handover.probation) { handover.outlive() }
  }

  func tellOfPredecessor() {
    guard let handover, let predecessor = handover.predecessor else { return }
    let text =
      "the supervisor before this one \(predecessor.text); this one goes on (pid \(Host.pid), number \(handover.welcome.number) of "
      + "the keeper \(handover.keeper))"
    if predecessor.reason == .upgraded, !predecessor.isFallback { journal.notice(text) } else { journal.error(text) }
    guard let trouble = handover.stateTrouble else { return }
    let loss =
      "what the supervisor before this one had written down is left aside, since \(trouble): what runs goes on, and why it "
      + "was to run, what was under way and what has failed is not known any more"
    journal.error(loss)
    desk.notes.append(loss)
  }

  // MARK: Giving way

  /// Hands over to the program that lies now where this one was started from.
  ///
  /// - Returns: why that cannot be done. Otherwise this supervisor ends.
  func upgrade() -> ControlError? {
    guard let handover else {
      return ControlError(
        .unsupported, "this supervisor has no keeper (--no-keeper), which would keep what runs",
        hint: "stop and start it")
    }
    guard !isLeaving, !shell.core.isShuttingDown else { return RequestHandler.isEnding }
    guard shell.keeping != nil else {
      return ControlError(.notReady, "the supervisor has not begun yet", hint: "ask again in a moment")
    }
    do throws(SystemError) {
      let path = try ProgramPlaces.own()
      let program = try Descriptor.open(program: path)
      journal.notice("gives way to the program that \(path) is now")
      handover.connection.upgrade(program: program, arguments: [path] + Host.arguments.dropFirst())
    } catch {
      return ControlError(.upgradeFailed, "there is no program to give way to: \(error)")
    }
    // Once who has asked has the answer.
    loop.schedule(at: Clock.now()) { [weak self] in self?.giveWay() }
    return nil
  }

  func upgradeBySignal() {
    guard let error = upgrade() else { return }
    journal.error("USR2 has come, and there is no upgrade: \(error.message)")
  }

  /// Clients are told to ask the next one, and this one ends; nothing else changes.
  private func giveWay() {
    guard !isLeaving else { return }
    isLeaving = true
    givesWay = true
    desk.giveWay()
    server.close(within: Self.patienceWithClients, keepsSocket: true) { [weak self] in
      self?.handover?.connection.finish(within: .seconds(1))
      self?.loop.stop()
    }
  }

  /// The keeper's program may have been replaced along with this one's.
  private func renewKeeper() {
    handover?.connection.replaceKeeper(onlyIfChanged: true)
  }
}

extension ConfigurationSource.CopyUnusable {
  /// The first mistake.
  fileprivate var text: String {
    diagnostics.all.first.map { DiagnosticRenderer().lineOfError($0) } ?? "the configuration in force cannot be read"
  }
}
