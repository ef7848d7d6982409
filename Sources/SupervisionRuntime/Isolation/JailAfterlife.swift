import Supervision

/// What is still to come of jails that were removed, while their services are stopped or run again.
///
/// A jail is *dying* until the kernel lets its last socket go; that is nobody's work, and worth a line in a status. An interface
/// that was given to it is *awaited*: the undoing is carried out again now and then until it has come back.
final class JailAfterlife {
  private struct Remains {
    var dying: [Int32] = []
    var awaited: [String] = []
    var timer: TimerHeap.Timer?
    var pause = JailAfterlife.firstPause
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

  /// Takes in what a making or an undoing has left.
  ///
  /// - Returns: what is awaited now and was not before.
  func keep(_ report: IsolationReport, of service: String) -> [String] {
    var now = remains[service] ?? Remains(pause: firstPause)
    if let timer = now.timer { loop.cancel(timer) }
    now.timer = nil
    now.dying = (now.dying + report.dying.filter { !now.dying.contains($0) }).filter(isDying).suffix(Self.most)
    let new = report.awaited.filter { !now.awaited.contains($0) }
    now.awaited = report.awaited
    if now.awaited.isEmpty {
      now.pause = firstPause
    } else {
      now.timer = loop.schedule(at: Clock.now() + now.pause) { [weak self] in self?.due(service) }
      now.pause = min(now.pause * 2, Self.longestPause)
    }
    remains[service] = now.dying.isEmpty && now.awaited.isEmpty ? nil : now
    return new
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
    if dying.isEmpty && found.awaited.isEmpty { remains[service] = nil }
    guard !dying.isEmpty else { return found.awaited }
    let jids = dying.map { "jid \($0)" }.joined(separator: ", ")
    return ["an earlier jail is still dying (\(jids)), until the kernel lets go of its sockets"] + found.awaited
  }
}
