import CProc

/// How a process has ended: what wait(2) tells.
public enum WaitStatus: Sendable, Equatable {
  case exited(UInt8)
  case signaled(Int32, core: Bool)

  /// From the integer of wait(2).
  init(raw: Int32) {
    if cproc_status_exited(raw) {
      self = .exited(UInt8(truncatingIfNeeded: cproc_status_code(raw)))
    } else {
      self = .signaled(cproc_status_signal(raw), core: cproc_status_core(raw))
    }
  }
}
