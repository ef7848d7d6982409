import OrderedCollections
import UCL

/// The sections of all files, sorted by what they are.
struct SectionCollection {
  /// Services, groups and templates by name, in load order.
  private(set) var bases: OrderedDictionary<String, ServiceSection> = [:]
  private(set) var overrides: [ServiceSection] = []
  /// Further definitions of names that have one: mistakes, and looked at for others.
  private(set) var doubles: [ServiceSection] = []
  private(set) var settings = SupervisorSettings()
  private var settingsField: Field?
  private var defaults: [Int: ServiceSection] = [:]
  /// Those for all files of the configuration.
  private(set) var mainDefaults: ServiceSection?
  /// Those of the configuration that a subset is loaded onto.
  var inheritedDefaults: ServiceSection?
  private var fileCount = 0

  private static let sections = ["service", "group", "defaults", "supervisor"]
  private static let elsewhere = [
    "services": "service", "unit": "service", "program": "service", "default": "defaults", "target": "group",
    "settings": "supervisor", "global": "supervisor",
  ]

  // MARK: Collecting

  mutating func add(_ file: Object, role: ConfigurationFile.Role, _ reader: inout ValueReader) {
    for member in file.members {
      switch member.key {
      case "service": addServices(Field(member), .service, role, &reader)
      case "group": addServices(Field(member), .group, role, &reader)
      case "defaults": addDefaults(Field(member), role, &reader)
      case "supervisor": addSettings(Field(member), role, &reader)
      default:
        reader.unknownKey(
          member.key, in: "the file", at: member.keyLocation, among: Self.sections,
          otherwise: Self.elsewhere[member.key.lowercased()])
      }
    }
    fileCount += 1
  }

  private mutating func addServices(
    _ field: Field, _ kind: ServiceSection.Kind, _ role: ConfigurationFile.Role, _ reader: inout ValueReader
  ) {
    guard let members = reader.members(field, expected: "\(kind.word) NAME { … }") else { return }
    for member in members {
      if let complaint = ServiceName.complaint(about: member.name) {
        reader.error(
          "no name for a \(kind.word): \(complaint)", at: member.keyLocation, expected: "a name of \(ServiceName.rule)")
        continue
      }
      for value in member.values {
        guard case .object(let object) = value.content else {
          reader.error(
            "\(kind.word) \(member.name) cannot be \(value.kind)", at: value.location,
            expected: "\(kind.word) NAME { … }")
          continue
        }
        // A repeated section has the place of its own braces; the key's is that of the first.
        let location = member.values.count > 1 ? value.location : member.keyLocation
        var section = ServiceSection(
          kind: kind, name: member.name, location: location, file: fileCount, isPackaged: role == .packaged)
        section.take(object, &reader)
        add(section, &reader)
      }
    }
  }

  private mutating func add(_ section: ServiceSection, _ reader: inout ValueReader) {
    if section.isOverride {
      overrides.append(section)
      return
    }
    guard let present = bases[section.name] else {
      bases[section.name] = section
      return
    }
    if present.isPackaged, !section.isPackaged {
      var note = Diagnostic(.note, "\(section.name) replaces the packaged definition", at: section.location)
      note.related = [("the packaged one", present.location)]
      reader.report(note)
      bases[section.name] = section
      return
    }
    var diagnostic = Diagnostic(
      .error, "\(section.name) is defined twice", at: section.location, expected: "one definition of each name",
      hint: "say `override = true` here to change the other definition")
    diagnostic.related = [("the other definition", present.location)]
    reader.report(diagnostic)
    doubles.append(section)
  }

  private mutating func addDefaults(_ field: Field, _ role: ConfigurationFile.Role, _ reader: inout ValueReader) {
    guard let object = field.mergedObject else {
      reader.error(
        "`defaults` cannot be \(field.values.first?.kind ?? "empty")", at: field.location, expected: "defaults { … }")
      return
    }
    var section = ServiceSection(
      kind: .defaults, name: "defaults", location: field.keyLocation, file: fileCount, isPackaged: role == .packaged)
    section.take(object, &reader)
    // Read by itself, so that a mistake shows even where no service takes the value.
    reader.report(ServiceReader.read(section).diagnostics)
    defaults[fileCount] = section
    if role == .main { mainDefaults = section }
  }

  private mutating func addSettings(_ field: Field, _ role: ConfigurationFile.Role, _ reader: inout ValueReader) {
    if role == .packaged {
      reader.error("a packaged file cannot have the section `supervisor`", at: field.keyLocation)
    } else if let present = settingsField {
      var diagnostic = Diagnostic(.error, "the section `supervisor` is given in two files", at: field.keyLocation)
      diagnostic.related = [("the other one", present.keyLocation)]
      reader.report(diagnostic)
    } else {
      settingsField = field
      settings = reader.supervisor(field)
    }
  }

  /// The place of a name in the lists of `supervisor.access`.
  func place(ofAccess name: String) -> SourceLocation? {
    settingsField?.values.lazy.compactMap { value in
      value["access"].flatMap { $0.place(of: name) }
    }.first
  }

  /// Where the section `supervisor` stands, when there is one.
  var settingsLocation: SourceLocation? { settingsField?.keyLocation }

  /// Where `shutdown-timeout` is said, when it is.
  var shutdownTimeoutLocation: SourceLocation? {
    for value in settingsField?.values ?? [] {
      guard case .object(let section) = value.content else { continue }
      if let member = section["shutdown-timeout"] { return member.keyLocation }
    }
    return nil
  }

  // MARK: Merging

  /// Lays defaults below and overrides above the definitions.
  ///
  /// - Parameter isComplete: whether all files could be read; if not, an override without a definition is passed over.
  mutating func merge(_ reader: inout ValueReader, isComplete: Bool) {
    for position in bases.values.indices { fillIn(&bases.values[position]) }
    for position in doubles.indices { fillIn(&doubles[position]) }
    for override in overrides { apply(override, &reader, isComplete: isComplete) }
  }

  private func fillIn(_ section: inout ServiceSection) {
    if let own = defaults[section.file] { section.fill(from: own) }
    if !section.isPackaged, let main = mainDefaults, main.file != section.file { section.fill(from: main) }
    if let inheritedDefaults { section.fill(from: inheritedDefaults) }
    // `herd enable` or an override of the administrator makes a packaged service start at boot, not its package.
    if section.isPackaged { section.drop(.autoStart) }
  }

  private mutating func apply(_ override: ServiceSection, _ reader: inout ValueReader, isComplete: Bool) {
    var change = override
    if override.isPackaged { change.drop(.autoStart) }
    if bases[override.name] != nil {
      bases[override.name]?.apply(change, &reader)
    } else if let (name, instance) = ServiceName.instance(in: override.name), let template = bases[name] {
      var section = template.instantiated(instance)
      section.apply(change, &reader)
      bases[override.name] = section
    } else if isComplete {
      reportMistakes(in: change, &reader)
      let nearest = NearestName.best(for: override.name, among: bases.keys)
      reader.error(
        "the override of \(override.name) has no definition to change", at: override.location,
        expected: "a definition of \(override.name) in one of the files",
        hint: nearest.map { "did you mean `\($0)`?" } ?? "without `override = true` this is a definition of its own")
    }
  }

  /// What is wrong with an override by itself, when there is nothing to lay it over.
  private func reportMistakes(in override: ServiceSection, _ reader: inout ValueReader) {
    var trial = ValueReader()
    var section = override
    section.apply(override, &trial)
    reader.report(trial.diagnostics.filter { $0.severity == .error })
  }
}
