/// The rules for names of services, templates, instances and actions.
public enum ServiceName {
  /// Long enough for anything readable, short enough for `NAME.log` on every file system.
  public static let longest = 128

  /// What a name is made of: the words of a diagnostic.
  static let rule = "letters, digits and . _ - + (and one @ for an instance), not beginning with . or -"

  /// Why a text is no name of a service, instance or template; `nil` when it is one.
  public static func complaint(about name: String) -> String? {
    if name.isEmpty { return "the name is empty" }
    if name.utf8.count > longest { return "the name is longer than \(longest) characters" }
    if name == "root" { return "`root` is the supervisor itself" }
    guard let first = name.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else {
      return "`\(name)` begins with `\(name.prefix(1))`"
    }
    var marks = 0
    for scalar in name.unicodeScalars {
      if scalar == "@" {
        marks += 1
      } else if !isAllowed(scalar) {
        return "`\(name)` contains `\(scalar)`"
      }
    }
    if marks > 1 { return "`\(name)` contains more than one `@`" }
    if first == UInt8(ascii: "@") { return "`\(name)` has nothing before the `@`" }
    return nil
  }

  /// Whether a text may stand for `${instance}`.
  public static func isInstance(_ instance: String) -> Bool {
    !instance.isEmpty && instance.utf8.count <= longest && instance.unicodeScalars.allSatisfy(isAllowed)
  }

  /// Whether a name is a template's: it ends in `@`.
  public static func isTemplate(_ name: String) -> Bool {
    name.utf8.last == UInt8(ascii: "@")
  }

  /// `getty@ttyv0` is the instance `ttyv0` of the template `getty@`; `nil` for any other name.
  public static func instance(in name: String) -> (template: String, instance: String)? {
    guard let mark = name.utf8.firstIndex(of: UInt8(ascii: "@")) else { return nil }
    let after = name.utf8.index(after: mark)
    guard after < name.endIndex else { return nil }
    return (String(name[..<after]), String(name[after...]))
  }

  /// Whether a text may be the name of an action.
  static func isAction(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= longest && !name.hasPrefix("-") && !name.hasPrefix(".")
      && name.unicodeScalars.allSatisfy(isAllowed)
  }

  /// What `herd` itself understands: `herd ACTION NAME` would never reach an action of such a name.
  public static let herdCommands: Set<String> = [
    "action", "check", "completion", "disable", "doc", "enable", "events", "graph", "halt", "help", "jail",
    "list-actions", "load", "log", "metrics", "plan", "power-off", "preset", "processes", "reboot", "reload", "reset",
    "restart", "resume", "schedule", "show", "shutdown", "signal", "spawn", "start", "status", "stop", "suspend",
    "top", "ucl", "unload", "upgrade", "version", "wait", "why",
  ]

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-", "+": true
    default: false
    }
  }
}
