/// Exit codes of sysexits(3).
public enum ExitCode {
  public static let usage: Int32 = 64
  public static let software: Int32 = 70
  public static let system: Int32 = 71
  public static let cannotCreate: Int32 = 73
  public static let configuration: Int32 = 78
}
