import ControlProtocol
import Logging
import OrderedCollections
import Supervision

/// The supervisor as a process: wires the parts together, listens to signals, runs until everything has stopped.
public final class Daemon {
  /// What the command line says.
  public struct Options: Sendable {
    public var configuration: String
    public var socket: String?
    public var packaged: String?

    public init(configuration: String, socket: String?, packaged: String?) {
      self.configuration = configuration
      self.socket = socket
      self.packaged = packaged
    }
  }

  /// Why the supervisor cannot run: a sentence for the user, and an exit code of sysexits(3).
  public struct Failure: Error {
    public var message: String
    public var exitCode: Int32

    public init(_ message: String, exitCode: Int32) {
      self.message = message
      self.exitCode = exitCode
    }
  }

  private let loop: EventLoop
  private let shell: Shell
  private let desk: ControlDesk
  private let server: ControlServer
  private let journal: Journal
  private let source: ConfigurationSource
  private let state: StateDirectory
  /// What is running, for whoever comes after a death.
  private var record: ProcessRecordFile?
  /// Until it is handed to the core, which keeps what it needs.
  private var boot: ConfigurationSource.Boot?
  private let enablement: Enablement
  private let socketPath: String
  /// Where the supervisor's own messages go once it is in the background.
  public let ownLog: String
  private var exitCode: Int32 = 0
  private var isLeaving = false

  // MARK: Getting ready

  /// Reads the configuration, takes the socket, becomes a reaper; nothing is started yet.
  public init(_ options: Options, logger: Logger) throws(Failure) {
    journal = Journal(logger: logger)
    source = ConfigurationSource(path: options.configuration, packaged: options.packaged)
    let home = (try? Host.homeDirectory()) ?? nil
    let provisional = try Self.need(
      StandardPlaces.stateDirectory(user: Host.user, home: home), "state directory",
      "supervisor { state-directory = ... }")
    let settings: SupervisorSettings
    switch source.boot(usual: StateDirectory(existing: provisional)) {
    case .success(let boot):
      self.boot = boot
      settings = boot.configuration.supervisor
    case .failure(let diagnostics):
      throw Failure(DiagnosticRenderer().text(diagnostics.all), exitCode: ExitCode.configuration)
    }
    let standardSocket = SocketPath.standard(
      user: Host.user, runtimeDirectory: Host.environmentValue("XDG_RUNTIME_DIR"), home: home)
    socketPath = try Self.need(options.socket ?? settings.socket ?? standardSocket, "socket", "--socket PATH")
    let statePath = settings.stateDirectory ?? provisional
    let logPath =
      settings.logDirectory ?? StandardPlaces.logDirectory(user: Host.user, stateDirectory: statePath)
    loop = try Self.loopOfAbleKernel()
    // Before any other directory is made: a second supervisor, which is refused here, leaves nothing behind.
    try Self.makeDirectory(ofSocket: socketPath, state: statePath, settings)
    server = try Self.listen(on: socketPath, loop: loop, settings: settings)
    do throws(SystemError) {
      state = try StateDirectory(path: statePath)
      try Files.makeDirectory(logPath, permissions: 0o750)
      enablement = try state.readEnablement()
      try Host.ignoreBrokenPipes()
      let launcher = try Launcher(logDirectory: logPath, openFiles: try OpenFiles.raise())
      shell = try Shell(
        loop: loop, launcher: launcher, journal: journal, seed: UInt64(bitPattern: Clock.wall())
      ) { Confinement(own: $0, stateDirectory: statePath) }
    } catch {
      try? Files.remove(socketPath)
      throw Failure("cannot start: \(error)", exitCode: ExitCode.system)
    }
    ownLog = "\(logPath)/fruix-shepherd.log"
    let identity = SupervisorIdentity(
      pid: Host.pid, uid: Host.user, started: .now, socket: socketPath, logDirectory: logPath,
      stateDirectory: statePath)
    desk = ControlDesk(shell: shell, configuration: source, identity: identity, state: state)
    server.delegate = desk
    desk.server = server
    source.keep(in: state)
    connect()
  }

  private static func need(_ value: String?, _ what: String, _ key: String) throws(Failure) -> String {
    if let value { return value }
    throw Failure(
      "there is no place for the \(what): the home directory is not known; use \(key)", exitCode: ExitCode.usage)
  }

