import UCL

/// The checks of the graph that all definitions make up together: names that nothing answers to, circles, and conflicts
/// that no start could satisfy. Linear in services and edges, but for the messages.
struct GraphCheck {
  /// Finds the place of a name in a service's list, for the caret.
  typealias Locate = (_ service: Int, _ key: ServiceKey, _ name: String) -> SourceLocation?

  /// Suggestions compare with every name, and paths may be long: beyond so many diagnostics of a kind these are left out.
  static let explained = 100

  let services: [ServiceDefinition]
  let names: NameResolution
  private let templates: [String]
  let locate: Locate
  var diagnostics: [Diagnostic] = []

  /// - Parameter isComplete: whether all definitions are there; if not, names that nothing answers to are passed over.
  static func run(
    _ services: [ServiceDefinition], templates: [String], isComplete: Bool = true, locate: @escaping Locate
  ) -> [Diagnostic] {
    var check = GraphCheck(services: services, templates: templates, locate: locate)
    if isComplete { check.checkNames() }
    check.checkProvisions()
    check.checkCircles()
    check.checkRestartCircles()
    check.checkConflicts()
    return check.diagnostics + JailCheck.run(services, names: check.names, locate: locate)
  }

  private init(services: [ServiceDefinition], templates: [String], locate: @escaping Locate) {
    self.services = services
    self.names = NameResolution(services)
    self.templates = templates
    self.locate = locate
  }

  // MARK: Names

  private mutating func checkNames() {
    var suggestions = 0
    var known: [String] = []
    for (position, service) in services.enumerated() {
      for key in ServiceKey.references {
        for name in service.references(key) where names.providers(of: name).isEmpty {
          if known.isEmpty { known = names.names.sorted() }
          suggestions += 1
          reportUnknown(name, key, of: position, known: suggestions <= Self.explained ? known : [])
        }
      }
    }
  }

  private mutating func reportUnknown(_ name: String, _ key: ServiceKey, of position: Int, known: [String]) {
    let isError = key == .requirement || key == .restartWith || key == .onFailure || key == .jail
    let service = services[position].name
    var diagnostic = Diagnostic(
      isError ? .error : .note,
      "`\(key == .jail ? "jail.shared-with" : key.rawValue)` of \(service) names `\(name)`, and nothing answers to that name",
      at: locate(position, key, name))
    let nearest = NearestName.best(for: name, among: known)
    diagnostic.hint = nearest.map { "did you mean `\($0)`?" }
    if let (template, _) = ServiceName.instance(in: name) {
      diagnostic.expected = "an instance of a template, and there is no template `\(template)`"
      let other = NearestName.best(for: template, among: templates)
      diagnostic.hint = other.map { "did you mean an instance of `\($0)`?" } ?? diagnostic.hint
    }
    diagnostics.append(diagnostic)
  }

  private mutating func checkProvisions() {
    for (position, service) in services.enumerated() {
      for name in service.provision where name != service.name && names.isService(name) {
        diagnostics.append(
          Diagnostic(
            .note,
            "\(service.name) provides `\(name)`, which is the name of a service too: either meets a requirement on it",
            at: locate(position, .provision, name)))
      }
    }
  }

  // MARK: Circles

  /// The services that must be up, or have failed, before this one starts: its requirements, `after`, and those whose
  /// `before` names it.
  private func orderEdges() -> [(source: Int, target: Int)] {
    var edges: [(source: Int, target: Int)] = []
    for (position, service) in services.enumerated() {
      for name in service.requirement {
        for provider in names.providers(of: name) { edges.append((position, provider)) }
      }
      for name in service.after { edges += others(than: position, name).map { (position, $0) } }
      for name in service.before { edges += others(than: position, name).map { ($0, position) } }
    }
    return edges
  }

  /// A service that comes after a provision which it shares with others comes after the others.
  private func others(than position: Int, _ name: String) -> [Int] {
    let providers = names.providers(of: name)
    return providers.count > 1 ? providers.filter { $0 != position } : providers
  }

