import Supervision

/// The look-ups before starts: whether all is there that a service needs, and who its processes are to be.
///
/// Each thing is looked up once for a start; what was found goes into the launch plans of all processes of that run.
final class Preparations {
  private let pool: WorkerPool
  /// What was found out for the present run of a service.
  private var found: [Incarnation: HostAnswers] = [:]
  private var jobs: [QuestionID: WorkerPool.Job] = [:]
  var onEvent: ((Event) -> Void)?

  init(pool: WorkerPool) {
    self.pool = pool
  }

  /// Finds out what a start needs to know; the answer comes as an event.
  func prepare(
    _ question: QuestionID, _ service: Incarnation, _ definition: ServiceDefinition, _ facts: SystemFacts
  ) {
    guard HostInquiry.mayWait(definition) else {
      found[service] = nil
      var inspection = HostInspection(facts: facts)
      onEvent?(.prepared(question, lacks: inspection.reasons(of: definition)))
      return
    }
    let inquiry = HostInquiry(about: definition, facts)
    var isAnswered = false
    let job = pool.ask(.look(inquiry.questions)) { [weak self] reply in
      isAnswered = true
      self?.answered(question, service, definition, facts, inquiry, reply)
    }
    if !isAnswered { jobs[question] = job }
  }

  private func answered(
    _ question: QuestionID, _ service: Incarnation, _ definition: ServiceDefinition, _ facts: SystemFacts,
    _ inquiry: HostInquiry, _ reply: WorkerReply
  ) {
    jobs[question] = nil
    var answers = HostAnswers()
    switch reply {
    case .looked(let list) where list.count == inquiry.questions.count:
      for (asked, answer) in zip(inquiry.questions, list) { answers[asked] = answer }
      found[service] = answers
      onEvent?(.prepared(question, lacks: HostInquiry.lacks(of: definition, answers, facts)))
    case .refused(let reason): fail(question, service, reason)
    case .looked, .planned, .read: fail(question, service, "a worker answers something else than it was asked for")
    }
  }

  /// That nothing could be found out is no lack of the service's: the start fails, and is tried again.
  private func fail(_ question: QuestionID, _ service: Incarnation, _ reason: String) {
    var answers = HostAnswers()
    answers.trouble = SpawnFailure(
      stage: "look-up", errno: 0, message: "cannot look up what it needs: \(reason)", isPassing: true)
    found[service] = answers
    onEvent?(.prepared(question, lacks: []))
  }

  /// Nobody waits for it any more.
  func withdraw(_ question: QuestionID) {
    guard let job = jobs.removeValue(forKey: question) else { return }
    pool.withdraw(job)
    onEvent?(.prepared(question, lacks: []))
  }

  /// What was found out for the run of a service that is under way.
  func answers(for service: Incarnation) throws(SpawnFailure) -> HostAnswers {
    let answers = found[service] ?? HostAnswers()
    if let trouble = answers.trouble { throw trouble }
    return answers
  }

  func forget(_ service: Incarnation) {
    found[service] = nil
  }
}
