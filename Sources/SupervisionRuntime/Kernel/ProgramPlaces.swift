import CProc

/// Where this program and its keeper lie.
public enum ProgramPlaces {
  /// The path by which this program was started, whatever lies there by now: for who wants the program of that name as it is
  /// then. A link is kept, since it may lead to another version one day.
  public static func own() throws(SystemError) -> String {
    // The keeper gives an absolute one.
    if let word = Host.arguments.first, word.hasPrefix("/") { return word }
    let program = try Host.executable()
    guard let word = Host.arguments.first, word.contains("/"), let directory = Host.currentDirectory() else {
      return program
    }
    let path = "\(directory)/\(word)"
    guard let named = try? Files.status(path), let own = try? Files.status(program), named.isSameFile(as: own) else {
      return program
    }
    return path
  }

  /// The keeper is nowhere.
  public struct KeeperMissing: Error {
    /// Where it was looked for.
    public var places: [String]
  }

  /// The keeper's program: beside this one, or in the directory for programs that others start.
  public static func keeper() throws(KeeperMissing) -> String {
    // Links are followed: the two are installed together, and a link may be anywhere.
    let own = try? Host.executable()
    guard let directory = own.flatMap({ Files.parent(of: $0) }) else { throw KeeperMissing(places: []) }
    let prefix = Files.parent(of: directory) ?? "/"
    let places = ["\(directory)/fruix-keeper", "\(prefix == "/" ? "" : prefix)/libexec/fruix-keeper"]
    guard let found = places.first(where: { (try? Files.status($0))?.kind == .file }) else {
      throw KeeperMissing(places: places)
    }
    return found
  }
}

extension Descriptor {
  /// Opens a program so that it can be executed later, whatever becomes of its name.
  ///
  /// - Throws: `EACCES`, it is not executable.
  static func open(program path: String) throws(SystemError) -> Descriptor {
    Descriptor(adopting: try check("open", on: path, cproc_program_open(path)))
  }
}
