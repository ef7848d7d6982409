import CProc

/// A process that the supervisor has started, held by a descriptor: signals and exits can never be those of a process
/// that got the same pid later.
///
/// Give it back to who has started it: `ProcessStarter.release`, ``Reaper/release(_:)``. One that merely goes out of scope leaves its process alone, which
/// then counts as adopted.
public struct ProcessDescriptor: ~Copyable {
  public let pid: Int32
  let descriptor: Descriptor

  init(pid: Int32, adopting number: Int32) {
    self.pid = pid
    self.descriptor = Descriptor(adopting: number)
  }

  /// The kernel's number, valid while this value lives.
  public var number: Int32 { descriptor.number }

  /// pdkill(2). A process that has ended already is no error.
  public borrowing func signal(_ signal: Int32) throws(SystemError) {
    try check("pdkill", on: "\(pid)", cproc_process_signal(number, signal))
  }

  /// How it has ended, or `nil` while it runs. Does not reap it.
  public borrowing func status() throws(SystemError) -> WaitStatus? {
    var status: Int32 = 0
    guard try check("kevent", on: "\(pid)", cproc_process_status(number, &status)) == 1 else { return nil }
    return WaitStatus(raw: status)
  }

  consuming func relinquish() -> Int32 { descriptor.relinquish() }
}

/// The read end of the pipe on which a child tells that it could not become its program.
public struct LaunchReport: ~Copyable {
  let descriptor: Descriptor

  /// For ``EventLoop/watch(_:for:_:)``: readable when there is something to tell.
  public var number: Int32 { descriptor.number }

  public enum Outcome: Sendable, Equatable {
    /// Not known yet: ask again when the descriptor is readable.
    case pending
    /// The program runs (or the process was killed before it did; its exit tells).
    case executed
    case failed(LaunchFailure)
  }

  /// Asks without blocking. On Linux the answer is mostly there as soon as the process is started.
  public borrowing func outcome() throws(SystemError) -> Outcome {
    var failure = cproc_failure()
    let read = try withUnsafeMutableBytes(of: &failure) { (buffer) throws(SystemError) in
      try self.read(into: buffer)
    }
    switch read {
    case .notReady:
      return .pending
    case .bytes(MemoryLayout<cproc_failure>.size):
      let stage = LaunchStage(rawValue: failure.stage) ?? .exec
      let limit = failure.detail >= 0 ? Int(failure.detail) : nil
      return .failed(LaunchFailure(stage: stage, code: failure.error, limit: limit))
    case .bytes, .endOfFile:
      return .executed
    }
  }

  /// The child writes all of it at once; what is read may come in pieces.
  private borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Descriptor.ReadOutcome
  {
    var filled = 0
    while filled < buffer.count {
      let outcome = try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      guard case .bytes(let count) = outcome else { return filled == 0 ? outcome : .bytes(filled) }
      filled += count
    }
    return .bytes(filled)
  }
}

/// A process that was just started, and its report: to be taken apart (`let process = launched.process`).
/// Frozen, because only then may another module do that.
@frozen
public struct Launched: ~Copyable {
  public var process: ProcessDescriptor
  public var report: LaunchReport
}
