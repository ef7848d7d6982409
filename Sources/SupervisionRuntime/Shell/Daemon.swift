import ControlProtocol
import Supervision

/// The supervisor as a process: wires the parts together, listens to signals, runs until everything has stopped.
public final class Daemon {
  /// What the command line says.
  public struct Options {
    public var configuration: String
    public var socket: String?
    public var packaged: String?
    /// What matters less does not go to the supervisor's own log.
    public var logLevel: JournalLevel
    /// `nil`: without a keeper.
    public var handover: Handover?

    public init(
      configuration: String, socket: String?, packaged: String?, logLevel: JournalLevel = .notice,
      handover: Handover? = nil
    ) {
      self.logLevel = logLevel
      self.handover = handover
      self.configuration = configuration
      self.socket = socket
      self.packaged = packaged
    }
  }

  /// How it has come to its end.
  public enum Outcome: Sendable, Equatable {
    /// Everything has stopped, or all that could be; with an exit status.
    case over(Int32)
    /// Another program takes its place.
    case gaveWay
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

  let loop: EventLoop
  let shell: Shell
  let desk: RequestHandler
  let server: ControlServer
  let journal: Journal
  let log: OwnLog
  let source: ConfigurationSource
  let state: StateDirectory
  /// `nil`: without a keeper.
  let handover: Handover?
  /// What a predecessor has left, until it is gone on with.
  var restored: Restored?
  /// Held as long as this lives.
  var ownership: PidFile
  /// What is running, for whoever comes after a death.
  var record: ProcessRecordFile?
  /// Until it is handed to the core, which keeps what it needs.
  var boot: ConfigurationSource.Boot?
  /// What is enabled and disabled by command.
  let saved: StateDirectory.SavedEnablement
  /// Of the command line. Its owner removes it at the end.
  public var pidFile: PidFile? { didSet { holdAll() } }
  let socketPath: String
  var isInBackground = false
  var socketWatch: FileWatch?
  var stateWatch: FileWatch?
  /// What was lost with the state directory, and is not written again yet.
  var lostState: Set<StatePart> = []
  lazy var stateRetry = Retry(loop: loop) { [weak self] in self?.renewState() }
  var exitCode: Int32 = 0
  var isLeaving = false
  /// Another program takes this one's place.
  var givesWay = false
  /// Interrupts since everything began to stop.
  var interruptsWhileLeaving = 0
  /// The signals without a meaning that have come and were told.
  var toldSignals: Set<Int32> = []
  /// While what a dead predecessor has left is ended.
  var survivors: SurvivorEnding?
  /// The dead predecessor whose survivors are left to the next supervisor, since this one is to end before they have; and what
  /// of it lives: `web (pid 7)`.
  var unended: (predecessor: Int32, left: [String])?
  /// A hangup has come before anything was started.
  var isHangUpHeld = false

  // MARK: Getting ready

  /// What is wrong with the files, when the last configuration that loaded is used instead, or when there is nothing in them.
  public var bootTrouble: String? {
    guard let boot else { return nil }
    if let errors = boot.errors {
      return DiagnosticRenderer().text(errors.all)
        + "the configuration has errors; the last one that loaded is used instead\n"
    }
    return boot.configuration.isEmpty ? DiagnosticRenderer().text(boot.configuration.notes) : nil
  }

