import Testing
import UCL

@Suite("Values and their places")
struct ValueTests {
  private func parse(_ text: String, _ variables: [String: String] = [:]) throws -> Value {
    try Parser(variables: variables).parse(Source(name: "x", text: text))
  }

  private func place(_ location: UCL.SourceLocation?) -> String {
    location.map { "\($0.line):\($0.column)+\($0.length)" } ?? "nowhere"
  }

  @Test("a value knows where it stands, how long it is, and how it was written")
  func places() throws {
    let value = try parse("mode = 0640\nété = \"a\\nb\" # c\nservice nginx {\n  delay 100ms;\n  l = [yes,  'x']\n}\n")
    #expect(place(value["mode"]?.location) == "1:8+4")
    #expect(value["mode"]?.integer == 640)
    #expect(value["mode"]?.sourceText == "0640")
    #expect(value["mode"]?.isQuoted == false)
    #expect(place(value.object?["été"]?.keyLocation) == "2:1+3")
    #expect(place(value["été"]?.location) == "2:7+6")
    #expect(value["été"]?.sourceText == "a\\nb")
    #expect(value["été"]?.isQuoted == true)
    #expect(place(value.object?["service"]?.keyLocation) == "3:1+7")
    #expect(place(value["service"]?.location) == "3:9+5")
    let nginx = try #require(value["service"]?["nginx"])
    #expect(place(nginx.location) == "3:15+1")
    #expect(place(nginx["delay"]?.location) == "4:9+5")
    guard case .duration(let seconds)? = nginx["delay"]?.content else {
      Issue.record("100ms is no duration")
      return
    }
    #expect(seconds == 0.1)
    #expect(place(nginx["l"]?.location) == "5:7+1")
    #expect(place(nginx["l"]?.array?.last?.location) == "5:14+3")
  }

  @Test("a column counts characters in a long line, too")
  func columns() throws {
    let value = try parse("a = [" + String(repeating: "é, ", count: 1000) + "end]")
    #expect(place(value["a"]?.array?.last?.location) == "1:3006+3")
  }

  @Test("variables are replaced, unknown ones stay")
  func variables() throws {
    let value = try parse(
      "a = ${X}/${instance}/$X/$XY/$Z/${X\nb = '${X}'\nc = \"$$ $X\"\nd = \"$$\"", ["X": "1", "XY": "2"])
    #expect(value["a"]?.string == "1/${instance}/1/2/$Z/${X")
    #expect(value["a"]?.sourceText == "${X}/${instance}/$X/$XY/$Z/${X")
    #expect(value["b"]?.string == "${X}")
    #expect(value["c"]?.string == "$ 1")
    #expect(value["d"]?.string == "$$")
    #expect(try parse("a = ${CURDIR}")["a"]?.string == ".")
  }

  @Test("keys that Unicode holds to be the same are one key")
  func canonicalKeys() throws {
    #expect(try parse("\u{E9} = 1\ne\u{301} = 2").object?["\u{E9}"]?.values.count == 2)
  }

  @Test("any value is a text in JSON, an object or an array in the whole language")
  func tops() throws {
    let json = Parser(mode: .json)
    #expect(try json.parse(Source(name: "x", text: " \"\\ud83d\\ude00\\u0000\" ")).string == "😀\u{0}")
    #expect(try json.parse(Source(name: "x", text: "-12")).integer == -12)
    #expect(try json.parse(Source(name: "x", text: "-9223372036854775808")).integer == Int64.min)
    #expect(try json.parse(Source(name: "x", text: "1e2")).integer == nil)
    #expect(try json.parse(Source(name: "x", text: "1.50")).number == 1.5)
    #expect(
      try json.parse(Source(name: "x", text: "{\"a b\":{\"\":[null,true,false]}}")).json
        == #"{"a b":{"":[null,true,false]}}"#)
    #expect(try parse("[1, 2]").array?.count == 2)
    #expect(try parse("").object?.members.isEmpty == true)
  }

  @Test("a line of a source is found wherever it stands")
  func lines() {
    let text = (1...1000).map { "line \($0)\r\n" }.joined() + "last"
    let source = Source(name: "x", text: text)
    for number in [1, 2, 63, 64, 65, 66, 128, 129, 640, 641, 999, 1000] {
      #expect(source.line(number) == "line \(number)")
    }
    #expect(source.line(1001) == "last")
    #expect(source.line(1002) == nil && source.line(0) == nil && source.line(100_000) == nil)
    #expect(Source.none.line(1) == "")
  }
}
