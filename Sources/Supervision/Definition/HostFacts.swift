/// What a configuration needs to know of the host. The runtime asks the system; tests answer for it.
public protocol HostFacts {
  /// The effective user and group that the supervisor runs as.
  var supervisorUID: UInt32 { get }
  var supervisorGID: UInt32 { get }
  /// Whether kernel modules are loaded here (FreeBSD).
  var loadsKernelModules: Bool { get }
  /// Looks a program up: an absolute path as it is, a name along the search path.
  func findProgram(_ name: String, in path: SearchPath) -> ProgramLookup
  /// What a path is on this host, symbolic links followed; `other` also where that cannot be seen.
  func kind(of path: String) -> FileKind
  /// The number of a user or group by name; `nil` when there is none. Numbers are never asked for.
  func userID(of name: String) -> UInt32?
  func groupID(of name: String) -> UInt32?
  /// The supervisor's own niceness.
  var supervisorNice: Int32 { get }
  /// The numbers of CPUs lie below.
  var cpuCount: Int { get }
  /// Routing tables; 0: this system has no choice of them.
  var fibCount: Int { get }
  /// The line of the probe (`root.jail=failed: …`) about a facility that was tried and does not work; else `nil`.
  func failure(of facility: KernelFacility) -> String?
  /// The hard limit that the supervisor has, `ResourceLimit.unlimited` included; `nil`: this system does not limit that.
  func hardLimit(of resource: LimitedResource) -> UInt64?
  /// Whether this system has jail(2).
  var hasJails: Bool { get }
  /// Whether the supervisor, where it runs in a jail itself, may make jails in it (`children.max`).
  var mayMakeJails: Bool { get }
  /// Whether this system has login.conf(5).
  var hasLoginClasses: Bool { get }
  var resourceAccounting: ResourceAccounting { get }
  /// How long init(8) waits for a shutdown before it ends everything (kern.init_shutdown_timeout); `nil`: not at all, or it is no
  /// business of a supervisor without root's rights.
  var systemShutdownLimit: Duration? { get }
  /// Why a program that is there could not be executed, as a clause: a script whose interpreter is missing.
  func scriptComplaint(about program: String, in path: SearchPath) -> String?
  /// What is wrong with a file of variables, as a clause with its place.
  func environmentComplaint(about path: String) -> String?
}

extension HostFacts {
  public var systemShutdownLimit: Duration? { nil }
  public func scriptComplaint(about program: String, in path: SearchPath) -> String? { nil }
  public func environmentComplaint(about path: String) -> String? { nil }
}

/// What becomes of rules of rctl(8).
public enum ResourceAccounting: Sendable, Equatable {
  case available
  /// The kernel has it, and `kern.racct.enable` is 0: a tunable of the boot loader.
  case off
  /// The kernel was made without it, or the system has none.
  case absent
}

/// Where a service's programs are looked for.
public enum SearchPath: Sendable, Hashable {
  /// The PATH that a service gets when nothing is said.
  case standard
  /// The supervisor's own PATH.
  case inherited
  /// The service's variable PATH.
  case path(String)
}

public enum ProgramLookup: Sendable, Equatable {
  case found
  case missing
  case notExecutable
}
