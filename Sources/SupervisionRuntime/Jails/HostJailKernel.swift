import CProc
import Supervision

/// This system's kernel, as carrying out a plan asks it.
///
/// For a process beside the event loop: its calls may wait, for a disk, a child process, or a command. On a system without
/// jails all but the files throws `ENOSYS`.
public struct HostJailKernel: JailKernel {
  public let boot: String

  public init() throws(SystemError) {
    boot = try Host.bootName()
  }

  public mutating func pause(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    cproc_sleep(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}

extension JailPath {
  /// The components as CProc walks them.
  var relative: String { components.joined(separator: "/") }
}

extension JailError {
  /// A call that has just failed: what was tried, and errno in words.
  ///
  /// - Parameter words: what an errno means here, where that is more than the system's words say.
  init(_ attempt: String, code: Int32, words: [Int32: String] = [:]) {
    self.init(code: code, "\(attempt): \(words[code] ?? Self.clause(of: code))")
  }

  /// A call that has left a reason: CProc's or the kernel's words with the errno's name, or errno in words.
  init(_ attempt: String, code: Int32, reason: String) {
    self.init(
      code: code,
      reason.isEmpty ? "\(attempt): \(Self.clause(of: code))" : "\(attempt): \(reason) (\(SystemError.name(of: code)))")
  }

  /// The system's words as the second half of a sentence; where there is no such call at all, what that means.
  private static func clause(of code: Int32) -> String {
    if code == ENOSYS { return "this system cannot do that (ENOSYS)" }
    let text = SystemError.text(of: code)
    guard let first = text.first, let second = text.dropFirst().first, second.isLowercase else { return text }
    return first.lowercased() + text.dropFirst()
  }
}

/// Calls a function of CProc that leaves a reason, and throws with it when the result is -1.
@discardableResult
func checkReason(
  _ attempt: @autoclosure () -> String, _ body: (UnsafeMutablePointer<CChar>) -> Int32
) throws(JailError) -> Int32 {
  var reason = [CChar](repeating: 0, count: Int(CPROC_REASON_SIZE))
  var code: Int32 = 0
  let result = reason.withUnsafeMutableBufferPointer { buffer -> Int32 in
    guard let start = buffer.baseAddress else { return -1 }
    let result = body(start)
    if result < 0 { code = cproc_errno() }
    return result
  }
  guard result < 0 else { return result }
  let text = reason.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { String(cString: $0) } ?? "" }
  throw JailError(attempt(), code: code, reason: text)
}

/// The same of a function that leaves none.
@discardableResult
func checkResult(
  _ attempt: @autoclosure () -> String, _ result: Int32, words: [Int32: String] = [:]
) throws(JailError) -> Int32 {
  guard result < 0 else { return result }
  let code = cproc_errno()
  throw JailError(attempt(), code: code, words: words)
}
