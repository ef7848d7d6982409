import ControlProtocol
import DequeModule
import OrderedCollections
import Supervision

/// Where the configuration comes from: reads it, remembers what became of the last reading, and keeps a copy of the last
/// one that loaded, for a boot after somebody has broken the files.
final class ConfigurationSource {
  let path: String
  private let packaged: String?
  private let facts = SystemFacts()
  /// When what is in force was read.
  private(set) var loadedAt: Timestamp?
  /// Why the last reading was refused.
  private(set) var error: String?
  /// What deserves a word in the status.
  private(set) var notes: [String] = []
  /// What was found out about names when the files were read last.
  private(set) var answers = HostAnswers()
  /// Readings that were asked for, the one under way first: each is loaded onto what the one before has made.
  private var readings = Deque<Reading>()
  /// What loaded, until a copy of it is written to the state directory.
  private var fresh: ReadingRecord?
  /// What the last reading that loaded rests on, for a successor; until somebody takes it.
  private var copy: StateFrame.ConfigurationCopy?
  /// What the files that are in force were when they were read.
  private(set) var stamps: [String: FileStamp] = [:]

  init(path: String, packaged: String?) {
    self.path = path
    self.packaged = packaged
  }

  /// The configuration at boot.
  ///
  /// When the files have errors and a copy of the last good ones is there, that is what is used, and `errors` says why.
  struct Boot {
    var configuration: Configuration
    /// What is wrong with the files, when the copy is used.
    var errors: Diagnostics?
  }

  /// - Parameter usual: the state directory of a configuration that names none.
  func boot(usual: StateDirectory) -> Result<Boot, Diagnostics> {
    let recorder = RecordingStore(HostConfigurationStore())
    switch ConfigurationLoader(store: recorder, facts: facts).load(path: path, packaged: packaged) {
    case .success(let configuration):
      guard !configuration.definesAnything, let last = lastDefining(something: configuration, usual) else {
        accept(recorder.record)
        return .success(Boot(configuration: saying(whenEmpty: configuration)))
      }
      let diagnostics = Diagnostics([emptiness(of: last, "were in it when it was loaded last")])
      refuse(diagnostics)
      loadedAt = .now
      return .success(Boot(configuration: last, errors: diagnostics))
    case .failure(let diagnostics):
      refuse(diagnostics)
      let state = diagnostics.settings?.stateDirectory.map { StateDirectory(existing: $0) } ?? usual
      do throws(CopyFailure) {
        let configuration = try lastConfiguration(in: state)
        loadedAt = .now
        return .success(Boot(configuration: configuration, errors: diagnostics))
      } catch {
        return .failure(diagnostics.adding(noCopy(in: state, error, mayBeElsewhere: diagnostics.mayHideSettings)))
      }
    }
  }

  // MARK: The copy of the last one that loaded

  /// Why the copy cannot be used.
  private struct CopyFailure: Error {
    var reason: String
  }

  private func lastConfiguration(in state: StateDirectory) throws(CopyFailure) -> Configuration {
    let bytes: [UInt8]?
    do throws(SystemError) { bytes = try state.readLastConfiguration() } catch {
      throw CopyFailure(reason: "cannot be read: \(error.text)")
    }
    guard let bytes else { throw CopyFailure(reason: "is not there") }
    guard let record = ReadingRecord(copy: bytes) else { throw CopyFailure(reason: "makes no sense") }
    switch ConfigurationLoader(store: RecordedStore(record), facts: facts).load(path: path, packaged: packaged) {
    case .success(let configuration):
      copy = .init(part: nil, loadedAt: .now, reading: record.bytes)
      return configuration
    case .failure: throw CopyFailure(reason: "is of another configuration, or has errors here too")
    }
  }

  /// Before the files were emptied.
  private func lastDefining(something present: Configuration, _ usual: StateDirectory) -> Configuration? {
    let named = present.supervisor.stateDirectory.map { StateDirectory(existing: $0) }
    guard let last = try? lastConfiguration(in: named ?? usual), last.definesAnything else { return nil }
    return last
  }

  private func noCopy(in state: StateDirectory, _ failure: CopyFailure, mayBeElsewhere: Bool) -> Diagnostic {
    var note = Diagnostic(
      .note, "there is no earlier configuration to start with: \(state.lastConfigurationPath) \(failure.reason)",
      at: nil)
    if mayBeElsewhere {
      note.hint = "a `supervisor { state-directory }` behind the mistake is not seen: it stands best at the beginning"
    }
    return note
  }

