import CProc

/// A file that is locked while a process has what it stands for, with the pid of that process in it: pidfile(3).
///
/// The lock is the open file's: it ends with the last process that has it open, however that ends. A child that goes on in the
/// background has it, and so has whoever was given the descriptor. A file without a lock is a dead process's, whatever is in it.
public final class PidFile {
  public let path: String
  private var descriptor: Descriptor
  private let mode: mode_t
  private var isWritten = false

  public enum Failure: Error, Sendable, Equatable {
    /// Another process has it; its pid, if it has written that already.
    case held(pid: Int32?)
    case system(SystemError)
  }

  /// Takes the file, which is made if it is missing. Nothing is written yet.
  public init(taking path: String, permissions: UInt32) throws(Failure) {
    self.path = path
    mode = mode_t(truncatingIfNeeded: permissions)
    descriptor = try Self.lock(path, mode)
  }

  /// Goes on with a file that a predecessor has taken and written.
  public init(adopting descriptor: consuming Descriptor, path: String, permissions: UInt32) {
    self.path = path
    self.descriptor = descriptor
    mode = mode_t(truncatingIfNeeded: permissions)
    isWritten = true
  }

  /// Lends the descriptor, which holds the lock, to whoever keeps a copy of it.
  func lend(to body: (borrowing Descriptor) -> Void) { body(descriptor) }

  private static func lock(_ path: String, _ mode: mode_t) throws(Failure) -> Descriptor {
    do throws(SystemError) { return try take(path, mode) } catch {
      throw error.code == SystemError.wouldBlock ? .held(pid: pid(in: path)) : .system(error)
    }
  }

  private static func take(_ path: String, _ mode: mode_t) throws(SystemError) -> Descriptor {
    while true {
      let descriptor = Descriptor(adopting: try check("open", on: path, cproc_lock_file(path, mode)))
      let locked = try Files.status(of: descriptor)
      // Who had it before may have removed the file between our opening it and the lock.
      if let named = try? Files.status(path, followingLink: false), named.isSameFile(as: locked) { return descriptor }
    }
  }

  private static func pid(in path: String) -> Int32? {
    guard let bytes = try? Files.read(path, limit: 64) else { return nil }
    let pid = Int32(String(decoding: bytes, as: UTF8.self).prefix { $0.isNumber })
    return pid.flatMap { $0 > 0 ? $0 : nil }
  }

  /// Whether the path still leads to it.
  var isInPlace: Bool {
    guard let locked = try? Files.status(of: descriptor),
      let named = try? Files.status(path, followingLink: false)
    else { return false }
    return named.isSameFile(as: locked)
  }

  /// Takes and writes it again, after somebody has removed or replaced it.
  ///
  /// - Returns: whether that was needed.
  func renew(pid: Int32 = Host.pid) throws(Failure) -> Bool {
    guard !isInPlace else { return false }
    // The old lock is let go only when there is a new one.
    descriptor = try Self.lock(path, mode)
    do throws(SystemError) { try write(pid: pid) } catch { throw .system(error) }
    return true
  }

  /// Writes who has it: this process, or the one that stays when this one has gone.
  public func write(pid: Int32 = Host.pid) throws(SystemError) {
    let text = "\(pid)\n"
    let result = text.utf8CString.withUnsafeBufferPointer { bytes in
      cproc_content_replace(descriptor.number, bytes.baseAddress, bytes.count - 1)
    }
    try check("write", on: path, result)
    isWritten = true
  }

  /// Removes the file. Call it last: whoever comes next takes one of the same name. What somebody else has written, who
  /// takes no lock, is left alone.
  public func remove() throws(SystemError) {
    if !isWritten, try Files.status(of: descriptor).size > 0 { return }
    try Files.remove(path)
  }
}
