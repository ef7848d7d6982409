import CProc

/// The signals that the supervisor listens to or sends by itself, by their numbers on this system.
public enum HostSignal {
  public static var terminate: Int32 { SIGTERM }
  public static var interrupt: Int32 { SIGINT }
  public static var hangup: Int32 { SIGHUP }
  public static var child: Int32 { SIGCHLD }
  public static var kill: Int32 { SIGKILL }
}
