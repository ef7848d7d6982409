import ControlProtocol
import Supervision
import UCL

/// Turns the core's answers into those of the protocol: words, codes, suggestions.
struct ReplyTranslation {
  let core: Supervisor
  let desk: RequestHandler
  let request: Request
  let load: LoadBackground

  func reply(to reply: Answer) -> Reply {
    switch reply {
    case .services(let outcomes): services(outcomes)
    case .exited(let status): exited(status)
    case .processFailed(let cause): processFailed(cause)
    case .done: done()
    case .loaded(let summary): Reply(.load(LoadReport(summary, load)))
    case .refused(let refusal): Reply(error: error(for: refusal))
    }
  }

  // MARK: Outcomes

  private func services(_ outcomes: [OrderOutcome]) -> Reply {
    // What was named comes first, then what was taken along; what would be done in the order in which it would be.
    let ordered = outcomes.filter(\.comesFirst) + outcomes.filter { !$0.comesFirst }
    let firstFailure = ordered.lazy.compactMap { self.failure(of: $0) }.first
    return Reply(.outcomes(ordered.map { outcome($0) }), error: firstFailure)
  }

  private func outcome(_ outcome: OrderOutcome) -> ServiceOutcome {
    let id = core.find(outcome.service)
    let state = id.flatMap { ServiceState(core.state(of: $0)) } ?? .stopped
    var result = ServiceOutcome(outcome.service, kind(of: outcome), state: state)
    switch outcome.result {
    case .up(let pid), .alreadyUp(let pid), .signalled(let pid): result.pid = pid
    case .failed(let cause, let willRetry):
      result.cause = cause.description + (willRetry ? "; will be tried again" : "")
    case .stopped(let cause): result.cause = cause.description
    case .forgotten(let cause): result.cause = "it had failed: \(cause); that is forgotten"
    case .alreadyStopped, .enabled, .disabled, .reset, .preset, .accepted, .wouldStart, .wouldStop: break
    }
    result.remarks = outcome.troubles.map(\.description)
    return result
  }

  private func kind(of outcome: OrderOutcome) -> ServiceOutcome.Kind {
    switch outcome.result {
    case .up:
      if case .restart = request { .restarted } else { .started }
    case .alreadyUp: .alreadyRunning
    case .failed: .failed
    case .stopped, .alreadyStopped, .forgotten:
      if case .unload = request, outcome.isNamed {
        .unloaded
      } else if case .alreadyStopped = outcome.result {
        .alreadyStopped
      } else {
        .stopped
      }
    case .signalled: .signalled
    case .enabled: .enabled
    case .disabled: .disabled
    case .reset: .reset
    case .preset: .preset
    case .accepted: .accepted
    case .wouldStart: .wouldStart
    case .wouldStop: .wouldStop
    }
  }

  /// What went wrong with a service, if it was not to come to this.
  private func failure(of outcome: OrderOutcome) -> ControlError? {
    switch outcome.result {
    case .failed(.awaits(let other, let cause), _):
      return ControlError(
        .requirementFailed,
        "`\(outcome.service)` waits for `\(other)`, which could not be started: \(cause); that is tried again"
          + bound(on: other, after: cause) + ", and `\(outcome.service)` starts once it is up",
        service: outcome.service, hint: "`herd stop \(outcome.service)` takes the start back")
    case .failed(let cause, let willRetry):
      var failure = error(wantsDown ? .stopFailed : code(of: cause), cause, of: outcome.service)
      if willRetry { failure.message += "; it will be tried again" + bound(on: outcome.service, after: cause) }
      return failure
    case .stopped(.exited(let status)) where wantsUp && outcome.isNamed:
      return error(.startFailed, .exited(status), of: outcome.service)
    case .stopped(.background(let status)) where wantsUp && outcome.isNamed:
      return error(.startFailed, .background(status), of: outcome.service)
    // What was not named has stopped because it was in the way.
    case .stopped(let cause) where wantsUp && outcome.isNamed:
      return ControlError(
        .overtaken, "`\(outcome.service)` was stopped while it started: \(cause)", service: outcome.service)
    default:
      return nil
    }
  }

  /// How long that may go on: whoever reads the answer a second later may find that it has failed for good.
  private func bound(on service: String, after cause: FailureCause) -> String {
    guard !cause.isPassing, let id = core.find(service) else { return "" }
    let rule = core.snapshot(of: id).definition.respawn
    return rule.limitCount > 0 ? ", up to \(rule.limitCount) times within \(rule.limitPeriod.text)" : ""
  }

