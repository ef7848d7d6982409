import UCL

/// Times of a configuration that do not fit together when everything stops.
///
/// A service keeps its grace period, whatever the supervisor's or the system's time for leaving: so what is longer than one of
/// these is worth a note. Of packaged services that are off nothing is said, and which are off is known only where the lists of
/// what is enabled are: so the notes are made there.
struct ShutdownCheck: Sendable {
  /// `shutdown-timeout`, and where it is said; `nil`: nowhere.
  let timeout: Duration
  let timeoutPlace: Place?
  /// A part that is loaded does not say it.
  let isOfPart: Bool
  /// How long the system itself waits for a shutdown, where that concerns this supervisor.
  let systemLimit: Duration?
  /// Those that are longer than one of the two, in the order of the files.
  private(set) var graces: [Grace] = []

  /// A place that may outlive the text of its file.
  struct Place: Sendable {
    var location: SourceLocation?
    var excerpt: String?
  }

  struct Grace: Sendable {
    var service: String
    var period: Duration
    var place: Place
  }

  private static let mostNames = 8

  init(timeout: Duration, timeoutPlace: Place?, isOfPart: Bool, systemLimit: Duration?) {
    self.timeout = timeout
    self.isOfPart = isOfPart
    self.timeoutPlace = timeoutPlace
    self.systemLimit = systemLimit
  }

  /// Whether there may be something to say of a service.
  func concerns(_ definition: ServiceDefinition) -> Bool {
    let grace = definition.stop.gracePeriod
    return !definition.isGroup && (grace > timeout || systemLimit.map { grace > $0 } ?? false)
  }

  mutating func add(_ definition: ServiceDefinition, at place: Place) {
    graces.append(Grace(service: definition.name, period: definition.stop.gracePeriod, place: place))
  }

  /// - Parameter dormant: packaged services that are off.
  func notes(without dormant: Set<String>) -> [Diagnostic] {
    let concerned = graces.filter { !dormant.contains($0.service) }
    let long = concerned.filter { $0.period > timeout }
    // What fits into the supervisor's time and not into the system's: then the former does not either.
    let others = concerned.filter { $0.period <= timeout }
    var notes: [Diagnostic] = []
    if let limit = systemLimit, limit < timeout, !isOfPart {
      notes.append(
        note("`shutdown-timeout` is \(DurationText.format(timeout)), and \(Self.describe(limit))", of: concerned))
    }
    if let subject = Self.subject(long) {
      var text = "\(subject) longer than `shutdown-timeout`, \(DurationText.format(timeout)): "
      text += "the supervisor waits for \(long.count == 1 ? "it" : "them") all the same"
      if let limit = systemLimit, long.contains(where: { $0.period > limit }) {
        text += ", but \(Self.describe(limit))"
      }
      notes.append(note(text, of: long))
    }
    if let limit = systemLimit, let subject = Self.subject(others) {
      notes.append(note("\(subject) longer than the system's time: \(Self.describe(limit))", of: others))
    }
    return notes
  }

  /// Where the time is said that would have to be another; else where the first service says its own.
  private func note(_ text: String, of graces: [Grace]) -> Diagnostic {
    let place = timeoutPlace ?? graces.first?.place
    var note = Diagnostic(.note, text, at: place?.location)
    note.excerpt = place?.excerpt
    return note
  }

  /// `` `grace-period` of pg, 5min, is ``, or of several are.
  private static func subject(_ graces: [Grace]) -> String? {
    guard let first = graces.first else { return nil }
    guard graces.count > 1 else {
      return "`grace-period` of \(first.service), \(DurationText.format(first.period)), is"
    }
    let names = graces.map { "\($0.service) (\(DurationText.format($0.period)))" }
    return "`grace-period` of \(names.listed(atMost: mostNames)) are"
  }

  private static func describe(_ limit: Duration) -> String {
    "at a shutdown of the system init(8) ends everything after \(DurationText.format(limit)) (kern.init_shutdown_timeout)"
  }
}
