import ControlProtocol

/// What is shown while a start or a stop lasts: a line a service, which grows until it is done.
///
/// On a terminal the lines that are not done yet stand at the bottom and are redrawn; elsewhere a line is written once,
/// when it is done. Times are the daemon's, so that what is shown does not depend on when herd came to read it.
struct ProgressLines {
  private let appearance: Appearance
  /// Lines in the making, in the order in which they began.
  private var open: [Line] = []
  /// How many lines stand below the last finished one.
  private var drawn = 0
  /// What each service was last reported as done with.
  private var finished: [String: ServiceState] = [:]
  /// The width of the longest name so far, so that the columns do not jump more than they must.
  private var nameWidth = 8

  /// More lines in the making than these are counted, not shown: a terminal's height is not known here.
  private static let mostDrawn = 8

  private struct Line {
    var service: String
    var phase: ServiceState
    var began: Timestamp
    var step: String?
  }

  init(_ appearance: Appearance) {
    self.appearance = appearance
  }

  /// What is on its way, and what each waits for.
  var waiting: [(service: String, what: String)] {
    open.map { line in (line.service, line.phase.rawValue + (line.step.map { ", \($0)" } ?? "")) }
  }

  /// - Returns: what to write.
  mutating func text(for progress: Progress) -> String {
    switch progress {
    case .state(let change): text(for: change)
    case .note(let note, let service):
      redrawn(after: (service.map { "\($0): " } ?? "") + note + "\n")
    case .services, .output: ""
    }
  }

  private mutating func text(for change: StateChange) -> String {
    nameWidth = max(nameWidth, change.service.count)
    let position = open.firstIndex { $0.service == change.service }
    switch change.state {
    case .waiting, .starting, .stopping, .respawning:
      if let position {
        // A start that goes from waiting to starting is one line; a stop after it is another.
        let wasStopping = open[position].phase == .stopping
        if wasStopping != (change.state == .stopping) { open[position].began = change.at }
        open[position].phase = change.state
        open[position].step = change.step ?? change.cause
      } else {
        open.append(
          Line(service: change.service, phase: change.state, began: change.at, step: change.step ?? change.cause))
      }
      return redrawn(after: "")
    case .running, .completed, .stopped, .failed:
      let line = position.map { open.remove(at: $0) }
      finished[change.service] = change.state
      return redrawn(after: finishedLine(line, change))
    }
  }

  private func finishedLine(_ line: Line?, _ change: StateChange) -> String {
    var text = padded(change.service, nameWidth) + "  "
    if let line {
      text += padded(line.phase.rawValue, 9) + "  "
      // What it was waiting for is old news when it is there.
      if line.phase == .stopping, let step = line.step { text += step + " " }
      text += appearance.ellipsis + "  "
    }
    text += appearance.paint(change.state.rawValue, change.state.colour)
    if change.state == .running, let pid = change.pid { text += ", pid \(pid)" }
    // Who has just asked for a stop knows why it came.
    if let cause = change.cause, line?.phase != .stopping || change.state == .failed { text += ": \(cause)" }
    if let line { text += " (\(elapsed(change.at.since(line.began))))" }
    return text + "\n"
  }

  // MARK: The end

  /// The outcomes that no line has told yet: of what was already running, of what was only asked for.
  mutating func text(for outcomes: [ServiceOutcome]) -> String {
    open = []
    var text = ""
    for outcome in outcomes {
      nameWidth = max(nameWidth, outcome.service.count)
      if !isTold(outcome) { text += outcomeLine(outcome) }
      for remark in outcome.remarks { text += "\(outcome.service): \(remark)\n" }
    }
    return redrawn(after: text)
  }

  /// Whether a line has said so already. What the service has come to since is another story: a one-shot that was
  /// started may have completed by now.
  private func isTold(_ outcome: ServiceOutcome) -> Bool {
    guard let state = finished[outcome.service] else { return false }
    switch outcome.kind {
    case .started, .restarted, .alreadyRunning: return state == .running || state == .completed
    case .stopped, .alreadyStopped, .unloaded: return state == .stopped || state == .failed
    case .failed: return state == .failed
    case .reached: return state == outcome.state
    default: return false
    }
  }

  private func outcomeLine(_ outcome: ServiceOutcome) -> String {
    var words = outcome.kind.rawValue.split(separator: "-").joined(separator: " ")
    // It has not failed for good: what it is doing says more.
    let goesOn = outcome.state == .waiting || outcome.state == .respawning
    if outcome.kind == .failed, goesOn { words = outcome.state.rawValue }
    var text = padded(outcome.service, nameWidth) + "  "
    text += appearance.paint(words, outcome.kind == .failed ? .red : nil)
    if outcome.kind == .disabled { text += whatGoesOn(outcome) }
    if outcome.kind == .reached { text += ": \(outcome.state.rawValue)" }
    if outcome.state == .running, let pid = outcome.pid { text += ", pid \(pid)" }
    if let cause = outcome.cause { text += ": \(cause)" }
    return text + "\n"
  }

  /// Disabling ends nothing.
  private func whatGoesOn(_ outcome: ServiceOutcome) -> String {
    switch outcome.state {
    case .running, .completed:
      ", and it still is \(outcome.state.rawValue): `herd stop \(outcome.service)` stops it"
    case .starting: ", and it still comes up, since it is starting: `herd stop \(outcome.service)` stops it"
    case .respawning: ", and it is not started again"
    case .stopped, .waiting, .stopping, .failed: ""
    }
  }

  // MARK: Drawing

  /// Takes the lines in the making away, writes what is final, and puts them below it again.
  private mutating func redrawn(after final: String) -> String {
    guard appearance.isTerminal else { return final }
    var text = drawn > 0 ? "\u{1B}[\(drawn)A\u{1B}[J" : ""
    text += final
    drawn = 0
    guard !open.isEmpty else { return text }
    // A line that wraps would be two for the cursor: wrapping is off while these are written.
    text += "\u{1B}[?7l"
    for line in open.prefix(Self.mostDrawn) {
      text += padded(line.service, nameWidth) + "  " + appearance.paint(padded(line.phase.rawValue, 9), .yellow)
      if let step = line.step { text += "  " + step }
      text += " " + appearance.ellipsis + "\n"
      drawn += 1
    }
    if open.count > Self.mostDrawn {
      text += "and \(open.count - Self.mostDrawn) more \(appearance.ellipsis)\n"
      drawn += 1
    }
    return text + "\u{1B}[?7h"
  }
}
