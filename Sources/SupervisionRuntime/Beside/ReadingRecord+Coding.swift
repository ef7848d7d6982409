import Supervision
import UCL

// A record as JSON: for the way from a worker to the supervisor, and for the copy below the state directory, which has the
// files alone. A table is an object by path; what could not be had is an object with `error`.

extension ReadingRecord {
  /// All of it, for another process of the same program.
  var value: Value {
    .object(
      tables + [
        ("stamps", Self.table(stamps, \.value)),
        ("answers", Self.table(answers.all, \.value)),
      ])
  }

  init(_ value: Value) {
    self.init()
    readTables(value)
    stamps = Self.table(value["stamps"]) { FileStamp($0) }
    for (key, answer) in Self.table(value["answers"], { HostAnswer($0) }) { answers[key: key] = answer }
  }

  /// The same as bytes.
  var bytes: [UInt8] { Array(value.json.utf8) }

  init?(bytes: [UInt8]) {
    guard let value = Self.value(of: bytes, "<configuration in force>") else { return nil }
    self.init(value)
  }

  // MARK: The copy

  private static let version: Int64 = 1

  /// What is kept for a boot after somebody has broken the files.
  var copy: [UInt8] {
    Array(Value.object([("version", .integer(Self.version))] + tables).json.utf8)
  }

  /// - Returns: `nil` when the bytes are no such copy.
  init?(copy bytes: [UInt8]) {
    guard let value = Self.value(of: bytes, "<last configuration>"), value["version"]?.integer == Self.version else {
      return nil
    }
    self.init()
    readTables(value)
  }

  private static func value(of bytes: [UInt8], _ name: String) -> Value? {
    var limits = Limits()
    limits.bytes = 256 << 20
    limits.values = 4_000_000
    return try? Parser(mode: .json, limits: limits).parse(Source(name: name, bytes: bytes))
  }

  // MARK: Tables

  private var tables: [(String, Value)] {
    [
      ("kinds", Self.table(kinds) { .string($0.word) }),
      ("entries", Self.answers(entries, Self.strings)),
      ("owners", Self.answers(ownerships, Self.owner)),
      ("texts", Self.answers(texts, Self.text)),
      ("matches", Self.answers(matches, Self.strings)),
    ]
  }

  private mutating func readTables(_ value: Value) {
    kinds = Self.table(value["kinds"]) { FileKind(word: $0.string) }
    entries = Self.answers(value["entries"]) { $0.strings }
    ownerships = Self.answers(value["owners"]) { value in
      guard let elements = value.array else { return nil }
      let numbers = elements.compactMap(\.integer)
      guard numbers.count == 2 else { return nil }
      return FileOwnership(
        owner: UInt32(truncatingIfNeeded: numbers[0]), mode: UInt32(truncatingIfNeeded: numbers[1]),
        target: elements.count > 2 ? elements[2].string : nil)
    }
    texts = Self.answers(value["texts"], Self.bytes)
    matches = Self.answers(value["matches"]) { $0.strings }
  }

  private static func owner(_ ownership: FileOwnership) -> Value {
    .array([.integer(ownership.owner), .integer(ownership.mode)] + (ownership.target.map { [.string($0)] } ?? []))
  }

  private static func table<Content>(_ contents: [String: Content], _ value: (Content) -> Value) -> Value {
    .object(contents.sorted { $0.key < $1.key }.map { ($0.key, value($0.value)) })
  }

  private static func table<Content>(_ value: Value?, _ content: (Value) -> Content?) -> [String: Content] {
    var contents: [String: Content] = [:]
    for member in value?.object?.members ?? [] { contents[member.key] = member.values.first.flatMap(content) }
    return contents
  }

  private static func answers<Content>(_ answers: [String: Answer<Content>], _ value: (Content) -> Value) -> Value {
    table(answers) { answer in
      switch answer {
      case .success(let content): value(content)
      case .failure(let error): ["error": .string(error.message), "missing": .boolean(error.isMissing)]
      }
    }
  }

  private static func answers<Content>(
    _ value: Value?, _ content: (Value) -> Content?
  ) -> [String: Answer<Content>] {
    table(value) { value in
      if let message = value["error"]?.string {
        return .failure(SourceReadError(message, isMissing: value["missing"]?.boolean ?? false))
      }
      return content(value).map { .success($0) }
    }
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
