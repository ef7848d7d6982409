/// Arithmetic with absolute paths, as lists of names.
enum AbsolutePath {
  /// - Returns: `nil` for a relative path, and for one with `..` in it: what that means depends on links.
  static func components(of path: String) -> [String]? {
    path.utf8.first == UInt8(ascii: "/") ? names(in: path) : nil
  }

  /// The names in a path without `.` and empty ones; `nil` when there is `..` among them.
  static func names(in path: String) -> [String]? {
    let names = path.split(separator: "/").map(String.init).filter { $0 != "." }
    return names.contains("..") ? nil : names
  }

  static func text(_ components: some Sequence<String>) -> String {
    "/" + components.joined(separator: "/")
  }

  static func join(_ base: String, _ components: some Collection<String>) -> String {
    if components.isEmpty { return base }
    return (base == "/" ? "" : base) + text(components)
  }

  /// The directory that a path lies in; of `/` itself: `/`.
  static func parent(of path: String) -> String {
    text((components(of: path) ?? []).dropLast())
  }

  /// Whether `inner` is `outer` or lies below it. By name: both have been resolved.
  static func contains(_ outer: String, _ inner: String) -> Bool {
    guard let outer = components(of: outer), let inner = components(of: inner) else { return false }
    return inner.starts(with: outer)
  }

  /// `base/path` with `.` and `..` taken by name; an absolute path stays alone.
  static func apply(_ path: String, to base: some Sequence<String>) -> [String] {
    var result = path.utf8.first == UInt8(ascii: "/") ? [] : Array(base)
    for name in path.split(separator: "/") {
      switch name {
      case ".": continue
      case "..": _ = result.popLast()
      default: result.append(String(name))
      }
    }
    return result
  }
}
