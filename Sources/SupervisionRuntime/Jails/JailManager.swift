import Supervision

/// The jails of services, as the event loop sees them: who is in which one, and the processes that make and undo them.
///
/// Mounts, jails and the commands around them take time, and a file system may hang. So none of it is done here: each making and
/// each undoing is a process, `fruix-shepherd jail`, that keeps a journal of what it does. Killing it is safe at any
/// moment, since the next one goes on from the journal.
final class JailManager {
  /// Computes what is to be done for a service's jail and writes it down, or says why it cannot be had. That may take its
  /// time; what is returned gives it up.
  typealias Planner = (ServiceDefinition, _ done: @escaping (PlanOutcome) -> Void) -> (() -> Void)

  private let own: OwnProcesses
  /// The command that carries plans out; a verb and a directory are added.
  private let worker: () throws(SystemError) -> [String]
  private let patience: Duration
  private let places: JailDirectory
  private let plan: Planner
  private var registry = JailRegistry()
  /// The jail that a service has joined or waits for, by the name of the service that the jail is made for.
  private var joined: [Incarnation: String] = [:]
  /// What the core has asked and waits for: whether a service is in its jail, and whether it has left.
  private var joins: [Incarnation: QuestionID] = [:]
  private var leaves: [Incarnation: [QuestionID]] = [:]
  /// The definition that a jail is made by, from the wish to its end.
  private var definitions: [String: ServiceDefinition] = [:]
  private var standing: [String: StandingJail] = [:]
  private var raising: [String: ProcessKey] = [:]
  /// The jails whose plan is being made, and how to give that up.
  private var planning: [String: () -> Void] = [:]
  private let afterlife: JailAfterlife
  /// The jail that was made for a service before, and stands.
  private let stands: (String) -> StandingJail?

  var onEvent: ((Event) -> Void)?
  /// What is worth a line in the supervisor's journal.
  var onNotice: ((String) -> Void)?

  /// - Parameter patience: for an undoing; a making has that of the service that wants it.
  init(
    own: OwnProcesses, worker: @escaping () throws(SystemError) -> [String], places: JailDirectory,
    patience: Duration = JailRegistry.undoingPatience, afterlife: JailAfterlife,
    stands: ((String) -> StandingJail?)? = nil, plan: @escaping Planner
  ) {
    self.afterlife = afterlife
    self.stands = stands ?? { places.standing(of: $0) }
    self.own = own
    self.worker = worker
    self.patience = patience
    self.places = places
    self.plan = plan
    afterlife.onDue = { [weak self] jail in self?.undoAgain(jail) }
  }

  // MARK: What the core asks for

  /// - Parameter owner: the definition whose jail it is: the service's own, or that of the service which it shares the jail with.
  func enterJail(_ id: Incarnation, _ question: QuestionID, by owner: ServiceDefinition) {
    joined[id] = owner.name
    joins[id] = question
    // A jail that is there, or on its way, stays what it is.
    let isUnderWay = raising[owner.name] != nil || planning[owner.name] != nil || standing[owner.name] != nil
    if definitions[owner.name] == nil || !isUnderWay {
      definitions[owner.name] = owner
    }
    carryOut(registry.join(id, jail: owner.name))
  }

  func refuse(_ question: QuestionID, _ reason: String) {
    onEvent?(.jailEntered(question, failure: reason))
  }

  func release(_ id: Incarnation, _ question: QuestionID) {
    // Who leaves while the jail is being made hears of that no more.
    if let join = joins.removeValue(forKey: id) { refuse(join, "it is wanted no more") }
    guard let jail = joined.removeValue(forKey: id) else {
      onEvent?(.released(question, failure: nil))
      return
    }
    leaves[id, default: []].append(question)
    carryOut(registry.leave(id, jail: jail))
  }

  /// Of two leaves the later one is over first: it came while the jail was still on its way down after the earlier one.
  private func takeLeave(_ id: Incarnation) -> QuestionID? {
    let question = leaves[id]?.popLast()
    if leaves[id]?.isEmpty == true { leaves[id] = nil }
    return question
  }

  /// Where the processes of a service are to run; `nil` when it is in no jail.
  func place(of id: Incarnation) -> JailPlace? {
    guard let owner = joined[id], let jail = standing[owner] else { return nil }
    let root = definitions[owner]?.process.rare.jail?.root
    return JailPlace(jail: jail, isTree: root == .directory)
  }

