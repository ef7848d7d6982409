import Supervision

/// What is still to come of jails that were removed, while their services are stopped or run again.
///
/// A jail is *dying* until the kernel lets its last socket go; that is nobody's work, and worth a line in a status. An interface
/// that was given to it is *awaited*: the undoing is carried out again now and then until it has come back. One of these looks
/// may come to nothing (no process can be started, it is killed, it hangs): that is said, and it is looked again.
final class JailAfterlife {
  private struct Remains {
    var dying: [Int32] = []
    var awaited: [String] = []
    /// Why the last look has not settled it.
    var trouble: String?
    var timer: TimerHeap.Timer?
    var pause = JailAfterlife.firstPause

    var isUnsettled: Bool { !awaited.isEmpty || trouble != nil }

    var troubleClauses: [String] {
      trouble.map { ["what an earlier jail has left could not be undone (\($0)); this is tried again"] } ?? []
    }
  }

  private let loop: EventLoop
  private let isDying: (Int32) -> Bool
  private let firstPause: Duration
  private var remains: [String: Remains] = [:]

  /// The undoing of a service's jail is to be carried out again.
  var onDue: ((String) -> Void)?

  private static let firstPause: Duration = .seconds(1)
  private static let longestPause: Duration = .seconds(30)
  /// Of a service that is respawned again and again there may be many; the newest are named.
  private static let most = 8

  init(
    loop: EventLoop, firstPause: Duration = firstPause,
    isDying: @escaping (Int32) -> Bool = { (try? Host.state(ofJail: $0)) == .dying }
  ) {
    self.loop = loop
    self.firstPause = firstPause
    self.isDying = isDying
  }

  /// The services of whose jails something comes back by itself.
  var awaiting: [String] { remains.filter { !$0.value.awaited.isEmpty }.keys.sorted() }

  /// Whether it is looked again by itself.
  func isLooking(after service: String) -> Bool { remains[service]?.isUnsettled == true }

  /// Takes in what a making or an undoing has come to.
  ///
  /// - Parameters:
  ///   - report: `nil` when it has told nothing: what was awaited is awaited still.
  ///   - trouble: why something is left besides; it is looked again if it was a look of this kind.
  /// - Returns: what is new of it, as clauses.
  func keep(_ report: JailReport?, trouble: String?, of service: String) -> [String] {
    var now = remains[service] ?? Remains(pause: firstPause)
    if let timer = now.timer { loop.cancel(timer) }
    let before = now
    if let report {
      now.dying = (now.dying + report.dying.filter { !now.dying.contains($0) }).filter(isDying).suffix(Self.most)
      now.awaited = report.awaited
    }
    now.trouble = before.isUnsettled || !now.awaited.isEmpty ? trouble : nil
    if now.isUnsettled {
      schedule(&now, service)
    } else {
      (now.timer, now.pause) = (nil, firstPause)
    }
    remains[service] = now.dying.isEmpty && !now.isUnsettled ? nil : now
    let isNews = now.trouble != before.trouble
    return now.awaited.filter { !before.awaited.contains($0) } + (isNews ? now.troubleClauses : [])
  }

  /// Just now somebody else is at it.
  func lookLater(_ service: String) {
    guard var now = remains[service], now.isUnsettled, now.timer == nil else { return }
    schedule(&now, service)
    remains[service] = now
  }

  private func schedule(_ now: inout Remains, _ service: String) {
    now.timer = loop.schedule(at: Clock.now() + now.pause) { [weak self] in self?.due(service) }
    now.pause = min(now.pause * 2, Self.longestPause)
  }

  private func due(_ service: String) {
    remains[service]?.timer = nil
    onDue?(service)
  }

  /// What a status says of it.
  func clauses(_ service: String) -> [String] {
    guard let found = remains[service] else { return [] }
    let dying = found.dying.filter(isDying)
    remains[service]?.dying = dying
    if dying.isEmpty && !found.isUnsettled { remains[service] = nil }
    let unsettled = found.awaited + found.troubleClauses
    guard !dying.isEmpty else { return unsettled }
    let jids = dying.map { "jid \($0)" }.joined(separator: ", ")
    return ["an earlier jail is still dying (\(jids)), until the kernel lets go of its sockets"] + unsettled
  }
}
