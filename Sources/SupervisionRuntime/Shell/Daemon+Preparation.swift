import ControlProtocol
import Supervision

/// What has to be there before anything is started: places, a kernel that can do it, the control socket.
extension Daemon {
  static func need(_ value: String?, _ what: String, _ key: String) throws(Failure) -> String {
    if let value { return value }
    throw Failure(
      "there is no place for the \(what): the home directory is not known; use \(key)", exitCode: ExitCode.usage)
  }

  /// The limit of open files that children get back; this process has its hard one from now on.
  static func raiseOpenFiles() throws(Failure) -> OpenFiles {
    let limits: OpenFiles
    do throws(SystemError) { limits = try OpenFiles.raise() } catch {
      throw Failure("cannot start: \(error)", exitCode: ExitCode.system)
    }
    guard limits.hard >= OpenFiles.least else {
      throw Failure(
        "cannot start: this process may have only \(limits.hard) open files; the supervisor needs \(OpenFiles.least), and "
          + "one or two more for each service: raise the limit (ulimit -Hn, openfiles in login.conf(5))",
        exitCode: ExitCode.system)
    }
    return limits
  }

  /// Every process without an input of its own has this one.
  static func checkNullDevice() throws(Failure) {
    do throws(SystemError) { _ = try Descriptor.open("/dev/null") } catch {
      throw Failure(
        "cannot start: /dev/null, which is the input of every service, cannot be opened: \(SystemError.text(of: error.code)); "
          + "mount devfs on /dev, also in a chroot", exitCode: ExitCode.system)
    }
  }

  static func read(_ source: ConfigurationSource, usual: String) throws(Failure) -> ConfigurationSource.Boot {
    switch source.boot(usual: StateDirectory(existing: usual)) {
    case .success(let boot): return boot
    case .failure(let diagnostics):
      throw Failure(DiagnosticRenderer().text(diagnostics.all), exitCode: ExitCode.configuration)
    }
  }

  /// Makes the state directory this supervisor's alone, as long as it lives, or its keeper does.
  static func own(_ state: StateDirectory, _ handover: Handover? = nil) throws(Failure) -> PidFile {
    if let lock = handover?.takeStateLock(path: state.lockPath) { return lock }
    let own = handover?.keeper ?? Host.pid
    do throws(PidFile.Failure) {
      let lock = try PidFile(taking: state.lockPath, permissions: 0o600)
      if let rival = state.livingSupervisor, rival != own { throw .held(pid: rival) }
      do throws(SystemError) { try lock.write(pid: own) } catch { throw .system(error) }
      return lock
    } catch {
      switch error {
      case .held(let pid):
        let who = pid.map { " (pid \($0))" } ?? ""
        throw Failure(
          "another supervisor\(who) uses the state directory \(state.path); give this one its own: "
            + "supervisor { state-directory = ... }", exitCode: 1)
      case .system(let error):
        throw Failure("cannot lock the state directory: \(error)", exitCode: ExitCode.system)
      }
    }
  }

  /// Whether processes can be started, watched and ended here.
  public static func checkSystem() throws(Failure) {
    try checkNullDevice()
    _ = try loopOfAbleKernel()
  }

  /// The event queue, once it is known that processes can be started, watched and ended here: better no supervisor than one
  /// that finds out at its first service.
  static func loopOfAbleKernel() throws(Failure) -> EventLoop {
    let loop: EventLoop
    do throws(SystemError) { loop = try EventLoop() } catch {
      throw Failure("cannot start: there is no event queue: \(error)", exitCode: ExitCode.system)
    }
    // The trials themselves take six forks: they are for who has to hear what it is that does not work.
    guard !Host.hasNeededCalls, let missing = Probe.missing(loop: loop).first else { return loop }
    throw Failure(
      "cannot start: this system lacks what no service can be run without: \(missing.text) "
        + "(fruix-shepherd probe shows all)", exitCode: ExitCode.system)
  }

  /// Only what is made here is opened to others; a directory that was there is somebody's decision, and the state is never
  /// others' to look at.
  static func makeDirectory(
    ofSocket path: String, state: String, _ settings: SupervisorSettings
  ) throws(Failure) {
    guard let directory = Files.parent(of: path) else { return }
    let admitsOthers = !settings.accessRead.isEmpty || !settings.accessControl.isEmpty
    let isInState = "\(directory)/".hasPrefix("\(state)/")
    do throws(SystemError) {
      try Files.makeDirectory(directory, permissions: admitsOthers && !isInState ? 0o755 : 0o700)
    } catch {
      throw failure(error, places: [(directory, "--socket PATH, or supervisor { socket = PATH }")])
    }
  }

  /// - Parameter places: directories that were to be made, each with what chooses another one.
  static func failure(_ error: SystemError, places: [(path: String, key: String)]) -> Failure {
    // What is refused may be a directory above.
    let place = places.first { place in error.subject.map { "\(place.path)/".hasPrefix("\($0)/") } ?? false }
    let hint = place.map { "; make \($0.path) yourself, or choose another place with \($0.key)" } ?? ""
    return Failure("cannot start: \(error)\(hint)", exitCode: ExitCode.system)
  }

  /// Who may connect at all: only the owner, unless the configuration lets others in; the rights are checked per request.
  static func permissions(by policy: AccessPolicy) -> UInt32 {
    policy.admitsOthers ? 0o666 : 0o600
  }

  static func failure(_ failure: ControlListener.Failure, _ path: String) -> Failure {
    switch failure {
    case .inUse(let pid):
      let who = pid.map { " (pid \($0))" } ?? ""
      return Failure("another supervisor\(who) listens on \(path); use --socket for a second one", exitCode: 1)
    case .notASocket:
      return Failure("\(path) exists and is not a socket; remove it, or use --socket", exitCode: ExitCode.cannotCreate)
    case .system(let error):
      return Failure("cannot make the control socket: \(error)", exitCode: ExitCode.cannotCreate)
    }
  }

  static func listen(
    on path: String, loop: EventLoop, settings: SupervisorSettings, _ handover: Handover?
  ) throws(Failure) -> ControlServer {
    let policy = AccessPolicy(owner: Host.user, read: settings.accessRead, control: settings.accessControl)
    do {
      let listener =
        try handover?.takeListener(path: path) ?? ControlListener(path: path, permissions: permissions(by: policy))
      return try ControlServer(
        on: listener, loop: loop, policy: policy, daemonVersion: Release.version, pid: Host.pid)
    } catch let failure as ControlListener.Failure {
      throw Self.failure(failure, path)
    } catch {
      throw Failure("cannot serve the control socket \(path): \(error)", exitCode: ExitCode.system)
    }
  }
}
