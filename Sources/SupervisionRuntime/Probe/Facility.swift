import CProc

/// The kernel that a probe is made on.
public enum ProbedSystem: String, Sendable {
  case freeBSD = "FreeBSD"
  case linux = "Linux"

  /// The one that this was compiled for.
  public static var current: ProbedSystem {
    #if os(FreeBSD)
      .freeBSD
    #else
      .linux
    #endif
  }
}

/// One thing that the probe looks at. The raw value is its key, and the order of the cases that of the lines: others read
/// them, so both stay as they are.
public enum Facility: String, CaseIterable, Sendable {
  case clone = "feature.SYS_clone"
  case unshare = "feature.SYS_unshare"
  case setns = "feature.SYS_setns"
  case pivotRoot = "feature.SYS_pivot_root"
  case jailHeader = "feature.FreeBSD_jail"
  case capsicumHeaders = "feature.Capsicum_headers"
  case prctlHeader = "feature.sys_prctl_h"
  case linuxCloseRangeHeader = "feature.linux_close_range_h"
  case forkAndWait = "runtime.fork_waitpid"
  case spawnClosing = "runtime.posix_spawn_addclosefrom_np"
  case closeRange = "runtime.close_range"
  case preallocation = "runtime.posix_fallocate"
  case linkTimes = "runtime.lutimes"
  case statvfs = "runtime.statvfs"
  case chroot = "root.chroot"
  case jail = "root.jail"
  case linkOwner = "root.lchown"
  case processDescriptor = "runtime.pdfork"
  case processExit = "runtime.procdesc_kevent"
  case reaper = "runtime.reaper"
  case processSignal = "runtime.pdkill"
  case capsicum = "runtime.capsicum"
  case nullfs = "root.nullfs"
  case tmpfs = "root.tmpfs"
  case jailNetwork = "root.jail_vnet"
  case rctl = "root.rctl"
  case pidfd = "runtime.pidfd_open"
  case pidfdExit = "runtime.pidfd_exit"
  case subreaper = "runtime.subreaper"
  case pidfdSignal = "runtime.pidfd_signal"

  /// How it is found out.
  enum Question {
    /// By what the headers had when this was compiled.
    case compiled(cproc_feature)
    case tried(cproc_probe)
  }

  var question: Question {
    switch self {
    case .clone: .compiled(CPROC_FEATURE_SYS_CLONE)
    case .unshare: .compiled(CPROC_FEATURE_SYS_UNSHARE)
    case .setns: .compiled(CPROC_FEATURE_SYS_SETNS)
    case .pivotRoot: .compiled(CPROC_FEATURE_SYS_PIVOT_ROOT)
    case .jailHeader: .compiled(CPROC_FEATURE_JAIL)
    case .capsicumHeaders: .compiled(CPROC_FEATURE_CAPSICUM)
    case .prctlHeader: .compiled(CPROC_FEATURE_PRCTL_HEADER)
    case .linuxCloseRangeHeader: .compiled(CPROC_FEATURE_LINUX_CLOSE_RANGE_HEADER)
    case .forkAndWait: .tried(CPROC_PROBE_FORK)
    case .spawnClosing: .tried(CPROC_PROBE_SPAWN)
    case .closeRange: .tried(CPROC_PROBE_CLOSE_RANGE)
    case .preallocation: .tried(CPROC_PROBE_FALLOCATE)
    case .linkTimes: .tried(CPROC_PROBE_LUTIMES)
    case .statvfs: .tried(CPROC_PROBE_STATVFS)
    case .chroot: .tried(CPROC_PROBE_CHROOT)
    case .jail: .tried(CPROC_PROBE_JAIL)
    case .linkOwner: .tried(CPROC_PROBE_LCHOWN)
    case .processDescriptor, .pidfd: .tried(CPROC_PROBE_DESCRIPTOR)
    case .processExit, .pidfdExit: .tried(CPROC_PROBE_EXIT)
    case .reaper, .subreaper: .tried(CPROC_PROBE_REAPER)
    case .processSignal, .pidfdSignal: .tried(CPROC_PROBE_SIGNAL)
    case .capsicum: .tried(CPROC_PROBE_CAPSICUM)
    case .nullfs: .tried(CPROC_PROBE_NULLFS)
    case .tmpfs: .tried(CPROC_PROBE_TMPFS)
    case .jailNetwork: .tried(CPROC_PROBE_JAIL_VNET)
    case .rctl: .tried(CPROC_PROBE_RCTL)
    }
  }

  /// The only kernel that has it; `nil`: all do.
  public var home: ProbedSystem? {
    switch self {
    case .jail, .processDescriptor, .processExit, .reaper, .processSignal, .capsicum, .nullfs, .tmpfs, .jailNetwork,
      .rctl:
      .freeBSD
    case .pidfd, .pidfdExit, .subreaper, .pidfdSignal:
      .linux
    default:
      nil
    }
  }

  public var needsRoot: Bool { rawValue.hasPrefix("root.") }

  /// What to do about a failure, where the errno does not say it.
  func advice(for code: Int32) -> String? {
    self == .rctl && code == ENOSYS ? "set kern.racct.enable=1 in loader.conf(5)" : nil
  }

  /// The lines of a probe, in their order. What only Linux has is no question on FreeBSD; what the product rests on is
  /// one everywhere.
  public static func lines(on system: ProbedSystem) -> [Facility] {
    allCases.filter { system == .linux || $0.home != .linux }
  }

  /// What no service can be started, watched or ended without.
  public static func essential(on system: ProbedSystem) -> [Facility] {
    let shared: [Facility] = [.forkAndWait, .closeRange]
    return switch system {
    case .freeBSD: shared + [.processDescriptor, .processExit, .reaper, .processSignal]
    case .linux: shared + [.pidfd, .pidfdExit, .subreaper, .pidfdSignal]
    }
  }
}
