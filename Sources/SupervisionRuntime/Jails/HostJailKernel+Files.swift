import CProc
import Supervision

extension HostJailKernel {
  public mutating func look(at path: JailPath) throws(JailError) -> FileObservation {
    var file = cproc_file()
    if cproc_walk_look(path.root, path.relative, &file) == 0 { return FileObservation(file) }
    let code = cproc_errno()
    if code == ENOENT { return .absent }
    throw JailError("look at \(path.text)", code: code, words: Self.wordsOfWalks)
  }

  public mutating func makeDirectory(_ path: JailPath, mode: UInt32) throws(JailError) -> FileIdentity {
    var file = cproc_file()
    let place = path.asPlace
    try checkMade(
      "make the directory \(path.text)", place,
      cproc_walk_make_directory(place.root, place.relative, mode_t(truncatingIfNeeded: mode), &file))
    return FileIdentity(device: file.device, inode: file.inode)
  }

  public mutating func makeFile(_ path: JailPath) throws(JailError) -> FileIdentity {
    var file = cproc_file()
    let place = path.asPlace
    try checkMade(
      "make the file \(path.text)", place, cproc_walk_make_file(place.root, place.relative, 0o600, &file))
    return FileIdentity(device: file.device, inode: file.inode)
  }

  public mutating func removeDirectory(_ path: JailPath, _ identity: FileIdentity) throws(JailError) {
    try remove(path, identity, isDirectory: true)
  }

  public mutating func removeFile(_ path: JailPath, _ identity: FileIdentity) throws(JailError) {
    try remove(path, identity, isDirectory: false)
  }

  public mutating func isEmptyFile(_ path: JailPath) throws(JailError) -> Bool {
    var file = cproc_file()
    try checkResult(
      "look at \(path.text)", cproc_walk_look(path.root, path.relative, &file), words: Self.wordsOfWalks)
    return Files.Kind(file.kind) == .file && file.size == 0
  }

  public mutating func resolve(root: String) throws(JailError) -> String {
    do throws(SystemError) {
      return try Files.resolve(root)
    } catch {
      throw JailError("resolve \(root)", code: error.code)
    }
  }

  private func remove(
    _ path: JailPath, _ identity: FileIdentity, isDirectory: Bool
  ) throws(JailError) {
    let place = path.asPlace
    try checkResult(
      "remove \(path.text)",
      cproc_walk_remove(place.root, place.relative, identity.device, identity.inode, isDirectory),
      words: Self.wordsOfWalks)
  }

  private func checkMade(_ attempt: String, _ place: JailPath, _ result: Int32) throws(JailError) {
    var words = Self.wordsOfWalks
    words[EPERM] = "it lies below \(place.root), which must belong to the supervisor and be writable for nobody else"
    try checkResult(attempt, result, words: words)
  }

  static let wordsOfWalks: [Int32: String] = [
    ELOOP: "a symbolic link is in the way", ESTALE: "something else is in its place by now",
  ]
}

extension JailPath {
  /// A root is made and removed as a name in the directory that it lies in.
  fileprivate var asPlace: JailPath {
    guard components.isEmpty, let parent = Files.parent(of: root), let name = root.split(separator: "/").last else {
      return self
    }
    return JailPath(root: parent, components: [String(name)])
  }
}

extension FileObservation {
  fileprivate init(_ file: cproc_file) {
    let identity = FileIdentity(device: file.device, inode: file.inode)
    switch Files.Kind(file.kind) {
    case .directory: self = .directory(identity)
    case .file: self = .file(identity)
    case .socket, .symbolicLink, .pipe, .device, .other: self = .other(identity)
    }
  }
}
