import Testing
import UCL

@Suite("Errors")
struct DiagnosticTests {
  private struct Case: CustomTestStringConvertible {
    var text: String
    var place: String
    var message: String
    var hint: String?
    var mode = Parser.Mode.ucl
    var testDescription: String { message }
  }

  private static let cases = [
    Case(
      text: "a = 1\nb = \"open\n", place: "2:5+5", message: "unterminated string",
      hint: "expected a closing `\"` on this line; a line break inside is written `\\n`"),
    Case(text: "a = 'open", place: "1:5", message: "unterminated string"),
    Case(text: "a {\n  b = 1\n", place: "1:3", message: "this `{` is never closed"),
    Case(text: "a = [1,\n", place: "1:5", message: "this `[` is never closed"),
    Case(text: "a = 1\n}\n", place: "2:1", message: "unexpected `}`: no `{` is open here"),
    Case(text: "a [ 1 }", place: "1:7", message: "unexpected `}` in an array"),
    Case(text: "a{ b = 1 }", place: "1:2", message: "`{` cannot stand in a key"),
    Case(text: "servicé@x = 1", place: "1:8", message: "`@` cannot stand in a key"),
    Case(
      text: "exec /bin/sh -c [x]", place: "1:14", message: "expected a key, found `-`",
      hint: "a bracket follows on this line, so that `exec` names a section; a value is `exec = ...`"),
    Case(text: "respawn\n", place: "1:1+7", message: "the key `respawn` has no value"),
    Case(text: "a = ;", place: "1:5", message: "expected a value, found `;`", hint: "the empty string is `\"\"`"),
    Case(text: "a = \"x\" y", place: "1:9", message: "expected the end of the value, found `y`"),
    Case(text: "/* a /* b */", place: "1:1+2", message: "this comment is never closed"),
    Case(text: "é = \"x\ty\"", place: "1:7", message: "the control character \\u0009 in a string"),
    Case(text: "a = <<EOD\n  x\n", place: "1:5+5", message: "unterminated heredoc"),
    Case(text: "a = \"\\u12\"", place: "1:6+2", message: "`\\u` without four hexadecimal digits"),
    Case(text: "a = \"\\udc00\"", place: "1:6+6", message: "half of a surrogate pair"),
    Case(text: "a = \"\\u0000\"", place: "1:6+6", message: "a NUL character in a string"),
    Case(text: "a = 99999999999999999999", place: "1:5+20", message: "the number is out of range"),
    Case(text: "a = 99999999999999999k", place: "1:5+18", message: "the number with its unit is out of range"),
    Case(text: "service x = 1 [", place: "1:11", message: "unexpected `=` after the name of a section"),
    Case(text: ".wrong \"x\"", place: "1:1+6", message: "unknown macro `.wrong`"),
    Case(
      text: ".includes \"x\"", place: "1:1+9", message: "`.includes` is not supported: no signatures are checked here"),
    Case(text: ".include(tyr=true) \"x\"", place: "1:10+3", message: "`.include` has no argument `tyr`"),
    Case(text: ".include(priority=16) \"x\"", place: "1:19+2", message: "`16` is no priority"),
    Case(
      text: ".include \"http://a/b\"", place: "1:10+12",
      message: "cannot include http://a/b: only files can be included, no URLs"),
    Case(text: "x { .include \"y\" }", place: "1:5+8", message: "`.include` cannot stand in this text"),
    Case(
      text: "x { .inherit \"y\" }", place: "1:14+3",
      message: "nothing to inherit: there is no object `y` at the top level before this line"),
    Case(text: "{\"a\":1", place: "1:1", message: "this bracket is never closed", mode: .json),
    Case(text: "{", place: "1:2", message: "expected a key in double quotes, found the end of the text", mode: .json),
    Case(text: "{\"a\":1,}", place: "1:8", message: "expected a key in double quotes, found `}`", mode: .json),
    Case(text: "[1,2,]", place: "1:6", message: "expected a value, found `]`", mode: .json),
    Case(text: "{\"a\":1 \"b\":2}", place: "1:8", message: "expected `,` or `}`, found `\"`", mode: .json),
    Case(text: "{\"a\":1,\"a\":2}", place: "1:8+3", message: "the key stands in this object twice", mode: .json),
    Case(text: "{\"a\" 1}", place: "1:6", message: "expected `:` after a key, found `1`", mode: .json),
    Case(text: "[01]", place: "1:2+2", message: "a number that begins with 0", mode: .json),
    Case(text: "[1.]", place: "1:4", message: "expected a digit after the point, found `]`", mode: .json),
    Case(text: "[1e]", place: "1:4", message: "expected a digit in the exponent, found `]`", mode: .json),
    Case(text: "[-]", place: "1:3", message: "expected a digit, found `]`", mode: .json),
    Case(text: "[True]", place: "1:2+4", message: "a word that JSON does not know", mode: .json),
    Case(text: "[\"\\x\"]", place: "1:3+2", message: "no such escape", mode: .json),
    Case(text: "[9223372036854775808]", place: "1:2+19", message: "the number is out of range", mode: .json),
    Case(text: "1 2", place: "1:3", message: "unexpected `2` after the value", mode: .json),
    Case(text: "# c\n1", place: "1:1", message: "expected a value, found `#`", mode: .json),
    Case(text: "", place: "1:1", message: "expected a value, found the end of the text", mode: .json),
    Case(text: "\u{FEFF}1", place: "1:1", message: "expected a value, found `\u{FEFF}`", mode: .json),
    Case(text: "['a']", place: "1:2", message: "expected a value, found `'`", mode: .json),
    Case(text: "[NaN]", place: "1:2+3", message: "a word that JSON does not know", mode: .json),
  ]

