import Supervision

/// What changes while the supervisor runs: the configuration, and what of it is the supervisor's own.
extension Daemon {
  func reload() {
    source.read(nil, by: shell.workers, base: { [shell] in shell.core.currentConfiguration }, state: state) {
      [weak self] in self?.take($0)
    }
  }

  private func take(_ result: Result<Configuration, Diagnostics>) {
    switch result {
    case .success(let configuration):
      for note in configuration.notes(enabled: shell.core.enabledServices) {
        journal.notice(DiagnosticRenderer().line(note))
      }
      shell.feed(.load(configuration, scope: .all, requester: .load, request: nil))
    case .failure(let diagnostics):
      for diagnostic in diagnostics.all { journal.error(DiagnosticRenderer().line(diagnostic)) }
      journal.error("the configuration has errors; nothing was changed")
    }
  }

  func settingsMayHaveChanged() {
    trimMemoryLater()
    let settings = shell.core.settings
    server.policy = AccessPolicy(
      owner: Host.user, read: settings.accessRead, control: settings.accessControl,
      accounts: AnsweredAccounts(answers: source.answers))
    renewSocket()
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
  func reportAccess() {
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

  func save(_ enablement: Enablement) {
    do throws(SystemError) {
      try state.write(enablement)
      desk.enablementTrouble = nil
    } catch {
      desk.enablementTrouble = error
      journal.error("the lists of enabled and disabled services cannot be written: \(error)")
    }
  }
}