  /// The services that share the jail of this one, itself included.
  func members(withJailOf id: Incarnation) -> [Incarnation] {
    joined[id].map { registry.members(of: $0) } ?? []
  }

  /// The services of whose jails something is there: one that stands or is on its way, or what could not be undone. What comes
  /// by itself is left out: the next supervisor finds it in the journal.
  var remains: [String] {
    Set(registry.jails + places.leftovers()).subtracting(afterlife.awaiting).sorted()
  }

  /// Takes over the jails that stand, with the services in them; what else a predecessor has left of jails is undone.
  func resume(_ jailed: [JailedService]) {
    for service in jailed {
      let owner = service.owner
      if standing[owner.name] == nil { standing[owner.name] = stands(owner.name) }
      guard standing[owner.name] != nil else {
        onNotice?("the jail of \(owner.name) is gone, or not as it was made")
        continue
      }
      definitions[owner.name] = definitions[owner.name] ?? owner
      joined[service.incarnation] = owner.name
      registry.resume(service.incarnation, jail: owner.name)
    }
    inherit()
  }

  /// Undoes what a dead supervisor has left. A service whose jail is among it waits for that.
  func inherit() {
    for jail in places.leftovers() where !registry.knows(jail) {
      onNotice?("undoing what an earlier supervisor has left of the jail of \(jail)")
      carryOut(registry.inherit(jail))
    }
  }

  /// What is still to come of the jails that a service has made before, as clauses.
  func remains(ofJailsOf owner: String) -> [String] { afterlife.clauses(owner) }

  /// Looks whether an interface has come back that a dying jail had kept. A start that comes meanwhile waits for that.
  private func undoAgain(_ jail: String) {
    let outputs = registry.inherit(jail)
    if outputs.isEmpty { afterlife.lookLater(jail) }
    carryOut(outputs)
  }

  // MARK: What the registry wants

  private func carryOut(_ outputs: [JailRegistry.Output]) {
    for output in outputs {
      switch output {
      case .raise(let jail): raise(jail)
      case .abandon(let jail): abandon(jail)
      case .lower(let jail): lower(jail) { [weak self] failure in self?.lowered(jail, failure) }
      case .jailEntered(let id, let failure):
        if failure != nil { joined[id] = nil }
        if let question = joins.removeValue(forKey: id) { onEvent?(.jailEntered(question, failure: failure)) }
      case .released(let id, let failure):
        if let question = takeLeave(id) { onEvent?(.released(question, failure: failure)) }
      }
    }
  }

  private func raise(_ jail: String) {
    guard let definition = definitions[jail] else { return raised(jail, failure: "service \(jail) makes no jail") }
    var isPlanned = false
    let giveUp = plan(definition) { [weak self] outcome in
      isPlanned = true
      self?.planned(jail, outcome)
    }
    if !isPlanned { planning[jail] = giveUp }
  }

  private func planned(_ jail: String, _ outcome: PlanOutcome) {
    planning[jail] = nil
    switch outcome {
    case .written: makeIt(jail)
    case .none: raised(jail, failure: "service \(jail) makes no jail")
    case .refused(let reasons): raised(jail, failure: reasons.joined(separator: "; "))
    case .failed(let reason): raised(jail, failure: reason)
    }
  }

  private func makeIt(_ jail: String) {
    do throws(SystemError) {
      raising[jail] = try start("up", jail, limit: nil) { [weak self] end, output in self?.raiseEnded(jail, end, output)
      }
    } catch {
      raised(jail, failure: "\(error)")
    }
  }

  /// Nobody wants it any more.
  private func abandon(_ jail: String) {
    if let giveUp = planning.removeValue(forKey: jail) {
      giveUp()
      raised(jail, failure: "it is wanted no more")
    } else if let process = raising[jail] {
      own.kill(process)
    }
  }

  private func raiseEnded(_ jail: String, _ end: OwnProcesses.End, _ output: [UInt8]) {
    raising[jail] = nil
    let report = JailReport(output)
    // What is awaited is failure enough.
    if let report { keep(report, report.awaited.isEmpty ? report.failure : nil, jail) }
    if case .exited(.exited(0)) = end, let standing = report?.jail {
      self.standing[jail] = standing
      return raised(jail, failure: nil)
    }
    if let failure = report?.failure { return raised(jail, failure: failure) }
    // It has not had the time to undo what it had begun, or to tell that all was well.
    lower(jail) { [weak self] trouble in
      if let trouble { self?.onNotice?("\(jail): \(trouble)") }
      self?.raised(jail, failure: Self.describe(end))
    }
  }

