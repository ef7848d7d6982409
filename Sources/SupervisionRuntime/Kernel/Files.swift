import CProc
import Supervision

/// What the runtime asks of the file system.
public enum Files {
  public enum Kind: Sendable, Equatable {
    case file, directory, socket, symbolicLink, pipe, device, other
  }

  /// stat(2): whose it is, and who may do what with it.
  public struct Status: Sendable, Equatable {
    public var kind: Kind
    public var user: UInt32
    public var group: UInt32
    /// The permission bits.
    public var mode: UInt32
    public var size: Int64
    public var device: UInt64
    public var inode: UInt64
    /// How many names it has.
    public var links: UInt64
    /// When its contents last changed: nanoseconds since 1970.
    public var modified: Int64

    init(_ file: cproc_file) {
      kind = Kind(file.kind)
      user = file.user
      group = file.group
      mode = file.mode
      size = file.size
      device = file.device
      inode = file.inode
      links = file.links
      modified = file.modified
    }

    /// Whether both are of one file, whatever it is called.
    public func isSameFile(as other: Status) -> Bool {
      device == other.device && inode == other.inode
    }
  }

  public static func status(_ path: String, followingLink: Bool = true) throws(SystemError) -> Status {
    var file = cproc_file()
    try check("stat", on: path, cproc_file_status(path, followingLink, &file))
    return Status(file)
  }

  /// fstat(2).
  public static func status(of descriptor: borrowing Descriptor) throws(SystemError) -> Status {
    var file = cproc_file()
    try check("fstat", cproc_descriptor_status(descriptor.number, &file))
    return Status(file)
  }

  /// The whole of a regular file, symbolic links followed.
  ///
  /// A pipe, a terminal or a device in its place would be empty, endless, or never answer: whoever owns a file that a
  /// service names must not be able to stop the supervisor with it, nor to make a file look empty.
  ///
  /// - Parameter limit: a longer file throws `EFBIG`.
  /// - Throws: `EISDIR`, `EINVAL` (no regular file either); ``SystemError/readingText(limit:)`` puts them into words.
  public static func read(_ path: String, limit: Int = 16 << 20) throws(SystemError) -> [UInt8] {
    // Before it is opened, too: to open a pipe wakes whoever writes to it, and some devices do something.
    try checkRegular(try status(path), path)
    let descriptor = try Descriptor.open(path)
    try checkRegular(try status(of: descriptor), path)
    return try readAll(descriptor, path, limit)
  }

  private static func checkRegular(_ status: Status, _ path: String) throws(SystemError) {
    switch status.kind {
    case .file: return
    case .directory: throw SystemError("read", on: path, code: EISDIR)
    default: throw SystemError("read", on: path, code: EINVAL)
    }
  }

  /// The whole of a regular file below a root, which nothing inside the root can lead out of.
  ///
  /// - Throws: `ELOOP`, a symbolic link is in the way or at the end; `EINVAL`, it is no regular file; `EFBIG`.
  static func read(_ path: JailPath, limit: Int) throws(SystemError) -> [UInt8] {
    let number = try check("open", on: path.text, cproc_walk_open(path.root, path.relative))
    return try readAll(Descriptor(adopting: number), path.text, limit)
  }

