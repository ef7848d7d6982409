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

  private static let mostBytes = 256 << 20

  // MARK: Enabled and disabled services

  /// The lists as far as they can be read, and what is wrong with them.
  struct SavedEnablement {
    var enablement = Enablement()
    var complaints: [String] = []
  }

  /// One name a line; a file that is not there is an empty list. Of a list that makes no sense the last copy counts that
  /// did: a disabled service must not start because of a damaged disk or a slip of an editor.
  ///
  /// - Parameter keepingCopies: not for who only looks.
  func readEnablement(keepingCopies: Bool = true) -> SavedEnablement {
    var saved = SavedEnablement()
    saved.enablement.enabled = list("enabled", keepingCopies, &saved.complaints)
    saved.enablement.disabled = list("disabled", keepingCopies, &saved.complaints)
    return saved
  }

  func write(_ enablement: Enablement) throws(SystemError) {
    try write(enablement.enabled, to: "enabled")
    try write(enablement.disabled, to: "disabled")
  }

  private func list(_ name: String, _ keepsCopy: Bool, _ complaints: inout [String]) -> Set<String> {
    let complaint: String
    var names: Set<String> = []
    switch contents(of: name) {
    case .success(nil): return []
    case .success(let list?):
      names = list.names
      guard let line = list.firstBadLine else {
        if keepsCopy { keepCopy(of: names, as: name) }
        return names
      }
      complaint = "line \(line) is no name of a service"
    case .failure(let error): complaint = error.readingText(limit: Self.mostBytes)
    }
    if case .success(let copy?) = contents(of: Self.copy(of: name)), copy.isSound {
      complaints.append("\(file(name)) cannot be read: \(complaint); the last good copy of it counts")
      return copy.names
    }
    complaints.append(
      "\(file(name)) cannot be read: \(complaint); there is no good copy, and "
        + (names.isEmpty ? "it counts as empty" : "the lines that can be read count"))
    return names
  }

  private func contents(of list: String) -> Result<NameList?, SystemError> {
    do throws(SystemError) { return .success(try read(list).map { NameList($0) }) } catch { return .failure(error) }
  }

  private static func copy(of list: String) -> String { "\(list).copy" }

  /// An administrator may have edited the list; a copy that cannot be written is missed only when the list is damaged.
  private func keepCopy(of names: Set<String>, as list: String) {
    let copy = Self.copy(of: list)
    if case .success(let present?) = contents(of: copy), present.isSound, present.names == names { return }
    try? Files.replace(file(copy), with: NameList.bytes(names))
  }

  private func write(_ names: Set<String>, to list: String) throws(SystemError) {
    try Files.replace(file(list), with: NameList.bytes(names))
    keepCopy(of: names, as: list)
  }

  // MARK: The last good configuration

  private static let lastConfiguration = "last-configuration.json"

  var lastConfigurationPath: String { file(Self.lastConfiguration) }

  func readLastConfiguration() throws(SystemError) -> [UInt8]? {
    try read(Self.lastConfiguration)
  }

  func writeLastConfiguration(_ bytes: [UInt8]) throws(SystemError) {
    try Files.replace(lastConfigurationPath, with: bytes)
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
      return try Files.read(file(name), limit: Self.mostBytes)
    } catch  where error.code == SystemError.notFound {
      return nil
    }
  }
}
