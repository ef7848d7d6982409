import ControlProtocol
import Supervision
import UCL

/// The answers that the file system gave while a configuration was read, so that the same reading can be had again.
private struct Answers {
  var kinds: [String: FileKind] = [:]
  var entries: [String: [String]] = [:]
  var ownerships: [String: FileOwnership] = [:]
  var texts: [String: [UInt8]] = [:]
  var matches: [String: [String]] = [:]
}

/// Passes questions on to the file system and writes the answers down.
final class RecordingStore: ConfigurationStore {
  private let store: any ConfigurationStore
  private var answers = Answers()
  /// What each file was when it was read.
  private(set) var stamps: [String: FileStamp] = [:]

  init(_ store: any ConfigurationStore) {
    self.store = store
  }

  func kind(of path: String) -> FileKind {
    let kind = store.kind(of: path)
    answers.kinds[path] = kind
    return kind
  }

  func entries(of directory: String) throws(SourceReadError) -> [String] {
    let entries = try store.entries(of: directory)
    answers.entries[directory] = entries
    return entries
  }

  func ownership(of path: String) throws(SourceReadError) -> FileOwnership {
    let ownership = try store.ownership(of: path)
    answers.ownerships[path] = ownership
    return ownership
  }

  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    // Before it is read: what is written meanwhile is newer.
    stamps[path] = FileStamp(of: path)
    let bytes = try store.read(path, limit: limit)
    answers.texts[path] = bytes
    return bytes
  }

  func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    let paths = try store.paths(matching: pattern)
    answers.matches[pattern] = paths
    return paths
  }

  /// The answers as JSON. Texts that loaded are UTF-8, so they are strings.
  func encoded() -> [UInt8] {
    let object = Value.object([
      ("version", .integer(1)),
      ("kinds", map(answers.kinds) { .string($0.word) }),
      ("entries", map(answers.entries) { .array($0.map { .string($0) }) }),
      ("owners", map(answers.ownerships) { .array([.integer(Int64($0.owner)), .integer(Int64($0.mode))]) }),
      ("texts", map(answers.texts) { .string(String(decoding: $0, as: UTF8.self)) }),
      ("matches", map(answers.matches) { .array($0.map { .string($0) }) }),
    ])
    return Array(object.json.utf8)
  }

  private func map<Content>(_ answers: [String: Content], _ value: (Content) -> Value) -> Value {
    .object(answers.sorted { $0.key < $1.key }.map { ($0.key, value($0.value)) })
  }
}

/// Gives the answers of an earlier reading again; what was not asked then does not exist now.
struct ReplayedStore: ConfigurationStore {
  private var answers = Answers()

  /// - Returns: `nil` when the bytes are no such record.
  init?(_ bytes: [UInt8]) {
    var limits = Limits()
    limits.bytes = 256 << 20
    guard
      let value = try? Parser(mode: .json, limits: limits).parse(Source(name: "<last configuration>", bytes: bytes)),
      value["version"]?.integer == 1
    else { return nil }
    answers.kinds = Self.map(value["kinds"]) { FileKind(word: $0.string) }
    answers.entries = Self.map(value["entries"]) { $0.array?.compactMap(\.string) }
    answers.ownerships = Self.map(value["owners"]) { value in
      guard let numbers = value.array?.compactMap(\.integer), numbers.count == 2 else { return nil }
      return FileOwnership(owner: UInt32(truncatingIfNeeded: numbers[0]), mode: UInt32(truncatingIfNeeded: numbers[1]))
    }
    answers.texts = Self.map(value["texts"]) { $0.string.map { Array($0.utf8) } }
    answers.matches = Self.map(value["matches"]) { $0.array?.compactMap(\.string) }
  }

  private static func map<Content>(_ value: Value?, _ content: (Value) -> Content?) -> [String: Content] {
    guard case .object(let object) = value?.content else { return [:] }
    var result: [String: Content] = [:]
    for member in object.members { result[member.key] = member.values.first.flatMap(content) }
    return result
  }

  func kind(of path: String) -> FileKind { answers.kinds[path] ?? .missing }

  func entries(of directory: String) throws(SourceReadError) -> [String] {
    try recorded(answers.entries[directory])
  }

  func ownership(of path: String) throws(SourceReadError) -> FileOwnership {
    try recorded(answers.ownerships[path])
  }

  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    try recorded(answers.texts[path])
  }

  func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    answers.matches[pattern] ?? []
  }

  private func recorded<Content>(_ answer: Content?) throws(SourceReadError) -> Content {
    guard let answer else { throw SourceReadError("not in the copy", isMissing: true) }
    return answer
  }
}