  /// The event queue, once it is known that processes can be started, watched and ended here: better no supervisor than one
  /// that finds out at its first service.
  private static func loopOfAbleKernel() throws(Failure) -> EventLoop {
    let loop: EventLoop
    do throws(SystemError) { loop = try EventLoop() } catch {
      throw Failure("cannot start: there is no event queue: \(error)", exitCode: ExitCode.system)
    }
    guard let missing = Probe.missing(loop: loop).first else { return loop }
    throw Failure(
      "cannot start: this system lacks what no service can be run without: \(missing.text) "
        + "(fruix-shepherd probe shows all)", exitCode: ExitCode.system)
  }

  /// Only what is made here is opened to others; a directory that was there is somebody's decision, and the state is never
  /// others' to look at.
  private static func makeDirectory(
    ofSocket path: String, state: String, _ settings: SupervisorSettings
  ) throws(Failure) {
    guard let directory = Files.parent(of: path) else { return }
    let admitsOthers = !settings.accessRead.isEmpty || !settings.accessControl.isEmpty
    let isInState = "\(directory)/".hasPrefix("\(state)/")
    do throws(SystemError) {
      try Files.makeDirectory(directory, permissions: admitsOthers && !isInState ? 0o755 : 0o700)
    } catch {
      throw Failure("cannot start: \(error)", exitCode: ExitCode.system)
    }
  }

  private static func listen(
    on path: String, loop: EventLoop, settings: SupervisorSettings
  ) throws(Failure) -> ControlServer {
    let policy = AccessPolicy(owner: Host.user, read: settings.accessRead, control: settings.accessControl)
    do {
      // Who may connect at all: only the owner, unless the configuration lets others in; the rights are checked per request.
      let listener = try ControlListener(path: path, permissions: policy.admitsOthers ? 0o666 : 0o600)
      return try ControlServer(
        on: listener, loop: loop, policy: policy, daemonVersion: Release.version, pid: Host.pid)
    } catch let failure as ControlListener.Failure {
      switch failure {
      case .inUse(let pid):
        let who = pid.map { " (pid \($0))" } ?? ""
        throw Failure("another supervisor\(who) listens on \(path); use --socket for a second one", exitCode: 1)
      case .notASocket:
        throw Failure("\(path) exists and is not a socket; remove it, or use --socket", exitCode: ExitCode.cannotCreate)
      case .system(let error):
        throw Failure("cannot make the control socket: \(error)", exitCode: ExitCode.cannotCreate)
      }
    } catch {
      throw Failure("cannot serve the control socket \(path): \(error)", exitCode: ExitCode.system)
    }
  }

  private func connect() {
    shell.onExit = { [weak self] unstopped in self?.leave(unstopped) }
    shell.onEnablement = { [weak self] enablement in self?.save(enablement) }
    desk.onLoaded = { [weak self] in self?.settingsMayHaveChanged() }
  }

  // MARK: Running

  /// Runs until everything has stopped.
  ///
  /// - Returns: the exit status: 0, or 1 when something did not stop.
  public func run() throws(Failure) -> Int32 {
    do throws(SystemError) {
      for signal in [HostSignal.terminate, HostSignal.interrupt] {
        _ = try loop.watchSignal(signal) { [weak self] _ in self?.shell.feed(.shutdown(.shutdown)) }
      }
      _ = try loop.watchSignal(HostSignal.hangup) { [weak self] _ in self?.reload() }
      _ = try loop.watchSignal(HostSignal.child) { [weak self] _ in self?.shell.table.reapOrphans() }
    } catch {
      throw Failure("cannot watch signals: \(error)", exitCode: ExitCode.system)
    }
    start()
    trimMemoryLater()
    do throws(SystemError) {
      try loop.run()
    } catch {
      throw Failure("the event queue fails: \(error)", exitCode: ExitCode.system)
    }
    return exitCode
  }

  private func start() {
    guard let boot = boot.take() else { return }
    takeOver()
    report(boot)
    reportAccess()
    guard tryFacilities(of: boot.configuration) else { return shell.feed(.shutdown(.shutdown)) }
    shell.confinement.inherit()
    shell.feed(.boot(boot.configuration, enablement))
  }

