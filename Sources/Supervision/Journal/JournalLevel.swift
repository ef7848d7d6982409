/// How much a message of the supervisor matters; the names are those of the command line.
public enum JournalLevel: String, Sendable, Hashable, CaseIterable, Comparable {
  case trace, debug, info, notice, warning, error, critical

  public static func < (left: JournalLevel, right: JournalLevel) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .trace: 0
    case .debug: 1
    case .info: 2
    case .notice: 3
    case .warning: 4
    case .error: 5
    case .critical: 6
    }
  }
}
