import UCL

// A plan as JSON, for the process that carries it out and for the journal. What is read back equals what was written.

extension JailPlan {
  public var value: Value {
    .object([
      ("service", .string(service)), ("jail", .string(jail)), ("root", .string(root)),
      ("steps", .array(steps.map(\.value))),
    ])
  }

  /// - Throws: what is wrong with the value, and where in it.
  public init(_ value: Value) throws(JailError) {
    let fields = try JournalFields(value, at: "the plan")
    self.init(
      service: try fields.text("service"), jail: try fields.text("jail"), root: try fields.text("root"),
      steps: try fields.list("steps") { (step) throws(JailError) in try JailStep(step) })
  }
}

extension JailPath {
  var members: [(String, Value)] {
    [("root", .string(root)), ("components", .array(components.map { .string($0) }))]
  }

  init(_ fields: JournalFields) throws(JailError) {
    let root = try fields.text("root")
    let components = try fields.texts("components")
    guard root.utf8.first == UInt8(ascii: "/"), !root.utf8.contains(0) else {
      throw JailError("\(fields.place): \"root\" is not an absolute path")
    }
    // Undoing removes what this names: nothing that was written here may lead out of the root.
    guard components.allSatisfy(Self.isName) else {
      throw JailError("\(fields.place): \"components\" has something that is not a file's name")
    }
    self.init(root: root, components: components)
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".." && !text.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
  }
}

extension NetworkAddress {
  var value: Value {
    .object([("address", .string(text)), ("inet6", .boolean(isIPv6)), ("prefix", prefix.coded)])
  }

  init(_ fields: JournalFields) throws(JailError) {
    self.init(try fields.text("address"), isIPv6: try fields.flag("inet6"), prefix: try fields.integer("prefix"))
  }

  static func list(_ key: String, of fields: JournalFields) throws(JailError) -> [NetworkAddress] {
    try fields.list(key) { (fields) throws(JailError) in try NetworkAddress(fields) }
  }
}

extension JailParameter {
  var coded: UCL.Value {
    switch value {
    case .flag(let flag): .object([("name", .string(name)), ("flag", .boolean(flag))])
    case .text(let text): .object([("name", .string(name)), ("text", .string(text))])
    }
  }

  init(_ fields: JournalFields) throws(JailError) {
    let name = try fields.text("name")
    self.init(name, fields.has("flag") ? .flag(try fields.flag("flag")) : .text(try fields.text("text")))
  }
}

extension Command {
  var value: Value { .array(words.map { .string($0) }) }

  static func list(_ key: String, of fields: JournalFields) throws(JailError) -> [Command] {
    var commands: [Command] = []
    for value in try fields.list(key) {
      let words = value.array?.compactMap(\.string) ?? []
      guard !words.isEmpty, words.count == value.array?.count else {
        throw JailError("\(fields.place): \"\(key)\" has something that is not a command")
      }
      commands.append(Command(words))
    }
    return commands
  }
}
