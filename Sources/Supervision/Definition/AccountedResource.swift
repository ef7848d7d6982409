/// What rctl(8) counts, under its names there.
enum AccountedResource: String, CaseIterable {
  case cputime, datasize, stacksize, coredumpsize, memoryuse, memorylocked, maxproc, openfiles, vmemoryuse
  case pseudoterminals, swapuse, nthr, msgqqueued, msgqsize, nmsgq, nsem, nsemop, nshm, shmsize, wallclock, pcpu
  case readbps, writebps, readiops, writeiops

  /// What an amount counts.
  enum Unit {
    case bytes
    case seconds
    case percent
    case count
  }

  var unit: Unit {
    switch self {
    case .datasize, .stacksize, .coredumpsize, .memoryuse, .memorylocked, .vmemoryuse, .swapuse, .msgqsize, .shmsize,
      .readbps, .writebps:
      .bytes
    case .cputime, .wallclock: .seconds
    case .pcpu: .percent
    case .maxproc, .openfiles, .pseudoterminals, .nthr, .msgqqueued, .nmsgq, .nsem, .nsemop, .nshm, .readiops,
      .writeiops:
      .count
    }
  }

  var isThrottled: Bool {
    switch self {
    case .readbps, .writebps, .readiops, .writeiops: true
    default: false
    }
  }

  /// Whether every process uses it: with an amount of 0 none can live.
  var isIndispensable: Bool {
    switch self {
    case .cputime, .wallclock, .pcpu, .memoryuse, .vmemoryuse, .datasize, .stacksize, .maxproc, .nthr, .openfiles:
      true
    default: isThrottled
    }
  }

  /// What may happen at an amount, for messages.
  var actionForm: String {
    let first = isThrottled ? "throttle, " : isDeniable ? "deny, " : ""
    return first + "log, devctl or a signal such as sigterm"
  }

  var isDeniable: Bool { !isThrottled && unit != .seconds }

  /// What happens at an amount that stands alone; `nil`: that has to be said.
  var defaultAction: String? {
    if isThrottled { return "throttle" }
    return isDeniable ? "deny" : nil
  }

  /// The names of the service language, those of `limits` where it has the same.
  private static let friendly: [(name: String, resource: AccountedResource)] = [
    ("memory", .memoryuse), ("swap", .swapuse), ("processes", .maxproc), ("threads", .nthr), ("cpu", .pcpu),
    ("open-files", .openfiles), ("read-bps", .readbps), ("write-bps", .writebps), ("read-iops", .readiops),
    ("write-iops", .writeiops), ("cpu-time", .cputime), ("wall-clock", .wallclock), ("core", .coredumpsize),
    ("data", .datasize), ("stack", .stacksize), ("memory-lock", .memorylocked), ("address-space", .vmemoryuse),
    ("pseudo-terminals", .pseudoterminals), ("shared-memory", .shmsize),
  ]

  init?(name: String) {
    if let resource = AccountedResource(rawValue: name) ?? Self.friendly.first(where: { $0.name == name })?.resource {
      self = resource
    } else {
      return nil
    }
  }

  static let names = friendly.map(\.name) + allCases.map(\.rawValue)

  /// What rctl(8) can do at an amount.
  static let actions: [String] = ["deny", "log", "devctl", "throttle"] + signals.map { "sig" + $0 }

  private static let signals = [
    "hup", "int", "quit", "ill", "trap", "abrt", "emt", "fpe", "kill", "bus", "segv", "sys", "pipe", "alrm", "term",
    "urg", "stop", "tstp", "cont", "chld", "ttin", "ttou", "io", "xcpu", "xfsz", "vtalrm", "prof", "winch", "info",
    "usr1", "usr2", "thr",
  ]
}
