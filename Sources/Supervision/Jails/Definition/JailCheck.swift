import UCL

/// The checks of what the jails of several services make up together: names in jls(8), and who runs in whose jail.
struct JailCheck {
  private let services: [ServiceDefinition]
  private let names: NameResolution
  private let locate: GraphCheck.Locate
  private var diagnostics: [Diagnostic] = []
  /// Which service makes the jail of a name.
  private var makers: [String: Int] = [:]

  static func run(
    _ services: [ServiceDefinition], names: NameResolution, locate: @escaping GraphCheck.Locate
  ) -> [Diagnostic] {
    var check = JailCheck(services: services, names: names, locate: locate)
    let jailed = services.indices.filter { services[$0].process.hasRare && services[$0].process.rare.jail != nil }
    for position in jailed { check.takeName(of: position) }
    for position in jailed { check.checkBorrowed(position) }
    return check.diagnostics
  }

  private init(services: [ServiceDefinition], names: NameResolution, locate: @escaping GraphCheck.Locate) {
    self.services = services
    self.names = names
    self.locate = locate
  }

  private mutating func takeName(of position: Int) {
    guard let name = services[position].jailName else { return }
    guard let other = makers[name] else {
      makers[name] = position
      return
    }
    var diagnostic = Diagnostic(
      .error, "the jails of \(services[other].name) and \(services[position].name) are both called `\(name)`",
      at: locate(position, .jail, name), expected: "a name of its own for each jail",
      hint: "say `name` in one of them, or `shared-with` where one jail is meant")
    relate("the other one", locate(other, .jail, name), of: other, to: &diagnostic)
    diagnostics.append(diagnostic)
  }

  private mutating func checkBorrowed(_ position: Int) {
    let jail = services[position].process.rare.jail
    if let name = jail?.sharedWith { checkShared(name, position) }
    if let name = jail?.enter, let maker = makers[name] {
      var diagnostic = Diagnostic(
        .error, "`jail.enter` of \(services[position].name) names the jail that \(services[maker].name) makes",
        at: locate(position, .jail, name), hint: "write `shared-with = \(services[maker].name)`")
      relate("made here", locate(maker, .jail, name), of: maker, to: &diagnostic)
      diagnostics.append(diagnostic)
    }
  }

  /// That nothing answers to the name has been reported with those of the other keys.
  private mutating func checkShared(_ name: String, _ position: Int) {
    let providers = names.providers(of: name)
    guard let provider = providers.first else { return }
    let service = services[position].name
    let place = locate(position, .jail, name)
    let expected = "a service whose section `jail` makes a jail"
    if provider == position {
      diagnostics.append(
        Diagnostic(.error, "`jail.shared-with` of \(service) names itself", at: place, expected: expected))
    } else if services[provider].name != name, providers.count > 1 {
      let found = providers.map { services[$0].name }.joined(separator: ", ")
      diagnostics.append(
        Diagnostic(
          .error, "`jail.shared-with` of \(service) names `\(name)`, which several services provide: \(found)",
          at: place, expected: "one of them"))
    } else if services[provider].jailName == nil {
      diagnostics.append(refusal(of: provider, named: name, by: service, at: place, expected: expected))
    }
  }

  private func refusal(
    of provider: Int, named name: String, by service: String, at place: SourceLocation?, expected: String
  ) -> Diagnostic {
    let other = services[provider]
    let jail = other.isGroup ? nil : other.process.rare.jail
    let reason =
      if other.isGroup {
        "a group, which has no process"
      } else if let shared = jail?.sharedWith {
        "which itself runs in the jail of `\(shared)`"
      } else if let entered = jail?.enter {
        "which enters the jail `\(entered)` and makes none"
      } else {
        "which has no section `jail`"
      }
    var diagnostic = Diagnostic(
      .error, "`jail.shared-with` of \(service) names `\(name)`, \(reason)", at: place, expected: expected)
    if let shared = jail?.sharedWith, shared != service, !names.providers(of: shared).isEmpty {
      diagnostic.hint = "write `shared-with = \(shared)`"
    } else if let entered = jail?.enter {
      diagnostic.hint = "write `enter = \(entered)`"
    }
    if let location = locate(provider, .jail, name) { diagnostic.related = [("\(other.name) says", location)] }
    return diagnostic
  }

  /// What was loaded before is known by file and line alone.
  private func relate(
    _ message: String, _ location: SourceLocation?, of position: Int, to diagnostic: inout Diagnostic
  ) {
    if let location {
      diagnostic.related = [(message, location)]
    } else if let place = services[position].origin.keys.first(where: { $0.path == "jail" })?.place {
      diagnostic.message += " (\(message): \(place))"
    }
  }
}
