import OrderedCollections
import UCL

// A template as JSON, for whoever goes on where this supervisor stops. Places are kept, for diagnostics and `herd show`: the files'
// names once, and `[file, line, column, length]` at each value.

extension Template {
  public var value: Value {
    var writer = SectionWriter()
    let section = writer.value(section)
    return [
      "instances": .array(instances.map { .string($0) }), "section": section,
      "files": .array(writer.files.keys.map { .string($0) }),
    ]
  }

  /// - Returns: `nil` for what is no template.
  public init?(_ value: Value) {
    guard let files = value["files"]?.strings, let instances = value["instances"]?.strings,
      let section = SectionReading(files: files).section(value["section"])
    else { return nil }
    self.init(section: section, instances: instances)
  }
}

extension ServiceSection.Kind {
  /// Defaults are no section of their own in a template.
  fileprivate init?(word: String) {
    switch word {
    case "service": self = .service
    case "group": self = .group
    default: return nil
    }
  }
}

private struct SectionWriter {
  /// The names of files, in the order in which they were first needed.
  private(set) var files: OrderedDictionary<String, Int> = [:]

  mutating func value(_ section: ServiceSection) -> Value {
    var members: [(String, Value)] = [
      ("name", .string(section.name)), ("kind", .string(section.kind.word)), ("packaged", .boolean(section.isPackaged)),
      ("at", place(section.location)),
    ]
    var entries: [Value] = []
    for entry in section.entries {
      entries.append([
        "key": .string(entry.key.rawValue), "at": place(entry.field.keyLocation), "default": .boolean(entry.isDefault),
        "values": values(entry.field.values),
      ])
    }
    members.append(("entries", .array(entries)))
    return .object(members)
  }

  private mutating func place(_ location: SourceLocation) -> Value {
    let file = files[location.source.name] ?? files.count
    files[location.source.name] = file
    return [.integer(file), .integer(location.line), .integer(location.column), .integer(location.length)]
  }

  private mutating func values(_ values: [Value]) -> Value {
    var coded: [Value] = []
    for value in values { coded.append(self.value(value)) }
    return .array(coded)
  }

  private mutating func value(_ value: Value) -> Value {
    var members: [(String, Value)] = [("at", place(value.location))]
    if !value.sourceText.isEmpty { members.append(("text", .string(value.sourceText))) }
    if value.isQuoted { members.append(("quoted", true)) }
    members.append(content(value.content))
    return .object(members)
  }

  private mutating func content(_ content: Value.Content) -> (String, Value) {
    switch content {
    case .null: return ("null", true)
    case .boolean(let boolean): return ("boolean", .boolean(boolean))
    case .integer(let integer): return ("integer", .integer(integer))
    // As text: JSON has no infinity.
    case .real(let real): return ("real", .string(real.description))
    case .duration(let seconds): return ("duration", .string(seconds.description))
    case .string(let string): return ("string", .string(string))
    case .array(let elements): return ("array", values(elements))
    case .object(let object):
      var members: [Value] = []
      for member in object.members {
        members.append([
          "key": .string(member.key), "at": place(member.keyLocation), "values": values(member.values),
        ])
      }
      return ("object", .array(members))
    }
  }
}

/// Reads what `SectionWriter` has written; `nil` stands for whatever else it is.
private struct SectionReading {
  private let sources: [Source]

  init(files: [String]) {
    sources = files.map { Source(name: $0, bytes: []) }
  }

  func section(_ value: Value?) -> ServiceSection? {
    guard let value, let name = value["name"]?.string, ServiceName.isTemplate(name),
      ServiceName.complaint(about: name) == nil,
      let kind = value["kind"]?.string.flatMap({ ServiceSection.Kind(word: $0) }),
      let isPackaged = value["packaged"]?.boolean, let location = place(value["at"]),
      let entries = value["entries"]?.array
    else { return nil }
    var section = ServiceSection(kind: kind, name: name, location: location, file: 0, isPackaged: isPackaged)
    for entry in entries {
      // A key of a later version has no meaning here.
      guard let key = entry["key"]?.string.flatMap({ ServiceKey(rawValue: $0) }) else { continue }
      guard let keyLocation = place(entry["at"]), let values = values(entry["values"]) else { return nil }
      let field = Field(path: key.rawValue, name: key.rawValue, keyLocation: keyLocation, values: values)
      section.entries.append(
        ServiceSection.Entry(key: key, field: field, isDefault: entry["default"]?.boolean ?? false))
    }
    return section
  }

  private func place(_ value: Value?) -> SourceLocation? {
    guard let numbers = value?.array, numbers.count == 4 else { return nil }
    var parts: [Int] = []
    for number in numbers {
      guard let part = number.integer.flatMap({ Int(exactly: $0) }) else { return nil }
      parts.append(part)
    }
    guard sources.indices.contains(parts[0]) else { return nil }
    return SourceLocation(source: sources[parts[0]], line: parts[1], column: parts[2], length: parts[3])
  }

  private func values(_ value: Value?) -> [Value]? {
    guard let elements = value?.array else { return nil }
    var values: [Value] = []
    for element in elements {
      guard let value = self.value(element) else { return nil }
      values.append(value)
    }
    return values
  }

  private func value(_ coded: Value) -> Value? {
    guard let location = place(coded["at"]), let content = content(coded) else { return nil }
    return Value(
      content, at: location, sourceText: coded["text"]?.string ?? "", isQuoted: coded["quoted"]?.boolean ?? false)
  }

  private func content(_ coded: Value) -> Value.Content? {
    if let string = coded["string"]?.string { return .string(string) }
    if let boolean = coded["boolean"]?.boolean { return .boolean(boolean) }
    if let integer = coded["integer"]?.integer { return .integer(integer) }
    if let real = coded["real"]?.string { return Double(real).map { .real($0) } }
    if let seconds = coded["duration"]?.string { return Double(seconds).map { .duration($0) } }
    if let elements = coded["array"] { return values(elements).map { .array($0) } }
    if let members = coded["object"]?.array { return object(members).map { .object($0) } }
    return coded["null"] == nil ? nil : .null
  }

  private func object(_ members: [Value]) -> Object? {
    var object = Object()
    for member in members {
      guard let key = member["key"]?.string, let keyLocation = place(member["at"]),
        let values = values(member["values"])
      else { return nil }
      for value in values { object.append(value, forKey: key, at: keyLocation) }
    }
    return object
  }
}

extension Value {
  /// The elements of a list that has nothing but strings.
  fileprivate var strings: [String]? {
    guard let elements = array else { return nil }
    let strings = elements.compactMap(\.string)
    return strings.count == elements.count ? strings : nil
  }
}
