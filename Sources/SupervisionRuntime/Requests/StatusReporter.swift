import ControlProtocol
import Supervision

/// What the supervisor says of itself.
struct SupervisorIdentity: Sendable {
  var pid: Int32
  var uid: UInt32
  var started: Timestamp
  var socket: String
  var stateDirectory: String
  /// With a keeper: its pid, which of its supervisors this is, and what became of the one before.
  var keeper: Int32?
  var number: Int?
  var predecessor: SupervisorStatus.Predecessor?
}

/// Describes services and the supervisor in the protocol's terms.
struct StatusReporter {
  let shell: Shell
  let identity: SupervisorIdentity
  let configuration: ConfigurationSource
  /// Of the supervisor's start.
  let notes: [String]
  /// Files that are no longer what was loaded.
  var changedFiles: [String: FileChange] = [:]

  // MARK: Services

  func status(of id: ServiceID, _ detail: Request.StatusDetail) -> ServiceStatus {
    let snapshot = shell.core.snapshot(of: id)
    var status = ServiceStatus(
      name: snapshot.name, state: ServiceState(snapshot.state) ?? .stopped, since: Timestamp(snapshot.since))
    status.pid = snapshot.mainPID
    status.isAdopted = snapshot.isMainAdopted
    status.cause = cause(of: snapshot)
    status.isEnabled = !snapshot.isDisabled
    status.isGroup = snapshot.definition.isGroup
    status.isDormant = shell.core.isDormant(id)
    status.respawns = Int(snapshot.respawns)
    status.isDefinitionPending = snapshot.definitionIsPending
    if let last = snapshot.lastRespawn, let cause = snapshot.lastRespawnCause {
      status.lastRespawn = .init(at: Timestamp(last), cause: cause.description)
    }
    status.respawnsAt = snapshot.nextRespawn.map { Timestamp($0) }
    status.remarks = snapshot.troubles.map(\.description)
    if let exit = snapshot.lastExit {
      status.lastExit = .init(ExitReport(exit), at: Timestamp(snapshot.lastExitAt ?? snapshot.since))
    }
    if case .full = detail { addDetails(of: snapshot, to: &status) }
    return status
  }

  /// Why it is in this state, where that is not plain.
  private func cause(of snapshot: ServiceSnapshot) -> String? {
    switch snapshot.state {
    case .waiting: return snapshot.waitsFor.isEmpty ? nil : "waits for " + snapshot.waitsFor.joined(separator: ", ")
    case .stopped:
      if case .stopped(.neverStarted) = snapshot.cause { return nil }
      return snapshot.cause?.description
    case .failed, .stopping, .respawning: return snapshot.cause?.description
    case .starting, .running, .completed:
      return snapshot.isToStop ? "is to stop; waits for what must stop before it" : nil
    }
  }

  private func addDetails(of snapshot: ServiceSnapshot, to status: inout ServiceStatus) {
    let definition = snapshot.definition
    status.documentation = definition.documentation
    status.intent = .init(
      isWanted: snapshot.intent != nil, by: snapshot.intent?.requester.description,
      since: snapshot.intent.map { Timestamp($0.since) })
    status.isOneShot = definition.isOneShot
    status.killsOrphan = definition.orphan == .kill
    status.isTransient = definition.isTransient
    status.isPackaged = definition.isPackaged
    status.provision = definition.provision
    status.requirement = definition.requirement
    status.wants = definition.wants
    status.conflicts = definition.conflicts
    status.dependents = snapshot.dependents
    // Its processes are those of the definition that the run began with.
    let inForce = shell.core.blueprint(of: snapshot.id).definition
    status.changedFiles = definition.files.filter { changedFiles[$0] != nil }
    status.goneFiles = status.changedFiles.filter { changedFiles[$0] == .gone }
    status.unreadableFiles = status.changedFiles.filter { changedFiles[$0] == .unreadable }
    status.exec = inForce.exec?.words ?? []
    status.user = inForce.process.user
    status.surroundings = inForce.surroundings
    status.jail = jail(of: snapshot)
    status.log = log(of: inForce)
    status.actions = actions(of: inForce)
    status.definedAt = definition.origin.section.map { "\($0.file):\($0.line)" }
    do throws(SystemError) {
      let members = try shell.table.members(of: ProcessOwner(shell.core.incarnation(of: snapshot.id)))
      status.processCount = members.isEmpty ? nil : members.count
      let memory = members.compactMap { ProcessFacts(of: $0.pid)?.residentMemory }
      if !memory.isEmpty { status.memory = Int64(clamping: memory.reduce(0, +)) }
    } catch {
      status.processTrouble = "\(error)"
    }
  }

