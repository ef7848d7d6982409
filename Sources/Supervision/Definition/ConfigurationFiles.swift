import UCL

/// What the loader asks of the file system; the runtime implements it, tests stand in for it.
public protocol ConfigurationStore: SourceReader {
  /// What a path is, symbolic links followed.
  func kind(of path: String) -> FileKind
  /// The names in a directory, in any order, without `.` and `..`.
  func entries(of directory: String) throws(SourceReadError) -> [String]
  /// To whom a file or directory belongs and who may write it, symbolic links followed.
  func ownership(of path: String) throws(SourceReadError) -> FileOwnership
}

public enum FileKind: Sendable, Equatable {
  case missing
  case file
  case directory
  /// A device, a socket, or what cannot be looked at.
  case other
}

/// The owner and mode of a file.
public struct FileOwnership: Sendable, Equatable {
  public var owner: UInt32
  /// The permission bits of stat(2)'s `st_mode`, sticky bit included.
  public var mode: UInt32
  /// Where symbolic links lead to, when there are some: what a command that changes rights has to name.
  public var target: String?

  public init(owner: UInt32, mode: UInt32, target: String? = nil) {
    self.owner = owner
    self.mode = mode
    self.target = target
  }
}

/// A file of the configuration, and its place in it.
public struct ConfigurationFile: Sendable, Equatable {
  public enum Role: Sendable, Equatable {
    /// Brought by a package: its services do not start by themselves, and the configuration may replace them.
    case packaged
    /// `supervisor.ucl`, or the only file: its `defaults` are for all files of the configuration.
    case main
    /// A file of `services.d`.
    case ordinary
  }

  public var path: String
  public var role: Role

  public init(path: String, role: Role) {
    self.path = path
    self.role = role
  }
}

/// Which files make up a configuration.
public struct ConfigurationFiles: Sendable {
  /// In load order: packaged ones, `supervisor.ucl`, then the others by name.
  public var files: [ConfigurationFile] = []
  /// The directories that were walked, whose ownership counts too.
  public var directories: [String] = []
  /// What could not be found or read.
  public var problems: [Diagnostic] = []

  /// Finds the files of a configuration.
  ///
  /// - Parameters:
  ///   - path: a file; a directory with `supervisor.ucl`, `services.d`, or both; or a plain directory of `*.ucl`.
  ///   - packaged: the directory of the packages' definitions; it may be missing.
  public static func find(path: String, packaged: String? = nil, in store: some ConfigurationStore)
    -> ConfigurationFiles
  {
    var found = ConfigurationFiles()
    if let packaged, store.kind(of: packaged) == .directory { found.addAll(of: packaged, role: .packaged, in: store) }
    switch store.kind(of: path) {
    case .file:
      found.files.append(ConfigurationFile(path: path, role: .main))
      if let parent = parent(of: path) { found.directories.append(parent) }
    case .directory:
      let packagedCount = found.files.count
      found.addConfiguration(path, in: store)
      if found.files.count == packagedCount, found.problems.isEmpty {
        found.problems.append(Diagnostic(.note, "the configuration \(path) contains no *.ucl file", at: nil))
      }
    case .missing:
      let hint = "`mkdir -p \(path)/services.d` makes it; what it may contain is in fruix-shepherd.conf(5)"
      found.fail("the configuration \(path) does not exist", hint: path.hasSuffix(".ucl") ? nil : hint)
    case .other:
      found.fail("the configuration \(path) is neither a file nor a directory")
    }
    return found
  }

  private mutating func addConfiguration(_ directory: String, in store: some ConfigurationStore) {
    let main = join(directory, "supervisor.ucl")
    let services = join(directory, "services.d")
    // What is there and cannot be read is an error when it is read, not a file that is missing.
    if store.kind(of: main) != .missing { files.append(ConfigurationFile(path: main, role: .main)) }
    switch store.kind(of: services) {
    case .directory:
      directories.append(directory)
      addAll(of: services, role: .ordinary, in: store)
    case .missing:
      addAll(of: directory, role: .ordinary, in: store, except: "supervisor.ucl")
    case .file, .other:
      fail("\(services) is no directory, or cannot be looked at")
    }
  }

  private mutating func addAll(
    of directory: String, role: ConfigurationFile.Role, in store: some ConfigurationStore, except: String? = nil
  ) {
    directories.append(directory)
    do {
      // By bytes, so that the order is the same in every locale.
      let names = try store.entries(of: directory).filter { $0.hasSuffix(".ucl") && !$0.hasPrefix(".") && $0 != except }
      for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
        files.append(ConfigurationFile(path: join(directory, name), role: role))
      }
    } catch {
      fail("cannot read the directory \(directory): \(error.message)")
    }
  }

  private mutating func fail(_ message: String, hint: String? = nil) {
    problems.append(Diagnostic(.error, message, at: nil, hint: hint))
  }

  private static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

private func join(_ directory: String, _ name: String) -> String {
  directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
}

// MARK: - Ownership

/// The rule that a supervisor's files belong to root or to its own user, and that nobody else can write them.
struct OwnershipRule {
  var uid: UInt32

  /// What is wrong with a file or directory.
  ///
  /// - Parameter sticky: whether a directory writable by all may pass when it is sticky: there nobody can replace another's
  ///   file, which is enough for a single file in it, but not where every file counts.
  func complaint(_ ownership: FileOwnership, sticky: Bool = false) -> String? {
    guard ownership.owner == 0 || ownership.owner == uid else {
      return "belongs to uid \(ownership.owner)"
    }
    if ownership.mode & 0o022 == 0 || (sticky && ownership.mode & 0o1000 != 0) { return nil }
    let who = ownership.mode & 0o002 != 0 ? "everybody" : "its group"
    return "can be written by \(who)"
  }

  func diagnostic(_ what: String, _ path: String, _ complaint: String, _ ownership: FileOwnership) -> Diagnostic {
    var diagnostic = Diagnostic(.error, "the \(what) \(path) \(complaint)", at: nil)
    diagnostic.expected = "owned by root or by the supervisor's user (uid \(uid)), and written by nobody else"
    let path = ownership.target ?? path
    if ownership.mode & 0o1000 != 0 {
      diagnostic.hint = "the directory is everybody's and has to stay so: move the files to one of their own"
    } else if ownership.owner == 0 || ownership.owner == uid {
      diagnostic.hint = "`chmod go-w \(path)`, if its contents are what you wrote"
    } else {
      diagnostic.hint = "`chown \(uid) \(path)` and `chmod go-w \(path)`, if its contents are what you wrote"
    }
    return diagnostic
  }
}
