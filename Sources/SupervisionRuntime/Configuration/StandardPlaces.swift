/// Where things are when nobody says otherwise, for the daemon and for herd; `SocketPath` has the socket's place.
public enum StandardPlaces {
  /// The configuration: of the system for root, of the user for anyone else; `nil` without a home.
  public static func configuration(user: UInt32, home: String?) -> String? {
    if user == 0 { return installed(Host.configurationDirectory, with: try? Host.executable()) }
    return home.map { "\($0)/.config/fruix-shepherd" }
  }

  /// What must survive the supervisor: enabled and disabled services, the last good configuration.
  public static func stateDirectory(user: UInt32, home: String?) -> String? {
    if user == 0 { return "/var/db/fruix-shepherd" }
    return home.map { "\($0)/.local/state/fruix-shepherd" }
  }

  /// Definitions that packages bring: the system's supervisor knows them, a user's own does not.
  public static func packaged(user: UInt32) -> String? {
    user == 0 ? installed(Host.packagedDirectory, with: try? Host.executable()) : nil
  }

  /// A directory below /usr/local, or the same one below the prefix that a program was installed with, if there is one:
  /// what came with the program goes before what happens to be in the usual place.
  static func installed(_ usual: String, with executable: String?) -> String {
    let usualPrefix = "/usr/local"
    guard usual.hasPrefix("\(usualPrefix)/"), let directory = executable.flatMap({ Files.parent(of: $0) }),
      let prefix = Files.parent(of: directory)
    else { return usual }
    let place = prefix + usual.dropFirst(usualPrefix.count)
    guard let status = try? Files.status(place), status.kind == .directory else { return usual }
    return place
  }

  /// - Parameter stateDirectory: the one in use, which other users' logs lie below.
  public static func logDirectory(user: UInt32, stateDirectory: String) -> String {
    user == 0 ? "/var/log/fruix-shepherd" : "\(stateDirectory)/log"
  }
}
