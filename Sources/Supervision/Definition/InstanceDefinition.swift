import OrderedCollections
import UCL

extension Configuration {
  /// Defines an instance of a template at run time (`herd start web@3`), with the instances that it names in turn.
  ///
  /// - Parameter name: the instance's name, `web@3`.
  /// - Returns: the new definitions, the named one first; or why the name is no instance, its values do not fit, or the graph
  ///   would not be sound with it. Empty when the service exists.
  public func definitions(ofInstance name: String) -> Result<[ServiceDefinition], Diagnostics> {
    if services[name] != nil { return .success([]) }
    if let refusal = refusal(ofInstance: name) { return .failure(Diagnostics([refusal])) }
    var made: OrderedDictionary<String, ServiceDefinition> = [:]
    var queue = [(name: name, depth: 0)]
    while let (next, depth) = queue.popLast() {
      guard services[next] == nil, made[next] == nil, let (template, instance) = ServiceName.instance(in: next) else {
        continue
      }
      guard let template = templates[template] else { continue }
      guard depth < Self.deepestInstance else {
        let message = "instances of `\(template.name)` name ever new instances: `\(next)`"
        return .failure(Diagnostics([Diagnostic(.error, message, at: nil)]))
      }
      switch template.make(instance) {
      case .failure(let diagnostics): return .failure(diagnostics)
      case .success(let definition):
        made[next] = definition
        for key in ServiceKey.references { queue += definition.references(key).map { ($0, depth + 1) } }
      }
    }
    let errors = GraphCheck.run(
      Array(services.values) + Array(made.values), templates: Array(templates.keys), locate: { _, _, _ in nil }
    ).filter { $0.severity == .error }
    return errors.isEmpty ? .success(Array(made.values)) : .failure(Diagnostics(errors))
  }

  /// An instance that names an instance that names an instance …: beyond this it is taken for endless.
  static let deepestInstance = 16

  private func refusal(ofInstance name: String) -> Diagnostic? {
    guard let (template, _) = ServiceName.instance(in: name) else {
      var refusal = Diagnostic(.error, "there is no service `\(name)`", at: nil)
      if templates[name] != nil {
        refusal = Diagnostic(.error, "`\(name)` is a template, not a service", at: nil)
        refusal.expected = "an instance of it, such as `\(name)1`"
      } else {
        refusal.hint = NearestName.best(for: name, among: services.keys).map { "did you mean `\($0)`?" }
      }
      return refusal
    }
    guard templates[template] == nil else { return nil }
    let nearest = NearestName.best(for: template, among: templates.keys)
    return Diagnostic(
      .error, "there is no service `\(name)`, and no template `\(template)`", at: nil,
      hint: nearest.map { "did you mean an instance of `\($0)`?" })
  }
}
