import Supervision
import UCL

/// The reading of a configuration, as a worker is asked for it.
struct ConfigurationReading {
  var path: String
  var packaged: String?
  /// Only the services in this file or directory.
  var part: String?
  /// Those who have rights by what is in force, to be looked up in any case.
  var accessNames: [String] = []

  /// Reads all that a load reads, and writes down what came of it. What it means is found by whoever loads it: here it is only
  /// followed to know what else there is to read.
  func carryOut() -> ReadingRecord {
    let notes = RecordingStore(HostConfigurationStore())
    let loader = ConfigurationLoader(store: notes, facts: RecordingFacts(notes), purpose: .checking)
    var names = accessNames
    switch part.map({ loader.load(path: $0) }) ?? loader.load(path: path, packaged: packaged) {
    case .success(let configuration) where part == nil:
      names += configuration.supervisor.accessRead + configuration.supervisor.accessControl
    case .success, .failure: break
    }
    for name in names {
      let question = AccessPolicy.question(about: name)
      if notes.record.answers[question] == nil { notes.record.answers[question] = question.answer() }
    }
    return notes.record
  }

  var value: Value {
    .object([
      ("path", .string(path)), ("packaged", packaged.map { .string($0) } ?? .null),
      ("part", part.map { .string($0) } ?? .null), ("access", .array(accessNames.map { .string($0) })),
    ])
  }

  init(path: String, packaged: String?, part: String?, accessNames: [String]) {
    self.path = path
    self.packaged = packaged
    self.part = part
    self.accessNames = accessNames
  }

  init?(_ value: Value) {
    guard let path = value["path"]?.string else { return nil }
    self.init(
      path: path, packaged: value["packaged"]?.string, part: value["part"]?.string,
      accessNames: value["access"]?.strings ?? [])
  }
}

/// Writes down what a configuration needs to know of the host, beside what the files are.
private struct RecordingFacts: KernelFacts {
  private let notes: RecordingStore
  let kernel = SystemFacts()

  init(_ notes: RecordingStore) {
    self.notes = notes
  }

  private func ask(_ question: HostQuestion) -> HostAnswer {
    if let known = notes.record.answers[question] { return known }
    let answer = question.answer()
    notes.record.answers[question] = answer
    return answer
  }

  func findProgram(_ name: String, in path: SearchPath) -> ProgramLookup {
    if case .program(let lookup) = ask(.program(name, path: path.directories)) { lookup } else { .missing }
  }

  func kind(of path: String) -> FileKind {
    if case .kind(let kind) = ask(.kind(path)) { kind } else { .other }
  }

  func scriptComplaint(about program: String, in path: SearchPath) -> String? {
    if case .complaint(let text) = ask(.script(program, path: path.directories)) { text } else { nil }
  }

  func environmentComplaint(about path: String) -> String? {
    if case .complaint(let text) = ask(.variables(path)) { text } else { nil }
  }

  func userID(of name: String) -> UInt32? {
    if case .account(let account, _) = ask(.account(name)) { account?.user } else { nil }
  }

  func groupID(of name: String) -> UInt32? {
    if case .group(let group) = ask(.group(name)) { group } else { nil }
  }
}
