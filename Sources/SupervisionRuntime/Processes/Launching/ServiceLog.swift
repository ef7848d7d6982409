import CProc
import Supervision

/// Opens the file that a service's output goes to. The directory may be one where the service's user can write: nothing that
/// is put there may lead a supervisor that runs as root to another file.
enum ServiceLog {
  /// What a new log may be read by: its owner and its group.
  private static let usualMode: UInt32 = 0o640

  /// - Parameters:
  ///   - isNamed: the definition names the file; the supervisor's own directory has been there, and will be again.
  ///   - accounts: where the names in `rights` are looked up.
  static func open(
    _ path: String, isNamed: Bool = true, _ rights: LogRights?, _ accounts: some AccountSource
  ) throws(SpawnFailure) -> Descriptor {
    let owner = try rights.map { (rights) throws(SpawnFailure) in try Owner(rights, of: path, accounts) }
    do throws(SystemError) {
      let descriptor = try Descriptor.open(path, .append, permissions: rights?.mode ?? usualMode)
      let status = try Files.status(of: descriptor)
      if status.kind == .file {
        guard status.links == 1 else { throw SystemError("open", on: path, code: EMLINK) }
        if let owner { try give(descriptor, status, path, to: owner) }
      }
      return descriptor
    } catch {
      let found = whatIsThere(path, error)
      // A full disk, a directory that somebody has removed: no fault of the service, and it may pass.
      // The file itself would be made.
      let reason = error.code == ENOENT ? "the directory that it is to be in does not exist" : error.text
      throw SpawnFailure(
        stage: "log", errno: error.code, message: found ?? "cannot open the log \(path): \(reason)",
        isPassing: found == nil, patience: isNamed && isWrong(error.code) ? patience : nil)
    }
  }

  /// Only what is not so already: somebody else's file of the right rights is nobody's business.
  private static func give(
    _ descriptor: borrowing Descriptor, _ status: Files.Status, _ path: String, to owner: Owner
  ) throws(SystemError) {
    let (user, group) = (owner.user ?? status.user, owner.group ?? status.group)
    if (user, group) != (status.user, status.group) {
      try check("chown", on: path, cproc_set_owner(descriptor.number, user, group))
    }
    if let mode = owner.mode, mode != status.mode {
      do { try descriptor.setMode(mode) } catch { throw error.about(path) }
    }
  }

  /// For so long a file system may be mounted late; after that the path is taken for wrong.
  private static let patience: Duration = .seconds(300)

  /// What seldom passes by itself where the path is the definition's own: it leads nowhere, or not for the supervisor.
  private static func isWrong(_ code: Int32) -> Bool {
    switch code {
    case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, EACCES, EPERM: true
    default: false
    }
  }

  /// What is in the way, and not only what open(2) says about it.
  private static func whatIsThere(_ path: String, _ error: SystemError) -> String? {
    switch error.call {
    case "chown", "fchmod": return "cannot give the log \(path) the owner, group and mode that are said: \(error.text)"
    default: break
    }
    if error.code == EMLINK, (try? Files.status(path, followingLink: false).links) != 1 {
      return "the log \(path) has a second name (a hard link): what is written there might be another file; remove one"
    }
    switch try? Files.status(path, followingLink: false).kind {
    case .symbolicLink:
      return "the log \(path) is a symbolic link, and none is followed there: name the file that it leads to"
    case .pipe: return "the log \(path) is a named pipe that nobody reads"
    case .directory: return "the log \(path) is a directory"
    case .socket: return "the log \(path) is a socket"
    default: return nil
    }
  }
}

/// Whose a log is to be, and with which mode, in numbers.
private struct Owner {
  var mode: UInt32?
  var user: UInt32?
  var group: UInt32?

  init(_ rights: LogRights, of path: String, _ accounts: some AccountSource) throws(SpawnFailure) {
    mode = rights.mode
    if let name = rights.user {
      user = try Self.number(name, "user", of: path) { () throws(SystemError) in try accounts.account(name)?.user }
    }
    if let name = rights.group {
      group = try Self.number(name, "group", of: path) { () throws(SystemError) in try accounts.group(name) }
    }
  }

  /// That there is no such account is an answer; a directory service that gives none may do so later.
  private static func number(
    _ name: String, _ what: String, of path: String, _ lookUp: () throws(SystemError) -> UInt32?
  ) throws(SpawnFailure) -> UInt32 {
    if let number = UInt32(name) { return number }
    let number: UInt32?
    do throws(SystemError) { number = try lookUp() } catch {
      throw SpawnFailure(
        stage: "log", errno: error.code,
        message: "cannot give away the log \(path): cannot look up the \(what) \(name): \(error.text)", isPassing: true)
    }
    guard let number else {
      throw SpawnFailure(
        stage: "log", errno: SystemError.notFound,
        message: "cannot give away the log \(path): there is no \(what) \(name)")
    }
    return number
  }
}
