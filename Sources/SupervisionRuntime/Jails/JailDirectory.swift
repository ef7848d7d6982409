import Supervision
import UCL

/// Where plans and journals lie: a directory for each service that has a jail of its own, below the state directory.
///
///     jails/web/plan       what is to be done
///     jails/web/journal    what has been done, and was not undone
///     jails/web/root       the place of an ephemeral root
///     jails/web/lock       held by the process that is making or undoing the jail
///
/// The directory goes when nothing is left to undo.
struct JailDirectory {
  let path: String

  init(stateDirectory: String) {
    path = "\(stateDirectory)/jails"
  }

  func directory(of service: String) -> String { "\(path)/\(service)" }

  static func plan(in directory: String) -> String { "\(directory)/plan" }

  static func journal(in directory: String) -> String { "\(directory)/journal" }

  static func lock(in directory: String) -> String { "\(directory)/lock" }

  /// Removes what has done its work. What lies there besides stays, and the directory with it.
  static func clear(_ directory: String) throws(SystemError) {
    try Files.remove(plan(in: directory))
    try Files.remove(lock(in: directory))
    try Files.removeDirectory(directory)
  }

  /// Replaces the plan of the service that it is made for.
  func write(_ plan: JailPlan) throws(SystemError) {
    let directory = directory(of: plan.service)
    try Files.makeDirectory(directory, permissions: 0o700)
    try Files.replace(Self.plan(in: directory), with: Array((plan.value.json + "\n").utf8))
  }

  /// The services of whose jails something may be left.
  func leftovers() -> [String] {
    ((try? Files.names(in: path)) ?? []).filter { hasLeftover(of: $0) }
  }

  /// The jail that was made for a service, by its journal, if it stands as it was made; else there is something to undo.
  func standing(of service: String) -> StandingJail? {
    guard let bytes = try? Files.read(Self.journal(in: directory(of: service)), limit: 16 << 20),
      let journal = try? JailJournal(bytes), journal.isComplete, let header = journal.header, let jid = journal.jid,
      let found = (try? Host.jail(named: header.jail)) ?? nil, found.jid == jid
    else { return nil }
    return StandingJail(jid: jid, name: header.jail, path: found.path)
  }

  /// Something of its jail may be left.
  func hasLeftover(of service: String) -> Bool {
    (try? Files.status(Self.journal(in: directory(of: service)))) != nil
  }
}
