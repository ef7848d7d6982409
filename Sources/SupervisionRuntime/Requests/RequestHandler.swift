import ControlProtocol
import OrderedCollections
import Supervision

/// Between the control server and the core: turns requests into orders, and what comes of them into replies.
///
/// What only asks is answered at once from the core's state; what changes something is an order, whose reply comes when
/// the core gives it.
final class RequestHandler: ControlDelegate, ShellClient {
  let shell: Shell
  let configuration: ConfigurationSource
  var identity: SupervisorIdentity
  let fileChanges: FileChanges
  let state: StateDirectory
  let settingsInUse: SettingsInUse
  /// The server that requests come from; set once the socket is there.
  weak var server: ControlServer?
  /// What the supervisor lacks as long as it runs.
  var notes: [String] = []
  /// What happened at the start that deserves a word in the status, until somebody has read it (`reset` of `root`).
  var pastNotes: [String] = []
  /// Requests that have come before there is a service to ask for; `nil`: they are carried out.
  var held: HeldRequests?
  /// A client wants everything to stop.
  var onShutdown: (() -> Void)?
  /// Why the lists of enabled and disabled services could not be written, if the last attempt failed.
  var enablementTrouble: SystemError?
  /// What is known of a load besides what the core makes of it.
  var loads: [RequestID: LoadBackground] = [:]
  /// Applies the settings of a configuration that is about to be loaded; the answer is what cannot be applied.
  var onSettings: ((SupervisorSettings) -> [String])?
  /// Another program is to take this one's place; why it cannot.
  var onUpgrade: (() -> ControlError?)?
  private var callers: [RequestID: Caller] = [:]
  private var numbers: [OpenRequest: RequestID] = [:]
  private var lastNumber: UInt64 = 0
  /// Requests whose processes wait because their callers have not read what came, by connection.
  private var paused: [UInt64: [PausedOutput]] = [:]

  /// A request that the core works on.
  struct Caller {
    var open: OpenRequest
    var request: Request
  }

  /// Output that is not read for now.
  private struct PausedOutput {
    var number: RequestID
    var source: CallerOutput
  }

  init(
    shell: Shell, configuration: ConfigurationSource, identity: SupervisorIdentity, state: StateDirectory,
    settings: SettingsInUse
  ) {
    self.state = state
    settingsInUse = settings
    self.shell = shell
    fileChanges = FileChanges(loop: shell.loop, workers: shell.workers)
    self.configuration = configuration
    self.identity = identity
    shell.desk = self
  }

  // MARK: Requests

  func receive(_ request: Request, as open: OpenRequest, from peer: PeerCredentials) {
    if let name = request.oneService, NamePattern.isPattern(name) {
      return finish(Reply(error: refusal(ofPattern: name, request)), open)
    }
    guard held == nil || isAnsweredWhileHolding(request) else { return keep(request, as: open, from: peer) }
    if case .shutdown = request { onShutdown?() }
    carryOut(request, as: open, from: peer)
  }

  func carryOut(_ request: Request, as open: OpenRequest, from peer: PeerCredentials) {
    switch request {
    case .status(let names, let detail): status(names, detail, for: open)
    case .documentation(let name): inquire(name, for: open) { .documentation(self.reporter.documentation(of: $0)) }
    case .definition(let name): inquire(name, for: open) { .definition(self.definitionText(of: $0)) }
    case .processes(let name): processes(name, for: open)
    case .ping: finish(Reply(), open)
    case .upgrade: upgrade(for: open)
    case .load(let options): load(options, request, for: open, from: peer)
    case .reset(let names) where names.contains("root"): resetRoot(names, for: open)
    case .signal(let names, let word, let group): signal(names, word, group, request, for: open, from: peer)
    default:
      guard let order = Order(request) else {
        return finish(
          Reply(error: ControlError(.unsupported, "this supervisor does not know the request")), open)
      }
      take(order, request, for: open, from: peer)
    }
  }