  static func readAll(
    _ descriptor: borrowing Descriptor, _ path: String, _ limit: Int
  ) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let outcome = try buffer.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) in
        do throws(SystemError) {
          return try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
        } catch { throw error.about(path) }
      }
      switch outcome {
      case .bytes(let count): bytes.append(contentsOf: buffer[..<count])
      case .notReady: throw SystemError("read", on: path, code: EAGAIN)
      case .endOfFile: return bytes
      }
      if bytes.count > limit { throw SystemError("read", on: path, code: EFBIG) }
    }
  }

  /// The whole of a regular file that is open, wherever it was read to before: pread(2).
  static func contents(
    of descriptor: borrowing Descriptor, _ path: String, _ limit: Int
  ) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = cproc_read_at(descriptor.number, &buffer, buffer.count, UInt64(bytes.count))
      guard count >= 0 else { throw SystemError("pread", on: path, code: cproc_errno()) }
      bytes.append(contentsOf: buffer[..<count])
      if count < buffer.count { return bytes }
      if bytes.count > limit { throw SystemError("pread", on: path, code: EFBIG) }
    }
  }

  /// Replaces a file in one step: after a crash the old or the new content is there, never a part.
  public static func replace(_ path: String, with bytes: [UInt8], permissions: UInt32 = 0o600) throws(SystemError) {
    let draft = path + ".new"
    do throws(SystemError) {
      try remove(draft)
      let descriptor = try Descriptor.open(draft, .new, permissions: permissions)
      try descriptor.writeAll(bytes)
      try descriptor.synchronize()
      try rename(draft, to: path)
    } catch {
      try? remove(draft)
      // Nobody asked about the draft.
      throw SystemError(error.call, on: path, code: error.code)
    }
  }

  /// The names in a directory, sorted by their bytes.
  public static func names(in directory: String) throws(SystemError) -> [String] {
    var length = 0
    guard let block = cproc_directory_names(directory, &length) else {
      throw SystemError("opendir", on: directory, code: cproc_errno())
    }
    defer { cproc_memory_free(block) }
    let bytes = UnsafeRawBufferPointer(start: block, count: length)
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
  }

  /// mkdir(2) for the path and what is missing above it. A directory that exists is left as it is.
  public static func makeDirectory(_ path: String, permissions: UInt32 = 0o755) throws(SystemError) {
    if cproc_directory_make(path, mode_t(truncatingIfNeeded: permissions)) == 0 { return }
    let code = cproc_errno()
    if code == EEXIST, let status = try? status(path), status.kind == .directory { return }
    guard code == ENOENT, let parent = parent(of: path) else { throw SystemError("mkdir", on: path, code: code) }
    try makeDirectory(parent, permissions: permissions)
    try check("mkdir", on: path, cproc_directory_make(path, mode_t(truncatingIfNeeded: permissions)))
  }

  /// unlink(2). What is not there is no error.
  public static func remove(_ path: String) throws(SystemError) {
    guard cproc_unlink(path) < 0, cproc_errno() != ENOENT else { return }
    throw SystemError("unlink", on: path, code: cproc_errno())
  }

  /// Opens (makes) a file and takes an exclusive flock(2), which ends with the descriptor.
  ///
  /// - Throws: `EWOULDBLOCK`, another process has it.
  static func lock(_ path: String) throws(SystemError) -> Descriptor {
    Descriptor(adopting: try check("flock", on: path, cproc_lock_file(path, 0o600)))
  }

  /// rmdir(2).
  public static func removeDirectory(_ path: String) throws(SystemError) {
    try check("rmdir", on: path, cproc_directory_remove(path))
  }

  public static func rename(_ path: String, to destination: String) throws(SystemError) {
    try check("rename", on: path, cproc_rename(path, destination))
  }

  /// realpath(3): the path with all links resolved, as the kernel's table of mounts and a jail's `path` have it.
  public static func resolve(_ path: String) throws(SystemError) -> String {
    var failure: SystemError?
    let resolved = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer -> String in
      guard let start = buffer.baseAddress, cproc_resolve(path, start, buffer.count) == 0 else {
        failure = SystemError("realpath", on: path, code: cproc_errno())
        return ""
      }
      return String(cString: start)
    }
    if let failure { throw failure }
    return resolved
  }

  /// Throws when this process may not execute the file: `ENOENT`, `EACCES`, or `EISDIR` for a directory.
  public static func checkProgram(_ path: String) throws(SystemError) {
    try check("access", on: path, cproc_program_check(path))
  }

  /// The directory that a path lies in; `nil` for `/` and for a name without directory.
  public static func parent(of path: String) -> String? {
    let trimmed = path.utf8.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let slash = trimmed.lastIndex(of: "/"), trimmed != "/" else { return nil }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }
}

extension Files.Kind {
  init(_ kind: Int32) {
    switch UInt32(bitPattern: kind) {
    case CPROC_KIND_FILE.rawValue: self = .file
    case CPROC_KIND_DIRECTORY.rawValue: self = .directory
    case CPROC_KIND_SOCKET.rawValue: self = .socket
    case CPROC_KIND_LINK.rawValue: self = .symbolicLink
    case CPROC_KIND_FIFO.rawValue: self = .pipe
    case CPROC_KIND_DEVICE.rawValue: self = .device
    default: self = .other
    }
  }
}

extension SystemError {
  /// What ``Files/read(_:limit:)`` has thrown, as a clause about the file.
  public func readingText(limit: Int) -> String {
    switch code {
    case EFBIG: "it is larger than \(limit >> 20) MiB, the bound for such a file"
    case EINVAL: "it is no regular file"
    case EISDIR: "it is a directory"
    default: text
    }
  }

  /// The same error with the path that it is about.
  func about(_ path: String) -> SystemError {
    SystemError(call, on: subject ?? path, code: code)
  }
}

extension Descriptor {
  /// Writes everything to a blocking descriptor.
  public borrowing func writeAll(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
      var rest = UnsafeRawBufferPointer(buffer)
      while !rest.isEmpty {
        let count = try write(rest)
        guard count > 0 else { throw SystemError("write", code: EAGAIN) }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }
}
