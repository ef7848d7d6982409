/// Which key of a section was probably meant, where no edit distance would find it: by its abbreviation, by a part of it, or by
/// what it is called elsewhere.
enum SectionWords {
  /// - Parameter section: the path of the section: `stop`, `actions.rotate`.
  static func key(meantBy word: String, in section: String, among keys: [String]) -> String? {
    let word = word.lowercased().replacing("_", with: "-")
    let name =
      section.hasPrefix("actions.") ? "actions" : section.split(separator: ".").last.map(String.init) ?? section
    if let key = elsewhere[name]?[word], keys.contains(key) { return key }
    if let key = NearestName.best(for: word, among: keys) { return key }
    let matching = keys.filter { abbreviates(word, $0) }
    return matching.count == 1 ? matching[0] : nil
  }

  /// `log-dir` and `directory` stand for `log-directory`: each word begins the one that it stands for, in a row.
  private static func abbreviates(_ word: String, _ key: String) -> Bool {
    guard word.count >= 3 else { return false }
    let (short, long) = (word.split(separator: "-"), key.split(separator: "-"))
    guard !short.isEmpty, short.count <= long.count else { return false }
    return (0...(long.count - short.count)).contains { start in
      zip(short, long.dropFirst(start)).allSatisfy { $1.hasPrefix($0) }
    }
  }

  private static let command = ["command": "exec", "cmd": "exec", "run": "exec", "program": "exec"]
  private static let reaction = command.merging(["sig": "signal", "kill-signal": "signal"]) { $1 }

  private static let elsewhere: [String: [String: String]] = [
    "stop": reaction.merging([
      "timeout": "grace-period", "stop-timeout": "grace-period", "stopwaitsecs": "grace-period",
      "patience": "grace-period",
      "kill-mode": "kill", "killmode": "kill", "cont": "continue",
    ]) { $1 },
    "reload": reaction,
    "actions": reaction.merging(["doc": "documentation", "description": "documentation", "help": "documentation"]) {
      $1
    },
    "pre-start": command, "post-start": command, "post-stop": command,
    "limits": [
      "nofile": "open-files", "files": "open-files", "descriptors": "open-files", "limitnofile": "open-files",
      "nproc": "processes", "noproc": "processes", "limitnproc": "processes", "memlock": "memory-lock",
      "limitmemlock": "memory-lock", "as": "address-space", "virtual-memory": "address-space", "vmem": "address-space",
      "memory": "address-space", "fsize": "file-size", "cpu": "cpu-time", "rss": "resident", "npts": "pseudo-terminals",
      "locks": "file-locks", "msgqueue": "message-queues", "sigpending": "pending-signals",
      "rtprio": "realtime-priority",
      "limitcore": "core",
    ],
    "resources": [
      "mem": "memory", "ram": "memory", "memory-max": "memory", "rss": "memory", "vmem": "address-space",
      "nproc": "processes",
      "tasks": "processes", "nofile": "open-files", "files": "open-files", "bps-read": "read-bps",
      "bps-write": "write-bps",
      "cpu-percent": "cpu", "pcpu": "cpu",
    ],
    "respawn-limit": [
      "max": "count", "burst": "count", "limit": "count", "number": "count", "times": "count", "interval": "period",
      "within": "period", "window": "period", "seconds": "period", "time": "period",
    ],
    "respawn-delay": [
      "initial": "first", "min": "first", "start": "first", "base": "first", "max": "most", "maximum": "most",
      "limit": "most",
      "cap": "most", "multiplier": "factor", "backoff": "factor", "exponent": "factor", "random": "jitter",
      "reset": "reset-after",
    ],
    "log": [
      "path": "file", "filename": "file", "owner": "user", "uid": "user", "gid": "group", "permissions": "mode",
      "perm": "mode", "umask": "mode",
    ],
    "ready": ["alive": "alive-for", "after": "alive-for", "startsecs": "alive-for", "delay": "alive-for"],
    "preconditions": [
      "dirs": "directories", "dir": "directories", "paths": "files", "exists": "files", "modules": "kernel-modules",
      "kmods": "kernel-modules", "kld": "kernel-modules", "sysctls": "sysctl",
    ],
    "supervisor": [
      "sock": "socket", "control-socket": "socket", "logdir": "log-directory", "statedir": "state-directory",
      "rundir": "state-directory", "permissions": "access", "acl": "access", "parallel": "max-parallel-starts",
      "stop-timeout": "shutdown-timeout", "timeout": "shutdown-timeout",
    ],
    "access": [
      "view": "read", "look": "read", "status": "read", "write": "control", "admin": "control", "operate": "control",
    ],
  ]
}
