/// What a plan needs to know of the host. The runtime asks the system; tests answer for it.
///
/// All paths are absolute. What cannot be looked at is as good as missing.
public protocol JailFacts {
  /// The effective user that the supervisor runs as.
  var supervisorUID: UInt32 { get }
  /// stat(2), or lstat(2); `nil`: nothing is there.
  func status(of path: String, followingLink: Bool) -> PathStatus?
  /// realpath(3); `nil`: nothing is there.
  func realPath(_ path: String) -> String?
  /// readlink(2); `nil` for what is no symbolic link.
  func destination(ofLink path: String) -> String?
  /// pread(2): fewer bytes than asked for only at the end of the file; `nil` when it cannot be read.
  func bytes(of path: String, at offset: UInt64, count: Int) -> [UInt8]?
  /// How the dynamic linker that a program names finds libraries on this host.
  func linker(for program: ElfFile) -> LinkerConventions
}

/// What stat(2) says of a path.
public struct PathStatus: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case file, directory, link
    /// A device, a socket, a pipe.
    case other
  }

  public var kind: Kind
  public var owner: UInt32
  /// The permission bits.
  public var mode: UInt32
  public var identity: FileIdentity

  public init(kind: Kind, owner: UInt32, mode: UInt32, identity: FileIdentity) {
    self.kind = kind
    self.owner = owner
    self.mode = mode
    self.identity = identity
  }

  /// Whether nobody but root and this user can change what is in the directory.
  func isOwn(of user: UInt32) -> Bool {
    (owner == 0 || owner == user) && mode & 0o022 == 0
  }
}

extension JailFacts {
  /// realpath(3) as far as the path exists, and the rest as it is written.
  func resolved(_ path: String) -> String {
    guard let components = AbsolutePath.components(of: path) else { return path }
    for depth in stride(from: components.count, to: 0, by: -1) {
      if let real = realPath(AbsolutePath.text(components[..<depth])) {
        return AbsolutePath.join(real, components[depth...])
      }
    }
    return AbsolutePath.text(components)
  }
}
