import CProc

/// Who is at the other end of a local connection.
public struct PeerCredentials: Sendable, Equatable {
  public var user: UInt32
  public var group: UInt32
  /// Who connected; it may have gone since. `nil` when the system does not tell.
  public var pid: Int32?

  public init(user: UInt32, group: UInt32, pid: Int32?) {
    self.user = user
    self.group = group
    self.pid = pid
  }
}

/// Local (Unix) stream sockets.
public enum LocalSocket {
  /// Connects to a listening socket. The result does not block.
  ///
  /// - Throws: `ENOENT`, there is no socket; `ECONNREFUSED`, nobody listens on it any more; `EACCES`.
  public static func connect(to path: String) throws(SystemError) -> Descriptor {
    Descriptor(adopting: try check("connect", on: path, cproc_local_connect(path)))
  }

  /// socketpair(2): what is written to one end is read from the other. Both block.
  static func pair() throws(SystemError) -> Descriptor.Pipe {
    var ends: (Int32, Int32) = (-1, -1)
    let result = withUnsafeMutablePointer(to: &ends) { pointer in
      pointer.withMemoryRebound(to: Int32.self, capacity: 2) { cproc_local_pair($0) }
    }
    try check("socketpair", result)
    return Descriptor.Pipe(reading: Descriptor(adopting: ends.0), writing: Descriptor(adopting: ends.1))
  }

  /// LOCAL_PEERCRED, SO_PEERCRED.
  public static func peer(of connection: borrowing Descriptor) throws(SystemError) -> PeerCredentials {
    var peer = cproc_peer()
    try check("getpeereid", cproc_local_peer(connection.number, &peer))
    return PeerCredentials(user: peer.user, group: peer.group, pid: peer.pid > 0 ? peer.pid : nil)
  }
}

/// A listening local socket whose path is this process's alone.
public struct ControlListener: ~Copyable {
  public let path: String
  private var socket: Descriptor
  /// What the path leads to, as long as nobody has removed it; `nil`: somebody had, before this one was taken over.
  private var file: Files.Status?
  /// Held while the socket is ours; the file stays, since removing it would let two others lock two files of the
  /// same name.
  private var lock: Descriptor

  public enum Failure: Error, Sendable, Equatable {
    /// Another supervisor listens there; its pid when it is known.
    case inUse(pid: Int32?)
    /// Something that is not a socket has the name.
    case notASocket
    case system(SystemError)
  }

  /// Makes the socket, in the place of one that a dead predecessor has left.
  ///
  /// Two that start at once cannot both believe that the old socket is stale: who wants the path first takes a
  /// lock on `PATH.lock`.
  public init(path: String, permissions: UInt32 = 0o600) throws(Failure) {
    let lock = try Self.takeLock(of: path)
    try Self.removeStale(path)
    let socket = try Self.listen(path, permissions)
    self.file = try Self.status(path)
    self.socket = socket
    self.lock = lock
    self.path = path
  }

  /// Goes on with a socket that a predecessor has made, and with its lock: whoever has connected meanwhile is in its queue.
  init(adopting socket: consuming Descriptor, lock: consuming Descriptor, path: String) {
    self.path = path
    self.socket = socket
    self.lock = lock
    let found = try? Files.status(path, followingLink: false)
    file = found?.kind == .socket ? found : nil
  }

  /// Lends the descriptors that have to stay open for the socket to stay: itself, and the lock.
  borrowing func lend(to body: (_ socket: borrowing Descriptor, _ lock: borrowing Descriptor) -> Void) {
    body(socket, lock)
  }

  private static func status(_ path: String) throws(Failure) -> Files.Status {
    do { return try Files.status(path, followingLink: false) } catch { throw .system(error) }
  }

  /// Whether the path still leads to this socket.
  public var isInPlace: Bool {
    guard let file, let found = try? Files.status(path, followingLink: false) else { return false }
    return found.isSameFile(as: file)
  }

  /// Makes the socket again, after somebody has removed it. What has connected stays connected.
  ///
  /// - Throws: `inUse`, somebody else has made one there meanwhile. Everything is as it was then.
  public mutating func renew(permissions: UInt32) throws(Failure) {
    let ours = try? Files.status(of: lock)
    let named = try? Files.status(path + ".lock", followingLink: false)
    // The lock may have been removed as well: then it keeps nobody away any more.
    if let ours, let named, named.isSameFile(as: ours) {
      try Self.removeStale(path)
    } else {
      let lock = try Self.takeLock(of: path)
      try Self.removeStale(path)
      self.lock = lock
    }
    socket = try Self.listen(path, permissions)
    file = try Self.status(path)
  }

  private static func listen(_ path: String, _ permissions: UInt32) throws(Failure) -> Descriptor {
    let number = cproc_local_listen(path, mode_t(truncatingIfNeeded: permissions))
    guard number >= 0 else { throw .system(SystemError("bind", on: path, code: cproc_errno())) }
    return Descriptor(adopting: number)
  }

  private static func takeLock(of path: String) throws(Failure) -> Descriptor {
    do {
      return try Files.lock(path + ".lock")
    } catch {
      guard error.code == SystemError.wouldBlock else { throw .system(error) }
      throw .inUse(pid: listener(on: path))
    }
  }

  /// Removes a socket on which nobody listens.
  private static func removeStale(_ path: String) throws(Failure) {
    do {
      guard try Files.status(path, followingLink: false).kind == .socket else { throw Failure.notASocket }
      _ = try LocalSocket.connect(to: path)
    } catch let error as SystemError {
      switch error.code {
      case ENOENT: return
      case ECONNREFUSED: try remove(path)
      // EAGAIN: its backlog is full, so somebody lives.
      case EAGAIN: throw .inUse(pid: nil)
      default: throw .system(error)
      }
      return
    } catch {
      throw .notASocket
    }
    throw .inUse(pid: listener(on: path))
  }

  private static func remove(_ path: String) throws(Failure) {
    do { try Files.remove(path) } catch { throw .system(error) }
  }

  /// Who listens at a path, as far as a connection can tell.
  private static func listener(on path: String) -> Int32? {
    guard let connection = try? LocalSocket.connect(to: path) else { return nil }
    return try? LocalSocket.peer(of: connection).pid
  }

  public var number: Int32 { socket.number }

  /// The next connection that waits, non-blocking; `nil` when none does.
  public borrowing func accept() throws(SystemError) -> Descriptor? {
    let number = cproc_local_accept(socket.number)
    if number >= 0 { return Descriptor(adopting: number) }
    let code = cproc_errno()
    // ECONNABORTED: whoever wanted to connect has given up before we came to it.
    if code == EAGAIN || code == EWOULDBLOCK || code == ECONNABORTED { return nil }
    throw SystemError("accept", on: path, code: code)
  }

  /// Removes the socket from the file system, unless it is another's by now, then closes it.
  public consuming func close() throws(SystemError) {
    if isInPlace { try Files.remove(path) }
  }
}
