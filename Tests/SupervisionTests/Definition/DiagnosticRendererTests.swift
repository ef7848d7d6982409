import OrderedCollections
import Testing
import UCL

@testable import Supervision

@Suite("Diagnostics as text")
struct DiagnosticRendererTests {
  @Test("place, line, caret, expectation, suggestion")
  func full() throws {
    guard
      case .failure(let diagnostics) = load("service nginx {\n\texec = nginx\n  respwan-delay = soon\n  umask = 9\n}")
    else {
      Issue.record("loaded")
      return
    }
    #expect(
      DiagnosticRenderer().text(diagnostics.all)
        == """
        error: unknown key `respwan-delay` in service nginx
         --> test.ucl:3:3
          |
        3 |   respwan-delay = soon
          |   ^
          = help: did you mean `respawn-delay`?

        error: `9` is no value for `umask`
         --> test.ucl:4:11
          |
        4 |   umask = 9
          |           ^
          = expected an octal number from 0 to 0777, such as 022

        2 errors

        """.replacing("\n  |   ^\n", with: "\n  |   \(caret(diagnostics.all[0]))\n"))
  }

  /// As long as the parser says that the key is.
  private func caret(_ diagnostic: Diagnostic) -> String {
    String(repeating: "^", count: Int(diagnostic.location?.length ?? 1))
  }

  @Test("a tab counts one column, control characters never reach the terminal, a long line is cut around the caret")
  func excerpts() {
    let text = "\t\u{1B}[31mx = y" + String(repeating: "z", count: 300)
    let source = Source(name: "f\u{1B}.ucl", bytes: Array(text.utf8))
    let location = SourceLocation(source: source, line: 1, column: 7, length: 1)
    let rendered = DiagnosticRenderer(width: 40).text(Diagnostic(.error, "no", at: location))
    let lines = rendered.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(!rendered.contains("\u{1B}"))
    #expect(lines[3].hasPrefix("1 |  \\^[[31mx = y") && lines[3].hasSuffix("…"))
    #expect(lines[4] == "  |         ^")
    let far = SourceLocation(source: source, line: 1, column: 200, length: 500)
    let shown = DiagnosticRenderer(width: 40).text(Diagnostic(.error, "no", at: far)).split(separator: "\n")
    #expect(shown[3].hasPrefix("1 | …") && shown[3].count < 60 && shown[4].count < 60)
  }

  @Test("a narrow terminal is heeded", arguments: [28, 40, 80])
  func narrow(columns: Int) {
    let source = Source(name: "f.ucl", bytes: Array(String(repeating: "word ", count: 60).utf8))
    let location = SourceLocation(source: source, line: 1, column: 100, length: 4)
    let text = DiagnosticRenderer(columns: columns).text(Diagnostic(.error, "no", at: location))
    let lines = text.split(separator: "\n").dropFirst(2)
    #expect(lines.count == 3 && lines.allSatisfy { $0.count <= columns }, "\(text)")
    #expect(DiagnosticRenderer(columns: nil).width == 120)
  }

  @Test("colour only where it is wanted")
  func colour() {
    let diagnostic = Diagnostic(.note, "x", at: nil)
    #expect(DiagnosticRenderer().text(diagnostic) == "note: x\n")
    #expect(DiagnosticRenderer(isColoured: true).text(diagnostic).contains("\u{1B}[1;36mnote:"))
  }

  @Test("JSON has stable keys")
  func json() {
    let source = Source(name: "a.ucl", bytes: [])
    var diagnostic = Diagnostic(
      .error, "is \"x\"", at: SourceLocation(source: source, line: 3, column: 4, length: 2), expected: "e", hint: "h")
    diagnostic.related = [("other", SourceLocation(source: source, line: 1, column: 1))]
    #expect(
      DiagnosticRenderer().json([diagnostic])
        == #"[{"severity":"error","message":"is \"x\"","file":"a.ucl","line":3,"column":4,"length":2,"expected":"e","#
        + #""hint":"h","related":[{"message":"other","file":"a.ucl","line":1,"column":1,"length":1}]}]"#)
  }

  @Test("a note of a loaded configuration shows its line although the text is gone")
  func detached() throws {
    let configuration = try loaded(load("\nservice a { exec = a; wants = nobody }"))
    let note = try #require(configuration.notes.first)
    #expect(note.location?.source.bytes.isEmpty == true)
    #expect(DiagnosticRenderer().text(note).contains("2 | service a { exec = a; wants = nobody }"))
  }
}