  /// Ends what a dead predecessor has left, and begins a record of our own. The control socket is ours by now, so nobody
  /// else does the same; clients wait until it is done.
  private func takeOver() {
    let inheritance = Inheritance.take(state, own: shell.table.record)
    for note in inheritance.notes { journal.notice(note) }
    desk.notes = inheritance.notes
    record = inheritance.file
    shell.confinement.obstacle = inheritance.rival.map {
      "supervisor \($0) keeps its jails in the same state directory; "
        + "give this one its own: supervisor { state-directory = ... }"
    }
    record?.onTrouble = { [weak self] error in
      self?.journal.error("the record of processes is incomplete: \(error)")
    }
    shell.table.recordFile = record
  }

  /// Tries what the definitions need of the kernel: better one clear line at the start than a mount that fails later.
  ///
  /// - Returns: false when a signal asks the supervisor to end.
  private func tryFacilities(of configuration: Configuration) -> Bool {
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
  private func trimMemoryLater() {
    loop.schedule(at: Clock.now() + .seconds(1)) { Host.trimMemory() }
  }

  private func report(_ boot: ConfigurationSource.Boot) {
    let renderer = DiagnosticRenderer()
    if let errors = boot.errors {
      for diagnostic in errors.all { journal.error(renderer.line(diagnostic)) }
      journal.error("the configuration has errors; the last one that loaded is used instead")
    }
    for note in boot.configuration.notes { journal.notice(renderer.line(note)) }
    journal.notice("ready on \(source.path), \(boot.configuration.services.count) services")
  }

  /// SIGHUP.
  private func reload() {
    switch source.read(nil, base: shell.core.currentConfiguration, state: state) {
    case .success(let configuration):
      for note in configuration.notes { journal.notice(DiagnosticRenderer().line(note)) }
      shell.feed(.load(configuration, scope: .all, requester: .load, request: nil))
      settingsMayHaveChanged()
    case .failure(let diagnostics):
      for diagnostic in diagnostics.all { journal.error(DiagnosticRenderer().line(diagnostic)) }
      journal.error("the configuration has errors; nothing was changed")
    }
  }

  private func settingsMayHaveChanged() {
    trimMemoryLater()
    let settings = shell.core.settings
    server.policy = AccessPolicy(owner: Host.user, read: settings.accessRead, control: settings.accessControl)
    reportAccess()
    if let directory = settings.logDirectory, directory != shell.launcher.logDirectory {
      do throws(SystemError) {
        try Files.makeDirectory(directory, permissions: 0o750)
        shell.launcher.logDirectory = directory
      } catch {
        journal.error("the log directory cannot be used: \(error)")
      }
    }
  }

  /// Rights that cannot be had: names that nobody has, a socket that those who have rights cannot reach.
  private func reportAccess() {
    for name in server.policy.unknownNames {
      journal.error("supervisor.access names `\(name)`, and there is no such \(name.hasPrefix("@") ? "group" : "user")")
    }
    guard server.policy.admitsOthers, let mode = try? Files.status(socketPath).mode else { return }
    if mode & 0o006 == 0 {
      journal.error(
        "supervisor.access admits others, but \(socketPath) was made for its owner alone: restart the supervisor")
    } else if let directory = Files.parent(of: socketPath), let mode = try? Files.status(directory).mode,
      mode & 0o001 == 0
    {
      journal.error("supervisor.access admits others, but they cannot enter \(directory): chmod o+x \(directory)")
    }
  }

  private func save(_ enablement: Enablement) {
    do throws(SystemError) {
      try state.write(enablement)
      desk.enablementTrouble = nil
    } catch {
      desk.enablementTrouble = error
      journal.error("the lists of enabled and disabled services cannot be written: \(error)")
    }
  }

  // MARK: Leaving

  /// How long clients have to read their last answers.
  private static let patienceWithClients: Duration = .seconds(1)

  private func leave(_ unstopped: [String]) {
    guard !isLeaving else { return }
    isLeaving = true
    if !unstopped.isEmpty {
      journal.error("did not stop: \(unstopped.joined(separator: ", "))")
      exitCode = 1
    } else {
      // What did not stop is left to the next supervisor.
      record?.remove()
    }
    journal.notice("everything has stopped")
    server.close(within: Self.patienceWithClients) { [weak self] in self?.loop.stop() }
  }
}

/// Exit codes of sysexits(3).
public enum ExitCode {
  public static let usage: Int32 = 64
  public static let software: Int32 = 70
  public static let system: Int32 = 71
  public static let cannotCreate: Int32 = 73
  public static let configuration: Int32 = 78
}
