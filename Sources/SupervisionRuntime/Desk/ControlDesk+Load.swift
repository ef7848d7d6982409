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

  init() {}

  init(from old: Configuration, to new: Configuration, isDryRun: Bool) {
    for change in ConfigurationDifference(from: old, to: new).changed { changedKeys[change.name] = change.keys }
    self.isDryRun = isDryRun
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
    diagnostics = load.notes.map { DiagnosticReport($0) }
  }
}

/// Loads, and what is to say of files that are not what was loaded.
extension ControlDesk {
  func load(
    _ options: Request.LoadOptions, _ request: Request, for open: OpenRequest, from peer: PeerCredentials
  ) {
    let number = remember(request, open)
    configuration.read(
      options, by: shell.workers, base: { [shell] in shell.core.currentConfiguration }, state: state
    ) { [weak self] result in
      guard let self else { return }
      switch result {
      case .failure(let diagnostics): refuseLoad(number, diagnostics)
      case .success(let loaded): take(loaded, options, number, from: peer)
      }
    }
  }

  private func take(
    _ loaded: Configuration, _ options: Request.LoadOptions, _ number: Supervision.RequestID,
    from peer: PeerCredentials
  ) {
    let base = shell.core.currentConfiguration
    var background = LoadBackground(from: base, to: loaded, isDryRun: options.isDryRun)
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
    shell.feed(.load(loaded, scope: scope, requester: .user(uid: peer.user), request: number))
  }

  /// Who starts a service means what is written, and gets what was loaded.
  func tellOfChangedFiles(_ caller: Caller) {
    let names: [String]
    switch caller.request {
    case .start(let named, _), .restart(let named, _): names = named
    case .enable(let named, let now) where now: names = named
    default: return
    }
    var told: Set<String> = []
    for name in names {
      for id in shell.core.findAll(name) {
        let definition = shell.core.snapshot(of: id).definition
        for file in configuration.changedFiles(of: definition) where told.insert(file).inserted {
          server?.report(
            .note("\(file) has changed since it was loaded: `herd load root` loads it", service: definition.name),
            for: caller.open)
        }
      }
    }
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
