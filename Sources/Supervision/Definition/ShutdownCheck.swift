import UCL

/// Times of a configuration that do not fit together when everything stops.
///
/// A service keeps its grace period, whatever the supervisor's or the system's time for leaving: so what is longer than one of
/// these is worth a note.
struct ShutdownCheck {
  /// `shutdown-timeout`.
  let timeout: Duration
  /// How long the system itself waits for a shutdown, where that concerns this supervisor.
  let systemLimit: Duration?

  /// What is to be said of a service's grace period; `nil`: it fits.
  func complaint(about definition: ServiceDefinition) -> String? {
    let grace = definition.stop.gracePeriod
    // Of what is off nothing is said.
    guard !definition.isGroup, definition.autoStart || !definition.isPackaged else { return nil }
    let text = DurationText.format(grace)
    let limit = systemLimit.flatMap { $0 < grace ? $0 : nil }.map(Self.describe)
    if grace > timeout {
      return "`grace-period` of \(definition.name), \(text), is longer than `shutdown-timeout`, "
        + "\(DurationText.format(timeout)): the supervisor waits for it all the same"
        + (limit.map { ", but \($0)" } ?? "")
    }
    return limit.map { "`grace-period` of \(definition.name) is \(text), and \($0)" }
  }

  /// The same of `shutdown-timeout` itself.
  var complaint: String? {
    systemLimit.flatMap { $0 < timeout ? $0 : nil }.map {
      "`shutdown-timeout` is \(DurationText.format(timeout)), and \(Self.describe($0))"
    }
  }

  private static func describe(_ limit: Duration) -> String {
    "at a shutdown of the system init(8) ends everything after \(DurationText.format(limit)) (kern.init_shutdown_timeout)"
  }
}
