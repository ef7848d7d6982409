import UCL

/// Diagnostics as text: with the offending line and a caret for people, as one line for logs, as JSON for programs.
public struct DiagnosticRenderer: Sendable {
  /// Whether to use the terminal's colours.
  public var isColoured: Bool
  /// Lines longer than this are cut to the part around the caret.
  public var width: Int

  public init(isColoured: Bool = false, width: Int = 120) {
    self.isColoured = isColoured
    self.width = max(width, 20)
  }

  /// - Parameter columns: of a terminal; the margin takes some of them. `nil`: there is none.
  public init(isColoured: Bool = false, columns: Int?) {
    self.init(isColoured: isColoured, width: columns.map { $0 - 8 } ?? 120)
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
    var lines = ["\(head) \(paint(diagnostic.message.printable, .bold))"]
    let margin = diagnostic.location.map { String($0.line).count } ?? 1
    let gutter = String(repeating: " ", count: margin)
    if let location = diagnostic.location {
      lines.append("\(gutter)\(paint("-->", .blue)) \(location.description.printable)")
      lines += excerpt(diagnostic, location, gutter, isError ? .red : .cyan)
    }
    for (message, location) in diagnostic.related {
      lines.append("\(gutter) \(paint("=", .blue)) \(message.printable): \(location.description.printable)")
    }
    if let expected = diagnostic.expected {
      lines.append("\(gutter) \(paint("=", .blue)) expected \(expected.printable)")
    }
    if let hint = diagnostic.hint {
      lines.append("\(gutter) \(paint("=", .blue)) help: \(hint.printable)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func excerpt(
    _ diagnostic: Diagnostic, _ location: SourceLocation, _ gutter: String, _ colour: Colour
  ) -> [String] {
    guard let line = diagnostic.excerpt ?? location.source.line(Int(location.line)) else { return [] }
    let (shown, column, span) = window(line, around: Int(location.column), Int(location.length))
    let length = max(1, min(span, shown.unicodeScalars.count - column + 1))
    let bar = paint("|", .blue)
    let caret = String(repeating: " ", count: column - 1) + paint(String(repeating: "^", count: length), colour)
    return ["\(gutter) \(bar)", "\(paint("\(location.line)", .blue)) \(bar) \(shown)", "\(gutter) \(bar) \(caret)"]
  }

  /// A line as it can be shown: a tab is one blank, control characters are made visible, and of a long line only the part
  /// around the column remains. With it the column and the length of what is marked, as they are there.
  private func window(_ line: String, around column: Int, _ length: Int) -> (line: String, column: Int, length: Int) {
    let pieces = line.unicodeScalars.map { $0 == "\t" ? " " : String($0).printable }
    let first = min(max(column, 1), pieces.count + 1) - 1
    let column = pieces[..<first].reduce(1) { $0 + $1.unicodeScalars.count }
    let length = pieces[first...].prefix(max(length, 0)).reduce(0) { $0 + $1.unicodeScalars.count }
    let scalars = Array(pieces.joined().unicodeScalars)
    guard scalars.count > width else { return (text(scalars[...]), column, length) }
    let start = max(0, min(column - 1 - width / 2, scalars.count - width))
    let end = min(scalars.count, start + width)
    let (left, right) = (start > 0 ? "…" : "", end < scalars.count ? "…" : "")
    let shown = left + text(scalars[start..<end]) + right
    return (shown, column - start + left.unicodeScalars.count, length)
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
    return "\(place)\(severity): \(diagnostic.message)\(end)".printable
  }

  /// The same for what says by itself that it is an error: a place is followed by the word, as compilers have it.
  public func lineOfError(_ diagnostic: Diagnostic) -> String {
    let line = line(diagnostic)
    let isBare = diagnostic.location == nil && diagnostic.severity == .error
    return isBare ? String(line.dropFirst("error: ".count)) : line
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
}
