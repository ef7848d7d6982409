/// The keys of a service's section, in the order in which `herd show` prints them.
public enum ServiceKey: String, CaseIterable, Sendable {
  case documentation
  case provision
  case requirement
  case wants
  case after
  case before
  case conflicts
  case restartWith = "restart-with"
  case onFailure = "on-failure"
  case autoStart = "auto-start"
  case oneShot = "one-shot"
  case transient
  case exec
  case preconditions
  case preStart = "pre-start"
  case postStart = "post-start"
  case postStop = "post-stop"
  case stop
  case reload
  case actions
  case respawn
  case respawnLimit = "respawn-limit"
  case respawnDelay = "respawn-delay"
  case successExitCodes = "success-exit-codes"
  case orphan
  case ready
  case startTimeout = "start-timeout"
  case workingDirectory = "working-directory"
  case umask
  case environment
  case environmentFile = "environment-file"
  case inheritEnvironment = "inherit-environment"
  case user
  case group
  case groups
  case loginClass = "login-class"
  case chroot
  case nice
  case limits
  case resources
  case cpus
  case protect
  case noNewPrivileges = "no-new-privileges"
  case terminal
  case fib
  case jail
  case log
  case instances

  /// How values of this key combine when two sections have it.
  enum Shape {
    case scalar
    /// `append` and `remove` work on it.
    case list
    /// Merged key by key.
    case map
    /// Merged key by key when both are maps, replaced otherwise (`stop = TERM`, `stop { … }`).
    case scalarOrMap
  }

  var shape: Shape {
    switch self {
    case .provision, .requirement, .wants, .after, .before, .conflicts, .restartWith, .onFailure, .preStart, .postStart,
      .postStop, .successExitCodes, .environmentFile, .inheritEnvironment, .groups, .cpus, .instances:
      .list
    case .environment, .actions, .preconditions, .ready, .limits, .resources, .jail:
      .map
    case .stop, .reload, .respawnDelay, .respawnLimit, .log:
      .scalarOrMap
    case .documentation, .autoStart, .oneShot, .transient, .exec, .respawn, .orphan, .startTimeout, .workingDirectory,
      .umask,
      .user, .group, .loginClass, .chroot, .nice, .protect, .noNewPrivileges, .terminal, .fib:
      .scalar
    }
  }

  /// Whether two sections that both have this key as a map are merged key by key.
  var isMerged: Bool { shape == .map || shape == .scalarOrMap }

  /// Whether the key has a meaning for a service without `exec`: a group has no process that it could describe.
  var fitsGroup: Bool {
    switch self {
    case .documentation, .provision, .requirement, .wants, .after, .before, .conflicts, .restartWith, .onFailure,
      .autoStart,
      .transient, .instances:
      true
    default:
      false
    }
  }

  /// Whether a load is enough for a changed value to count; all else is read at the next start.
  public var countsAtOnce: Bool {
    switch self {
    case .documentation, .provision, .requirement, .wants, .after, .before, .conflicts, .restartWith, .autoStart,
      .transient, .orphan, .instances:
      true
    default: false
    }
  }

  /// Whether it says under which rights and bounds processes run; user and jail are shown by themselves.
  var describesSurroundings: Bool {
    switch self {
    case .workingDirectory, .umask, .group, .groups, .loginClass, .chroot, .nice, .limits, .cpus, .protect,
      .noNewPrivileges, .terminal, .fib, .resources:
      true
    default: false
    }
  }

  /// Whether `defaults` may have it: not what names or counts the one service that it stands in.
  var fitsDefaults: Bool {
    self != .provision && self != .instances
  }

  /// The keys that name other services; `jail` does by `shared-with`.
  static let references: [ServiceKey] = [
    .requirement, .wants, .after, .before, .conflicts, .restartWith, .onFailure, .jail,
  ]

  /// Whether `append` and `remove` reach lists inside the key's section.
  var holdsLists: Bool { self == .preconditions || self == .jail }

  /// What a key of this language is called elsewhere, for suggestions that no edit distance would find.
  static let elsewhere: [String: ServiceKey] = [
    "description": .documentation, "doc": .documentation, "provides": .provision, "provide": .provision,
    "requires": .requirement, "require": .requirement, "requirements": .requirement, "depends": .requirement,
    "depends-on": .requirement, "dependencies": .requirement, "depend": .requirement, "want": .wants,
    "conflict": .conflicts, "part-of": .restartWith, "binds-to": .requirement, "enabled": .autoStart,
    "enable": .autoStart, "command": .exec, "cmd": .exec, "execstart": .exec, "exec-start": .exec, "run": .exec,
    "start": .exec, "program": .exec, "oneshot": .oneShot, "execstartpre": .preStart, "exec-start-pre": .preStart,
    "execstartpost": .postStart, "execstop": .stop, "stop-command": .stop, "execreload": .reload, "restart": .respawn,
    "restart-delay": .respawnDelay, "restartsec": .respawnDelay, "timeout": .startTimeout, "cwd": .workingDirectory,
    "alive-for": .ready, "readiness": .ready, "startsecs": .ready,
    "chdir": .workingDirectory, "directory": .workingDirectory, "working-dir": .workingDirectory, "env": .environment,
    "environment-variables": .environment, "env-file": .environmentFile, "environmentfile": .environmentFile,
    "supplementary-groups": .groups, "log-file": .log, "logfile": .log, "log-directory": .log, "stdout": .log,
    "action": .actions, "root-directory": .chroot, "rootdirectory": .chroot, "priority": .nice, "niceness": .nice,
    "rlimits": .limits, "ulimit": .limits, "ulimits": .limits, "cpuset": .cpus, "affinity": .cpus,
    "cpu-affinity": .cpus, "cpuaffinity": .cpus, "oom-score-adjust": .protect, "oomprotect": .protect,
    "nonewprivileges": .noNewPrivileges, "no-new-privs": .noNewPrivileges, "tty": .terminal, "tty-path": .terminal,
    "setfib": .fib, "privatetmp": .jail, "private-tmp": .jail, "protectsystem": .jail, "protecthome": .jail,
    "bindpaths": .jail, "bindreadonlypaths": .jail, "privatenetwork": .jail, "svcj_options": .jail,
    "dynamicuser": .user, "memorymax": .resources, "tasksmax": .resources,
    "cpuquota": .resources, "login_class": .loginClass, "routing-table": .fib,
    "class": .loginClass, "loginclass": .loginClass, "rctl": .resources, "racct": .resources, "svcj": .jail,
    "sandbox": .jail, "container": .jail,
  ]
}
