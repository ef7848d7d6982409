import ControlProtocol
import OrderedCollections
import Supervision

/// What is known of a load besides what the core makes of it.
struct LoadBackground {
  var notes: [Diagnostic] = []
  /// By service, the keys whose values differ.
  var changedKeys: [String: [String]] = [:]
  var settings: [LoadReport.Setting] = []
  var isDryRun = false
  var columns: Int?

  init() {}

  init(from old: Configuration, to new: Configuration, _ options: Request.LoadOptions) {
    for change in ConfigurationDifference(from: old, to: new).changed { changedKeys[change.name] = change.keys }
    isDryRun = options.isDryRun
    columns = options.columns
  }
}

extension LoadReport {
  init(_ summary: LoadSummary, _ load: LoadBackground) {
    self.init()
    added = summary.added
    changed = summary.changed.map { Change($0, keys: load.changedKeys[$0] ?? []) }
    removed = summary.removed
    unchanged = summary.unchanged
    started = summary.started
    stopped = summary.stopped
    needRestart = summary.pending
    settings = load.settings
    isDryRun = load.isDryRun
    diagnostics = load.notes.map { DiagnosticReport($0, columns: load.columns) }
  }
}

/// Loads, and what is to say of files that are not what was loaded.
extension RequestHandler {
  func load(
    _ options: Request.LoadOptions, _ request: Request, for open: OpenRequest, from peer: PeerCredentials
  ) {
    let number = remember(request, open)
    configuration.read(
      options, by: shell.workers, base: { [shell] in shell.core.currentConfiguration }, state: state
    ) { [weak self] result in
      guard let self else { return }
      switch result {
      case .failure(let diagnostics): refuseLoad(number, diagnostics, options)
      case .success(let loaded): take(loaded, options, number, from: peer)
      }
    }
  }

  private func take(
    _ loaded: Configuration, _ options: Request.LoadOptions, _ number: RequestID,
    from peer: PeerCredentials
  ) {
    let base = shell.core.currentConfiguration
    var background = LoadBackground(from: base, to: loaded, options)
    background.notes = loaded.notes(enabled: shell.core.enabledServices)
    if options.path == nil {
      background.settings = settingsInUse.changes(from: base.supervisor, to: loaded.supervisor)
      if let note = settingsInUse.overruled(from: base.supervisor, to: loaded.supervisor) {
        background.notes.append(Diagnostic(.note, note, at: nil))
      }
    }
    let scope: LoadScope = options.path == nil ? .all : .part
    guard !options.isDryRun else {
      loads[number] = background
      return shell.feed(.tryLoad(loaded, scope: scope, requester: .user(uid: peer.user), request: number))
    }
    // First, so that what the load starts has its log in the right place.
    background.notes += (onSettings?(loaded.supervisor) ?? []).map { Diagnostic(.note, $0, at: nil) }
    loads[number] = background
    shell.feed(
      .load(loaded, scope: scope, requester: .user(uid: peer.user), request: number), from: configuration.takeCopy())
  }

  /// Who starts a service means what is written, and gets what was loaded.
  func tellOfChangedFiles(_ caller: Caller, then done: @escaping () -> Void) {
    let names: [String]
    switch caller.request {
    case .start(let named, _), .restart(let named, _): names = named
    case .enable(let named, let now) where now: names = named
    default: return done()
    }
    // Which service it is told of, for each file: the first that was named.
    var services: [String: String] = [:]
    for id in names.flatMap({ shell.core.findAll($0) }) {
      let definition = shell.core.snapshot(of: id).definition
      for file in definition.files where services[file] == nil { services[file] = definition.name }
    }
    fileChanges.find(among: Set(services.keys), since: configuration.stamps) { [weak self] changed in
      for (file, change) in changed.sorted(by: { $0.key < $1.key }) {
        self?.server?.report(.note(change.note(on: file), service: services[file]), for: caller.open)
      }
      done()
    }
  }

  /// The files that say something of any of these services.
  func files(of ids: [ServiceID]) -> Set<String> {
    Set(ids.flatMap { shell.core.snapshot(of: $0).definition.files })
  }

  /// The definition of the next start, and before it that of the present run where it is another one.
  func definitionText(of id: ServiceID) -> String {
    let snapshot = shell.core.snapshot(of: id)
    let next = snapshot.definition.uclText()
    let used = shell.core.blueprint(of: id).definition
    guard snapshot.definitionIsPending else { return next }
    let keys = used.keys(differingFrom: snapshot.definition).joined(separator: ", ")
    return "# what runs was started by this definition\n\(used.uclText())\n"
      + "# the next start uses this one, which differs in \(keys)\n\(next)"
  }
}