  /// Reads the configuration, takes the socket, becomes a reaper; nothing is started yet. With a predecessor that has left its
  /// state it goes on with that one's configuration, socket and locks instead.
  public init(_ options: Options) throws(Failure) {
    log = OwnLog()
    journal = Journal(to: log, from: options.logLevel)
    source = ConfigurationSource(path: options.configuration, packaged: options.packaged)
    handover = options.handover
    let home = (try? Host.homeDirectory()) ?? nil
    let usualState = try Self.need(
      StandardPlaces.stateDirectory(user: Host.user, home: home), "state directory",
      "supervisor { state-directory = ... }")
    let usualSocket = SocketPath.standard(
      user: Host.user, runtimeDirectory: Host.environmentValue("XDG_RUNTIME_DIR"), home: home)
    restored = try Self.restore(source, handover)
    let settings: SupervisorSettings
    if let restored {
      settings = restored.core.settings
    } else {
      let boot = try Self.read(source, usual: usualState)
      self.boot = boot
      settings = boot.configuration.supervisor
    }
    // What is in use stays in use: the configuration may say something else by now.
    let statePath = handover?.places?.stateDirectory ?? settings.stateDirectory ?? usualState
    socketPath = try Self.need(
      handover?.places?.socket ?? options.socket ?? settings.socket ?? usualSocket, "socket", "--socket PATH")
    let logPath = settings.logDirectory ?? StandardPlaces.logDirectory(user: Host.user, stateDirectory: statePath)
    let openFiles = try Self.raiseOpenFiles()
    try Self.checkNullDevice()
    loop = try Self.loopOfAbleKernel()
    journal.attach(to: loop)
    try Self.holdSignals()
    // Before any other directory is made: a second supervisor, which is refused here, leaves nothing behind.
    try Self.makeDirectory(ofSocket: socketPath, state: statePath, settings)
    server = try Self.listen(on: socketPath, loop: loop, settings: settings, handover)
    do {
      state = try StateDirectory(path: statePath)
      ownership = try Self.own(state, handover)
      try Files.makeDirectory(logPath, permissions: 0o750)
      saved = state.readEnablement()
      let launcher = try Launcher(logDirectory: logPath, openFiles: openFiles)
      shell = try Shell(
        loop: loop, launcher: launcher, journal: journal,
        core: restored?.core ?? Self.freshCore(handover),
        // Where it cannot be had, only those miss it who need it.
        program: try? OwnProgram(handover?.takeProgram()), starter: try Self.starter(handover),
        worker: OwnProcesses.command("worker")
      ) { JailManager(own: $0, pool: $1, stateDirectory: statePath) }
    } catch {
      // It is a predecessor's, too, and its successor's.
      if handover?.isFirst ?? true { try? Files.remove(socketPath) }
      if let failure = error as? Failure { throw failure }
      guard let error = error as? SystemError else {
        throw Failure("cannot start: \(error)", exitCode: ExitCode.system)
      }
      throw Self.failure(
        error,
        places: [
          (statePath, "supervisor { state-directory = PATH }"), (logPath, "supervisor { log-directory = PATH }"),
        ])
    }
    let identity = SupervisorIdentity(
      pid: Host.pid, uid: Host.user, started: .now, socket: socketPath, stateDirectory: statePath,
      keeper: handover?.keeper, number: handover.map { Int($0.welcome.number) },
      predecessor: handover?.predecessor)
    desk = RequestHandler(
      shell: shell, configuration: source, identity: identity, state: state,
      settings: SettingsInUse(
        socket: socketPath, isSocketGiven: options.socket != nil, usualSocket: usualSocket,
        stateDirectory: statePath, usualStateDirectory: usualState))
    server.delegate = desk
    desk.server = server
    source.keep(in: state)
    connect()
    do throws(SystemError) { try connectToKeeper() } catch {
      throw Failure("cannot listen to the keeper: \(error)", exitCode: ExitCode.system)
    }
  }

  private func connect() {
    shell.onExit = { [weak self] unstopped in
      guard let self else { return }
      leave((unended?.left ?? []) + unstopped)
    }
    shell.onEnablement = { [weak self] enablement in self?.save(enablement) }
    desk.onShutdown = { [weak self] in self?.leaveSurvivors() }
    desk.onSettings = { [weak self] settings in self?.apply(settings) ?? [] }
    desk.onUpgrade = { [weak self] in self?.upgrade() }
  }

  // MARK: Running

  /// Runs until everything has stopped.
  ///
  /// - Returns: with the exit status 0, or 1 when something did not stop.
  public func run() throws(Failure) -> Outcome {
    do throws(SystemError) { try watchSignals() } catch {
      throw Failure("cannot watch signals: \(error)", exitCode: ExitCode.system)
    }
    watchSocket()
    watchState()
    start()
    trimMemoryLater()
    defer { journal.finish(within: Self.patienceWithReaders) }
    do throws(SystemError) {
      try loop.run()
    } catch {
      throw Failure("the event queue fails: \(error)", exitCode: ExitCode.system)
    }
    return givesWay ? .gaveWay : .over(exitCode)
  }

  // MARK: Leaving

  /// How long clients have to read their last answers.
  static let patienceWithClients: Duration = .seconds(1)
  /// How long whoever reads the supervisor's own messages has for the last ones.
  private static let patienceWithReaders: Duration = .seconds(1)

  private func leave(_ unstopped: [String]) {
    guard !isLeaving else { return }
    isLeaving = true
    if !unstopped.isEmpty {
      journal.error("did not stop: \(unstopped.joined(separator: ", "))")
      exitCode = 1
    } else {
      // What did not stop is left to the next supervisor.
      lostState.remove(.record)
      record?.remove()
    }
    journal.notice(Self.farewell(isAllStopped: unstopped.isEmpty, unendedPredecessor: unended?.predecessor))
    desk.leave()
    server.close(within: Self.patienceWithClients) { [weak self] in self?.loop.stop() }
  }

  static func farewell(isAllStopped: Bool, unendedPredecessor: Int32?) -> String {
    if let unendedPredecessor {
      return "ends before anything was started; what supervisor \(unendedPredecessor), which died, has left is left to "
        + "the next supervisor"
    }
    return isAllStopped ? "everything has stopped" : "everything else has stopped"
  }
}
