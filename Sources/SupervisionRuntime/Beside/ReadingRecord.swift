import Supervision
import UCL

/// What a file system and a host have answered while a configuration was read, mistakes included: with it the same reading
/// can be had again without asking anybody.
struct ReadingRecord {
  typealias Answer<Content> = Result<Content, SourceReadError>

  var kinds: [String: FileKind] = [:]
  var entries: [String: Answer<[String]>] = [:]
  var ownerships: [String: Answer<FileOwnership>] = [:]
  var texts: [String: Answer<[UInt8]>] = [:]
  var matches: [String: Answer<[String]>] = [:]
  var answers = HostAnswers()
}

extension ReadingRecord {
  var value: Value {
    .object([
      ("kinds", .array(kinds.map { .array([.string($0.key), .string($0.value.word)]) })),
      ("entries", Self.list(entries, Self.strings)),
      ("owners", Self.list(ownerships) { .array([.integer($0.owner), .integer($0.mode)]) }),
      ("texts", Self.list(texts, Self.text)), ("matches", Self.list(matches, Self.strings)),
      ("answers", .array(answers.all.map { .array([.string($0.key), $0.value.value]) })),
    ])
  }

  init?(_ value: Value) {
    guard let kinds = value["kinds"]?.array, let answers = value["answers"]?.array else { return nil }
    for pair in kinds.compactMap(\.strings) where pair.count == 2 { self.kinds[pair[0]] = FileKind(word: pair[1]) }
    entries = Self.answers(value["entries"]) { $0.strings }
    ownerships = Self.answers(value["owners"]) { value in
      guard let numbers = value.array?.compactMap(\.integer), numbers.count == 2 else { return nil }
      return FileOwnership(owner: UInt32(truncatingIfNeeded: numbers[0]), mode: UInt32(truncatingIfNeeded: numbers[1]))
    }
    texts = Self.answers(value["texts"], Self.bytes)
    matches = Self.answers(value["matches"]) { $0.strings }
    for pair in answers.compactMap(\.array) where pair.count == 2 {
      if let key = pair[0].string, let answer = HostAnswer(pair[1]) { self.answers[key: key] = answer }
    }
  }

  // MARK: Parts

  private static func list<Content>(_ answers: [String: Answer<Content>], _ value: (Content) -> Value) -> Value {
    .array(
      answers.map { path, answer in
        switch answer {
        case .success(let content): .array([.string(path), value(content)])
        case .failure(let error): .array([.string(path), .string(error.message), .boolean(error.isMissing)])
        }
      })
  }

  private static func answers<Content>(
    _ value: Value?, _ content: (Value) -> Content?
  ) -> [String: Answer<Content>] {
    var answers: [String: Answer<Content>] = [:]
    for parts in (value?.array ?? []).compactMap(\.array) {
      guard let path = parts.first?.string else { continue }
      if parts.count == 3 {
        answers[path] = .failure(SourceReadError(parts[1].string ?? "", isMissing: parts[2].boolean ?? false))
      } else if parts.count == 2, let content = content(parts[1]) {
        answers[path] = .success(content)
      }
    }
    return answers
  }

  private static func strings(_ words: [String]) -> Value { .array(words.map { .string($0) }) }

  /// What is no text is told in two digits a byte: the mistake is found by whoever loads it.
  private static func text(_ bytes: [UInt8]) -> Value {
    if let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) { return .string(text) }
    let digits = Array("0123456789abcdef".utf8)
    let hex = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return ["hex": .string(String(decoding: hex, as: UTF8.self))]
  }

  private static func bytes(_ value: Value) -> [UInt8]? {
    if let text = value.string { return Array(text.utf8) }
    guard let hex = value["hex"]?.string.map({ Array($0.utf8) }), hex.count.isMultiple(of: 2) else { return nil }
    func digit(_ byte: UInt8) -> UInt8 { byte < UInt8(ascii: "a") ? byte & 15 : byte - UInt8(ascii: "a") + 10 }
    return stride(from: 0, to: hex.count, by: 2).map { digit(hex[$0]) << 4 | digit(hex[$0 + 1]) }
  }
}

/// Gives recorded answers; what was not asked then is asked of the host now.
struct RecordedHost: ConfigurationStore {
  let record: ReadingRecord
  private let rest = HostConfigurationStore()

  init(_ record: ReadingRecord) {
    self.record = record
  }

  func kind(of path: String) -> FileKind { record.kinds[path] ?? rest.kind(of: path) }

  func entries(of directory: String) throws(SourceReadError) -> [String] {
    guard let answer = record.entries[directory] else { return try rest.entries(of: directory) }
    return try answer.get()
  }

  func ownership(of path: String) throws(SourceReadError) -> FileOwnership {
    guard let answer = record.ownerships[path] else { return try rest.ownership(of: path) }
    return try answer.get()
  }

  func read(_ path: String, limit: Int) throws(SourceReadError) -> [UInt8] {
    guard let answer = record.texts[path] else { return try rest.read(path, limit: limit) }
    return try answer.get()
  }

  func paths(matching pattern: String) throws(SourceReadError) -> [String] {
    guard let answer = record.matches[pattern] else { return try rest.paths(matching: pattern) }
    return try answer.get()
  }
}
