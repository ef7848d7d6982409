/// Where things are when nobody says otherwise, for the daemon and for herd; `SocketPath` has the socket's place.
public enum StandardPlaces {
  /// The configuration: of the system for root, of the user for anyone else; `nil` without a home.
  public static func configuration(user: UInt32, home: String?) -> String? {
    if user == 0 { return Host.configurationDirectory }
    return home.map { "\($0)/.config/fruix-shepherd" }
  }

  /// What must survive the supervisor: enabled and disabled services, the last good configuration.
  public static func stateDirectory(user: UInt32, home: String?) -> String? {
    if user == 0 { return "/var/db/fruix-shepherd" }
    return home.map { "\($0)/.local/state/fruix-shepherd" }
  }

  /// Definitions that packages bring: the system's supervisor knows them, a user's own does not.
  public static func packaged(user: UInt32) -> String? {
    user == 0 ? Host.packagedDirectory : nil
  }

  /// - Parameter stateDirectory: the one in use, which other users' logs lie below.
  public static func logDirectory(user: UInt32, stateDirectory: String) -> String {
    user == 0 ? "/var/log/fruix-shepherd" : "\(stateDirectory)/log"
  }
}
