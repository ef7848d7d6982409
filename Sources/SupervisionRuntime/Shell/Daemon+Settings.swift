import ControlProtocol
import Supervision

/// What changes while the supervisor runs: the configuration, and what of it is the supervisor's own.
extension Daemon {
  func reload() {
    source.read(
      Request.LoadOptions(), by: shell.workers, base: { [shell] in shell.core.currentConfiguration }, state: state,
      isBySignal: true
    ) { [weak self] in self?.take($0) }
  }

  private func take(_ result: Result<Configuration, Diagnostics>) {
    switch result {
    case .success(let configuration):
      for note in configuration.notes(enabled: shell.core.enabledServices) {
        journal.notice(DiagnosticRenderer().line(note))
      }
      if let note = desk.settingsInUse.overruled(from: shell.core.settings, to: configuration.supervisor) {
        journal.notice(note)
      }
      for trouble in apply(configuration.supervisor) { journal.error(trouble) }
      for pending in desk.settingsInUse.pending(in: configuration.supervisor) { journal.notice(pending.note) }
      shell.feed(.load(configuration, scope: .all, requester: .load, request: nil), from: source.takeCopy())
    case .failure(let diagnostics):
      for diagnostic in diagnostics.all { journal.error(DiagnosticRenderer().lineOfError(diagnostic)) }
      journal.error("the configuration has errors; nothing was changed")
    }
  }

  /// Applies what of the section `supervisor` counts as soon as it is loaded.
  ///
  /// - Returns: what could not be applied.
  func apply(_ settings: SupervisorSettings) -> [String] {
    trimMemoryLater()
    server.policy = AccessPolicy(
      owner: Host.user, read: settings.accessRead, control: settings.accessControl,
      accounts: AnsweredAccounts(answers: source.answers))
    renewState()
    renewSocket()
    reportAccess()
    let directory =
      settings.logDirectory ?? StandardPlaces.logDirectory(user: Host.user, stateDirectory: state.path)
    guard directory != shell.launcher.logDirectory else { return [] }
    do throws(SystemError) {
      try Files.makeDirectory(directory, permissions: 0o750)
      try moveOwnLog(to: directory)
      shell.launcher.logDirectory = directory
      return []
    } catch {
      return ["the log directory cannot be used, and \(shell.launcher.logDirectory) stays it: \(error)"]
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
    renewState()
    do throws(SystemError) {
      try state.write(enablement)
      desk.enablementTrouble = nil
    } catch {
      desk.enablementTrouble = error
      journal.error("the lists of enabled and disabled services cannot be written: \(error)")
    }
  }
}
