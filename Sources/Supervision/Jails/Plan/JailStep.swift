// The plan of a service's jail
// =================================
//
// A plan is a list of steps that is computed before anything is done (JailPlanner), printed by `herd check --plan`, and
// carried out in order (JailRun). Undoing goes through it backwards. Each step is a value that says all that is done in
// it, so that it can be written into the journal *before* it is done: whoever finds the journal after a crash knows what may
// have been begun.
//
//   directories → mounts → seal → addresses → interfaces → prestart → jail → network inside → resource rules → created
//
// A step is one call, or a few that are undone by one.

/// What is done for a jail, in order.
public struct JailPlan: Sendable, Equatable {
  /// The service that the jail is made for.
  public var service: String
  /// The jail's name in jls(8).
  public var jail: String
  /// Its root on the host.
  public var root: String
  public var steps: [JailStep]

  public init(service: String, jail: String, root: String, steps: [JailStep]) {
    self.service = service
    self.jail = jail
    self.root = root
    self.steps = steps
  }
}

/// One step, with all that is needed to do it.
public enum JailStep: Sendable, Equatable {
  /// A directory, made if it is missing. Undone by removing it if it was made here.
  case directory(JailPath, mode: UInt32)
  /// An empty file as the place of a mount, made if it is missing. Undone like a directory.
  case file(JailPath)
  /// A mount. Undone by unmounting the file system with the id that it got.
  case mount(JailMount)
  /// The tmpfs at the root becomes read-only: it has been filled. Undone with its mount.
  case seal(root: String)
  /// An address is added to an interface of the host. Undone by removing it.
  case alias(InterfaceAddress)
  /// A pair of interfaces is made, the host's end described, addressed and put into its bridge. Undone by destroying it.
  case epair(hostAddresses: [NetworkAddress], bridge: String?)
  /// Commands on the host. Undone by nothing.
  case commands(HookPoint, [Command])
  /// Does nothing. Undone by running these commands.
  case counterparts(HookPoint, [Command])
  /// The jail, persistent and without a process. Undone by removing it, which ends whatever is in it.
  case jail([JailParameter])
  /// An interface of the host goes into the jail. Undone by taking it back, or by waiting for it once the jail is gone.
  case interface(String)
  /// lo0 is brought up inside; if there is a pair, the jail's end of it goes inside, and gets addresses and routes. Undone with
  /// the jail and the pair.
  case network(jailAddresses: [NetworkAddress], gateways: [NetworkAddress])
  /// A rule of rctl(8) on the jail. Undone by removing it.
  case rule(ResourceRule)
}

/// At which point of a jail's life commands run, by jail(8)'s names.
public enum HookPoint: String, Sendable, CaseIterable {
  case prestart, created, poststop, release
}

/// A path below a root, which nothing inside the root can lead out of: it is walked component by component, and a symbolic
/// link in it is an error.
public struct JailPath: Sendable, Equatable, Hashable {
  /// Absolute, on the host; walked with its links followed, since it is the administrator's own.
  public var root: String
  /// Names that are neither empty nor `.` nor `..`; empty: the root itself.
  public var components: [String]

  public init(root: String, components: [String] = []) {
    self.root = root
    self.components = components
  }

  /// - Returns: `nil` when the path has `..` in it.
  public init?(root: String, path: String) {
    guard let components = AbsolutePath.names(in: path) else { return nil }
    self.init(root: root, components: components)
  }

  /// The whole path on the host.
  public var text: String {
    let base = root == "/" ? "" : root
    return components.isEmpty ? root : base + "/" + components.joined(separator: "/")
  }
}

/// A mount of the plan, with everything decided.
public struct JailMount: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case nullfs(from: String, isReadOnly: Bool)
    /// One file, seen at another place. Where the kernel mounts no files it is copied, if the root is ours.
    case nullfsFile(from: String, isReadOnly: Bool, mayCopy: Bool)
    case tmpfs(size: UInt64?, mode: UInt32?)
    case devfs(ruleset: Int32)
    /// fdescfs, procfs, linprocfs, linsysfs.
    case plain(String)
  }

  public var kind: Kind
  public var target: JailPath

  public init(_ kind: Kind, at target: JailPath) {
    self.kind = kind
    self.target = target
  }

  /// As statfs(2) names it.
  public var fileSystem: String {
    switch kind {
    case .nullfs, .nullfsFile: "nullfs"
    case .tmpfs: "tmpfs"
    case .devfs: "devfs"
    case .plain(let name): name
    }
  }

  /// What statfs(2) says it was mounted from.
  public var source: String {
    switch kind {
    case .nullfs(let from, _), .nullfsFile(let from, _, _): from
    case .tmpfs, .devfs, .plain: fileSystem
    }
  }
}
