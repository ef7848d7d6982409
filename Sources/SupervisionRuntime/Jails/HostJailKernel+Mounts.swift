import CProc
import Supervision

extension HostJailKernel {
  public mutating func mount(_ mount: JailMount) throws(JailError) -> FileSystemID? {
    guard case .nullfsFile(let from, _, let mayCopy) = mount.kind else { return try mountNow(mount) }
    do {
      return try mountNow(mount)
    } catch {
      guard error.code == EOPNOTSUPP else { throw error }
      guard mayCopy else { throw Self.advice(after: error, file: from) }
      try copy(from, to: mount.target)
      return nil
    }
  }

  private func mountNow(_ mount: JailMount) throws(JailError) -> FileSystemID {
    let attempt = Self.attempt(mount)
    let relative = mount.target.relative
    var id = cproc_mount_id()
    try checkReason(attempt) { reason in
      withWords([mount.fileSystem, mount.target.root, relative, mount.source]) { words in
        var request = mount.request
        request.type = words[0]
        request.root = words[1]
        request.relative = words[2]
        if mount.isNullfs { request.source = words[3] }
        return cproc_mount(&request, &id, reason)
      }
    }
    return FileSystemID(id)
  }

  private func copy(_ source: String, to target: JailPath) throws(JailError) {
    try checkReason("copy \(source) to \(target.text)") { reason in
      cproc_walk_copy(source, target.root, target.relative, reason)
    }
  }

  private static func attempt(_ mount: JailMount) -> String {
    let what = mount.isNullfs ? mount.source : mount.fileSystem
    return "mount \(what) on \(mount.target.text)"
  }

  private static func advice(after error: JailError, file: String) -> JailError {
    let directory = Files.parent(of: file) ?? "/"
    return JailError(
      code: error.code,
      "\(error.message); expose its directory \(directory) instead, or use an ephemeral root, into which the file is copied"
    )
  }

  public mutating func seal(_ root: String) throws(JailError) {
    try checkReason("make \(root) read-only") { cproc_mount_seal(root, $0) }
  }

  public mutating func mounts() throws(JailError) -> [MountEntry] {
    var capacity = 64
    while true {
      var entries = [cproc_mount_entry](repeating: cproc_mount_entry(), count: capacity)
      let count = cproc_mounts(&entries, entries.count)
      try checkResult("read the table of mounts", Int32(truncatingIfNeeded: count))
      if count <= capacity { return entries.prefix(count).map(MountEntry.init) }
      capacity = count + 16
    }
  }

  public mutating func unmount(_ id: FileSystemID, isForced: Bool) throws(JailError) {
    let number = cproc_mount_id(first: id.first, second: id.second)
    try checkResult("unmount the file system \(id.first):\(id.second)", cproc_unmount(number, isForced))
  }
}

extension JailMount {
  fileprivate var isNullfs: Bool {
    switch kind {
    case .nullfs, .nullfsFile: true
    case .tmpfs, .devfs, .plain: false
    }
  }

  /// What is no pointer.
  fileprivate var request: cproc_mount {
    var request = cproc_mount()
    request.mode = -1
    switch kind {
    case .nullfs(_, let isReadOnly), .nullfsFile(_, let isReadOnly, _): request.read_only = isReadOnly
    case .tmpfs(let size, let mode):
      request.size = size ?? 0
      if let mode { request.mode = Int32(truncatingIfNeeded: mode) }
    case .devfs(let ruleset): request.ruleset = ruleset
    case .plain: break
    }
    return request
  }
}

extension FileSystemID {
  init(_ id: cproc_mount_id) {
    self.init(id.first, id.second)
  }
}

extension MountEntry {
  fileprivate init(_ entry: cproc_mount_entry) {
    self.init(
      id: FileSystemID(entry.id), fileSystem: text(of: entry.type), source: text(of: entry.source),
      target: text(of: entry.target))
  }
}

/// The string in an array of C's, which ends with a NUL inside.
func text<Field>(of field: Field) -> String {
  withUnsafeBytes(of: field) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
}

/// C strings, for as long as the body runs.
func withWords<Result>(
  _ words: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  WordBlock(words).withPointers(body)
}
