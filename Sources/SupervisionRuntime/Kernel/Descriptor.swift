import CProc

/// An open file descriptor that belongs to exactly one owner and is closed with it. Always close-on-exec.
public struct Descriptor: ~Copyable {
  /// The kernel's number, for those that borrow it. It is valid while this value lives.
  public let number: Int32

  /// Takes over a descriptor that nobody else will close.
  public init(adopting number: Int32) {
    self.number = number
  }

  deinit {
    _ = cproc_close(number)
  }

  /// Closes it here rather than at the end of the scope: whoever reads the other end of a pipe waits for that.
  public consuming func close() {}

  /// Gives the number up to the caller, who closes it.
  public consuming func relinquish() -> Int32 {
    let number = number
    discard self
    return number
  }

  /// What a read has found.
  public enum ReadOutcome: Equatable, Sendable {
    case bytes(Int)
    case endOfFile
    /// Nothing is there yet (non-blocking descriptors only).
    case notReady
  }

  /// read(2). Interrupted calls are repeated.
  public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> ReadOutcome {
    let count = cproc_read(number, buffer.baseAddress, buffer.count)
    if count > 0 { return .bytes(count) }
    if count == 0 { return .endOfFile }
    let code = cproc_errno()
    if code == EAGAIN || code == EWOULDBLOCK { return .notReady }
    throw SystemError("read", code: code)
  }

  /// write(2), for files and pipes. Returns how many bytes were taken: 0 when the other side is full
  /// (non-blocking descriptors only).
  public borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    try Self.taken("write", cproc_write(number, bytes.baseAddress, bytes.count))
  }

  /// send(2) on a socket: the same, and without SIGPIPE where nobody reads any more.
  public borrowing func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    try Self.taken("send", cproc_send(number, bytes.baseAddress, bytes.count))
  }

  private static func taken(_ call: String, _ count: Int) throws(SystemError) -> Int {
    if count >= 0 { return count }
    let code = cproc_errno()
    if code == EAGAIN || code == EWOULDBLOCK { return 0 }
    throw SystemError(call, code: code)
  }

  /// A second descriptor for the same open file: dup(2).
  public borrowing func duplicate() throws(SystemError) -> Descriptor {
    Descriptor(adopting: try check("dup", cproc_duplicate(number)))
  }

  public borrowing func setNonBlocking() throws(SystemError) {
    try check("fcntl", cproc_set_nonblocking(number))
  }

  /// fchmod(2).
  public borrowing func setMode(_ mode: UInt32) throws(SystemError) {
    try check("fchmod", cproc_set_mode(number, mode_t(truncatingIfNeeded: mode)))
  }

  /// fsync(2).
  public borrowing func synchronize() throws(SystemError) {
    try check("fsync", cproc_sync(number))
  }
}

extension Descriptor {
  /// How a file is opened.
  public enum OpenMode: Sendable {
    case read
    /// Each write goes to the end; made with the given permissions if missing.
    case append
    /// Emptied; made with the given permissions if missing.
    case create
    /// Must not exist, not even as a symbolic link.
    case new
    /// Only to be watched: ``EventLoop/watchFile(_:_:)``. A socket can be, too.
    case watch
  }

  /// open(2).
  public static func open(
    _ path: String, _ mode: OpenMode = .read, permissions: UInt32 = 0o600
  ) throws(SystemError) -> Descriptor {
    let how =
      switch mode {
      case .read: CPROC_OPEN_READ
      case .append: CPROC_OPEN_APPEND
      case .create: CPROC_OPEN_CREATE
      case .new: CPROC_OPEN_NEW
      case .watch: CPROC_OPEN_WATCH
      }
    return Descriptor(
      adopting: try check("open", on: path, cproc_open(path, how, mode_t(truncatingIfNeeded: permissions))))
  }

  /// pipe(2), both ends blocking.
  public static func pipe() throws(SystemError) -> Pipe {
    var ends: (Int32, Int32) = (-1, -1)
    let result = withUnsafeMutablePointer(to: &ends) { pointer in
      pointer.withMemoryRebound(to: Int32.self, capacity: 2) { cproc_pipe($0) }
    }
    try check("pipe", result)
    return Pipe(reading: Descriptor(adopting: ends.0), writing: Descriptor(adopting: ends.1))
  }

  /// Two ends, to be taken apart: `let reading = pipe.reading`. Frozen, because only then may another module do that.
  @frozen
  public struct Pipe: ~Copyable {
    public var reading: Descriptor
    public var writing: Descriptor
  }
}

/// Turns the C interface's -1 into the error that errno names. Call it on the very result: nothing may come between.
@discardableResult
func check(_ call: String, on subject: String? = nil, _ result: Int32) throws(SystemError) -> Int32 {
  guard result < 0 else { return result }
  throw SystemError(call, on: subject, code: cproc_errno())
}
