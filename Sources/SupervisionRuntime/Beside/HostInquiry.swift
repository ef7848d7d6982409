import Supervision

/// What has to be known of the host before a service starts.
struct HostInquiry {
  let questions: [HostQuestion]

  /// All that an inspection of the definition asks for, and who its processes are to be.
  init(about definition: ServiceDefinition, _ facts: SystemFacts) {
    let notes = QuestionNotes(facts)
    var inspection = HostInspection(facts: notes)
    _ = inspection.reasons(of: definition)
    let process = definition.process
    if let user = process.user { notes.add(.account(user)) }
    if let group = process.group { notes.add(.group(group)) }
    for group in process.groups ?? [] { notes.add(.group(group)) }
    if process.hasRare, let name = process.rare.loginClass, facts.hasLoginClasses { notes.add(.loginClass(name)) }
    if let preconditions = definition.preconditions { notes.add(.preconditions(preconditions)) }
    questions = notes.questions
  }

  /// Whether to find out may take long. What is left for those that need nobody to be asked is to look whether a program and a
  /// directory are there, which costs less than to ask somebody else.
  static func mayWait(_ definition: ServiceDefinition) -> Bool {
    let process = definition.process
    if definition.preconditions != nil || process.user != nil || process.group != nil || process.groups != nil {
      return true
    }
    guard process.hasRare else { return false }
    let log = process.rare.logRights
    return process.rare.loginClass != nil || log?.user != nil || log?.group != nil
  }

  /// What keeps the service from starting, given the answers.
  static func lacks(of definition: ServiceDefinition, _ answers: HostAnswers, _ facts: SystemFacts) -> [String] {
    var unmet: [String] = []
    if let preconditions = definition.preconditions {
      switch answers[.preconditions(preconditions)] {
      case .lacks(let lacks): unmet = lacks
      default: unmet = PreconditionCheck.lacks(of: preconditions)
      }
    }
    var inspection = HostInspection(facts: AnsweredFacts(answers: answers, kernel: facts))
    return unmet + inspection.reasons(of: definition)
  }
}
