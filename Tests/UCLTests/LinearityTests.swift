import Testing

@testable import UCL

/// The cost of a parse is counted in bytes looked at, which is the same on every machine.
@Suite("Cost")
struct LinearityTests {
  private struct Shape: CustomTestStringConvertible {
    var name: String
    var head = ""
    var unit: String
    var tail = ""
    var mode = Parser.Mode.ucl
    var testDescription: String { name }

    func text(_ count: Int) -> String { head + String(repeating: unit, count: count) + tail }
  }

  private static let shapes = [
    Shape(name: "lines", unit: "key value\n"),
    Shape(name: "sections", unit: "service x {\n  exec = [a, \"b\"]\n}\n"),
    Shape(name: "one long line", unit: "a = 1; "),
    Shape(name: "one long line of sections", unit: "a b { c = 1 } "),
    Shape(name: "comments between values of one line", unit: "a b /* c */ "),
    Shape(name: "comments between values of many lines", unit: "a b /* c */\n"),
    Shape(name: "comments in the names of sections", unit: "a b /* c */ d { e = 1 }\n"),
    Shape(name: "macros", unit: ".priority(priority=1) \"\"\n"),
    Shape(name: "one long array", head: "a = [", unit: "1, ", tail: "]"),
    Shape(name: "one long string", head: "a = \"", unit: "x\\n$y ${z ", tail: "\""),
    Shape(name: "one long heredoc", head: "a = <<EOD\n", unit: "EODX $y\n", tail: "EOD\n"),
    Shape(name: "one long unquoted value", head: "a = ", unit: "word\\ {} "),
    Shape(name: "one repeated key", unit: "a = 1\n"),
    Shape(name: "opening quotes", head: "a ", unit: "'\\\"", tail: "\n"),
    Shape(name: "open comments", unit: "/* "),
    Shape(name: "blanks behind numbers", unit: "a = 1        x\n"),
    Shape(name: "digits", head: "a = ", unit: "1234567890", tail: "z\n"),
    Shape(name: "quoted words", unit: "a \"b\" "),
    Shape(name: "JSON on one line", head: "[", unit: "{\"k\":[1.5,\"é\"]},", tail: "0]", mode: .json),
  ]

  @Test("ten times the text costs ten times as much", arguments: shapes)
  private func linear(shape: Shape) throws {
    let small = cost(shape.text(400), shape.mode)
    let large = cost(shape.text(4000), shape.mode)
    #expect(small > 400)
    #expect(Double(large) < 10.5 * Double(small), "\(small) and \(large) steps")
  }

  /// Texts that are refused have their cost too; it is that of the parse up to the error.
  private func cost(_ text: String, _ mode: Parser.Mode) -> Int {
    Parser(mode: mode).cost(Source(name: "<cost>", text: text))
  }

  @Test("many distinct keys are found by a table, few without one")
  func keys() throws {
    var object = Object()
    for number in 0..<5000 { object.append(.integer(number), forKey: "key\(number)", at: .none) }
    object.append(0, forKey: "key4999", at: .none)
    #expect(object["key4999"]?.values.count == 2)
    object.set([], forKey: "key0", at: .none)
    #expect(object["key0"] == nil && object["key1"]?.values.first?.integer == 1)
    #expect(object.members.count == 4999)
    object.set([7], forKey: "key1", at: .none)
    #expect(object["key1"]?.values.first?.integer == 7)
  }
}
