import Supervision
import UCL

/// The host as the loader sees it: files, programs, accounts.
public struct SystemHost: ConfigurationStore, HostFacts {
  public init() {}

  // MARK: Files

  public func kind(of path: String) -> FileKind {
    do throws(SystemError) {
      switch try Files.status(path).kind {
      case .file: return .file
      case .directory: return .directory
      case .socket, .symbolicLink, .other: return .other
      }
    } catch {
      return error.code == SystemError.notFound ? .missing : .other
    }
  }

  public func entries(of directory: String) throws(SourceReadError) -> [String] {
    do { return try Files.names(in: directory) } catch { throw SourceReadError(error) }
  }

  public func ownership(of path: String) throws(SourceReadError) -> FileOwnership {
    do {
      let status = try Files.status(path)
      return FileOwnership(owner: status.user, mode: status.mode)
    } catch {
      throw SourceReadError(error)
    }
  }

  public func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    do { return try Files.read(path, limit: limit) } catch { throw SourceReadError(error) }
  }

  /// glob(7) for the last part of a path only: `services/*.ucl`; a pattern in a directory's name matches nothing.
  public func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    guard let directory = Files.parent(of: pattern) ?? (pattern.contains("/") ? nil : ".") else { return [] }
    let glob = String(pattern[(pattern.lastIndex(of: "/").map { pattern.index(after: $0) } ?? pattern.startIndex)...])
    guard kind(of: directory) == .directory else { return [] }
    return try entries(of: directory).filter { Glob.matches($0, glob) && !$0.hasPrefix(".") }.map {
      directory == "/" ? "/\($0)" : "\(directory)/\($0)"
    }
  }

  // MARK: Facts

  public var supervisorUID: UInt32 { Host.user }
  public var supervisorGID: UInt32 { Host.group }

  public var loadsKernelModules: Bool { Host.loadsKernelModules }

  public func findProgram(_ name: String, in path: SearchPath) -> ProgramLookup {
    let directories =
      switch path {
      case .standard: StandardPath.value
      case .inherited: Host.environmentValue("PATH") ?? StandardPath.value
      case .path(let value): value
      }
    var lookup = ProgramLookup.missing
    for candidate in LaunchPlan.candidates(for: name, path: directories) {
      do throws(SystemError) {
        try Files.checkProgram(candidate)
        return .found
      } catch where error.code == SystemError.notFound {
        continue
      } catch {
        lookup = .notExecutable
      }
    }
    return lookup
  }

  public func userID(of name: String) -> UInt32? {
    (try? Account.find(name))?.user
  }

  public func groupID(of name: String) -> UInt32? {
    try? Group.find(name)
  }
}

extension SourceReadError {
  init(_ error: SystemError) {
    self.init("\(error.text) (\(error.name))", isMissing: error.code == SystemError.notFound)
  }
}
