import UCL

extension JournalRecord {
  static let version = 1

  /// The record as a line, without the newline at its end.
  var line: String {
    switch self {
    case .header(let header):
      Value.object([
        ("version", Self.version.coded), ("boot", .string(header.boot)), ("service", .string(header.service)),
        ("jail", .string(header.jail)), ("root", .string(header.root)), ("steps", header.steps.coded),
        ("mounts", .array(header.mounts.map(\.value))),
      ]).json
    case .intent(let step, let intent, let before):
      Self.line(step, [("intent", intent.value), ("before", .object(before.members))])
    case .result(let step, let result): Self.line(step, [("result", .object(result.members))])
    case .ran(let step, let commands): Self.line(step, [("ran", commands.coded)])
    case .undone(let step): Self.line(step, [("undone", true)])
    case .left(let step, let reason): Self.line(step, [("left", .string(reason))])
    case .resumed: Value.object([("resumed", true)]).json
    case .finished: Value.object([("finished", true)]).json
    }
  }

  private static func line(_ step: Int, _ members: [(String, Value)]) -> String {
    Value.object([("step", step.coded)] + members).json
  }

  init(_ fields: JournalFields) throws(JailError) {
    if fields.has("version") {
      self = .header(try JournalHeader(fields))
    } else if fields.has("resumed") {
      self = .resumed
    } else if fields.has("finished") {
      self = .finished
    } else {
      try self.init(fields, step: fields.integer("step"))
    }
  }

  private init(_ fields: JournalFields, step: Int) throws(JailError) {
    if fields.has("intent") {
      self = .intent(
        step: step, try JailStep(fields.fields("intent")), before: try StateBefore(fields.fields("before")))
    } else if fields.has("result") {
      self = .result(step: step, try StepResult(fields.fields("result")))
    } else if fields.has("ran") {
      self = .ran(step: step, commands: try fields.integer("ran"))
    } else if fields.has("undone") {
      self = .undone(step: step)
    } else if fields.has("left") {
      self = .left(step: step, try fields.text("left"))
    } else {
      throw JailError("\(fields.place) is no record that is known")
    }
  }
}

extension JournalHeader {
  fileprivate init(_ fields: JournalFields) throws(JailError) {
    let version: Int = try fields.integer("version")
    guard version == JournalRecord.version else {
      throw JailError(
        "\(fields.place): the journal has version \(version), and only \(JournalRecord.version) is known here")
    }
    self.init(
      boot: try fields.text("boot"), service: try fields.text("service"), jail: try fields.text("jail"),
      root: try fields.text("root"), steps: try fields.integer("steps"),
      mounts: try fields.list("mounts", FileSystemID.init))
  }
}

extension StateBefore {
  fileprivate var members: [(String, Value)] {
    switch self {
    case .nothing: []
    case .absent(let parent): [("file", "absent")] + (parent?.members ?? [])
    case .there(let identity): [("file", "there")] + identity.members
    case .mounts(let target, let mounts): [("target", .string(target)), ("mounts", .array(mounts.map(\.value)))]
    case .jail(let jid, let path): [("path", .string(path))] + (jid.map { [("jid", $0.coded)] } ?? [])
    case .interface(let exists): [("interface", .boolean(exists))]
    case .epair(let name, let description): [("epair", .string(name)), ("description", .string(description))]
    case .address(let exists): [("address", .boolean(exists))]
    }
  }

  fileprivate init(_ fields: JournalFields) throws(JailError) {
    if fields.has("file") {
      self = try Self.file(fields)
    } else if fields.has("mounts") {
      self = .mounts(on: try fields.text("target"), try fields.list("mounts", FileSystemID.init))
    } else if fields.has("path") {
      self = .jail(try fields.optionalInteger("jid"), path: try fields.text("path"))
    } else if fields.has("interface") {
      self = .interface(exists: try fields.flag("interface"))
    } else if fields.has("epair") {
      self = .epair(name: try fields.text("epair"), description: try fields.text("description"))
    } else if fields.has("address") {
      self = .address(exists: try fields.flag("address"))
    } else {
      self = .nothing
    }
  }

  private static func file(_ fields: JournalFields) throws(JailError) -> StateBefore {
    let word = try fields.text("file")
    switch word {
    case "there": return .there(try FileIdentity(fields))
    case "absent": return .absent(in: fields.has("inode") ? try FileIdentity(fields) : nil)
    default: throw fields.unknown("file", word)
    }
  }
}

extension StepResult {
  fileprivate var members: [(String, Value)] {
    switch self {
    case .made(let identity): [("made", true)] + identity.members
    case .present: [("present", true)]
    case .mounted(let id): [("mounted", id.value)]
    case .copied: [("copied", true)]
    case .jail(let jid): [("jid", jid.coded)]
    case .epair(let name): [("epair", .string(name))]
    case .done: [("done", true)]
    case .failed(let error): [("failed", .string(error.message)), ("errno", error.code.coded)]
    }
  }

  fileprivate init(_ fields: JournalFields) throws(JailError) {
    if fields.has("made") {
      self = .made(try FileIdentity(fields))
    } else if fields.has("present") {
      self = .present
    } else if fields.has("mounted") {
      self = .mounted(try FileSystemID(fields.fields("mounted")))
    } else if fields.has("copied") {
      self = .copied
    } else if fields.has("jid") {
      self = .jail(try fields.integer("jid"))
    } else if fields.has("epair") {
      self = .epair(try fields.text("epair"))
    } else if fields.has("done") {
      self = .done
    } else if fields.has("failed") {
      self = .failed(JailError(code: try fields.integer("errno"), try fields.text("failed")))
    } else {
      throw JailError("\(fields.place) is no result that is known")
    }
  }
}

extension FileIdentity {
  fileprivate var members: [(String, Value)] { [("device", device.coded), ("inode", inode.coded)] }

  fileprivate init(_ fields: JournalFields) throws(JailError) {
    self.init(device: try fields.integer("device"), inode: try fields.integer("inode"))
  }
}

extension FileSystemID {
  fileprivate var value: Value { .object([("first", first.coded), ("second", second.coded)]) }

  fileprivate init(_ fields: JournalFields) throws(JailError) {
    self.init(try fields.integer("first"), try fields.integer("second"))
  }
}