  func callerGone(_ open: OpenRequest) {
    held?.callerGone(open)
    guard let number = numbers.removeValue(forKey: open) else { return }
    callers[number] = nil
    // Nobody reads any more, and nobody makes the process wait either: it has to be able to end.
    for output in paused.removeValue(forKey: open.connection) ?? [] { output.source.resume() }
    shell.feed(.callerGone(number))
  }

  /// The supervisor leaves. The core has said all that it will say: what only waited for a word more goes out, and who waits for
  /// a reading of the files hears that nothing comes of it.
  func leave() {
    fileChanges.end()
    for number in callers.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      answerLoad(number, Reply(error: Self.isEnding))
    }
  }

  /// Another supervisor takes this one's place: it knows what was asked for, and not by whom.
  func giveWay() {
    refuseHeld(Self.gaveWay)
    for number in callers.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      answerLoad(number, Reply(error: Self.gaveWay))
    }
  }

  private static let gaveWay = ControlError(
    .again, "another supervisor takes the place of this one", hint: "ask it, on the same socket")

  private func upgrade(for open: OpenRequest) {
    // What it says of itself here is what the caller compares with.
    let present = Reply(.supervisor(reporter.supervisor()))
    if let error = onUpgrade?() { return finish(Reply(error: error), open) }
    finish(present, open)
  }

  static let isEnding = ControlError(.shuttingDown, "the supervisor is ending")

  private func take(_ order: Order, _ request: Request, for open: OpenRequest, from peer: PeerCredentials) {
    shell.feed(.order(order, requester: .user(uid: peer.user), request: remember(request, open)))
  }

  func remember(_ request: Request, _ open: OpenRequest) -> RequestID {
    lastNumber += 1
    let number = RequestID(lastNumber)
    callers[number] = Caller(open: open, request: request)
    numbers[open] = number
    return number
  }

  private func signal(
    _ names: [String], _ word: String, _ group: Bool, _ request: Request, for open: OpenRequest,
    from peer: PeerCredentials
  ) {
    guard let number = SignalName.number(of: word) else {
      let near = NearestName.all(for: word.uppercased(), among: SignalName.all)
      return finish(
        Reply(error: ControlError(.invalidArgument, "there is no signal `\(word)`", suggestions: near)),
        open)
    }
    take(.signal(names, number, group: group), request, for: open, from: peer)
  }

  // MARK: What is answered at once

  private var reporter: StatusReporter {
    // Before anything is loaded there are no settings to compare with.
    let present = held.map { [$0.reason] } ?? settingsInUse.pending(in: shell.core.settings).map(\.note)
    return StatusReporter(
      shell: shell, identity: identity, configuration: configuration, notes: notes + pastNotes + present)
  }

  private func status(_ names: [String], _ detail: Request.StatusDetail, for open: OpenRequest) {
    guard case .full = detail else { return report(names, detail, changedFiles: [:], to: open) }
    let ids = names.isEmpty ? shell.core.allServices : names.flatMap { shell.core.findAll($0) }
    fileChanges.find(among: files(of: ids), since: configuration.stamps) { [weak self] changed in
      self?.report(names, detail, changedFiles: changed, to: open)
    }
  }

  private func report(
    _ names: [String], _ detail: Request.StatusDetail, changedFiles: [String: FileChange], to open: OpenRequest
  ) {
    var ids: OrderedSet<ServiceID> = []
    for name in names where name != "root" {
      let found = shell.core.findAll(name)
      guard !found.isEmpty else { return finish(Reply(error: unknownService(name)), open) }
      ids.append(contentsOf: found)
    }
    if names.isEmpty { ids = OrderedSet(shell.core.allServices) }
    var reporter = reporter
    reporter.changedFiles = changedFiles
    let services = ids.map { reporter.status(of: $0, detail) }
    for start in stride(from: 0, to: services.count, by: Progress.servicesPerLine) {
      let end = min(start + Progress.servicesPerLine, services.count)
      server?.report(.services(Array(services[start..<end])), for: open)
    }
    finish(Reply(.supervisor(reporter.supervisor())), open)
  }

  private func inquire(_ name: String, for open: OpenRequest, _ answer: (ServiceID) -> Reply.Content) {
    guard let id = shell.core.find(name) else {
      return finish(Reply(error: unknownService(name)), open)
    }
    finish(Reply(answer(id)), open)
  }

  /// Of all services that a pattern matches.
  private func processes(_ name: String, for open: OpenRequest) {
    let ids = shell.core.findAll(name)
    guard !ids.isEmpty else { return finish(Reply(error: unknownService(name)), open) }
    var processes: [ProcessEntry] = []
    for id in ids {
      do throws(SystemError) { processes += try reporter.processes(of: id) } catch {
        let service = shell.core.name(of: id)
        let reason = "the processes of `\(service)` cannot be listed: \(error)"
        return finish(Reply(error: ControlError(.unsupported, reason, service: service)), open)
      }
    }
    finish(Reply(.processes(processes)), open)
  }

  func unknownService(_ name: String) -> ControlError {
    guard !NamePattern.isPattern(name) else {
      return ControlError(.unknownService, "nothing matches `\(name)`", service: name)
    }
    guard name != "root" else {
      return ControlError(.invalidArgument, "`root` is the supervisor, and no service that this could be done to")
    }
    if shell.core.templateNames.contains(name) { return isTemplate(name) }
    let names = shell.core.allServices.map { shell.core.name(of: $0) }
    return ControlError(
      .unknownService, "there is no service `\(name)`", service: name,
      suggestions: NearestName.all(for: name, among: names))
  }

  /// Of a request that is for one service.
  private func refusal(ofPattern name: String, _ request: Request) -> ControlError {
    ControlError(
      .invalidArgument, "`\(request.command.rawValue)` is for one service, and `\(name)` is a pattern",
      hint: "`status` says which services match it; each takes a request of its own")
  }

  func isTemplate(_ name: String) -> ControlError {
    let instances = shell.core.findAll("\(name)*").map { shell.core.name(of: $0) }.sorted()
    let some = instances.prefix(4).joined(separator: ", ") + (instances.count > 4 ? ", ..." : "")
    return ControlError(
      .invalidArgument, "`\(name)` is a template, not a service", service: name,
      hint: instances.isEmpty
        ? "name an instance of it, such as `\(name)1`"
        : "name an instance of it (\(some)), or all: '\(name)*'")
  }

  func refuseLoad(
    _ number: RequestID, _ diagnostics: Diagnostics, _ options: Request.LoadOptions
  ) {
    answerLoad(number, ReplyTranslation.refusedLoad(diagnostics, columns: options.columns))
  }

  /// Without asking the core; nothing when the caller is gone.
  func answerLoad(_ number: RequestID, _ reply: Reply) {
    guard let caller = callers.removeValue(forKey: number) else { return }
    numbers[caller.open] = nil
    finish(reply, caller.open)
  }

  // MARK: The core's answers

  func answer(_ number: RequestID, _ reply: Answer) {
    let background = loads.removeValue(forKey: number) ?? LoadBackground()
    guard let caller = callers.removeValue(forKey: number) else { return }
    numbers[caller.open] = nil
    tellOfThoseLeftDown(reply, to: caller)
    let translation = ReplyTranslation(core: shell.core, desk: self, request: caller.request, load: background)
    let answer = withTrouble(translation.reply(to: reply), to: caller.request)
    tellOfChangedFiles(caller) { [weak self] in self?.finish(answer, caller.open) }
  }

  /// A stop took its dependents along, and a start does not bring them back: one line says so.
  private func tellOfThoseLeftDown(_ reply: Answer, to caller: Caller) {
    guard case .start(_, let options) = caller.request, options.waits, !options.isDryRun,
      case .services(let outcomes) = reply
    else { return }
    let started = outcomes.filter { outcome in
      if case .up = outcome.result { outcome.isNamed } else { false }
    }
    let left = shell.core.stoppedAlong(with: started.map(\.service))
    guard !left.isEmpty else { return }
    let names = left.joined(separator: " ")
    server?.report(
      .note("stopped along with it before, and still down: herd start \(names)", service: started.first?.service),
      for: caller.open)
  }

  /// What is enabled or disabled, and will not be so any more after the supervisor's end, was not all that was asked for.
  private func withTrouble(_ reply: Reply, to request: Request) -> Reply {
    guard let trouble = enablementTrouble, case .outcomes(let outcomes) = reply.content, reply.error == nil else {
      return reply
    }
    switch request {
    case .enable, .disable, .preset: break
    default: return reply
    }
    return Reply(
      .outcomes(outcomes),
      error: ControlError(
        .notSaved,
        "this holds until the supervisor ends, because \(state.path) cannot be written: \(trouble)",
        hint: "make room or rights there, then say it again"))
  }

  func report(_ number: RequestID, _ progress: ServiceStep) {
    guard let caller = callers[number], let state = ServiceState(progress.state) else { return }
    let change = StateChange(
      service: progress.service, state: state, at: .now, pid: progress.pid, step: progress.step,
      cause: progress.cause?.description)
    server?.report(.state(change), for: caller.open)
  }

  func output(
    _ number: RequestID, _ stream: CallerOutput.Stream, _ bytes: [UInt8], from source: CallerOutput
  ) {
    guard let caller = callers[number], let server else { return }
    let chunk = OutputChunk(stream == .standardOutput ? .stdout : .stderr, bytes)
    guard !server.report(.output(chunk), for: caller.open), callers[number] != nil, !source.isPaused else { return }
    source.pause()
    paused[caller.open.connection, default: []].append(PausedOutput(number: number, source: source))
    shell.feed(.callerBehind(number, true))
  }

  func caughtUp(_ connection: UInt64) {
    for output in paused.removeValue(forKey: connection) ?? [] {
      output.source.resume()
      shell.feed(.callerBehind(output.number, false))
    }
  }

  func finish(_ reply: Reply, _ open: OpenRequest) {
    server?.finish(reply, for: open)
  }
}