  private var wantsUp: Bool {
    switch request {
    case .start, .restart, .enable: true
    default: false
    }
  }

  private var wantsDown: Bool {
    switch request {
    case .stop, .disable, .unload, .shutdown, .reset: true
    default: false
    }
  }

  private func code(of cause: FailureCause) -> ErrorCode {
    switch cause {
    case .requirement(_, .disabled, _): .disabled
    case .requirement: .requirementFailed
    default: .startFailed
    }
  }

  private func error(_ code: ErrorCode, _ cause: FailureCause, of service: String?) -> ControlError {
    let subject = service.map { "`\($0)`" } ?? "it"
    let message: String
    if code == .stopFailed {
      message = "\(subject) did not stop: \(cause)"
    } else if let service, endedAtOnce(service, cause) {
      message = "\(subject) ended right after its start: \(cause)"
    } else {
      message = "\(subject) could not be started: \(cause)"
    }
    return ControlError(code, message, service: service)
  }

  /// It was running, and did not stay: not a start that failed.
  private func endedAtOnce(_ service: String, _ cause: FailureCause) -> Bool {
    switch cause {
    case .exited, .background: core.find(service).map { !core.snapshot(of: $0).definition.isOneShot } ?? false
    default: false
    }
  }

  // MARK: Processes, waits

  private func processFailed(_ cause: FailureCause) -> Reply {
    let service = request.subject ?? "it"
    let reason =
      switch cause {
      case .hookTimeout(_, let time): "not done after \(time.text)"
      case .spawn(_, let failure): failure.message
      default: cause.description
      }
    return Reply(
      error: ControlError(
        .actionFailed, "\(request.deed) of `\(service)`\(reloadCommand): \(reason)", service: service))
  }

  private func exited(_ status: ExitStatus) -> Reply {
    let content = Reply.Content.exit(ExitReport(status))
    if status == .exited(0) { return Reply(content) }
    let service = request.subject ?? "it"
    let ending = status == .unknown ? "\(status)" : "ended: \(status)"
    return Reply(
      content,
      error: ControlError(
        .actionFailed, "\(request.deed) of `\(service)`\(reloadCommand) \(ending)", service: service))
  }

  /// What a reload runs: unlike an action's command, it is none that its caller has in mind.
  private var reloadCommand: String {
    guard case .reload(let name) = request, let id = core.find(name),
      case .exec(let hook, _) = core.blueprint(of: id).definition.reload
    else { return "" }
    return " (\(ShellWords.line(hook.command.words)))"
  }

  private func done() -> Reply {
    switch request {
    case .wait(let wait):
      let id = core.find(wait.service)
      let state = id.flatMap { ServiceState(core.state(of: $0)) } ?? .stopped
      let pid = id.flatMap { core.snapshot(of: $0).mainPID }
      let name = id.map { core.name(of: $0) } ?? wait.service
      return Reply(.outcomes([ServiceOutcome(name, .reached, state: state, pid: pid)]))
    case .reload(let name), .action(let name, _, _):
      // A signal to the main process.
      let id = core.find(name)
      let state = id.flatMap { ServiceState(core.state(of: $0)) } ?? .stopped
      let pid = id.flatMap { core.snapshot(of: $0).mainPID }
      return Reply(
        .outcomes([ServiceOutcome(name, .signalled, state: state, pid: pid)]))
    default:
      return Reply(.outcomes([]))
    }
  }

  // MARK: Refusals

