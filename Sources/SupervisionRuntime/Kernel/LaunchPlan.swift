import CProc
import Supervision

/// All that a new process is to be, decided before the fork.
///
/// A value without descriptors of its own: `descriptors` names those of the caller by number, and the caller keeps
/// them open until whoever starts the process (`ProcessStarter`, ``Reaper/launch(_:)``) has returned.
public struct LaunchPlan: Sendable, Equatable {
  /// The files to try in this order, as execvp(3) does with the directories of PATH. ``candidates(for:path:)``
  /// makes them.
  public var programs: [String]
  /// The number of the new process at which its program is open already, one of ``descriptors``: then what ``programs`` says
  /// is only for messages.
  var program: Int32?
  /// The words of the command, the program's name as the user wrote it first.
  public var arguments: [String]
  /// Lines `NAME=value`.
  public var environment: [ByteString] = []
  public var workingDirectory = "/"
  public var umask: UInt32 = 0o022
  public var credentials = Credentials()
  /// What the process has open. Number 0 is /dev/null unless it is named here; anything else that is not named
  /// here is closed.
  public var descriptors: [Promise] = []
  /// The limit of open files that the process gets; `nil`: the supervisor's own, as raised.
  public var openFiles: OpenFiles?
  /// The id of the jail that the process goes into; ``root``, ``workingDirectory`` and ``programs`` lie inside.
  public var jail: Int32?
  /// The root directory; ``workingDirectory`` and ``programs`` lie inside.
  public var root: String?
  /// Becomes the controlling terminal and the descriptors 0, 1 and 2, which ``descriptors`` must leave alone.
  public var terminal: String?
  /// Set after ``openFiles``, in their order.
  public var limits: [Limit] = []
  /// -20 to 20; `nil`: as the supervisor.
  public var nice: Int32?
  /// Numbers of CPUs; empty: those of the supervisor.
  public var cpus: [UInt16] = []
  /// Routing table.
  public var fib: Int32?
  /// Not killed when memory runs out.
  public var isProtected = false
  /// No gain by set-id programs.
  public var noNewPrivileges = false

  /// A limit of setrlimit(2); `UInt64.max` is unlimited.
  public struct Limit: Sendable, Equatable {
    public var resource: LimitedResource
    public var soft: UInt64
    public var hard: UInt64

    public init(_ resource: LimitedResource, soft: UInt64, hard: UInt64) {
      self.resource = resource
      self.soft = soft
      self.hard = hard
    }
  }

  /// Descriptor `child` of the process is the caller's descriptor `parent`.
  public struct Promise: Sendable, Equatable {
    public var child: Int32
    public var parent: Int32

    public init(child: Int32, parent: Int32) {
      self.child = child
      self.parent = parent
    }
  }

  /// Whom the process runs as. What is `nil` stays as the supervisor has it.
  public struct Credentials: Sendable, Equatable {
    /// The login name of the session: setlogin(2), on FreeBSD.
    public var login: String?
    public var user: UInt32?
    public var group: UInt32?
    public var groups: [UInt32]?

    public init(login: String? = nil, user: UInt32? = nil, group: UInt32? = nil, groups: [UInt32]? = nil) {
      self.login = login
      self.user = user
      self.group = group
      self.groups = groups
    }
  }

  public init(programs: [String], arguments: [String]) {
    self.programs = programs
    self.arguments = arguments
  }

  /// The files that `program` may mean: itself when it has a slash in it, else one in each directory of `path`
  /// (colon-separated). Empty parts of `path` mean the current directory to a shell; here they are left out.
  public static func candidates(for program: String, path: String) -> [String] {
    guard !program.utf8.contains(UInt8(ascii: "/")) else { return [program] }
    return path.split(separator: ":").map { $0.hasSuffix("/") ? "\($0)\(program)" : "\($0)/\(program)" }
  }
}

/// RLIMIT_NOFILE: the soft and the hard limit.
public struct OpenFiles: Sendable, Equatable {
  public var soft: UInt64
  public var hard: UInt64

  public init(soft: UInt64, hard: UInt64) {
    self.soft = soft
    self.hard = hard
  }

  /// What the supervisor needs for itself: the trials at its start use numbers up to 102.
  public static let least: UInt64 = 128

  /// Raises this process's soft limit to the hard one and returns what was there before: what a child gets back.
  public static func raise() throws(SystemError) -> OpenFiles {
    var original = OpenFiles(soft: 0, hard: 0)
    try check("setrlimit", on: "RLIMIT_NOFILE", cproc_open_files_raise(&original.soft, &original.hard))
    return original
  }
}

/// The step at which a child has failed before its program ran.
public enum LaunchStage: Int32, Sendable {
  // The order of CProc's enum cproc_stage; a test compares them.
  case session = 1
  case terminal, descriptors, limits, priority, cpus, protection, close, jail, fib, chroot, directory, groups, group,
    user, privileges, signals, exec
}

/// Why a process never became its program.
public struct LaunchFailure: Error, Sendable, Equatable {
  public var stage: LaunchStage
  /// The errno; `SystemError.text(of:)` and `.name(of:)` put it into words.
  public var code: Int32
  /// Of `LaunchPlan.limits`, the position of the one that was refused.
  public var limit: Int?

  public init(stage: LaunchStage, code: Int32, limit: Int? = nil) {
    self.stage = stage
    self.code = code
    self.limit = limit
  }
}