extension Order {
  /// The order that a request stands for; `nil` for what is answered without the core.
  fileprivate init?(_ request: Request) {
    switch request {
    case .start(let names, let options): self = .start(names, options: OrderOptions(options))
    case .stop(let names, let withRequirements, let options):
      self = .stop(names, withRequirements: withRequirements, options: OrderOptions(options))
    case .restart(let names, let options): self = .restart(names, options: OrderOptions(options))
    case .reload(let name): self = .reload(name)
    case .action(let name, let action, let arguments): self = .action(name, name: action, arguments: arguments)
    case .enable(let names, let now): self = .enable(names, now: now, options: OrderOptions())
    case .disable(let names, let stop): self = .disable(names, stop: stop, options: OrderOptions())
    case .reset(let names): self = .reset(names)
    case .preset(let names): self = .preset(names)
    case .wait(let wait):
      guard let condition = Supervision.WaitCondition(rawValue: wait.target.rawValue) else { return nil }
      self = .wait(wait.service, for: condition, after: wait.afterPID, timeout: wait.timeout)
    case .unload(let names): self = .unload(names)
    case .shutdown: self = .stopRoot
    case .status, .documentation, .definition, .processes, .load, .signal, .upgrade, .ping: return nil
    }
  }
}

extension OrderOptions {
  fileprivate init(_ options: Request.ChangeOptions) {
    self.init(noWait: !options.waits, dryRun: options.isDryRun, repeated: options.isRepeated)
  }
}

extension ServiceState {
  init?(_ name: StateName) {
    self.init(rawValue: name.rawValue)
  }
}

extension Timestamp {
  static var now: Timestamp { Timestamp(millisecondsSinceEpoch: Clock.wall() / 1_000_000) }

  /// The civil time of a moment of the monotonic clock, as the wall clock now has it.
  init(_ instant: Instant) {
    let age = (Clock.now() - instant).nanoseconds
    self.init(millisecondsSinceEpoch: (Clock.wall() - age) / 1_000_000)
  }
}
