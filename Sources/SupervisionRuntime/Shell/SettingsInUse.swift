import ControlProtocol
import Supervision

/// What of the section `supervisor` is settled at the start: the others count as soon as they are loaded.
struct SettingsInUse {
  var socket: String
  /// `--socket` goes before the configuration, which then changes nothing.
  var isSocketGiven: Bool
  var usualSocket: String?
  var stateDirectory: String
  var usualStateDirectory: String

  /// A key whose value is another one than the one in use.
  struct Pending: Equatable {
    var key: String
    var used: String
    var said: String

    var note: String { "\(key) = \(said) needs a restart of the supervisor; until then it is \(used)" }
  }

  func pending(in settings: SupervisorSettings) -> [Pending] {
    var pending: [Pending] = []
    if !isSocketGiven, let said = settings.socket ?? usualSocket, said != socket {
      pending.append(Pending(key: "socket", used: socket, said: said))
    }
    let said = settings.stateDirectory ?? usualStateDirectory
    if said != stateDirectory { pending.append(Pending(key: "state-directory", used: stateDirectory, said: said)) }
    return pending
  }

  /// What is said of a key that means nothing here; `nil`: it has not changed.
  func overruled(from old: SupervisorSettings, to new: SupervisorSettings) -> String? {
    guard isSocketGiven, let said = new.socket, said != old.socket, said != socket else { return nil }
    return "socket = \(said) means nothing to this supervisor, which was started with --socket \(socket)"
  }

  /// The keys that a load changes, and whether that is enough.
  func changes(from old: SupervisorSettings, to new: SupervisorSettings) -> [LoadReport.Setting] {
    let later = Set(pending(in: new).map(\.key))
    var changed: [LoadReport.Setting] = []
    func compare<Content: Equatable>(_ key: String, _ path: KeyPath<SupervisorSettings, Content>) {
      guard old[keyPath: path] != new[keyPath: path] else { return }
      changed.append(LoadReport.Setting(key, needsRestart: later.contains(key)))
    }
    if !isSocketGiven { compare("socket", \.socket) }
    compare("max-parallel-starts", \.maxParallelStarts)
    compare("log-directory", \.logDirectory)
    compare("state-directory", \.stateDirectory)
    compare("access.read", \.accessRead)
    compare("access.control", \.accessControl)
    compare("shutdown-timeout", \.shutdownTimeout)
    return changed
  }
}
