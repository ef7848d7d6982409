import UCL

/// A definition that the configuration does not have: that of a part that was loaded alone, of an instance that somebody named, or
/// of a run which began before the configuration changed. It is written as the text that `herd show` prints, with the places
/// beside it.
struct RecordedDefinition {
  var definition: ServiceDefinition

  init(_ definition: ServiceDefinition) {
    self.definition = definition
  }
}

extension RecordedDefinition: Recorded {
  func write(to writer: inout FieldWriter) {
    var bare = definition
    bare.origin = Origin()
    writer.text(1, definition.name)
    writer.text(2, bare.uclText())
    writer.flag(3, definition.isPackaged)
    writer.value(4, definition.origin.section)
    for key in definition.origin.keys { writer.value(5, key) }
  }

  init(_ fields: Fields) throws(StateRecordError) {
    let name = try fields.text(1)
    definition = try Self.read(fields.text(2), of: name)
    definition.isPackaged = try fields.flag(3)
    definition.origin = Origin()
    definition.origin.section = try fields.optionalValue(4)
    definition.origin.keys = try fields.values(5)
  }

  /// Only the section itself: whether there is a service for each name in it was seen when it was loaded.
  private static func read(_ text: String, of name: String) throws(StateRecordError) -> ServiceDefinition {
    let source = Source(name: "<definition of \(name)>", text: text)
    let value: Value
    do {
      value = try Parser(mode: .ucl).parse(source)
    } catch {
      throw .definition(service: name, problem: error.message)
    }
    guard let service = value["service"]?.object?.members.first, let object = service.values.first?.object else {
      throw .definition(service: name, problem: "its text has no section `service`")
    }
    let isGroup = object["exec"] == nil
    var section = ServiceSection(
      kind: isGroup ? .group : .service, name: name, location: service.keyLocation, file: 0, isPackaged: false)
    var reader = ValueReader()
    section.take(object, &reader)
    let (definition, diagnostics) = ServiceReader.read(section)
    if let mistake = (reader.diagnostics + diagnostics).first(where: { $0.severity == .error }) {
      throw .definition(service: name, problem: mistake.message)
    }
    return definition
  }
}

extension Template: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.text(1, name)
    writer.text(2, value.json)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    let name = try fields.text(1)
    let source = Source(name: "<template \(name)>", text: try fields.text(2))
    let value: Value
    do {
      value = try Parser(mode: .json).parse(source)
    } catch {
      throw .definition(service: name, problem: error.message)
    }
    guard let template = Template(value), template.name == name else {
      throw .definition(service: name, problem: "its text is no template")
    }
    self = template
  }
}

extension Origin.Place: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.text(1, file)
    writer.signed(2, line)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(file: try fields.text(1), line: try fields.signed(2))
  }
}

extension Origin.Key: Recorded {
  func write(to writer: inout FieldWriter) {
    writer.text(1, path)
    writer.value(2, place)
  }

  init(_ fields: Fields) throws(StateRecordError) {
    self.init(path: try fields.text(1), place: try fields.value(2))
  }
}
