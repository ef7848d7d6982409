import UCL

/// Turns the section `jail` of a service into a definition; every mistake in it is reported.
struct JailReader {
  /// Where the jail is read from.
  enum Place {
    case service
    /// Only a part of what the jails will be: whether it fits together shows in each service.
    case defaults
  }

  var reader = ValueReader()
  var jail = JailDefinition()
  /// The keys that were written, by their dotted names.
  var written: [String: Field] = [:]
  /// Fields inside sections, whose places `herd show` prints too.
  var inner: [Field] = []
  var network = JailNetworkReading()
  /// Where each mount of the definition was asked for, in their order.
  var mountPlaces: [SourceLocation] = []
  /// Where each exposed path was asked for, in their order.
  var exposedPlaces: [SourceLocation] = []
  /// Where each option stands.
  var optionPlaces: [SourceLocation] = []
  /// Whether `path` says where the root is: of what could not be read nothing follows.
  var isRootKnown = true
  private let place: Place

  struct Result {
    /// `nil`: it is no section.
    var jail: JailDefinition?
    var inner: [Field] = []
    var diagnostics: [Diagnostic] = []
  }

  static func read(_ field: Field, in place: Place) -> Result {
    var reading = JailReader(place: place)
    guard let members = reading.members(of: field) else {
      return Result(jail: nil, diagnostics: reading.reader.diagnostics)
    }
    // Those that nothing is known of come last, as `herd show` prints them.
    for member in members where member.name != "parameters" { reading.read(member) }
    for member in members where member.name == "parameters" { reading.read(member) }
    reading.mountPseudoParameters(members)
    reading.resolveNetwork()
    if place == .service {
      reading.checkWhole(members)
    } else {
      reading.refuseNames()
    }
    return Result(jail: reading.jail, inner: reading.inner, diagnostics: reading.reader.diagnostics)
  }

  private init(place: Place) {
    self.place = place
  }

  /// The members, each name once; `nil` when there is no section.
  private mutating func members(of field: Field) -> [Field]? {
    guard
      let all = reader.members(field, expected: "a section { … }; `jail { }` is a jail on the host's own root")
    else { return nil }
    var members: [Field] = []
    for member in all {
      if let index = members.firstIndex(where: { $0.name == member.name }) {
        members[index].values += member.values
      } else {
        members.append(member)
      }
    }
    for member in members { written[member.name] = member }
    inner = members
    return members
  }

  private mutating func read(_ field: Field) {
    if JailParameterNames.own.contains(field.name) {
      readOwn(field)
    } else if let refusal = JailParameterNames.refused[field.name] {
      reader.error("`\(field.path)` cannot be set: \(refusal.reason)", at: field.keyLocation, hint: refusal.hint)
    } else if let kind = JailParameterNames.kind(of: field.name) {
      readParameter(field, kind)
    } else if let positive = JailParameterNames.negated(field.name) {
      guard let value = reader.boolean(field) else { return }
      add(JailParameter(positive, .flag(!value)), field)
    } else {
      reportUnknown(field)
    }
  }

  private mutating func reportUnknown(_ field: Field) {
    let nearest = NearestName.best(for: field.name, among: JailParameterNames.valid)
    let hint =
      if let nearest {
        "did you mean `\(nearest)`?"
      } else if ServiceKey(rawValue: field.name) != nil {
        "`\(field.name)` is a key of the service: write it beside `jail`"
      } else {
        "what a newer kernel or a module knows is written `parameters { \"\(field.name)\" = value }`"
      }
    reader.error("unknown parameter `\(field.name)` in `jail`", at: field.keyLocation, hint: hint)
  }

  // MARK: Keys of the supervisor

  private mutating func readOwn(_ field: Field) {
    switch field.name {
    case "name": readName(field)
    case "path": readPath(field)
    case "root": readRoot(field)
    case "size": readSize(field)
    case "expose": readExposedPaths(field, isWritable: false)
    case "writable": readExposedPaths(field, isWritable: true)
    case "libraries": jail.exposesLibraries = reader.boolean(field) ?? false
    case "mount": readMounts(field)
    case "network": readNetwork(field)
    case "shared-with": readShared(field)
    case "enter": readEnter(field)
    case "options": readOptions(field)
    case "parameters": readParameters(field)
    case "interface": network.interface = reader.interface(field)
    case "vnet.interface": network.interfaces += reader.interfaces(field)
    case "exec.prestart": jail.hooks.prestart = reader.commands(field)
    case "exec.created": jail.hooks.created = reader.commands(field)
    case "exec.poststop": jail.hooks.poststop = reader.commands(field)
    case "exec.release": jail.hooks.release = reader.commands(field)
    default: break
    }
  }

