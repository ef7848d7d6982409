import ControlProtocol
import SupervisionRuntime

/// What the output may look like.
struct Appearance: Equatable {
  /// Relative times, lines that are redrawn.
  var isTerminal = false
  var hasColour = false
  /// Bold is no colour: it stays where colours are not wanted.
  var hasBold = false
  /// Characters beyond ASCII.
  var hasSymbols = false
  /// The width of the terminal; `nil`: no line is too long.
  var columns: Int?
  /// The civil time in which moments are told.
  var zone = Zone.utc

  enum Zone {
    case utc
    case local
  }

  /// A pipe or a file: absolute times, ASCII, one line a fact.
  static let plain = Appearance()

  init() {}

  init(isTerminal: Bool, hasColour: Bool, hasSymbols: Bool) {
    self.isTerminal = isTerminal
    self.hasColour = hasColour
    hasBold = hasColour
    self.hasSymbols = hasSymbols
  }

  /// - Parameters:
  ///   - variable: the value of a variable of the environment.
  ///   - width: what the terminal says of itself; the variable COLUMNS says otherwise, as everywhere.
  init(isTerminal: Bool, variable: (String) -> String?, width: Int? = nil) {
    let isDumb = (variable("TERM") ?? "dumb") == "dumb"
    self.isTerminal = isTerminal && !isDumb
    if self.isTerminal { columns = variable("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? width }
    hasBold = self.isTerminal
    // https://no-color.org: set and not empty.
    hasColour = self.isTerminal && (variable("NO_COLOR") ?? "").isEmpty
    // The locale's character set, by setlocale(3)'s order of the variables; an empty one counts as unset.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty } ?? ""
    let characterSet = locale.uppercased()
    hasSymbols = self.isTerminal && (characterSet.contains("UTF-8") || characterSet.contains("UTF8"))
  }

  /// By how many seconds the civil time is ahead of UTC.
  func zoneOffset(_ time: Timestamp) -> Int {
    switch zone {
    case .utc: 0
    case .local: Host.zoneOffset(at: time)
    }
  }

  var dash: String { hasSymbols ? "–" : "-" }
  var ellipsis: String { hasSymbols ? "…" : "..." }
}

/// The few colours that mean something, as SGR codes of the terminal; bold is none.
enum Colour: Int {
  case red = 31
  case green = 32
  case yellow = 33
  case grey = 90
  case bold = 1
}

extension Appearance {
  func paint(_ text: String, _ colour: Colour?) -> String {
    guard let colour, colour == .bold ? hasBold : hasColour else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }
}
