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
  /// Why each has failed, as its line has it.
  private var causes: [String: String] = [:]
  /// The width of the longest name so far, so that the columns do not jump more than they must.
  private var nameWidth = 8

  /// More lines in the making than these are counted, not shown: a terminal's height is not known here.
  private static let mostDrawn = 8

  private struct Line {
    var service: String
    var phase: ServiceState
    var began: Timestamp
    var step: String?

    /// A start that goes from waiting to starting is one line; a stop after it is another.
    init(_ change: StateChange, after before: Line?) {
      service = change.service
      phase = change.state
      step = change.step ?? change.cause
      let isNew = before.map { ($0.phase == .stopping) != (change.state == .stopping) } ?? true
      began = isNew ? change.at : before?.began ?? change.at
    }
  }

  /// - Parameter names: what was asked for, as far as it is known before anything happens.
  init(_ appearance: Appearance, names: [String] = []) {
    self.appearance = appearance
    for name in names { makeRoom(for: name) }
  }

  /// On a narrow terminal a long name is not worth an empty half of all other lines.
  private mutating func makeRoom(for name: String) {
    let most = appearance.columns.map { max(8, $0 / 2 - 2) } ?? .max
    if width(name) <= most { nameWidth = max(nameWidth, width(name)) }
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
      redrawn(after: appearance.hanging(service.map { "\($0): " } ?? "", note))
    case .services, .output: ""
    }
  }

  private mutating func text(for change: StateChange) -> String {
    makeRoom(for: change.service)
    let position = open.firstIndex { $0.service == change.service }
    switch change.state {
    case .waiting, .starting, .stopping, .respawning:
      let before = position.map { open[$0] }
      let line = Line(change, after: before)
      if let position { open[position] = line } else { open.append(line) }
      return redrawn(after: appearance.isTerminal ? "" : stepLine(line, after: before))
    case .running, .completed, .stopped, .failed:
      let line = position.map { open.remove(at: $0) }
      finished[change.service] = change.state
      if change.state == .failed { causes[change.service] = change.cause }
      return redrawn(after: finishedLine(line, change))
    }
  }

  /// Where nothing is redrawn each step has a line, when it begins: who reads a log while a stop takes its time sees what at.
  private func stepLine(_ line: Line, after before: Line?) -> String {
    guard let step = line.step, before?.step != step || before?.phase != line.phase else { return "" }
    return lead(line.service) + padded(line.phase.rawValue, 9) + "  " + step + "\n"
  }

  private func lead(_ service: String) -> String { padded(service, nameWidth) + "  " }

  private func finishedLine(_ line: Line?, _ change: StateChange) -> String {
    var text = ""
    if let line {
      text += padded(line.phase.rawValue, 9) + "  "
      // What it was waiting for is old news when it is there.
      if appearance.isTerminal, line.phase == .stopping, let step = line.step { text += step + " " }
      text += appearance.ellipsis + "  "
    }
    text += appearance.paint(change.state.rawValue, change.state.colour)
    if change.state == .running, let pid = change.pid { text += ", pid \(pid)" }
    // Who has just asked for a stop knows why it came.
    if let cause = change.cause, line?.phase != .stopping || change.state == .failed { text += ": \(cause)" }
    if let line { text += " (\(elapsed(change.at.since(line.began))))" }
    return appearance.hanging(lead(change.service), text)
  }

  // MARK: The end

  /// The outcomes that no line has told yet: of what was already running, of what was only asked for.
  mutating func text(for outcomes: [ServiceOutcome]) -> String {
    open = []
    var text = ""
    for outcome in outcomes {
      if !isTold(outcome) {
        makeRoom(for: outcome.service)
        if outcome.kind == .failed { causes[outcome.service] = outcome.cause }
        text += outcomeLine(outcome)
      }
      for remark in outcome.remarks { text += appearance.hanging("\(outcome.service): ", remark) }
    }
    return redrawn(after: text)
  }

  /// The error without the cause that a line above it has told.
  func shortened(_ error: ControlError) -> ControlError {
    guard let cause = error.service.flatMap({ causes[$0] }) else { return error }
    guard let told = error.message.firstRange(of: ": " + cause) else { return error }
    var error = error
    error.message.removeSubrange(told)
    return error
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
    var text = appearance.paint(words, outcome.kind == .failed ? .red : nil)
    if outcome.kind == .disabled { text += whatGoesOn(outcome) }
    if outcome.kind == .reached { text += ": \(outcome.state.rawValue)" }
    if outcome.state == .running, let pid = outcome.pid { text += ", pid \(pid)" }
    if let cause = outcome.cause { text += ": \(cause)" }
    return appearance.hanging(lead(outcome.service), text)
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
      text += openLine(line)
      drawn += 1
    }
    if open.count > Self.mostDrawn {
      text += "and \(open.count - Self.mostDrawn) more \(appearance.ellipsis)\n"
      drawn += 1
    }
    return text + "\u{1B}[?7h"
  }

  /// One line of the terminal, whatever is in it.
  private func openLine(_ line: Line) -> String {
    let name = lead(line.service)
    let phase = padded(line.phase.rawValue, 9)
    let end = " " + appearance.ellipsis
    let left = appearance.columns.map { $0 - width(name) - width(phase) - width(end) - 2 }
    let step = line.step.map { "  " + appearance.cut($0, to: left) } ?? ""
    return name + appearance.paint(phase, .yellow) + step + end + "\n"
  }
}
