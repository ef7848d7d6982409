/// What carrying out a plan asks of the kernel: the runtime has the real one, tests stand in for it.
///
/// Every function is one attempt that either has done all that it says or has left nothing behind, as far as the kernel lets it;
/// none of them retries. A crash may come between any two calls.
public protocol JailKernel {
  /// Names this boot of the system.
  var boot: String { get }

  // MARK: Files

  /// What is at a path, without following a link in it or at its end.
  mutating func look(at path: JailPath) throws(JailError) -> FileObservation
  /// mkdirat(2) for the last component; what is above it exists. The root must be the supervisor's own.
  mutating func makeDirectory(_ path: JailPath, mode: UInt32) throws(JailError) -> FileIdentity
  /// An empty file of mode 0600.
  mutating func makeFile(_ path: JailPath) throws(JailError) -> FileIdentity
  /// rmdir(2), if the directory is the one that is meant. `ENOTEMPTY` when something is in it.
  mutating func removeDirectory(_ path: JailPath, _ identity: FileIdentity) throws(JailError)
  /// unlink(2), if the file is the one that is meant.
  mutating func removeFile(_ path: JailPath, _ identity: FileIdentity) throws(JailError)
  /// Whether there is nothing in a file.
  mutating func isEmptyFile(_ path: JailPath) throws(JailError) -> Bool
  /// realpath(3) of a root: how statfs(2) and the kernel's jails spell what is at it. `ENOENT` when it is missing.
  mutating func resolve(root: String) throws(JailError) -> String

  // MARK: Mounts

  /// nmount(2). Refuses a source that is its own target, and an empty ruleset of devfs.
  ///
  /// - Returns: `nil` when one file was copied, not mounted.
  mutating func mount(_ mount: JailMount) throws(JailError) -> FileSystemID?
  /// MNT_UPDATE to read-only.
  mutating func seal(_ root: String) throws(JailError)
  /// getfsstat(2), in the order in which they were mounted.
  mutating func mounts() throws(JailError) -> [MountEntry]
  /// unmount(2) by id.
  mutating func unmount(_ id: FileSystemID, isForced: Bool) throws(JailError)

  // MARK: The jail

  /// jail_set(2) with `persist`, `name` and `path`. The kernel's own message is in the error.
  mutating func makeJail(name: String, path: String, _ parameters: [JailParameter]) throws(JailError) -> Int32
  /// A jail by its name, dying ones left out.
  mutating func findJail(_ name: String) throws(JailError) -> JailObservation?
  /// What has become of the jail with this id, by whatever name.
  mutating func state(ofJail jid: Int32) throws(JailError) -> JailState
  /// Whether a process lives in the jail; zombies do not.
  mutating func hasProcesses(inJail jid: Int32) throws(JailError) -> Bool
  mutating func removeJail(_ jid: Int32) throws(JailError)

  // MARK: Network

  mutating func hasInterface(_ name: String) throws(JailError) -> Bool
  /// The description of an interface (ifconfig(8), `descr`); empty: none.
  mutating func description(ofInterface name: String) throws(JailError) -> String
  /// A free number for a pair: `epairN` exists neither here nor as `epairNa`.
  mutating func freeEpair() throws(JailError) -> String
  /// Makes the pair `name` (its ends are `namea` and `nameb`), describes both ends, brings the host's up.
  mutating func makeEpair(
    _ name: String, description: String, _ addresses: [NetworkAddress], bridge: String?) throws(JailError)
  /// SIOCIFDESTROY.
  mutating func destroyInterface(_ name: String) throws(JailError)
  /// SIOCSIFVNET.
  mutating func give(interface: String, to jid: Int32) throws(JailError)
  /// SIOCSIFRVNET.
  mutating func takeBack(interface: String, from jid: Int32) throws(JailError)
  /// Inside the jail: addresses, the interface and lo0 up, default routes.
  mutating func configure(
    interface: String, in jid: Int32, _ addresses: [NetworkAddress], gateways: [NetworkAddress]
  ) throws(JailError)
  mutating func hasAddress(_ address: InterfaceAddress) throws(JailError) -> Bool
  mutating func addAddress(_ address: InterfaceAddress) throws(JailError)
  mutating func removeAddress(_ address: InterfaceAddress) throws(JailError)

  // MARK: The rest

  /// rctl_add_rule(2) on the jail of this name.
  mutating func addRule(_ rule: ResourceRule, jail: String) throws(JailError)
  /// rctl_remove_rule(2). What is not there is no error.
  mutating func removeRule(_ rule: ResourceRule, jail: String) throws(JailError)
  /// Runs a command to its end.
  mutating func run(_ command: Command, environment: [EnvironmentVariable]) throws(JailError)
  /// Waits for what only time brings: the end of processes, an interface that a dying jail keeps.
  mutating func pause(_ duration: Duration)
}

/// Why a call of a plan failed.
public struct JailError: Error, Sendable, Equatable {
  /// The errno; 0 when the reason is no errno.
  public var code: Int32
  /// What was tried and what the kernel says of it, as a clause: `mount /data on /jails/web/data: not a directory`.
  public var message: String

  public init(code: Int32 = 0, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// What makes a file this one and no other.
public struct FileIdentity: Sendable, Equatable, Hashable {
  public var device: UInt64
  public var inode: UInt64

  public init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}

public enum FileObservation: Sendable, Equatable {
  case absent
  case directory(FileIdentity)
  case file(FileIdentity)
  /// A symbolic link, a device, a socket.
  case other(FileIdentity)
}

/// statfs(2), `f_fsid`: what one mount is called for as long as it lasts.
public struct FileSystemID: Sendable, Equatable, Hashable {
  public var first: Int32
  public var second: Int32

  public init(_ first: Int32, _ second: Int32) {
    self.first = first
    self.second = second
  }
}

/// One line of mount(8).
public struct MountEntry: Sendable, Equatable {
  public var id: FileSystemID
  public var fileSystem: String
  public var source: String
  public var target: String

  public init(id: FileSystemID, fileSystem: String, source: String, target: String) {
    self.id = id
    self.fileSystem = fileSystem
    self.source = source
    self.target = target
  }
}

public enum JailState: Sendable, Equatable {
  case alive
  /// It was removed, and the kernel keeps something of it: a socket that has to be closed properly, a process on its way
  /// out. Its name is free, nobody gets in, and its interfaces come back with its end.
  case dying
  case gone
}

public struct JailObservation: Sendable, Equatable {
  public var jid: Int32
  public var path: String

  public init(jid: Int32, path: String) {
    self.jid = jid
    self.path = path
  }
}
