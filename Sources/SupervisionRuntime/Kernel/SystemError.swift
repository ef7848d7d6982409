import CProc

/// A call to the kernel that has failed: which one, on what, and why.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was asked, in the system's own word: `open`, `bind`, `pdfork`.
  public var call: String
  /// The path or name that it was asked about.
  public var subject: String?
  /// The errno.
  public var code: Int32

  public init(_ call: String, on subject: String? = nil, code: Int32) {
    self.call = call
    self.subject = subject
    self.code = code
  }

  /// The symbol of the errno on this system (`ENOENT`), or its number when it has none.
  public var name: String { Self.name(of: code) }

  /// What the system says to it: `No such file or directory`.
  public var text: String { Self.text(of: code) }

  /// `open /var/run/x: No such file or directory (ENOENT)`
  public var description: String {
    let place = subject.map { " \($0)" } ?? ""
    return "\(call)\(place): \(text) (\(name))"
  }

  /// The system lacks what it may have again in a moment: descriptors, memory, places for processes.
  public var isPassing: Bool { Self.isPassing(code) }

  static func isPassing(_ code: Int32) -> Bool {
    code == EMFILE || code == ENFILE || code == EAGAIN || code == ENOMEM
  }

  public static func name(of code: Int32) -> String {
    guard let name = cproc_error_name(code) else { return "errno \(code)" }
    return String(cString: name)
  }

  public static func text(of code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress else { return "" }
      cproc_error_text(code, start, buffer.count)
      return String(cString: start)
    }
  }

  // The errnos that callers decide on; the numbers are the system's.

  public static var notFound: Int32 { ENOENT }
  public static var notADirectory: Int32 { ENOTDIR }
  public static var exists: Int32 { EEXIST }
  public static var wouldBlock: Int32 { EWOULDBLOCK }
  public static var noSuchProcess: Int32 { ESRCH }
  public static var notPermitted: Int32 { EPERM }
  public static var invalidArgument: Int32 { EINVAL }
  public static var accessDenied: Int32 { EACCES }
  public static var connectionRefused: Int32 { ECONNREFUSED }
  public static var isDirectory: Int32 { EISDIR }
  public static var brokenPipe: Int32 { EPIPE }
  public static var connectionReset: Int32 { ECONNRESET }
  public static var noExecutable: Int32 { ENOEXEC }
  public static var deadlock: Int32 { EDEADLK }
  public static var tooManyOpenFiles: Int32 { EMFILE }
  public static var tryAgain: Int32 { EAGAIN }
  public static var noMemory: Int32 { ENOMEM }
  public static var inputOutput: Int32 { EIO }
}
