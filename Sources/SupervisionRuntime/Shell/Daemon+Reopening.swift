import Supervision

/// Files that others may move or remove under a supervisor that runs: its own log, its control socket, and its pid file.
extension Daemon {
  /// SIGHUP: what was moved or removed is opened or made again, and the configuration is read.
  func hangUp() {
    isHangUpHeld = survivors != nil
    guard !isHangUpHeld else { return }
    reopenLog()
    renewState()
    renewSocket()
    renewPidFile()
    reload()
  }

  // MARK: The supervisor's own log

  /// Lets go of the terminal: from now on the messages go to a file, the keeper's too.
  ///
  /// - Parameter background: who waits to hear of it; `nil`: a predecessor has told them already.
  public func goIntoBackground(_ background: Background?) throws(SystemError) {
    let file = try openLog()
    handover?.connection.output(file)
    if let background { try background.ready(output: file) } else { try Host.replaceOutput(by: file) }
    isInBackground = true
    log.redirect(to: 2)
  }

  /// A file in which the messages go on.
  private func moveOutput(to file: borrowing Descriptor) throws(SystemError) {
    try Host.replaceOutput(by: file)
    handover?.connection.output(file)
    log.redirect(to: 2)
  }

  /// Where the supervisor's own messages go once it is in the background.
  private var ownLog: String { Self.ownLog(in: shell.launcher.logDirectory) }

  private static func ownLog(in directory: String) -> String { "\(directory)/fruix-shepherd.log" }

  private func openLog() throws(SystemError) -> Descriptor {
    try Descriptor.open(ownLog, .append, permissions: 0o640)
  }

  /// The messages go where the logs go from now on; those of a supervisor in the foreground stay where they are.
  func moveOwnLog(to directory: String) throws(SystemError) {
    guard isInBackground else { return }
    let path = Self.ownLog(in: directory)
    let file = try Descriptor.open(path, .append, permissions: 0o640)
    journal.notice("the log goes on in \(path)")
    try moveOutput(to: file)
  }

  /// The file may have been renamed by whoever rotates logs (newsyslog(8)); in the foreground it is not ours to open.
  private func reopenLog() {
    guard isInBackground else { return }
    do throws(SystemError) {
      if let directory = Files.parent(of: ownLog) { try Files.makeDirectory(directory, permissions: 0o750) }
      try moveOutput(to: try openLog())
    } catch {
      journal.error("the supervisor's log cannot be opened again: \(error); messages go where they went")
    }
  }

  // MARK: The control socket

  /// What tells that a file has changed.
  final class FileWatch {
    let file: Descriptor
    var registration: EventLoop.Registration?

    init(_ file: consuming Descriptor) {
      self.file = file
    }
  }

  /// - Returns: `nil` where the file cannot be watched.
  func watch(_ path: String, _ changed: @escaping () -> Void) -> FileWatch? {
    guard let file = try? Descriptor.open(path, .watch) else { return nil }
    let watch = FileWatch(file)
    guard let registration = try? loop.watchFile(watch.file.number, { _ in changed() }) else { return nil }
    watch.registration = registration
    return watch
  }

  func end(_ watch: inout FileWatch?) {
    if let registration = watch?.registration { loop.cancel(registration) }
    watch = nil
  }

  /// Where the kernel tells of changes of a socket's file, or of its directory, its loss is noticed at once; elsewhere by
  /// SIGHUP and loads.
  func watchSocket() {
    end(&socketWatch)
    // FreeBSD takes no socket's file into a queue (docs/FREEBSD.md).
    for path in [socketPath, Files.parent(of: socketPath) ?? "."] where socketWatch == nil {
      socketWatch = watch(path) { [weak self] in self?.socketHasChanged() }
    }
  }

  private func socketHasChanged() {
    guard !server.isReachable else { return }
    end(&socketWatch)
    journal.error(
      "the control socket \(socketPath) has been removed or replaced, and herd does not reach this supervisor: "
        + "SIGHUP makes it again (kill -HUP \(Host.pid))")
  }

  /// Makes the socket again if its file is lost.
  func renewSocket() {
    guard !server.isReachable else { return }
    do throws(Failure) {
      try Self.makeDirectory(ofSocket: socketPath, state: state.path, shell.core.settings)
    } catch {
      return journal.error(error.message)
    }
    do throws(ControlListener.Failure) {
      try server.renewSocket(permissions: Self.permissions(by: server.policy))
      journal.notice("the control socket \(socketPath) was lost, and is there again")
      holdAll()
    } catch {
      journal.error(Self.failure(error, socketPath).message)
    }
    watchSocket()
  }

  // MARK: The pid file

  private func renewPidFile() {
    guard let pidFile else { return }
    do throws(PidFile.Failure) {
      guard try pidFile.renew(pid: handover?.keeper ?? Host.pid) else { return }
      journal.notice("the pid file \(pidFile.path) was lost, and is there again")
      holdAll()
    } catch {
      switch error {
      case .held(let pid):
        let who = pid.map { " (pid \($0))" } ?? ""
        journal.error("the pid file \(pidFile.path) was lost, and another supervisor\(who) has it")
      case .system(let error): journal.error("the pid file was lost, and cannot be made again: \(error)")
      }
    }
  }
}