  @Test("an error says what, where, and what to do", arguments: cases)
  private func error(wanted: Case) throws {
    let source = Source(name: "x", text: wanted.text)
    let error = try #require(throws: ParseError.self) { try Parser(mode: wanted.mode).parse(source) }
    #expect(error.message == wanted.message)
    let length = error.location.length == 1 ? "" : "+\(error.location.length)"
    #expect("\(error.location.line):\(error.location.column)\(length)" == wanted.place)
    if let hint = wanted.hint { #expect(error.hint == hint) }
  }

  @Test("bytes that are not UTF-8 are refused in both modes, at their place")
  func encoding() throws {
    for mode in [Parser.Mode.ucl, .json] {
      let bytes = Array("{\"é\": \"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
      let error = try #require(throws: ParseError.self) {
        try Parser(mode: mode).parse(Source(name: "x", bytes: bytes))
      }
      #expect(error.message == "the text is not UTF-8: byte C3 (hexadecimal)")
      #expect(error.location.description == "x:1:8")
    }
  }

  @Test("each bound refuses by its name")
  func bounds() throws {
    func message(_ text: String, _ mode: Parser.Mode = .ucl, _ change: (inout Limits) -> Void) throws -> String {
      var limits = Limits()
      change(&limits)
      let parser = Parser(mode: mode, limits: limits, variables: ["X": String(repeating: "x", count: 60)])
      return try #require(throws: ParseError.self) { try parser.parse(Source(name: "x", text: text)) }.message
    }
    #expect(
      try message("a = 12345678") { $0.bytes = 10 } == "the text is longer than 10 bytes in all (the bound on bytes)")
    #expect(
      try message("a = ${X}${X}") { $0.bytes = 100 }
        == "the variables expand to more than 100 bytes (the bound on bytes)")
    let nesting = "nested more than 3 levels deep (the bound on nesting)"
    #expect(try message("a {b {c {d {}}}}") { $0.nesting = 3 } == nesting)
    #expect(try message("a b c d e {}") { $0.nesting = 3 } == nesting)
    #expect(try message("a = [[[[]]]]") { $0.nesting = 3 } == nesting)
    #expect(try message("[[[[]]]]", .json) { $0.nesting = 3 } == nesting)
    #expect(try message("{\"a\":{\"a\":{\"a\":{}}}}", .json) { $0.nesting = 3 } == nesting)
    let values = "more than 4 keys and elements (the bound on values)"
    #expect(try message("a = 1; a = 2; b = [1, 2]") { $0.values = 4 } == values)
    #expect(try message("[1,2,3,4]", .json) { $0.values = 4 } == values)
    // What the bounds allow is accepted.
    var limits = Limits()
    limits.nesting = 3
    limits.values = 4
    let value = try Parser(limits: limits).parse(Source(name: "x", text: "a {b {c {d = 1}}}"))
    #expect(value.json == #"{"a":{"b":{"c":{"d":1}}}}"#)
  }

  @Test("what is inherited counts as if it had been written")
  func inheritance() throws {
    func message(_ text: String) throws -> String {
      try #require(throws: ParseError.self) { try Parser().parse(Source(name: "x", text: text)) }.message
    }
    let doubling = (1...40).map { "a\($0) { l { .inherit a\($0 - 1)\n } r { .inherit a\($0 - 1)\n } }\n" }.joined()
    #expect(try message("a0 { x = 1 }\n" + doubling) == "more than 500000 keys and elements (the bound on values)")
    let deepening = (1...40).map { "a\($0) { b { c { .inherit a\($0 - 1)\n } } }\n" }.joined()
    #expect(try message("a0 { x = 1 }\n" + deepening) == "nested more than 64 levels deep (the bound on nesting)")
    let long = "a0 { x = \"" + String(repeating: "x", count: 100_000) + "\" }\n"
    let repeated = (1...50).map { "a\($0) { .inherit a0\n }\n" }.joined()
    #expect(try message(long + repeated) == "inherited more than 4194304 bytes in all (the bound on bytes)")
  }

  @Test("a hostile depth is refused before it is walked")
  func depth() throws {
    for text in ["[", "{\"a\":", "a {", "a [", "/*"] {
      for mode in [Parser.Mode.ucl, .json] {
        let source = Source(name: "x", text: String(repeating: text, count: 20_000))
        #expect(throws: ParseError.self) { try Parser(mode: mode).parse(source) }
      }
    }
  }
}