  private mutating func checkCircles() {
    let edges = orderEdges()
    let graph = DirectedGraph(count: services.count, edges: edges)
    let loops = Set(edges.lazy.filter { $0.source == $0.target }.map(\.source))
    var inComponent = [Int](repeating: -1, count: services.count)
    for (number, component) in graph.components().enumerated() {
      guard component.count > 1 || loops.contains(component[0]) else { continue }
      for node in component { inComponent[node] = number }
      guard let first = component.min(),
        let path = graph.path(from: first, to: first, within: { inComponent[$0] == number })
      else { continue }
      reportCircle(path, "a circle of requirement, after and before", step: orderStep)
    }
  }

  private mutating func checkRestartCircles() {
    var edges: [(source: Int, target: Int)] = []
    for (position, service) in services.enumerated() {
      for name in service.restartWith { edges += others(than: position, name).map { (position, $0) } }
    }
    let graph = DirectedGraph(count: services.count, edges: edges)
    let loops = Set(edges.lazy.filter { $0.source == $0.target }.map(\.source))
    for component in graph.components() where component.count > 1 || loops.contains(component[0]) {
      let members = Set(component)
      guard let first = component.min(),
        let path = graph.path(from: first, to: first, within: { members.contains($0) })
      else { continue }
      reportCircle(path, "a circle of restart-with") { [self] in
        step(from: $0, to: $1, .restartWith, "\(services[$0].name) restarts with \(services[$1].name)")
      }
    }
  }

  typealias Step = (message: String, location: SourceLocation?)

  private mutating func reportCircle(_ path: [Int], _ what: String, step: (Int, Int) -> Step?) {
    var diagnostic = Diagnostic(.error, "\(what): \(way(path))", at: nil)
    var words: [String] = []
    let steps = Array(zip(path, path.dropFirst()))
    let isLong = steps.count > Self.mostSteps
    for (source, target) in isLong ? steps.prefix(Self.stepsAtEnds) + steps.suffix(Self.stepsAtEnds) : steps[...] {
      guard let step = step(source, target) else { continue }
      if diagnostic.location == nil { diagnostic.location = step.location }
      if let location = step.location {
        diagnostic.related.append((step.message, location))
      } else {
        words.append(step.message)
      }
    }
    if !words.isEmpty { diagnostic.expected = "no circle; here \(words.joined(separator: ", "))" }
    diagnostic.hint = "take one of these out: `wants` starts a service along without waiting in a circle"
    diagnostics.append(diagnostic)
  }

  /// A path of more steps than this is told by those at its ends.
  static let mostSteps = 12
  private static let stepsAtEnds = 3

  /// `a → b → c`; of a long one the ends, and how many there are between.
  func way(_ path: [Int]) -> String {
    let names = path.map { services[$0].name }
    guard names.count > Self.mostSteps + 1 else { return names.joined(separator: " → ") }
    let ends = Self.stepsAtEnds
    return (names.prefix(ends) + ["(\(names.count - 2 * ends) more)"] + names.suffix(ends)).joined(separator: " → ")
  }

  /// Why one service waits for another.
  private func orderStep(from source: Int, to target: Int) -> Step? {
    let (a, b) = (services[source].name, services[target].name)
    return step(from: source, to: target, .requirement, "\(a) requires \(b)")
      ?? step(from: source, to: target, .after, "\(a) is after \(b)")
      ?? step(from: target, to: source, .before, "\(b) is before \(a)")
  }

  func step(from source: Int, to target: Int, _ key: ServiceKey, _ message: String) -> Step? {
    let service = services[source]
    guard let name = service.references(key).first(where: { names.providers(of: $0).contains(target) }) else {
      return nil
    }
    let through = name == services[target].name ? message : "\(message) (by the provision `\(name)`)"
    guard let location = locate(source, key, name) else {
      let place = service.origin.keys.first { $0.path == key.rawValue }?.place
      return (place.map { "\(through) (\($0.file):\($0.line))" } ?? through, nil)
    }
    return (through, location)
  }
}

extension ServiceDefinition {
  private var sharedJail: String? {
    process.hasRare ? process.rare.jail?.sharedWith : nil
  }

  /// The names in one of the lists that name other services.
  func references(_ key: ServiceKey) -> [String] {
    switch key {
    case .requirement: requirement
    case .wants: wants
    case .after: after
    case .before: before
    case .conflicts: conflicts
    case .restartWith: restartWith
    case .onFailure: onFailure
    case .jail: sharedJail.map { [$0] } ?? []
    default: []
    }
  }
}
