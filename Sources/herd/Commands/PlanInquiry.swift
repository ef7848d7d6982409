import ControlProtocol
import OrderedCollections
import Supervision
import UCL

/// What `herd check --plan NAME` finds out: how the jail of a service would be made.
struct PlanInquiry {
  /// What was asked for, and what is known.
  struct Answer {
    var service: String
    /// The service whose jail it runs in.
    var sharedWith: String?
    /// The jail that it enters.
    var enters: String?
    /// `nil`: it makes none.
    var outcome: Result<JailPlan, JailRefusal>?
    /// What the service will not find in it.
    var notes: [String] = []
    /// Whether this system has jails at all.
    var hasJails: Bool
  }

  let planner: JailPlanner
  let hasJails: Bool

  /// The services that a name or a pattern stands for.
  func names(_ name: String, in configuration: Configuration) throws(Failure) -> [String] {
    guard NamePattern.isPattern(name) else { return [name] }
    let found = configuration.services.keys.filter(NamePattern(name).matches)
    guard !found.isEmpty else { throw Failure(ControlError(.unknownService, "nothing matches `\(name)`")) }
    return Array(found)
  }

  /// - Throws: when no service has this name.
  func ask(_ name: String, in configuration: Configuration) throws(Failure) -> Answer {
    let definition = try find(name, in: configuration)
    var answer = Answer(service: definition.name, hasJails: hasJails)
    guard let jail = definition.process.rare.jail else { return answer }
    answer.enters = jail.enter
    answer.sharedWith = jail.sharedWith
    guard jail.enter == nil else { return answer }
    let maker = try jail.sharedWith.map { (name) throws(Failure) in try find(name, in: configuration) } ?? definition
    do throws(JailRefusal) {
      answer.outcome = try planner.plan(maker).map { .success($0) }
      answer.notes = planner.notes(on: definition, inJailOf: maker)
    } catch {
      answer.outcome = .failure(error)
    }
    return answer
  }

  /// By its name, by another that it answers to, or as an instance of a template.
  private func find(_ name: String, in configuration: Configuration) throws(Failure) -> ServiceDefinition {
    if let definition = configuration.services[name] { return definition }
    if let definition = configuration.services.values.first(where: { $0.provision.contains(name) }) {
      return definition
    }
    if let (template, instance) = ServiceName.instance(in: name), let template = configuration.templates[template],
      case .success(let definition) = template.make(instance)
    {
      return definition
    }
    throw Failure(
      ControlError(
        .unknownService, "there is no service `\(name)`",
        suggestions: NearestName.all(for: name, among: configuration.services.keys)))
  }
}

extension PlanInquiry.Answer {
  var isPlanned: Bool {
    if case .failure = outcome { false } else { true }
  }

  func text(showsUndoing: Bool) -> String {
    if let enters {
      return "\(service): enters the jail \(enters), which somebody else makes and removes".printable + "\n"
    }
    guard let outcome else { return "\(service): has no jail, and nothing is done for one\n" }
    var text =
      sharedWith.map {
        "\(service): runs in the jail of \($0), which the first of them to start makes".printable + "\n"
      }
      ?? ""
    switch outcome {
    case .success(let plan): text += plan.text(showsUndoing: showsUndoing)
    case .failure(let refusal):
      text += "\(sharedWith ?? service): its jail cannot be made:\n"
      text += refusal.reasons.map { "  \($0.printable)\n" }.joined()
    }
    for note in notes { text += "note: \(note.printable)\n" }
    if !hasJails { text += "note: jails need FreeBSD; here the service does not start\n" }
    return text
  }

  /// docs/JAILS.md has the keys.
  var document: Value {
    var members: [(String, Value)] = [("ok", .boolean(isPlanned)), ("service", .string(service))]
    if let sharedWith { members.append(("shared-with", .string(sharedWith))) }
    if let enters { members.append(("enter", .string(enters))) }
    switch outcome {
    case .success(let plan): members.append(("plan", plan.document))
    case .failure(let refusal): members.append(("reasons", .array(refusal.reasons.map(Value.string))))
    case nil: break
    }
    if !notes.isEmpty { members.append(("notes", .array(notes.map(Value.string)))) }
    if outcome != nil { members.append(("has-jails", .boolean(hasJails))) }
    return .object(members)
  }
}