  /// It is no error, since a first service may come by a load; more often it is the wrong file.
  private func saying(whenEmpty configuration: Configuration) -> Configuration {
    guard configuration.isEmpty, configuration.notes.isEmpty else { return configuration }
    var configuration = configuration
    configuration.notes.append(
      Diagnostic(
        .note, "the configuration \(path) defines no service: there is nothing to start", at: nil,
        hint: "`herd load root` reads it again once there is something in it"))
    return configuration
  }

  private struct Reading {
    var options: Request.LoadOptions
    var workers: WorkerPool
    var base: () -> Configuration
    var state: StateDirectory
    var isBySignal: Bool
    var done: (Result<Configuration, Diagnostics>) -> Void
  }

  /// What takes longer than this hangs.
  static let patience: Duration = .seconds(60)

  /// Reads the whole configuration again, or only some services on top of what is in force by then. The files are read by a
  /// worker. With a dry run nothing is remembered of it.
  ///
  /// - Parameter isBySignal: nobody waits for the answer, so that one reading that waits for its turn is as good as many:
  ///   it finds what is there by then.
  func read(
    _ options: Request.LoadOptions, by workers: WorkerPool, base: @escaping () -> Configuration, state: StateDirectory,
    isBySignal: Bool = false, done: @escaping (Result<Configuration, Diagnostics>) -> Void
  ) {
    if isBySignal, readings.dropFirst().contains(where: \.isBySignal) { return }
    readings.append(
      Reading(options: options, workers: workers, base: base, state: state, isBySignal: isBySignal, done: done))
    if readings.count == 1 { beginReading() }
  }

  private func beginReading() {
    guard let reading = readings.first else { return }
    let settings = reading.base().supervisor
    let request = ConfigurationReading(
      path: path, packaged: packaged, part: reading.options.path,
      accessNames: settings.accessRead + settings.accessControl)
    reading.workers.ask(.read(request), limit: Self.patience) { [weak self] reply in
      guard let self else { return }
      switch reply {
      case .read(let record): load(reading, record)
      case .refused(let reason): end(reading, unread(reading, reason))
      case .looked, .planned: end(reading, unread(reading, "a worker answers something else than it was asked for"))
      }
    }
  }

  private func end(_ reading: Reading, _ result: Result<Configuration, Diagnostics>) {
    reading.done(result)
    readings.removeFirst()
    beginReading()
  }

  private func unread(_ reading: Reading, _ reason: String) -> Result<Configuration, Diagnostics> {
    let name = reading.options.path ?? path
    let diagnostics = Diagnostics([Diagnostic(.error, "\(name) cannot be read: \(reason)", at: nil)])
    if reading.options.path == nil, !reading.options.isDryRun { refuse(diagnostics) }
    return .failure(diagnostics)
  }

  /// What a part takes from the configuration that it is laid onto (`defaults` with a user, say) the worker has not seen: it
  /// is asked for that, too.
  ///
  /// - Parameter isLast: what is still missing was asked for already.
  private func load(_ reading: Reading, _ record: ReadingRecord, isLast: Bool = false) {
    let facts = AnsweredFacts(answers: record.answers, kernel: facts)
    let result = read(reading.options, base: reading.base(), from: record, facts)
    let missing = facts.rest.questions
    guard !isLast, !missing.isEmpty else {
      return end(reading, remember(result, reading.options, record, reading.state))
    }
    reading.workers.ask(.look(missing), limit: Self.patience) { [weak self] reply in
      var record = record
      if case .looked(let answers) = reply {
        for (question, answer) in zip(missing, answers) { record.answers[question] = answer }
      }
      self?.load(reading, record, isLast: true)
    }
  }

  /// Makes a configuration of what was read.
  func read(
    _ options: Request.LoadOptions, base: Configuration, from record: ReadingRecord, _ facts: some HostFacts
  ) -> Result<Configuration, Diagnostics> {
    // With what this host lacks: it is told with the answer, and keeps nothing from being loaded.
    let loader = ConfigurationLoader(store: RecordedStore(record), facts: facts, purpose: .checking)
    if let part = options.path { return loader.loadSubset(path: part, onto: base) }
    return refusingEmpty(
      loader.load(path: path, packaged: packaged), instead: base, allowed: options.allowsEmpty)
  }

