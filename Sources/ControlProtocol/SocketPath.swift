/// Where the control socket is when nobody says otherwise; the daemon and its clients must agree.
public enum SocketPath {
  /// The variable that names another socket to `herd`.
  public static let variable = "FRUIX_SHEPHERD_SOCKET"

  /// - Parameters:
  ///   - user: who asks; root has the system's supervisor, anyone else their own.
  ///   - runtimeDirectory: `XDG_RUNTIME_DIR`, which counts only when it is absolute, as its specification wants.
  ///   - home: the home directory, where it is known.
  /// - Returns: `nil` when there is no place for it.
  public static func standard(user: UInt32, runtimeDirectory: String?, home: String?) -> String? {
    if user == 0 { return "/var/run/fruix-shepherd/socket" }
    if let runtimeDirectory, runtimeDirectory.hasPrefix("/") { return "\(runtimeDirectory)/fruix-shepherd/socket" }
    return home.map { "\($0)/.local/state/fruix-shepherd/socket" }
  }
}
