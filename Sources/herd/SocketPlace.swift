import ControlProtocol
import SupervisionRuntime

/// Where the daemon is looked for, and what to do when it is not there.
struct SocketPlace {
  enum Origin {
    case option
    case variable
    /// Nobody has said otherwise.
    case standard
  }

  var path: String
  var origin: Origin
  /// Root asks the system's supervisor, anyone else one of their own.
  var isRoot: Bool

  /// What helps when nobody answers there.
  var hint: String {
    switch origin {
    case .option:
      "`--socket` names it: `herd` without that asks the supervisor that is usual for this user"
    case .variable:
      "\(SocketPath.variable) names it: is that the `socket` of the supervisor that was meant?"
    case .standard where isRoot:
      "\(Self.start) starts the system's supervisor; \(Self.another)"
    case .standard:
      "`fruix-shepherd` starts one of your own, from ~/.config/fruix-shepherd; the system's is asked with "
        + "`--socket \(Self.ofSystem)`, where its `access` lists you"
    }
  }

  /// What helps whoever may not connect.
  var hintForOutsiders: String {
    isRoot
      ? Self.another
      : "who may is said by `supervisor { access { control = [...]; read = [...] } }` in its configuration; "
        + "\(Self.another)"
  }

  private static let another = "`--socket` or \(SocketPath.variable) names another one"
  /// Root's own.
  private static let ofSystem =
    SocketPath.standard(user: 0, runtimeDirectory: nil, home: nil) ?? "/var/run/fruix-shepherd/socket"

  private static var start: String {
    #if os(FreeBSD)
      "`service fruix_shepherd start`"
    #else
      "`systemctl start fruix-shepherd`, or what your init system has for it,"
    #endif
  }
}

extension ConnectionArguments {
  /// The socket that was asked for, or the standard one of this user.
  func place() throws(Failure) -> SocketPlace {
    let isRoot = Host.user == 0
    if let socket { return SocketPlace(path: socket.path, origin: .option, isRoot: isRoot) }
    if let named = Host.environmentValue(SocketPath.variable), !named.isEmpty {
      return SocketPlace(path: named, origin: .variable, isRoot: isRoot)
    }
    let home = try? Host.homeDirectory()
    let standard = SocketPath.standard(
      user: Host.user, runtimeDirectory: Host.environmentValue("XDG_RUNTIME_DIR"), home: home ?? nil)
    guard let standard else {
      throw Failure(
        ControlError(.noDaemon, "this user has no home directory to look for a socket in", hint: "use `--socket`"),
        exitStatus: ExitCodes.noDaemon)
    }
    return SocketPlace(path: standard, origin: .standard, isRoot: isRoot)
  }
}
