import OrderedCollections
import UCL

/// Turns a section into a definition: every key checked, every default filled in.
struct ServiceReader {
  var reader = ValueReader()
  var definition: ServiceDefinition
  let section: ServiceSection
  /// Fields inside sections (`stop.signal`), whose places `herd show` prints too.
  var inner: [Field] = []
  /// What `one-shot` says; it means nothing for a group.
  var saysOneShot = false

  /// The definition, as far as it can be read, and what is wrong with it.
  static func read(_ section: ServiceSection) -> (definition: ServiceDefinition, diagnostics: [Diagnostic]) {
    var reading = ServiceReader(section)
    reading.readKeys()
    reading.settleKind()
    reading.liftTimeout()
    reading.checkKind()
    reading.checkReadiness()
    reading.checkTerminal()
    reading.checkJailedOneShot()
    reading.checkResources()
    reading.recordOrigin()
    return (reading.definition, reading.reader.diagnostics)
  }

  private init(_ section: ServiceSection) {
    self.section = section
    definition = ServiceDefinition(name: section.name)
    definition.isPackaged = section.isPackaged
    if section.isPackaged { definition.autoStart = false }
  }

  private mutating func readKeys() {
    for entry in section.entries {
      readGraphKey(entry.key, entry.field)
      readLifeKey(entry.key, entry.field)
      readProcessKey(entry.key, entry.field)
      readRareKey(entry.key, entry.field)
    }
  }

  // MARK: The graph

  mutating func readGraphKey(_ key: ServiceKey, _ field: Field) {
    switch key {
    case .documentation: definition.documentation = reader.word(field, expected: "one line of text")
    case .provision: definition.provision = names(field, references: false)
    case .requirement: definition.requirement = names(field)
    case .wants: definition.wants = names(field)
    case .after: definition.after = names(field)
    case .before: definition.before = names(field)
    case .conflicts: definition.conflicts = names(field)
    case .restartWith: definition.restartWith = names(field)
    case .onFailure: definition.onFailure = names(field)
    case .instances: checkInstances(field)
    default: break
    }
  }

  /// A list of names of services; each is checked as a name here, and whether something answers to it by `GraphCheck`.
  private mutating func names(_ field: Field, references: Bool = true) -> [String] {
    reader.list(field) { reader, value, path in
      guard let name = reader.word(value, path, expected: "the name of a service") else { return nil }
      if let complaint = ServiceName.complaint(about: name) {
        reader.error(
          "`\(path)` names no service: \(complaint)", at: value.location, expected: "a name of \(ServiceName.rule)")
        return nil
      }
      guard ServiceName.isTemplate(name) else { return name }
      reader.error(
        "`\(path)` names the template `\(name)`, which is no service itself", at: value.location,
        expected: references ? "an instance of it, such as `\(name)1`" : "a name that does not end in `@`")
      return nil
    }
  }

  private mutating func checkInstances(_ field: Field) {
    guard ServiceName.instance(in: section.name) == nil, !ServiceName.isTemplate(section.name) else { return }
    reader.error(
      "`instances` has a meaning only in a template", at: field.keyLocation,
      hint: "a template's name ends in `@`: \(section.kind.word) \"\(section.name)@\" { … }")
  }

  // MARK: Results

  mutating func set<Content>(_ path: WritableKeyPath<ServiceDefinition, Content>, _ value: Content?) {
    if let value { definition[keyPath: path] = value }
  }

  mutating func set(_ path: WritableKeyPath<ServiceDefinition, Duration?>, _ value: Duration?) {
    if let value { definition[keyPath: path] = value }
  }

  mutating func setRare<Content>(_ path: WritableKeyPath<RareAttributes, Content>, _ value: Content?) {
    if let value { definition.process.rare[keyPath: path] = value }
  }

  mutating func setRare<Content>(_ path: WritableKeyPath<RareAttributes, Content?>, _ value: Content?) {
    if let value { definition.process.rare[keyPath: path] = value }
  }

  private mutating func recordOrigin() {
    definition.origin.section = section.location.place
    var keys: [Origin.Key] = []
    keys.reserveCapacity(section.entries.count + inner.count)
    for entry in section.entries where !definition.isGroup || entry.key.fitsGroup {
      keys.append(Origin.Key(path: entry.key.rawValue, place: entry.field.keyLocation.place))
    }
    for field in inner where !definition.isGroup {
      keys.append(Origin.Key(path: field.path, place: field.keyLocation.place))
    }
    definition.origin.keys = keys
  }
}

extension SourceLocation {
  /// The file and line alone, which keep no text alive.
  var place: Origin.Place { Origin.Place(file: source.name, line: line) }
}
