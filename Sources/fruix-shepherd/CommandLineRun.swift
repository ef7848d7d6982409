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
    do {
      try Host.beginSignals()
      // Without /dev/null nothing is started, and Daemon says so.
      try? Host.openStandardDescriptors()
      var options = options
      // In the background the current directory is another.
      options.pidFile = options.pidFile.map(absolute)
      options.socket = options.socket.map(absolute)
      let background = try options.daemonizes ? Background() : nil
      // Taken in the process that keeps it, and before anything else is.
      let pidFile = try options.pidFile.map { try take(pidFile: $0) }
      defer { try? pidFile?.remove() }
      return try supervise(path, options, background, pidFile)
    } catch let failure as Daemon.Failure {
      Terminal.error("fruix-shepherd: \(failure.message)")
      return failure.exitCode
    } catch {
      Terminal.error("fruix-shepherd: \(error)")
      return ExitCode.system
    }
  }

  private static func supervise(
    _ path: String, _ options: CommandLineOptions, _ background: Background?, _ pidFile: PidFile?
  ) throws -> Int32 {
    let daemon = try Daemon(
      Daemon.Options(
        configuration: path, socket: options.socket,
        packaged: StandardPlaces.packaged(user: Host.user), logLevel: options.logLevel))
    try pidFile?.write()
    daemon.pidFile = pidFile
    // In the background nobody reads it; a foreground supervisor logs it.
    if background != nil, let trouble = daemon.bootTrouble { Terminal.error("fruix-shepherd: \(trouble)") }
    if let background { try daemon.goIntoBackground(background) }
    return try run(daemon)
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
  private static func run(_ daemon: Daemon) throws -> Int32 {
    var outcome: Result<Int32, Daemon.Failure> = .success(0)
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
