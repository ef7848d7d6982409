/// The PATH that a service gets when nobody says otherwise: the system's directories, then the packages'.
enum StandardPath {
  static let value = "/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
}
