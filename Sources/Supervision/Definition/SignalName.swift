/// The names of signals, as kill(1) writes them, and their numbers on the system that this is compiled for.
///
/// A table of its own, because `Supervision` asks no kernel; a test compares it with the system's headers.
public enum SignalName {
  /// The number of a signal from its name in any case, with or without `SIG`, or from a number in the system's range.
  public static func number(of text: String) -> Int32? {
    if let number = Int32(text) { return range.contains(number) ? number : nil }
    var name = text.uppercased()
    if name.hasPrefix("SIG") { name.removeFirst(3) }
    if let match = table.first(where: { $0.name == name }) { return match.number }
    return aliases.first { $0.alias == name }.flatMap { number(of: $0.name) }
  }

  /// The name without `SIG` (`TERM`); the number itself where the signal has no name.
  public static func name(of number: Int32) -> String {
    table.first { $0.number == number }?.name ?? "\(number)"
  }

  /// Every name of this system, in the order of the numbers: what a message offers when a name is unknown.
  public static var all: [String] { table.map(\.name) }

  /// Other words for the same signals.
  private static let aliases: [(alias: String, name: String)] = [
    ("IOT", "ABRT"), ("CLD", "CHLD"), ("POLL", "IO"),
  ]

  /// The numbers that POSIX fixes or that all systems agree on.
  private static let common: [(name: String, number: Int32)] = [
    ("HUP", 1), ("INT", 2), ("QUIT", 3), ("ILL", 4), ("TRAP", 5), ("ABRT", 6), ("FPE", 8), ("KILL", 9),
    ("SEGV", 11), ("PIPE", 13), ("ALRM", 14), ("TERM", 15),
    ("TTIN", 21), ("TTOU", 22), ("XCPU", 24), ("XFSZ", 25), ("VTALRM", 26), ("PROF", 27), ("WINCH", 28),
  ]

  #if os(FreeBSD)
    private static let range: ClosedRange<Int32> = 1...128
    private static let own: [(name: String, number: Int32)] = [
      ("EMT", 7), ("BUS", 10), ("SYS", 12), ("URG", 16), ("STOP", 17), ("TSTP", 18), ("CONT", 19), ("CHLD", 20),
      ("IO", 23), ("INFO", 29), ("USR1", 30), ("USR2", 31), ("THR", 32), ("LIBRT", 33),
    ]
  #else
    private static let range: ClosedRange<Int32> = 1...64
    private static let own: [(name: String, number: Int32)] = [
      ("BUS", 7), ("USR1", 10), ("USR2", 12), ("STKFLT", 16), ("CHLD", 17), ("CONT", 18), ("STOP", 19),
      ("TSTP", 20), ("URG", 23), ("IO", 29), ("PWR", 30), ("SYS", 31),
    ]
  #endif

  private static let table = (common + own).sorted { $0.number < $1.number }
}
