import Testing

@testable import UCL

@Suite("Printing and reading again")
struct RoundTripTests {
  /// Every case of the corpus that parses.
  private func values() throws -> [(name: String, value: Value)] {
    try Corpus.cases.compactMap { name in
      let source = try Corpus.source(name)
      guard let value = try? Parser().parse(source, reader: FileReader()) else { return nil }
      return (name, value)
    }
  }

  @Test("what is printed as UCL is read back as it was")
  func ucl() throws {
    let values = try values()
    #expect(values.count > 150)
    for (name, value) in values {
      let again = try Parser().parse(Source(name: "<printed>", text: value.ucl))
      #expect(again.hasSameContent(as: value), "\(name): \(value.ucl)")
      #expect(again.ucl == value.ucl, "\(name)")
    }
  }

  @Test("what is printed as JSON is read back as it was, in both modes and both styles")
  func json() throws {
    for (name, value) in try values() {
      let strict = try Parser(mode: .json).parse(Source(name: "<printed>", text: value.json))
      #expect(strict.json == value.json, "\(name)")
      let pretty = JSON.text(value, style: .pretty)
      #expect(try Parser(mode: .json).parse(Source(name: "<printed>", text: pretty)).json == value.json, "\(name)")
      #expect(try Parser().parse(Source(name: "<printed>", text: pretty)).json == value.json, "\(name)")
    }
  }

  @Test("values that a program built are printed as JSON")
  func built() {
    let value: Value = [
      "name": "nginx", "pid": 42, "up": true, "load": 1.5, "tags": ["a", "b\n"], "none": .null,
      "inner": .object([("k", .integer(UInt8(7)))]), "empty": [],
    ]
    #expect(
      value.json
        == #"{"name":"nginx","pid":42,"up":true,"load":1.5,"tags":["a","b\n"],"none":null,"inner":{"k":7},"empty":[]}"#)
    #expect(value["pid"]?.integer == 42)
    #expect(value["name"]?.string == "nginx")
    #expect(value["inner"]?["k"]?.number == 7)
    #expect(value["absent"] == nil)
    #expect(Value.real(.nan).json == "null" && Value.real(.infinity).json == "null")
  }

  @Test("built values are printed as UCL in their plainest form")
  func builtText() {
    let value = Value.object([
      ("a", .boolean(true)), ("b", 1.5), ("c", Value(.duration(60), at: .none)),
      ("d", Value(.duration(0.1), at: .none)),
      ("e", .real(-.infinity)), ("f", .real(.nan)), ("g", "it's $5"), ("h", .array([.null, .object([])])),
    ])
    let expected = """
      a = true
      b = 1.5
      c = 60s
      d = 0.1s
      e = null
      f = nan
      g = "it's $5"
      h = [
        null,
        {},
      ]

      """
    #expect(value.ucl == expected)
    #expect(UCLText.inline(.array([1, "x"])) == #"[1, "x"]"#)
  }

  @Test("JSON is printed on lines for people")
  func pretty() {
    let value: Value = ["a": [1, 2], "b": .object([]), "c": []]
    let expected = """
      {
        "a": [
          1,
          2
        ],
        "b": {},
        "c": []
      }
      """
    #expect(JSON.text(value, style: .pretty) == expected)
  }

  @Test("sections are printed with their names, repeated keys one by one")
  func sections() throws {
    let text = """
      service nginx {
        exec = ["/usr/sbin/nginx", "-g", "daemon off;"]
        respawn-delay = 100ms
        respawn = yes
        umask = 022
        size = 10m
        note = 'costs $5'
      }
      service redis {
        "a key" = 1
        "a key" = 2
      }

      """
    #expect(try Parser().parse(Source(name: "x", text: text)).ucl == text)
  }
}