  private mutating func readName(_ field: Field) {
    guard let value = reader.single(field),
      let name = reader.word(value, field.path, expected: "the jail's name in jls(8)")
    else { return }
    if let complaint = JailName.complaint(about: name) {
      reader.error(
        "`\(name)` cannot be the name of a jail: \(complaint)", at: value.location, expected: JailName.rule)
    } else {
      jail.name = name
    }
  }

  private mutating func readPath(_ field: Field) {
    guard let path = reader.innerPath(field) else {
      isRootKnown = false
      return
    }
    jail.path = path
  }

  private mutating func readRoot(_ field: Field) {
    let isEphemeral = reader.choice(field, ["ephemeral": true, "directory": false])
    if isEphemeral == true { jail.root = .ephemeral(size: jail.rootSize) }
  }

  private mutating func readSize(_ field: Field) {
    guard let size = reader.size(field) else { return }
    jail.root = .ephemeral(size: size)
  }

  private mutating func readExposedPaths(_ field: Field, isWritable: Bool) {
    for element in reader.elements(field) {
      guard let path = reader.innerPath(element, field.path) else { continue }
      guard let index = jail.exposedPaths.firstIndex(where: { $0.path == path }) else {
        jail.exposedPaths.append(ExposedPath(path, isWritable: isWritable))
        exposedPlaces.append(element.location)
        continue
      }
      // What is written twice in one list counts once.
      guard jail.exposedPaths[index].isWritable != isWritable else { continue }
      var diagnostic = Diagnostic(
        .error, "`\(path)` is in both `expose` and `writable`", at: element.location, expected: "one of the two")
      diagnostic.related = [("the first one", exposedPlaces[index])]
      reader.report(diagnostic)
    }
  }

  private mutating func readShared(_ field: Field) {
    guard let value = reader.single(field),
      let name = reader.word(value, field.path, expected: "the name of a service")
    else { return }
    if let complaint = ServiceName.complaint(about: name) {
      reader.error(
        "`\(field.path)` names no service: \(complaint)", at: value.location, expected: "a name of \(ServiceName.rule)")
    } else if ServiceName.isTemplate(name) {
      reader.error(
        "`\(field.path)` names the template `\(name)`, which is no service itself", at: value.location,
        expected: "an instance of it, such as `\(name)1`")
    } else {
      jail.sharedWith = name
    }
  }

  private mutating func readEnter(_ field: Field) {
    let expected = "the name of a jail that is there already, as jls(8) prints it"
    guard let value = reader.single(field), let name = reader.word(value, field.path, expected: expected) else {
      return
    }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if let complaint = parts.lazy.compactMap({ JailName.complaint(about: $0) }).first {
      reader.error("`\(name)` cannot be the name of a jail: \(complaint)", at: value.location, expected: expected)
    } else {
      jail.enter = name
    }
  }

  private mutating func readOptions(_ field: Field) {
    for element in reader.elements(field) {
      let words = JailOption.allCases.map(\.rawValue)
      guard let text = reader.word(element, field.path, expected: words.joined(separator: ", ")) else { continue }
      guard let option = JailOption(rawValue: text) else {
        let nearest = NearestName.best(for: text, among: words)
        reader.wrongValue(
          field.path, element, text, expected: "one of \(words.joined(separator: ", "))",
          hint: nearest.map { "did you mean `\($0)`?" })
        continue
      }
      guard !jail.options.contains(option) else { continue }
      jail.options.append(option)
      optionPlaces.append(element.location)
    }
  }

  /// Names of one service in `defaults` would be those of all.
  private mutating func refuseNames() {
    for name in ["name", "shared-with", "enter"] {
      guard let field = written[name] else { continue }
      reader.error(
        "`\(field.path)` cannot stand in `defaults`", at: field.keyLocation, hint: "it belongs to one service")
    }
  }
}