  private func raised(_ jail: String, failure: String?) {
    if failure != nil { standing[jail] = nil }
    carryOut(registry.raised(jail, failure: failure))
    forgetIfGone(jail)
  }

  private func lower(_ jail: String, _ done: @escaping (String?) -> Void) {
    standing[jail] = nil
    do throws(SystemError) {
      _ = try start("down", jail, limit: patience) { [weak self] end, output in
        let report = JailReport(output)
        let failure = report.map(\.failure) ?? Self.describe(end)
        self?.keep(report, failure, jail)
        done(failure)
      }
    } catch {
      keep(nil, "\(error)", jail)
      done("\(error)")
    }
  }

  /// - Parameter failure: it matters as long as something is there to be undone.
  private func keep(_ report: JailReport?, _ failure: String?, _ jail: String) {
    let trouble = failure != nil && places.hasLeftover(of: jail) ? failure : nil
    for clause in afterlife.keep(report, trouble: trouble, of: jail) { onNotice?("\(jail): \(clause)") }
  }

  private func lowered(_ jail: String, _ failure: String?) {
    // What is tried again and again is told once.
    if let failure, !afterlife.isLooking(after: jail) { onNotice?("\(jail): \(failure)") }
    carryOut(registry.lowered(jail, failure: failure))
    forgetIfGone(jail)
  }

  private func forgetIfGone(_ jail: String) {
    if !registry.knows(jail) { definitions[jail] = nil }
  }

  private func start(
    _ verb: String, _ jail: String, limit: Duration?, onEnd: @escaping (OwnProcesses.End, [UInt8]) -> Void
  ) throws(SystemError) -> ProcessKey {
    try own.start(
      worker() + [verb, places.directory(of: jail)], name: "jail-of-\(jail)", limit: limit,
      onLine: { [weak self] line in self?.onNotice?("\(jail): \(line)") }, onEnd: onEnd)
  }

  private static func describe(_ end: OwnProcesses.End) -> String {
    switch end {
    case .exited(let status): "the process that was at it ended: \(status)"
    case .failed(let failure): failure.message
    case .timedOut(let time): "it took longer than \(time.text); the process that was at it was killed"
    }
  }
}

extension JailManager {
  /// The jails of this host, whose plans and journals are kept below the state directory.
  convenience init(own: OwnProcesses, pool: WorkerPool, stateDirectory: String) {
    self.init(
      own: own, worker: OwnProcesses.command("jail"),
      places: JailDirectory(stateDirectory: stateDirectory), afterlife: JailAfterlife(loop: own.loop)
    ) { definition, done in
      let job = pool.ask(.plan(PlanRequest(definition, stateDirectory: stateDirectory))) { reply in
        switch reply {
        case .planned(let outcome): done(outcome)
        case .refused(let reason): done(.failed("its plan cannot be made: \(reason)"))
        case .looked, .read:
          done(.failed("its plan cannot be made: a worker answers something else than it was asked for"))
        }
      }
      return { pool.withdraw(job) }
    }
  }
}

/// The jail that a process goes into, and whose accounts its users are.
struct JailPlace: Equatable {
  var jail: StandingJail
  /// The tree in whose files users and groups are looked up; `nil`: the host's.
  var accountRoot: String?

  /// Whether programs and directories inside are those of the host.
  var isOnHostFiles: Bool { jail.path == "/" }

  /// - Parameter isTree: its root has files of its own that say who is who. An ephemeral one has not.
  init(jail: StandingJail, isTree: Bool) {
    self.jail = jail
    // The root that the jail was made with: a link in the definition's path may lead elsewhere by now.
    accountRoot = isTree && jail.path != "/" ? jail.path : nil
  }
}

extension JailPlace {
  /// A jail that somebody else has made.
  init(entering name: String) throws(SpawnFailure) {
    let found: JailObservation?
    do throws(JailError) { found = try Host.jail(named: name) } catch {
      throw SpawnFailure(stage: "jail", errno: error.code, message: "cannot \(error.message)")
    }
    guard let found else {
      throw SpawnFailure(
        stage: "jail", errno: 0, message: "there is no jail called \(name) to enter; jls(8) lists those that are there")
    }
    self.init(jail: StandingJail(jid: found.jid, name: name, path: found.path), isTree: true)
  }
}
