import OrderedCollections
import UCL

/// One load: what the stages hand to each other, and the diagnostics of all of them.
struct LoadRun {
  /// How many instances may come into being by being named.
  private static let mostInstances = 50_000

  private let purpose: ConfigurationLoader.Purpose
  private let base: Configuration?
  private var inspection: HostInspection
  private var reader = ValueReader()
  private var sections = SectionCollection()
  private var fileOrder: [String: Int] = [:]
  /// Whether every file could be parsed. One that could not defines nothing, and to complain of each name of its services
  /// would bury the one mistake that counts.
  private var isComplete = true
  /// Of a file that could not be parsed: what stands before the mistake.
  private var settingsBeforeMistake: SupervisorSettings?
  private var configuration = Configuration()
  private var detachment = SourceDetachment()
  /// The sections that the definitions were read from, for places; gone when the load is over.
  private var read: [String: ServiceSection] = [:]

  init(facts: any HostFacts, purpose: ConfigurationLoader.Purpose, base: Configuration?) {
    self.purpose = purpose
    self.base = base
    inspection = HostInspection(facts: facts)
  }

  mutating func report(_ diagnostics: [Diagnostic]) {
    reader.report(diagnostics)
  }

  /// Takes a file, in load order.
  mutating func add(_ file: Result<Object, Diagnostics>, role: ConfigurationFile.Role, name: String) {
    fileOrder[name] = fileOrder.count
    switch file {
    case .success(let object): sections.add(object, role: role, &reader)
    case .failure(let diagnostics):
      isComplete = false
      reader.report(diagnostics.all)
    }
  }

  /// The section `supervisor` of a file that could not be parsed: it may say where the last good configuration is.
  mutating func takeSettings(beforeMistake members: Object) {
    var reader = ValueReader()
    var sections = SectionCollection()
    sections.add(members, role: .main, &reader)
    if sections.settingsLocation != nil { settingsBeforeMistake = sections.settings }
  }

  /// Merges, reads and checks what was added.
  mutating func finish() -> Result<Configuration, Diagnostics> {
    // A single file that is loaded again is still a file of its configuration.
    if fileOrder.count == 1 { sections.inheritedDefaults = base?.defaults }
    sections.merge(&reader, isComplete: isComplete)
    takeSettings()
    readSections()
    expandInstances()
    checkGraph()
    checkShutdown()
    inspectHost()
    return result()
  }

  private mutating func takeSettings() {
    guard let base else {
      configuration.supervisor = sections.settings
      configuration.defaults = sections.mainDefaults.map { detachment.detach($0) }
      return
    }
    configuration = base
    configuration.notes = []
    if isComplete, sections.bases.isEmpty, sections.overrides.isEmpty {
      reader.report([Diagnostic(.note, "what is loaded defines no service: nothing changes", at: nil)])
    }
    if let place = sections.settingsLocation {
      reader.note("the section `supervisor` counts only when the whole configuration is loaded", at: place)
    }
  }

  // MARK: Definitions

  private mutating func readSections() {
    // Half a kilobyte each: growing by doubling would keep as much again in reserve.
    configuration.services.reserveCapacity(configuration.services.count + sections.bases.count)
    for section in sections.bases.values {
      if ServiceName.isTemplate(section.name) {
        readTemplate(section)
      } else {
        readService(section)
      }
    }
    for section in sections.doubles { check(double: section) }
  }

  /// For the mistakes in it: the first definition of the name counts.
  private mutating func check(double section: ServiceSection) {
    let sample = ServiceName.isTemplate(section.name) ? section.instantiated("0") : section
    reader.report(ServiceReader.read(sample).diagnostics)
  }

  private mutating func readService(_ section: ServiceSection) {
    let (definition, diagnostics) = ServiceReader.read(section)
    reader.report(diagnostics)
    configuration.services[section.name] = definition
    read[section.name] = section
  }

  private mutating func readTemplate(_ section: ServiceSection) {
    let instances = section.bootInstances(&reader)
    configuration.templates[section.name] = Template(section: detachment.detach(section), instances: instances)
    // Mistakes show when the template is loaded, not when its first instance is asked for.
    let sample = section.instantiated(instances.first ?? "0")
    reader.report(ServiceReader.read(sample).diagnostics)
    read[section.name] = section
    for instance in instances where sections.bases[section.name + instance] == nil {
      readService(section.instantiated(instance))
    }
  }

  /// Defines the instances that services name, and those that these name in turn.
  private mutating func expandInstances() {
    var round = Array(configuration.services.keys)
    var made = 0
    for depth in 0... {
      var next: [String] = []
      for name in round {
        guard let service = configuration.services[name] else { continue }
        for key in ServiceKey.references {
          for reference in service.references(key) where configuration.services[reference] == nil {
            guard made < Self.mostInstances, depth < Configuration.deepestInstance else {
              reportEndless(reference, named: key, by: name)
              return
            }
            if define(reference) {
              made += 1
              next.append(reference)
            }
          }
        }
      }
      if next.isEmpty { return }
      round = next
    }
  }