  private func error(for refusal: Refusal) -> ControlError {
    switch refusal {
    case .unknownService(let name): return desk.unknownService(name)
    case .templateWithoutInstance(let name):
      return desk.isTemplate(name)
    case .badInstance(let name, let problems):
      return ControlError(
        .invalidArgument, "`\(name)` cannot be made: \(problems.joined(separator: "; "))", service: name)
    case .disabled(let name):
      return ControlError(
        .disabled, "`\(name)` is disabled", service: name, hint: "`herd enable \(name)` allows it to start again")
    case .notRunning(let name) where isGroup(name):
      return ControlError(
        .notRunning, "`\(name)` is a group: it has no process of its own", service: name,
        hint: "name one of the services that it requires")
    case .notRunning(let name):
      return ControlError(.notRunning, "`\(name)` is not running", service: name)
    case .noReload(let name) where loaded(name)?.reload != nil:
      return fromNextStart("`\(name)` cannot reload yet", name)
    case .noReload(let name):
      return ControlError(
        .unknownAction, "`\(name)` cannot reload: its definition has no `reload`", service: name,
        hint: "`herd restart \(name)` starts it anew")
    case .unknownAction(let service, let action, _) where isLoaded(action, of: service):
      return fromNextStart("`\(service)` has no action `\(action)` yet", service)
    case .unknownAction(let service, let action, let known):
      return ControlError(
        .unknownAction, "`\(service)` has no action `\(action)`", service: service,
        hint: known.isEmpty ? "it has no actions" : "it has: \(known.joined(separator: ", "))",
        suggestions: NearestName.all(for: action, among: known))
    case .requiredBy(let name, let others):
      return ControlError(
        .hasDependents, "`\(name)` is required by \(others.joined(separator: ", "))", service: name,
        hint: "unload those too, in the same command or before")
    case .conflict(let one, let other):
      return ControlError(
        .invalidArgument, "`\(one)` and `\(other)` conflict: only one of them can be up; nothing was started",
        service: one, hint: "name one of the two")
    case .shuttingDown:
      return ControlError(.shuttingDown, "the supervisor is stopping everything")
    case .timedOut(let name, let state): return timedOut(name, state)
    case .gone(let name):
      return ControlError(.unknownService, "`\(name)` exists no more", service: name)
    }
  }

  /// The definition that counts from the next start on; the present run may have begun with an older one.
  private func loaded(_ name: String) -> ServiceDefinition? {
    core.find(name).map { core.snapshot(of: $0).definition }
  }

  private func isLoaded(_ action: String, of service: String) -> Bool {
    loaded(service)?.actions.contains { $0.name == action } ?? false
  }

  private func fromNextStart(_ message: String, _ name: String) -> ControlError {
    ControlError(
      .unknownAction, "\(message): a definition that has it was loaded, and counts from the next start on",
      service: name, hint: "`herd restart \(name)` starts it anew")
  }

  private func timedOut(_ name: String, _ state: StateName) -> ControlError {
    guard case .wait(let wait) = request, let time = wait.timeout else {
      return ControlError(.timeout, "the time is over, and `\(name)` is \(state.rawValue)", service: name)
    }
    let another = wait.afterPID.map { " with another pid than \($0)" } ?? ""
    return ControlError(
      .timeout, "`\(name)` is \(state.rawValue), and not \(wait.target.rawValue)\(another), after \(time.text)",
      service: name)
  }

  private func isGroup(_ name: String) -> Bool {
    core.find(name).map { core.snapshot(of: $0).definition.isGroup } ?? false
  }

  // MARK: Loads

  static func refusedLoad(_ diagnostics: Diagnostics, columns: Int?) -> Reply {
    var report = LoadReport()
    report.diagnostics = diagnostics.all.map { DiagnosticReport($0, columns: columns) }
    let count = diagnostics.all.filter { $0.severity == .error }.count
    return Reply(
      .load(report),
      error: ControlError(
        .badConfiguration, "the configuration has \(count) error\(count == 1 ? "" : "s"); nothing was changed"))
  }
}

extension DiagnosticReport {
  init(_ diagnostic: Diagnostic, columns: Int?) {
    self.init(
      isError: diagnostic.severity == .error, message: diagnostic.message, file: diagnostic.location?.source.name,
      line: diagnostic.location.map { Int($0.line) }, column: diagnostic.location.map { Int($0.column) },
      hint: diagnostic.hint, text: DiagnosticRenderer(columns: columns).text(diagnostic))
  }
}

extension OrderOutcome {
  fileprivate var comesFirst: Bool { isNamed || result == .wouldStart || result == .wouldStop }
}

extension ExitReport {
  init(_ status: ExitStatus) {
    switch status {
    case .exited(let code): self = .code(Int32(code))
    case .signaled(let number, let core):
      self = .signal(number, name: SignalName.name(of: number), dumpedCore: core)
    case .unknown: self = .unknown
    }
  }
}

extension Request {
  /// The one service that a request is about.
  fileprivate var subject: String? {
    switch self {
    case .reload(let name), .action(let name, _, _): name
    default: nil
    }
  }

  fileprivate var deed: String {
    switch self {
    case .action(_, let action, _): "the action `\(action)`"
    default: "the reload"
    }
  }
}
