import ControlProtocol
import Supervision
import SupervisionRuntime

/// From the command line to an exit status.
enum CommandLineRun {
  static func run(_ words: [String]) -> Int32 {
    switch words.dropFirst().first {
    case ProbeCommand.name: return ProbeCommand.run(words)
    case JailCommand.name: return JailCommand.run(words)
    // Nobody but the supervisor starts it.
    case "worker": return Worker.run()
    default: break
    }
    do throws(CommandLineOptions.Mistake) {
      let options = try CommandLineOptions(words)
      if options.showsHelp {
        Terminal.print(CommandLineOptions.usage)
        return 0
      }
      if options.showsVersion {
        Terminal.print("fruix-shepherd \(Release.version)")
        return 0
      }
      guard let path = configurationPath(options) else { return ExitCode.usage }
      return options.checks ? check(path) : supervise(path, options)
    } catch {
      Terminal.error("fruix-shepherd: \(error.message)\n\(CommandLineOptions.usage)")
      return ExitCode.usage
    }
  }

  private static func supervise(_ path: String, _ options: CommandLineOptions) -> Int32 {
    var pidFile: PidFile?
    var handover: Handover?
    do {
      try Host.beginSignals()
      // Without /dev/null nothing is started, and Daemon says so.
      try? Host.openStandardDescriptors()
      if options.hasKeeper {
        handover = try Handover.take()
        guard handover != nil else { throw KeeperStart.become(options, absolute) }
      }
      var options = options
      // In the background the current directory is another.
      options.pidFile = options.pidFile.map(absolute)
      options.socket = options.socket.map(absolute)
      switch try supervise(path, options, handover, &pidFile) {
      case .gaveWay: return 0
      case .over(let status):
        try? pidFile?.remove()
        handover?.leave(status)
        return status
      }
    } catch {
      let failure = error as? Daemon.Failure ?? Daemon.Failure("\(error)", exitCode: ExitCode.system)
      Terminal.error("fruix-shepherd: \(failure.message)")
      // What a predecessor has left is left to the next one.
      if let handover, !handover.isFirst {
        handover.leaveWord(failure.message)
      } else {
        try? pidFile?.remove()
        handover?.leave(failure.exitCode)
      }
      return failure.exitCode
    }
  }

  private static func supervise(
    _ path: String, _ options: CommandLineOptions, _ handover: Handover?, _ pidFile: inout PidFile?
  ) throws -> Daemon.Outcome {
    let background = options.daemonizes ? try background(handover) : nil
    // Taken in the process that keeps it, and before anything else is.
    pidFile = try options.pidFile.map { try handover?.takePidFile($0) ?? take(pidFile: $0) }
    let daemon = try Daemon(
      Daemon.Options(
        configuration: path, socket: options.socket,
        packaged: StandardPlaces.packaged(user: Host.user), logLevel: options.logLevel, handover: handover))
    try pidFile?.write(pid: handover?.keeper ?? Host.pid)
    daemon.pidFile = pidFile
    // In the background nobody reads it; a foreground supervisor logs it.
    if background != nil, let trouble = daemon.bootTrouble { Terminal.error("fruix-shepherd: \(trouble)") }
    if options.daemonizes { try daemon.goIntoBackground(background) }
    return try run(daemon)
  }

  /// Whoever waits in the foreground; `nil`: a predecessor has told them already.
  private static func background(_ handover: Handover?) throws -> Background? {
    handover == nil ? try Background() : Background(fromStandardInput: ())
  }

  private static func take(pidFile path: String) throws -> PidFile {
    do throws(PidFile.Failure) {
      return try PidFile(taking: path, permissions: 0o644)
    } catch {
      switch error {
      case .held(let pid):
        let who = pid.map { " (pid \($0))" } ?? ""
        throw Daemon.Failure("another supervisor\(who) has the pid file \(path)", exitCode: 1)
      case .system(let error): throw error
      }
    }
  }

  /// In the thread from which processes are started.
  private static func run(_ daemon: Daemon) throws -> Daemon.Outcome {
    var outcome: Result<Daemon.Outcome, Daemon.Failure> = .success(.gaveWay)
    try Host.run {
      do throws(Daemon.Failure) { outcome = .success(try daemon.run()) } catch { outcome = .failure(error) }
    }
    return try outcome.get()
  }

  private static func configurationPath(_ options: CommandLineOptions) -> String? {
    if let path = options.configuration { return absolute(path) }
    let home = (try? Host.homeDirectory()) ?? nil
    if let path = StandardPlaces.configuration(user: Host.user, home: home) { return path }
    Terminal.error("fruix-shepherd: the home directory is not known; use --config PATH")
    return nil
  }

  /// A daemon changes its directory; a path from the command line means what it meant there.
  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = Host.currentDirectory() else { return path }
    return "\(directory)/\(path)"
  }

  /// `--check`: all errors that a start would find, in all files, and an exit status.
  private static func check(_ path: String) -> Int32 {
    let loader = ConfigurationLoader(store: HostConfigurationStore(), facts: SystemFacts(), purpose: .checking)
    switch loader.load(path: path, packaged: StandardPlaces.packaged(user: Host.user)) {
    case .success(let configuration):
      let notes = configuration.notesForChecking()
      if !notes.isEmpty { Terminal.print(DiagnosticRenderer().text(notes.foldingLacks())) }
      Terminal.print("\(path): no errors")
      return 0
    case .failure(let diagnostics):
      Terminal.error(DiagnosticRenderer().text(diagnostics.all.foldingLacks()))
      return 1
    }
  }
}
