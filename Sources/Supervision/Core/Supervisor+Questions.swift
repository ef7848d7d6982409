// What the core asks of the runtime, and how it knows what an answer is about.
//
// A service waits for one answer at a time, that to its latest question. Answers to earlier ones still come (to a look-up that
// was given up, to the end of a subtree that outlived SIGKILL) and mean nothing any more. What answers no question at all is
// a fault of the runtime, and is told.

extension Supervisor {
  struct Question: Sendable {
    enum Kind: Sendable {
      case prepare
      case enterJail
      case release
      case inspectSubtree
    }

    var kind: Kind
    var incarnation: Incarnation
    var isWithdrawn = false
  }

  mutating func ask(_ kind: Question.Kind, _ id: ServiceID) -> QuestionID {
    let question = QuestionID(serial: nextSerial)
    nextSerial += 1
    questions[question] = Question(kind: kind, incarnation: services[id.index].incarnation)
    services[id.index].question = question
    return question
  }

  /// - Parameter isLast: no further answer to the question will come.
  mutating func answer(_ id: QuestionID, _ kind: Question.Kind, _ event: MachineEvent, isLast: Bool = true) {
    guard let question = questions[id], question.kind == kind else {
      return actions.append(.record(.anomaly(.unasked(event.word))))
    }
    if isLast { questions[id] = nil }
    let service = question.incarnation.service
    // The number may be another service's by now.
    guard services[service.index].question == id else { return }
    if isLast { services[service.index].question = nil }
    deliver(service, event)
  }

  /// The service was stopped, or its time was up, while its start was being prepared: that may hang for long.
  mutating func withdrawPreparation(of id: ServiceID) {
    guard let question = services[id.index].question, let asked = questions[question], asked.kind == .prepare,
      !asked.isWithdrawn, !services[id.index].machine.isPreparing
    else { return }
    questions[question]?.isWithdrawn = true
    actions.append(.withdraw(question))
  }
}

extension StateMachine {
  /// Waits for the answer to `prepare`.
  var isPreparing: Bool {
    if case .starting(let starting) = state { starting.isPreparing } else { false }
  }
}
