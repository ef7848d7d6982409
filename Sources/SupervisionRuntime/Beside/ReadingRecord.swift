import Supervision
import UCL

/// What a file system and a host have answered while a configuration was read, mistakes included: with it the same reading
/// can be had again without asking anybody. `RecordingStore` writes it, `RecordedStore` gives its answers again.
struct ReadingRecord {
  typealias Answer<Content> = Result<Content, SourceReadError>

  var kinds: [String: FileKind] = [:]
  var entries: [String: Answer<[String]>] = [:]
  var ownerships: [String: Answer<FileOwnership>] = [:]
  var texts: [String: Answer<[UInt8]>] = [:]
  var matches: [String: Answer<[String]>] = [:]
  /// What each file was when it was read.
  var stamps: [String: FileStamp] = [:]
  var answers = HostAnswers()
}

/// Passes questions on to the file system and writes the answers down.
final class RecordingStore: ConfigurationStore {
  private let store: any ConfigurationStore
  var record = ReadingRecord()

  init(_ store: any ConfigurationStore) {
    self.store = store
  }

  func kind(of path: String) -> FileKind {
    let kind = store.kind(of: path)
    record.kinds[path] = kind
    return kind
  }

  func entries(of directory: String) throws(SourceReadError) -> [String] {
    let answer = Result { () throws(SourceReadError) in try store.entries(of: directory) }
    record.entries[directory] = answer
    return try answer.get()
  }

  func ownership(of path: String) throws(SourceReadError) -> FileOwnership {
    let answer = Result { () throws(SourceReadError) in try store.ownership(of: path) }
    record.ownerships[path] = answer
    return try answer.get()
  }

  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    // Before it is read: what is written meanwhile is newer.
    record.stamps[path] = FileStamp(of: path)
    let answer = Result { () throws(SourceReadError) in try store.read(path, limit: limit) }
    record.texts[path] = answer
    return try answer.get()
  }

  func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    let answer = Result { () throws(SourceReadError) in try store.paths(matching: pattern) }
    record.matches[pattern] = answer
    return try answer.get()
  }
}

/// Gives recorded answers again; what was not asked then does not exist now.
struct RecordedStore: ConfigurationStore {
  let record: ReadingRecord

  init(_ record: ReadingRecord) {
    self.record = record
  }

  func kind(of path: String) -> FileKind { record.kinds[path] ?? .missing }

  func entries(of directory: String) throws(SourceReadError) -> [String] {
    try Self.recorded(record.entries[directory])
  }

  func ownership(of path: String) throws(SourceReadError) -> FileOwnership {
    try Self.recorded(record.ownerships[path])
  }

  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    try Self.recorded(record.texts[path])
  }

  func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    guard let answer = record.matches[pattern] else { return [] }
    return try answer.get()
  }

  private static func recorded<Content>(_ answer: ReadingRecord.Answer<Content>?) throws(SourceReadError) -> Content {
    guard let answer else { throw SourceReadError("not in the record", isMissing: true) }
    return try answer.get()
  }
}
