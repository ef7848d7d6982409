import UCL

/// Diagnostics as text: with the offending line and a caret for people, as one line for logs, as JSON for programs.
public struct DiagnosticRenderer: Sendable {
  /// Whether to use the terminal's colours.
  public var isColoured: Bool
  /// Lines longer than this are cut to the part around the caret.
  public var width: Int

  public init(isColoured: Bool = false, width: Int = 120) {
    self.isColoured = isColoured
    self.width = max(width, 40)
  }

  // MARK: For people

  /// All diagnostics, an empty line after each, and the count of errors at the end.
  public func text(_ diagnostics: [Diagnostic]) -> String {
    var result = diagnostics.map { text($0) + "\n" }.joined()
    let errors = diagnostics.count { $0.severity == .error }
    let notes = diagnostics.count - errors
    var counts: [String] = []
    if errors > 0 { counts.append(errors == 1 ? "1 error" : "\(errors) errors") }
    if notes > 0 { counts.append(notes == 1 ? "1 note" : "\(notes) notes") }
    if !counts.isEmpty { result += counts.joined(separator: ", ") + "\n" }
    return result
  }

  /// One diagnostic with its place, line and caret; ends in a newline.
  public func text(_ diagnostic: Diagnostic) -> String {
    let isError = diagnostic.severity == .error
    let head = isError ? paint("error:", .red) : paint("note:", .cyan)
    var lines = ["\(head) \(paint(clean(diagnostic.message), .bold))"]
    let margin = diagnostic.location.map { String($0.line).count } ?? 1
    let gutter = String(repeating: " ", count: margin)
    if let location = diagnostic.location {
      lines.append("\(gutter)\(paint("-->", .blue)) \(clean(location.description))")
      lines += excerpt(diagnostic, location, gutter, isError ? .red : .cyan)
    }
    for (message, location) in diagnostic.related {
      lines.append("\(gutter) \(paint("=", .blue)) \(clean(message)): \(clean(location.description))")
    }
    if let expected = diagnostic.expected {
      lines.append("\(gutter) \(paint("=", .blue)) expected \(clean(expected))")
    }
    if let hint = diagnostic.hint {
      lines.append("\(gutter) \(paint("=", .blue)) help: \(clean(hint))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func excerpt(
    _ diagnostic: Diagnostic, _ location: SourceLocation, _ gutter: String, _ colour: Colour
  ) -> [String] {
    guard let line = diagnostic.excerpt ?? location.source.line(Int(location.line)) else { return [] }
    let (shown, column) = window(line, around: Int(location.column))
    let before = shown.unicodeScalars.count
    let length = max(1, min(Int(location.length), before - column + 1))
    let bar = paint("|", .blue)
    let caret = String(repeating: " ", count: column - 1) + paint(String(repeating: "^", count: length), colour)
    return ["\(gutter) \(bar)", "\(paint("\(location.line)", .blue)) \(bar) \(shown)", "\(gutter) \(bar) \(caret)"]
  }

  /// A line as it can be shown: tabs are one blank so that the caret stands right, control characters are made visible, and
  /// of a long line only the part around the column remains.
  private func window(_ line: String, around column: Int) -> (line: String, column: Int) {
    let scalars = Array(clean(line).unicodeScalars)
    let column = min(max(column, 1), scalars.count + 1)
    guard scalars.count > width else { return (text(scalars[...]), column) }
    let start = max(0, min(column - 1 - width / 2, scalars.count - width))
    let end = min(scalars.count, start + width)
    let (left, right) = (start > 0 ? "…" : "", end < scalars.count ? "…" : "")
    return (left + text(scalars[start..<end]) + right, column - start + left.unicodeScalars.count)
  }

  private func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
  }

  // MARK: For logs

  /// `file:line:column: error: message (expected …; did you mean …?)`
  public func line(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.location.map { "\($0): " } ?? ""
    let severity = diagnostic.severity == .error ? "error" : "note"
    var more = diagnostic.related.map { "\($0.message): \($0.location)" }
    if let expected = diagnostic.expected { more.append("expected \(expected)") }
    if let hint = diagnostic.hint { more.append(hint) }
    let end = more.isEmpty ? "" : " (\(more.joined(separator: "; ")))"
    return clean("\(place)\(severity): \(diagnostic.message)\(end)")
  }

  // MARK: For programs

  /// A JSON array of objects with `severity`, `message`, and where they are known `file`, `line`, `column`, `length`,
  /// `expected`, `hint`, `related`.
  public func json(_ diagnostics: [Diagnostic]) -> String {
    "[" + diagnostics.map { json($0) }.joined(separator: ",") + "]"
  }

  /// One diagnostic as a JSON object.
  public func json(_ diagnostic: Diagnostic) -> String {
    let severity = diagnostic.severity == .error ? "error" : "note"
    var members = ["\"severity\":\"\(severity)\"", "\"message\":\(jsonString(diagnostic.message))"]
    if let location = diagnostic.location { members.append(json(location)) }
    if let expected = diagnostic.expected { members.append("\"expected\":\(jsonString(expected))") }
    if let hint = diagnostic.hint { members.append("\"hint\":\(jsonString(hint))") }
    if !diagnostic.related.isEmpty {
      let related = diagnostic.related.map { "{\"message\":\(jsonString($0.message)),\(json($0.location))}" }
      members.append("\"related\":[\(related.joined(separator: ","))]")
    }
    return "{\(members.joined(separator: ","))}"
  }

  private func json(_ location: SourceLocation) -> String {
    "\"file\":\(jsonString(location.source.name)),\"line\":\(location.line),\"column\":\(location.column),"
      + "\"length\":\(location.length)"
  }

  // MARK: Colours

  private enum Colour: String {
    case red = "\u{1B}[1;31m"
    case cyan = "\u{1B}[1;36m"
    case blue = "\u{1B}[1;34m"
    case bold = "\u{1B}[1m"
  }

  private func paint(_ text: String, _ colour: Colour) -> String {
    isColoured ? "\(colour.rawValue)\(text)\u{1B}[0m" : text
  }

  /// Without control characters: a file must not be able to write escape sequences to root's terminal.
  private func clean(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: Self.isControl) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\t" || scalar == "\n" {
        result.append(" ")
      } else {
        result.append(Self.isControl(scalar) ? "\u{FFFD}" : scalar)
      }
    }
    return String(result)
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || (0x202a...0x202e).contains(scalar.value)
      || (0x2066...0x2069).contains(scalar.value)
  }
}
