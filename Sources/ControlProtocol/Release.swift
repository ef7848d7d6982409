/// The version of the whole: the daemon, herd and this library are released together.
public enum Release {
  public static let version = "0.2.0"
}
