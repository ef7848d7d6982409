import ControlProtocol

extension ServiceState {
  /// The sign before a service's name.
  var symbol: String {
    switch self {
    case .running, .completed: "●"
    case .waiting, .starting, .respawning, .stopping: "◐"
    case .stopped: "○"
    case .failed: "✗"
    }
  }

  var colour: Colour? {
    switch self {
    case .running, .completed: .green
    case .waiting, .starting, .respawning, .stopping: .yellow
    case .stopped: .grey
    case .failed: .red
    }
  }

  /// The sign and a blank, or nothing where signs cannot be shown.
  func mark(_ appearance: Appearance) -> String {
    appearance.hasSymbols ? appearance.paint(symbol, colour) + " " : ""
  }
}
