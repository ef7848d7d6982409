import Supervision

/// What has become of a file since it was loaded.
enum FileChange: Equatable, Sendable {
  case changed
  case gone
  case unreadable

  /// - Parameter found: what the file is now, if it is there.
  init?(from loaded: FileStamp?, to found: FileStamp?) {
    guard found != loaded else { return nil }
    self = found == nil ? .gone : found == .unreadable ? .unreadable : .changed
  }

  /// For who starts a service. Without the file a load fails, or takes the service away: no advice to load it then.
  func note(on file: String) -> String {
    switch self {
    case .changed: "\(file) has changed since it was loaded: `herd load root` loads it"
    case .gone: "\(file) is gone since it was loaded; a start or restart uses what is loaded"
    case .unreadable: "\(file) can no longer be read; a start or restart uses what is loaded"
    }
  }
}

/// Which files of the configuration are no longer what was loaded.
///
/// A worker looks at them, since their file system may hang. Then nobody waits for long, and nothing more is asked until the
/// question that hangs is answered.
final class FileChanges {
  /// Whoever asks does it on the way to an answer.
  static let patience: Duration = .seconds(1)

  private struct Look {
    var files: [String]
    var stamps: [String: FileStamp]
    var timer: TimerHeap.Timer
    var done: ([String: FileChange]) -> Void
  }

  private let loop: EventLoop
  private let workers: WorkerPool
  private var looks: [Int: Look] = [:]
  private var lastLook = 0
  /// Since when a worker looks.
  private var since: Instant?
  private var isOver = false

  init(loop: EventLoop, workers: WorkerPool) {
    self.loop = loop
    self.workers = workers
  }

  /// - Parameters:
  ///   - stamps: what the files were when they were loaded. What is not among them does not count.
  ///   - done: gets those that are not so any more; none when that cannot be found out.
  func find(
    among files: Set<String>, since stamps: [String: FileStamp], _ done: @escaping ([String: FileChange]) -> Void
  ) {
    let known = files.filter { stamps[$0] != nil }
    if known.isEmpty || isHanging || isOver { return done([:]) }
    lastLook += 1
    let number = lastLook
    let timer = loop.schedule(at: Clock.now() + Self.patience) { [weak self] in
      self?.looks.removeValue(forKey: number)?.done([:])
    }
    looks[number] = Look(files: known.sorted(), stamps: stamps, timer: timer, done: done)
    ask()
  }

  /// The supervisor leaves: who waits goes on without an answer, and from now on nobody waits.
  func end() {
    isOver = true
    for number in looks.keys.sorted() { answer(number, [:]) }
  }

  private var isHanging: Bool { since.map { Clock.now() - $0 > Self.patience } ?? false }

  private func ask() {
    guard since == nil, !looks.isEmpty else { return }
    since = Clock.now()
    let numbers = looks.keys.sorted()
    let files = Set(looks.values.flatMap(\.files)).sorted()
    workers.ask(.look(files.map { .stamp($0) })) { [weak self] reply in
      guard let self else { return }
      since = nil
      var found: [String: FileStamp?] = [:]
      if case .looked(let answers) = reply {
        for (file, answer) in zip(files, answers) { if case .stamp(let stamp) = answer { found[file] = stamp } }
      }
      for number in numbers { answer(number, found) }
      ask()
    }
  }

  private func answer(_ number: Int, _ found: [String: FileStamp?]) {
    guard let look = looks.removeValue(forKey: number) else { return }
    loop.cancel(look.timer)
    var changes: [String: FileChange] = [:]
    for file in look.files {
      if let now = found[file] { changes[file] = FileChange(from: look.stamps[file], to: now) }
    }
    look.done(changes)
  }
}