  /// - Returns: the result.
  func remember(
    _ result: Result<Configuration, Diagnostics>, _ options: Request.LoadOptions, _ record: ReadingRecord,
    _ state: StateDirectory
  ) -> Result<Configuration, Diagnostics> {
    guard !options.isDryRun else { return result }
    answers = record.answers
    switch result {
    case .success where options.path != nil:
      stamps.merge(record.stamps) { $1 }
      copy = .init(part: options.path, loadedAt: .now, reading: record.bytes)
    case .success:
      accept(record)
      keep(in: state)
    // A part that is refused says nothing about the configuration.
    case .failure(let diagnostics): if options.path == nil { refuse(diagnostics) }
    }
    return result
  }

  /// Files that have all gone at once are a disk that is not mounted, or emptied files, more often than a wish.
  private func refusingEmpty(
    _ result: Result<Configuration, Diagnostics>, instead base: Configuration, allowed: Bool
  ) -> Result<Configuration, Diagnostics> {
    guard case .success(let loaded) = result, !allowed, !loaded.definesAnything, base.definesAnything else {
      return result
    }
    return .failure(Diagnostics([emptiness(of: base, "are loaded")]))
  }

  private func emptiness(of full: Configuration, _ what: String) -> Diagnostic {
    let count = full.services.values.filter { !$0.isPackaged }.count
    return Diagnostic(
      .error, "the configuration \(path) defines nothing, and \(count) of its services \(what)", at: nil,
      expected: "the files that were there, or some others",
      hint: "`herd load root --allow-empty` stops and forgets them all")
  }

  private func accept(_ record: ReadingRecord) {
    error = nil
    loadedAt = .now
    notes = []
    fresh = record
    copy = .init(part: nil, loadedAt: loadedAt ?? .now, reading: record.bytes)
    stamps = record.stamps
  }

  // MARK: What a successor gets

  /// What the configuration that has just loaded rests on, for the one who records it. To be called once for each.
  func takeCopy() -> StateFrame.ConfigurationCopy? {
    defer { copy = nil }
    return copy
  }

  /// What a predecessor has left cannot be made a configuration of.
  struct CopyUnusable: Error {
    var diagnostics: Diagnostics
  }

  /// The configuration that was in force under a predecessor: the same answers give the same again, whatever has become of the
  /// files since.
  func restore(_ copies: [StateFrame.ConfigurationCopy]) throws(CopyUnusable) -> Configuration {
    var configuration = Configuration()
    for copy in copies {
      guard let record = ReadingRecord(bytes: copy.reading) else {
        throw CopyUnusable(
          diagnostics: Diagnostics([Diagnostic(.error, "the copy of the configuration makes no sense", at: nil)]))
      }
      let options = Request.LoadOptions(path: copy.part, allowsEmpty: true)
      let answered = AnsweredFacts(answers: record.answers, kernel: facts)
      switch read(options, base: configuration, from: record, answered) {
      case .success(let loaded): configuration = loaded
      case .failure(let diagnostics): throw CopyUnusable(diagnostics: diagnostics)
      }
      answers = record.answers
      loadedAt = copy.loadedAt
      if copy.part == nil { stamps = [:] }
      stamps.merge(record.stamps) { $1 }
    }
    return configuration
  }

  /// Keeps a copy of what has just loaded.
  func keep(in state: StateDirectory) {
    guard let record = fresh else { return }
    fresh = nil
    do {
      try state.writeLastConfiguration(record.copy)
    } catch {
      notes.append("no copy of the configuration can be kept: \(error)")
    }
  }

  private func refuse(_ diagnostics: Diagnostics) {
    error = diagnostics.all.first { $0.severity == .error }.map { DiagnosticRenderer().lineOfError($0) }
  }
}

extension Diagnostics {
  fileprivate func adding(_ note: Diagnostic) -> Diagnostics {
    var sum = self
    sum.all.append(note)
    return sum
  }
}

extension Configuration {
  /// Nothing at all is defined, by no package either.
  var isEmpty: Bool { services.isEmpty && templates.isEmpty }

  /// Whether it has a service or a template that no package brought.
  fileprivate var definesAnything: Bool {
    if services.values.contains(where: { !$0.isPackaged }) { return true }
    return templates.values.contains { !$0.isPackaged }
  }
}
