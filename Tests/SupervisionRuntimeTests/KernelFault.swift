#if DEBUG

  import CProc
  import Testing

  /// A call of CProc's that does not go as it should (CProcSeam.h). Only a debug build has the seam for it.
  struct KernelFault: Sendable {
    /// The C function's name; a bare system call's without `SYS_`.
    var call: String
    /// The errno that it fails with; 0: it is made, and reads or writes at most so many bytes.
    var error: Int32 = 0
    var most = 0
    /// So many calls are let pass first.
    var after: UInt32 = 0
    /// So many are struck then; `nil`: all.
    var times: UInt32? = 1

    static func failing(_ call: String, _ error: Int32, after: UInt32 = 0, times: UInt32? = 1) -> KernelFault {
      KernelFault(call: call, error: error, after: after, times: times)
    }

    static func shortening(_ call: String, to most: Int) -> KernelFault {
      KernelFault(call: call, most: most, times: nil)
    }

    /// How many calls of that name were struck on this thread, in the innermost ``withFaults(_:_:)``.
    static func struck(_ call: String) -> Int { Int(cproc_faults_struck(call)) }
  }

  /// Puts faults into this thread's calls for the time of `body`, which therefore must not suspend.
  func withFaults<Result>(_ faults: [KernelFault], _ body: () throws -> Result) throws -> Result {
    defer { cproc_faults_clear() }
    for fault in faults {
      let result = fault.call.withCString { name in
        var fault = cproc_fault(
          call: name, error: fault.error, after: fault.after, times: fault.times ?? UInt32(CPROC_FAULT_ALWAYS),
          most: fault.most)
        return cproc_fault_add(&fault)
      }
      try #require(result == 0, "\(fault)")
    }
    return try body()
  }

#endif
