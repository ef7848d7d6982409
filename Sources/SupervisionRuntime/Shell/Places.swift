import ControlProtocol

/// Where things are when nobody says otherwise (hier(7); the XDG base directories for anyone but root).
public struct Places: Sendable {
  public var configuration: String?
  public var socket: String?
  public var stateDirectory: String?
  public var logDirectory: String?
  /// Definitions that packages bring.
  public var packaged: String?

  /// The places of the user who runs this process.
  public static func standard() -> Places {
    let home = try? Host.homeDirectory()
    var places = Places()
    places.socket = SocketPath.standard(
      user: Host.user, runtimeDirectory: Host.environmentValue("XDG_RUNTIME_DIR"), home: home)
    places.packaged = Host.packagedDirectory
    if Host.user == 0 {
      places.configuration = Host.configurationDirectory
      places.stateDirectory = "/var/db/fruix-shepherd"
      places.logDirectory = "/var/log/fruix-shepherd"
    } else if let home {
      places.configuration = "\(home)/.config/fruix-shepherd"
      places.stateDirectory = "\(home)/.local/state/fruix-shepherd"
      places.packaged = nil
    }
    return places
  }
}