  private mutating func define(_ name: String) -> Bool {
    guard let (templateName, instance) = ServiceName.instance(in: name), ServiceName.isInstance(instance) else {
      return false
    }
    if let template = read[templateName] {
      readService(template.instantiated(instance))
    } else if case .success(let definition)? = base?.templates[templateName]?.make(instance) {
      configuration.services[name] = definition
    } else {
      return false
    }
    configuration.services[name]?.autoStart = false
    return true
  }

  private mutating func reportEndless(_ name: String, named key: ServiceKey, by service: String) {
    guard let (template, _) = ServiceName.instance(in: name), configuration.templates[template] != nil else { return }
    reader.error(
      "instances of `\(template)` name ever new instances: `\(name)` in `\(key.rawValue)` of \(service)",
      at: read[service]?.place(of: name, in: key),
      expected: "a chain of at most \(Configuration.deepestInstance) instances")
  }

  // MARK: Checks

  private mutating func checkGraph() {
    let services = Array(configuration.services.values)
    let sections = read
    let templates = Array(configuration.templates.keys)
    let found = GraphCheck.run(services, templates: templates, isComplete: isComplete) { position, key, name in
      let service = services[position].name
      return sections[service]?.place(of: name, in: key)
    }
    reader.report(found)
  }

  private mutating func checkShutdown() {
    var check = ShutdownCheck(
      timeout: configuration.supervisor.shutdownTimeout, timeoutPlace: place(of: sections.shutdownTimeoutLocation),
      isOfPart: base != nil, systemLimit: inspection.systemShutdownLimit)
    for (name, definition) in configuration.services {
      guard check.concerns(definition), let section = read[name] else { continue }
      check.add(definition, at: place(of: section[.stop]?.location) ?? ShutdownCheck.Place())
    }
    configuration.shutdownCheck = check
  }

  private mutating func place(of location: SourceLocation?) -> ShutdownCheck.Place? {
    guard let location else { return nil }
    let detached = detachment.detach(Diagnostic(.note, "", at: location))
    return ShutdownCheck.Place(location: detached.location, excerpt: detached.excerpt)
  }

  private mutating func inspectHost() {
    // To be run, each service is looked at before each of its starts: what is missing now may be there then.
    guard purpose != .running else { return }
    for (name, definition) in configuration.services {
      guard let section = read[name] else { continue }
      for lack in inspection.lacks(of: definition) + inspection.checkLacks(of: definition) {
        var note = Diagnostic(.note, "\(name): \(lack.reason)", at: section.place(of: lack), hint: lack.hint)
        note.lack = (name, lack.reason)
        reader.report(note)
      }
    }
    guard base == nil else { return }
    for (name, reason) in inspection.accessLacks(of: configuration.supervisor) {
      reader.note(reason, at: sections.place(ofAccess: name))
    }
  }

  // MARK: The result

  private mutating func result() -> Result<Configuration, Diagnostics> {
    let diagnostics = sorted()
    guard !diagnostics.contains(where: { $0.severity == .error }) else {
      var refusal = Diagnostics(diagnostics)
      if base == nil {
        let isKnown = sections.settingsLocation != nil
        refusal.settings = isKnown ? configuration.supervisor : settingsBeforeMistake ?? configuration.supervisor
        refusal.mayHideSettings = !isComplete && !isKnown && settingsBeforeMistake == nil
      }
      return .failure(refusal)
    }
    configuration.notes = diagnostics.map { detachment.detach($0) }
    return .success(configuration)
  }

  private struct Identity: Hashable {
    var message: String
    var file: String?
    var line: Int32
    var column: Int32
  }

  /// In the order of files and lines, each mistake once: a wrong value in a template is wrong in every instance.
  private func sorted() -> [Diagnostic] {
    var seen: Set<Identity> = []
    let unique = reader.diagnostics.filter { diagnostic in
      let place = diagnostic.location
      return seen.insert(
        Identity(
          message: diagnostic.message, file: place?.source.name, line: place?.line ?? 0, column: place?.column ?? 0)
      ).inserted
    }
    return unique.enumerated().sorted { first, second in
      let (a, b) = (order(of: first.element), order(of: second.element))
      return a == b ? first.offset < second.offset : a < b
    }.map(\.element)
  }

  private func order(of diagnostic: Diagnostic) -> (Int, String, Int32, Int32) {
    guard let place = diagnostic.location else { return (-1, "", 0, 0) }
    let name = place.source.name
    // What is included comes after the files of the configuration themselves.
    return (fileOrder[name] ?? .max, name, place.line, place.column)
  }
}
