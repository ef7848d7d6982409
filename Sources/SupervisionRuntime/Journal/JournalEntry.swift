import Supervision

/// A message of the supervisor's journal: how much it matters, and of which kind it is in a storm.
struct JournalEntry {
  var level: JournalLevel
  var text: String
  /// The text without what differs each time.
  var kind: String
  /// The service that it is about; `nil`: it may be about all of them.
  var subject: String?

  init(_ level: JournalLevel, _ text: String, kind: String? = nil) {
    self.level = level
    self.text = text
    self.kind = kind ?? text
  }

  /// - Returns: `nil` for what is no news to anybody.
  init?(_ record: Record) {
    switch record {
    case .state(let service, let state, let outcome, let pid, let requester):
      self.init(service, state, outcome, pid, requester)
    case .attemptFailed(let service, let cause, true):
      self.init(.warning, "\(service) could not be started: \(cause); will be tried again")
    case .ended(let service, let cause, true):
      self.init(.warning, "\(service) has ended: \(cause); is started again")
    // The state that the service comes to says the same, once what it left is ended too.
    case .attemptFailed(let service, let cause, false):
      self.init(.debug, "\(service) could not be started: \(cause)")
    case .ended(let service, let cause, false):
      self.init(.debug, "\(service) has ended: \(cause)")
    case .trouble(let service, let cause):
      self.init(.warning, "\(service): \(cause)")
    case .killing(let service, let patience?, let outcome):
      let reason = outcome.map { " (\($0))" } ?? ""
      self.init(.warning, "\(service) has not ended within \(patience.text): SIGKILL for what is left of it\(reason)")
    case .killing(let service, nil, _):
      self.init(.warning, "\(service) has not ended, and nobody waits any longer: SIGKILL for what is left of it")
    case .ordered(let order, let requester):
      self.init(.notice, "\(order), by \(requester)")
    case .loaded(let summary):
      self.init(.notice, Self.text(of: summary))
    case .forgotten(let service):
      self.init(.info, "\(service) is forgotten")
    case .orphan(let service, let pid, let status):
      self.init(
        .debug, "\(service): process \(pid), which it had left behind, has ended: \(status)",
        kind: "\(service): a process that it had left behind has ended")
    case .instanceRefused(let text):
      self.init(.error, text)
    case .anomaly(let anomaly):
      self.init(.error, "\(anomaly)")
    }
    subject = record.service
  }

  /// More names than these are counted.
  private static let mostNames = 20

  private static func text(of summary: LoadSummary) -> String {
    let lists = [("added", summary.added), ("changed", summary.changed), ("removed", summary.removed)]
    let deeds = lists.map { deed, names in "\(names.count) \(deed)" + (names.isEmpty ? "" : " (\(list(names)))") }
    let effects = [
      ("starts", summary.started), ("stops", summary.stopped),
      ("run by an older definition until they are restarted:", summary.pending),
    ]
    return "loaded: \(deeds.joined(separator: ", ")), \(summary.unchanged) unchanged"
      + effects.map { effect, names in names.isEmpty ? "" : "; \(effect) \(list(names))" }.joined()
  }

  private static func list(_ names: [String]) -> String {
    names.listed(atMost: mostNames)
  }

  private init(_ service: String, _ state: StateName, _ outcome: Outcome?, _ pid: Int32?, _ requester: Requester?) {
    let reason = outcome.map { ": \($0)" } ?? ""
    let number = pid.map { ", pid \($0)" } ?? ""
    switch state {
    case .failed:
      self.init(.error, "\(service) has failed\(reason)")
    case .stopped:
      self.init(.notice, "\(service) is stopped\(reason)")
    case .running, .completed:
      let who = requester.map { ", wanted by \($0)" } ?? ""
      let kind = "\(service) is \(state.rawValue)"
      self.init(.notice, "\(kind)\(number)\(who)", kind: kind)
    case .respawning:
      self.init(.info, "\(service) is respawning")
    case .waiting, .starting, .stopping:
      self.init(.debug, "\(service) is \(state.rawValue)\(number)\(reason)", kind: "\(service) is \(state.rawValue)")
    }
  }
}

extension Record {
  fileprivate var service: String? {
    switch self {
    case .state(let service, _, _, _, _), .attemptFailed(let service, _, _), .ended(let service, _, _),
      .trouble(let service, _), .killing(let service, _, _), .orphan(let service, _, _), .forgotten(let service):
      service
    case .anomaly(.misplaced(_, let service, _)): service
    case .ordered, .loaded, .instanceRefused, .anomaly: nil
    }
  }
}
