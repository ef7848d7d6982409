import Glibc
import Supervision
import UCL

/// The file system of this host, as the loader of configurations asks it: for the daemon and for `herd check`.
public struct HostConfigurationStore: ConfigurationStore {
  public init() {}

  public func kind(of path: String) -> FileKind {
    do {
      switch try Files.status(path).kind {
      case .file: return .file
      case .directory: return .directory
      case .socket, .symbolicLink, .pipe, .device, .other: return .other
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
      return FileOwnership(owner: status.user, mode: status.mode, target: target(of: path))
    } catch {
      throw SourceReadError(error)
    }
  }

  /// Only of what is a link itself: the path to it is the caller's.
  private func target(of path: String) -> String? {
    guard (try? Files.status(path, followingLink: false))?.kind == .symbolicLink else { return nil }
    return try? Files.resolve(path)
  }

  public func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    do { return try Files.read(path, limit: limit) } catch {
      throw SourceReadError(error.readingText(limit: limit), isMissing: error.code == SystemError.notFound)
    }
  }

  /// glob(7); the order is that of the bytes, whatever the locale.
  public func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    switch glob(pattern, GLOB_NOSORT, nil, &found) {
    case 0: break
    case GLOB_NOMATCH: return []
    case GLOB_NOSPACE: throw SourceReadError("out of memory")
    default: throw SourceReadError("a directory of it cannot be read")
    }
    var paths: [String] = []
    for index in 0..<Int(found.gl_pathc) {
      if let path = found.gl_pathv[index] { paths.append(String(cString: path)) }
    }
    return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

extension SourceReadError {
  fileprivate init(_ error: SystemError) {
    self.init(error.text, isMissing: error.code == SystemError.notFound)
  }
}
