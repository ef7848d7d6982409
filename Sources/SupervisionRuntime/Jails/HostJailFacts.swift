import CProc
import Supervision

/// This host, as the planner of jails asks it: for the daemon and for `herd check --plan`. Nothing is kept.
public struct HostJailFacts: JailFacts {
  public init() {}

  public var supervisorUID: UInt32 { Host.user }

  public func status(of path: String, followingLink: Bool) -> PathStatus? {
    guard let status = try? Files.status(path, followingLink: followingLink) else { return nil }
    let kind: PathStatus.Kind =
      switch status.kind {
      case .file: .file
      case .directory: .directory
      case .symbolicLink: .link
      case .socket, .pipe, .device, .other: .other
      }
    return PathStatus(
      kind: kind, owner: status.user, mode: status.mode,
      identity: FileIdentity(device: status.device, inode: status.inode))
  }

  public func realPath(_ path: String) -> String? {
    try? Files.resolve(path)
  }

  public func destination(ofLink path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      guard let start = buffer.baseAddress, cproc_link_destination(path, start, buffer.count) == 0 else { return nil }
      return String(validatingCString: start)
    }
  }

  /// Opens the file anew each time: a plan reads a few ranges of a few files.
  public func bytes(of path: String, at offset: UInt64, count: Int) -> [UInt8]? {
    guard count >= 0, let descriptor = try? Descriptor.open(path),
      // Whoever owns what a service names must not be able to stop the planner with a pipe in its place.
      (try? descriptor.setNonBlocking()) != nil
    else { return nil }
    var result = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      result = cproc_read_at(descriptor.number, buffer.baseAddress, count, offset)
      filled = max(0, result)
    }
    return result < 0 ? nil : bytes
  }

  public func linker(for program: ElfFile) -> LinkerConventions {
    Host.hasJails ? .freeBSD(program) : .linux(program)
  }
}
