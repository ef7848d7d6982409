import ControlProtocol
import Supervision

/// How long the daemon may be silent.
///
/// What is due at once (the greeting, an answer that waits for no service) has a limit. While nothing is due, because a
/// service takes the time that it takes, a question now and then finds out whether the daemon still lives; its answer is
/// due at once. Whatever arrives is a sign of life.
struct Patience {
  /// What is to be done when nothing has come until ``deadline``.
  enum Verdict {
    case ask
    case giveUp
  }

  let limit: Duration
  /// After so much silence it is asked whether it lives.
  static let silence: Duration = .seconds(5)
  /// What is due unless the user says otherwise.
  static let usualLimit: Duration = .seconds(5)

  private var last: Instant
  private var isGreeted = false
  private var isAnswerDue: Bool
  private var isAsked = false

  /// - Parameters:
  ///   - isAnswerDue: whether the answer waits for nothing.
  ///   - isGreeted: whether the daemon has said that it is there.
  init(limit: Duration, isAnswerDue: Bool, isGreeted: Bool, at now: Instant) {
    self.limit = limit
    self.isAnswerDue = isAnswerDue
    self.isGreeted = isGreeted
    last = now
  }

  private var isDue: Bool { !isGreeted || isAnswerDue || isAsked }

  var deadline: Instant { last + (isDue ? limit : Self.silence) }

  /// Bytes have come.
  mutating func heard(at now: Instant) { last = now }

  mutating func greeted() { isGreeted = true }

  /// The question was answered.
  mutating func answered() { isAsked = false }

  mutating func deadlinePassed(at now: Instant) -> Verdict {
    guard !isDue else { return .giveUp }
    isAsked = true
    last = now
    return .ask
  }
}

extension Request {
  /// Whether the end of processes is what is waited for.
  var stopsSomething: Bool {
    switch self {
    case .stop, .disable, .unload, .shutdown: true
    default: false
    }
  }
}
