import Supervision

/// What outlives the supervisor: the lists of enabled and disabled services, the last configuration that loaded, and while it
/// runs, which processes do.
struct StateDirectory {
  let path: String

  /// Makes the directory if it is missing.
  init(path: String) throws(SystemError) {
    self.path = path
    try Files.makeDirectory(path, permissions: 0o700)
  }

  /// A directory that may not be there: nothing can be read from it then.
  init(existing path: String) {
    self.path = path
  }

  private func file(_ name: String) -> String { "\(path)/\(name)" }

  // MARK: Enabled and disabled services

  /// One name a line; a file that is not there is an empty list.
  func readEnablement() throws(SystemError) -> Enablement {
    Enablement(enabled: try names("enabled"), disabled: try names("disabled"))
  }

  func write(_ enablement: Enablement) throws(SystemError) {
    try write(enablement.enabled, to: "enabled")
    try write(enablement.disabled, to: "disabled")
  }

  private func names(_ list: String) throws(SystemError) -> Set<String> {
    guard let bytes = try read(list) else { return [] }
    return Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init))
  }

  private func write(_ names: Set<String>, to list: String) throws(SystemError) {
    let text = names.sorted().map { "\($0)\n" }.joined()
    try Files.replace(file(list), with: Array(text.utf8))
  }

  // MARK: The last good configuration

  func readLastConfiguration() throws(SystemError) -> [UInt8]? {
    try read("last-configuration.json")
  }

  func writeLastConfiguration(_ bytes: [UInt8]) throws(SystemError) {
    try Files.replace(file("last-configuration.json"), with: bytes)
  }

  // MARK: Whose it is, and what runs

  /// Locked by the supervisor that uses the directory.
  var lockPath: String { file("lock") }

  /// A supervisor that has left a record here and still runs: of a version that takes no lock.
  var livingSupervisor: Int32? {
    guard let record = try? readProcessRecord(), let boot = try? Host.bootName(), record.boot == boot,
      let start = try? StartClock.start(of: record.supervisor), start == record.start
    else { return nil }
    return record.supervisor
  }

  var processRecordPath: String { file("processes") }

  /// What a supervisor has left that did not end as it should; `nil`: none has.
  func readProcessRecord() throws(SystemError) -> ProcessRecord? {
    try read("processes").flatMap { ProcessRecord($0) }
  }

  private func read(_ name: String) throws(SystemError) -> [UInt8]? {
    do {
      return try Files.read(file(name), limit: 256 << 20)
    } catch  where error.code == SystemError.notFound {
      return nil
    }
  }
}