  private func jail(of snapshot: ServiceSnapshot) -> ServiceStatus.Jail? {
    // Of the definition that it runs by: a load may have taken the jail from the next start.
    guard let jail = shell.core.blueprint(of: snapshot.id).definition.process.rare.jail else { return nil }
    let id = shell.core.incarnation(of: snapshot.id)
    let place = shell.jails.place(of: id)
    let maker = shell.core.jailMaker(of: snapshot.id)
    let name = place?.jail.name ?? jail.enter ?? maker?.jailName ?? snapshot.name
    var status = ServiceStatus.Jail(name: name)
    status.jid = place?.jail.jid
    status.path = place?.jail.path
    status.others = shell.jails.members(withJailOf: id).filter { $0.service != snapshot.id }.map {
      shell.core.name(of: $0.service)
    }
    if let maker { status.remains = shell.jails.remains(ofJailsOf: maker.name) }
    return status
  }

  private func log(of definition: ServiceDefinition) -> String? {
    switch definition.log {
    case .automatic: definition.isGroup ? nil : "\(shell.launcher.logDirectory)/\(definition.name).log"
    case .file(let path): path
    case .none, .inherit: nil
    }
  }

  private func actions(of definition: ServiceDefinition) -> [ActionSummary] {
    definition.actions.map { ActionSummary(name: $0.name, documentation: $0.documentation) }
  }

  func documentation(of id: ServiceID) -> ServiceDocumentation {
    let definition = shell.core.snapshot(of: id).definition
    // Those that can be asked for now: the ones of a newer definition count from the next start on.
    return ServiceDocumentation(
      service: definition.name, documentation: definition.documentation,
      actions: actions(of: shell.core.blueprint(of: id).definition))
  }

  /// - Throws: they cannot be listed, which is not to say that there are none.
  func processes(of id: ServiceID) throws(SystemError) -> [ProcessEntry] {
    let main = shell.core.snapshot(of: id).mainPID
    let members = try shell.table.members(of: ProcessOwner(shell.core.incarnation(of: id)))
    return members.sorted { $0.pid < $1.pid }.map { member in
      ProcessEntry(
        service: shell.core.name(of: id), pid: member.pid, parent: member.parent,
        command: ProcessFacts(of: member.pid)?.command ?? "", isMain: member.pid == main)
    }
  }

  // MARK: The supervisor

  func supervisor() -> SupervisorStatus {
    var status = SupervisorStatus(
      version: Release.version, pid: identity.pid, started: identity.started, uid: identity.uid)
    status.keeper = identity.keeper
    status.number = identity.number
    status.predecessor = identity.predecessor
    status.configuration = configuration.path
    status.configurationLoaded = configuration.loadedAt
    status.configurationError = configuration.error
    status.socket = identity.socket
    status.logDirectory = shell.launcher.logDirectory
    status.stateDirectory = identity.stateDirectory
    status.isShuttingDown = shell.core.isShuttingDown
    for id in shell.core.allServices {
      if let state = ServiceState(shell.core.state(of: id)) { status.counts[state, default: 0] += 1 }
    }
    status.notes = notes + configuration.notes + shell.workers.hanging
    return status
  }
}
