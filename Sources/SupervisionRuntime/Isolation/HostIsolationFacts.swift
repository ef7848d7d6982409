import Glibc
import Supervision

/// This host, as the planner of jails asks it: for the daemon and for `herd check --plan`. Nothing is kept.
public struct HostIsolationFacts: IsolationFacts {
  public init() {}

  public var supervisorUID: UInt32 { Host.user }

  public func status(of path: String, followingLink: Bool) -> PathStatus? {
    guard let status = try? Files.status(path, followingLink: followingLink) else { return nil }
    let kind: PathStatus.Kind =
      switch status.kind {
      case .file: .file
      case .directory: .directory
      case .symbolicLink: .link
      case .socket, .other: .other
      }
    return PathStatus(
      kind: kind, owner: status.user, mode: status.mode,
      identity: FileIdentity(device: status.device, inode: status.inode))
  }

  public func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(validatingCString: real)
  }

  public func destination(ofLink path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &buffer, buffer.count)
    guard count > 0, count < buffer.count else { return nil }
    return String(validating: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Opens the file anew each time: a plan reads a few ranges of a few files.
  public func bytes(of path: String, at offset: UInt64, count: Int) -> [UInt8]? {
    guard count >= 0, let offset = off_t(exactly: offset), offset <= off_t.max - off_t(count),
      let descriptor = try? Descriptor.open(path),
      // Whoever owns what a service names must not be able to stop the planner with a pipe in its place.
      (try? descriptor.setNonBlocking()) != nil
    else { return nil }
    return descriptor.bytes(at: offset, count: count)
  }

  public func linker(for program: ElfFile) -> LinkerConventions {
    Host.hasJails ? .freeBSD(program) : .linux(program)
  }
}

extension Descriptor {
  /// pread(2), until so many bytes are there or the file has ended; `nil` when it cannot be read.
  fileprivate borrowing func bytes(at offset: off_t, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        pread(number, buffer.baseAddress?.advanced(by: filled), count - filled, offset + off_t(filled))
      }
      if got < 0, errno == EINTR { continue }
      if got < 0 { return nil }
      if got == 0 { break }
      filled += got
    }
    return Array(bytes[..<filled])
  }
}
