import CProc
import Supervision

extension Host {
  /// The niceness of this process.
  static var nice: Int32 { cproc_nice() }
  /// The numbers of CPUs lie below.
  static var cpuCount: Int { Int(cproc_cpu_count()) }
  /// How many routing tables there are; 0 where the system has no setfib(2).
  static var fibCount: Int { Int(cproc_fib_count()) }

  /// The limits of this process; `nil`: the system does not limit that. `UInt64.max` is unlimited.
  public static func limit(of resource: LimitedResource) -> (soft: UInt64, hard: UInt64)? {
    var limit = cproc_limit(resource: Int32(resource.number.rawValue), soft: 0, hard: 0)
    return cproc_limit(&limit) == 0 ? (limit.soft, limit.hard) : nil
  }
}

extension LimitedResource {
  var number: cproc_resource {
    switch self {
    case .openFiles: CPROC_LIMIT_OPEN_FILES
    case .core: CPROC_LIMIT_CORE
    case .data: CPROC_LIMIT_DATA
    case .stack: CPROC_LIMIT_STACK
    case .memoryLock: CPROC_LIMIT_MEMORY_LOCK
    case .processes: CPROC_LIMIT_PROCESSES
    case .fileSize: CPROC_LIMIT_FILE_SIZE
    case .cpuTime: CPROC_LIMIT_CPU_TIME
    case .addressSpace: CPROC_LIMIT_ADDRESS_SPACE
    case .resident: CPROC_LIMIT_RESIDENT
    case .socketsBuffer: CPROC_LIMIT_SOCKETS_BUFFER
    case .swap: CPROC_LIMIT_SWAP
    case .pseudoTerminals: CPROC_LIMIT_PSEUDO_TERMINALS
    case .kqueues: CPROC_LIMIT_KQUEUES
    case .umtxp: CPROC_LIMIT_UMTXP
    case .pipeBuffers: CPROC_LIMIT_PIPE_BUFFERS
    case .fileLocks: CPROC_LIMIT_FILE_LOCKS
    case .messageQueues: CPROC_LIMIT_MESSAGE_QUEUES
    case .pendingSignals: CPROC_LIMIT_PENDING_SIGNALS
    case .realtimePriority: CPROC_LIMIT_REALTIME_PRIORITY
    case .nice: CPROC_LIMIT_NICE
    }
  }
}
