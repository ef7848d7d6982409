/// The path of a source, without a look at the file system: what `.include` and `${CURDIR}` need.
struct SourcePath: Equatable {
  /// The path with its `.` and `..` resolved as text.
  let text: String
  /// Whether the name is a path at all: `<socket>` is none.
  let isFile: Bool

  init(_ name: String) {
    isFile = !name.isEmpty && !name.hasPrefix("<")
    text = isFile ? Self.normalized(name) : name
  }

  /// The directory that holds the file; `.` for a name without one.
  var directory: String {
    guard let slash = text.lastIndex(of: "/") else { return "." }
    return slash == text.startIndex ? "/" : String(text[..<slash])
  }

  /// A path as it is written in this file: relative paths begin at the file's directory.
  func resolving(_ path: String) -> String {
    guard !path.hasPrefix("/"), isFile, directory != "." else { return path }
    return directory == "/" ? "/" + path : directory + "/" + path
  }

  private static func normalized(_ path: String) -> String {
    let isAbsolute = path.hasPrefix("/")
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !isAbsolute {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    return isAbsolute ? "/" + joined : joined.isEmpty ? "." : joined
  }
}
