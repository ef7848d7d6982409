import ControlProtocol
import Logging
import Supervision
import SupervisionRuntime

/// From the command line to an exit status.
enum CommandLineRun {
  static func run(_ words: [String]) -> Int32 {
    switch words.dropFirst().first {
    case ProbeCommand.name: return ProbeCommand.run(words)
    case IsolateCommand.name: return IsolateCommand.run(words)
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
    // In the background the current directory is another.
    let pidFile = options.pidFile.map(absolute)
    let socket = options.socket.map(absolute)
    do {
      try Host.beginSignals()
      let background = try options.daemonizes ? Background() : nil
      var logger = Logger(label: "fruix-shepherd") { StreamLogHandler.standardError(label: $0) }
      logger.logLevel = options.logLevel
      let daemon = try Daemon(
        Daemon.Options(
          configuration: path, socket: socket,
          packaged: StandardPlaces.packaged(user: Host.user)),
        logger: logger)
      if let background { try daemonize(background, daemon, pidFile: pidFile) }
      let status = try run(daemon)
      if let pidFile { try Files.remove(pidFile) }
      return status
    } catch let failure as Daemon.Failure {
      Terminal.error("fruix-shepherd: \(failure.message)")
      return failure.exitCode
    } catch {
      Terminal.error("fruix-shepherd: \(error)")
      return ExitCode.system
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

  private static func daemonize(_ background: Background, _ daemon: Daemon, pidFile: String?) throws(SystemError) {
    if let pidFile {
      try Files.replace(pidFile, with: Array("\(Host.pid)\n".utf8), permissions: 0o644)
    }
    try background.ready(output: try Descriptor.open(daemon.ownLog, .append, permissions: 0o640))
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
    let loader = ConfigurationLoader(store: HostConfigurationStore(), facts: SystemFacts(), purpose: .verifying)
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
