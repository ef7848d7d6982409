import Testing
import UCL

@Suite("Inclusion")
struct InclusionTests {
  private func parse(
    _ text: String, _ files: [String: String], name: String = "/etc/main.ucl", limits: Limits = Limits()
  ) throws -> Value {
    let parser = Parser(limits: limits, variables: ["HERE": "/etc/d"])
    return try parser.parse(Source(name: name, text: text), reader: FileReader(files: files))
  }

  private func error(_ text: String, _ files: [String: String], limits: Limits = Limits()) throws -> ParseError {
    try #require(throws: ParseError.self) { try parse(text, files, limits: limits) }
  }

  @Test("a relative path begins at the file that names it")
  func relative() throws {
    let files = ["/etc/d/one.ucl": ".include \"two.ucl\"", "/etc/d/two.ucl": "where = ${CURDIR}; file = ${FILENAME}"]
    #expect(try parse(".include \"d/one.ucl\"", files).json == #"{"where":"/etc/d","file":"/etc/d/two.ucl"}"#)
    #expect(try parse(".include \"${HERE}/two.ucl\"", files)["where"]?.string == "/etc/d")
    #expect(
      try parse(".include \"etc/x\"\na = $CURDIR", ["etc/x": "b = 1"], name: "main.ucl").json == #"{"b":1,"a":"."}"#)
  }

  @Test("values of an included file know that file")
  func locations() throws {
    let value = try parse("a = 1\n.include \"two.ucl\"\nc = 3\n", ["/etc/two.ucl": "\n  b = 2\n"])
    #expect(value["b"]?.location.description == "/etc/two.ucl:2:7")
    #expect(value.object?["b"]?.keyLocation.description == "/etc/two.ucl:2:3")
    #expect(value["c"]?.location.description == "/etc/main.ucl:3:5")
    let error = try error(".include \"two.ucl\"", ["/etc/two.ucl": "x = \"\n"])
    #expect(error.location.description == "/etc/two.ucl:1:5")
  }

  @Test("a circle is named with its whole chain, however the paths are written")
  func circle() throws {
    let files = [
      "/etc/main.ucl": ".include \"a.ucl\"", "/etc/a.ucl": ".include \"./d/../b.ucl\"",
      "/etc/./d/../b.ucl": ".include \"/etc/a.ucl\"",
    ]
    let error = try error(".include \"a.ucl\"", files)
    #expect(
      error.message
        == "the inclusion goes in a circle: /etc/a.ucl includes /etc/./d/../b.ucl includes /etc/a.ucl")
    let itself = try self.error(".include \"main.ucl\"", files)
    #expect(itself.message == "the inclusion goes in a circle: /etc/main.ucl includes /etc/main.ucl")
  }

  @Test("depth and size of inclusions are bounded")
  func bounds() throws {
    var files: [String: String] = [:]
    for number in 0..<30 { files["/etc/\(number)"] = "a = 1\n.include \"\(number + 1)\"" }
    let depth = try error(".include \"0\"", files)
    #expect(depth.message == "included more than 16 files deep (the bound on include depth)")
    var limits = Limits()
    limits.bytes = 100
    let size = try error(
      ".include \"a\"\n.include \"a\"", ["/etc/a": "a = \"" + String(repeating: "x", count: 40) + "\""], limits: limits)
    #expect(size.message == "cannot include /etc/a: longer than 29 bytes")
  }

  @Test("only a missing file is passed over, and only with try")
  func missing() throws {
    #expect(try parse(".include(try=true) \"no\"\na = 1", [:]).json == #"{"a":1}"#)
    #expect(try parse(".try_include \"no\"\na = 1", [:]).json == #"{"a":1}"#)
    let error = try error("\n .include \"no\"", [:])
    #expect(error.message == "cannot include /etc/no: no such file")
    #expect(error.hint == "with `try=true` a missing file is no error")
    #expect(error.location.description == "/etc/main.ucl:2:11")
    let none = try self.error(".include(glob=true) \"no*\"", [:])
    #expect(none.message == "no file matches /etc/no*")
  }

  @Test("the object that an inclusion or a macro leaves keeps its priority apart")
  func priorities() throws {
    let files = ["/etc/a": "a = included\n.priority 9\nb = included", "/etc/b": "c = 1"]
    let text = "a = own; b = own\n.include(priority=1) \"a\"\na = late; b = late; .include \"b\"\nc = 2"
    #expect(try parse(text, files).json == #"{"a":"included","b":"included","c":[1,2]}"#)
  }

  @Test("a repeated merge joins objects and arrays, and conflicts are named")
  func merging() throws {
    let files = ["/etc/a": "s { l = [2]; k = x }", "/etc/b": "s = [1]"]
    let text = "s { l = [1] }\n.include(duplicate=merge) \"a\"\nt {\n.inherit s\n}"
    #expect(
      try parse(text, files).json == #"{"s":{"l":[1,2],"k":"x"},"t":{"l":[1,2],"k":"x"}}"#)
    let error = try error("s {}\n.include(duplicate=merge) \"b\"", files)
    #expect(error.message == "cannot merge `s`: an object and an array")
    let duplicate = try self.error("s {}\n.include(duplicate=error) \"b\"", files)
    #expect(duplicate.message == "`s` is there already, at /etc/main.ucl:1:1")
  }
}
