import Supervision

/// A file of `VAR=value` lines; docs/LANGUAGE.md has its grammar. What that does not give a meaning to is refused, since
/// everybody who reads such files gives it another.
enum EnvironmentFile {
  /// A larger one is refused.
  static let mostBytes = 1 << 20

  struct Mistake: Error, Equatable {
    var line: Int
    var message: String
  }

  static func read(_ path: String) throws(SpawnFailure) -> [Variable] {
    let bytes: [UInt8]
    do {
      bytes = try Files.read(path, limit: mostBytes)
    } catch {
      throw SpawnFailure(
        stage: "environment-file", error,
        "cannot read the environment file \(path): \(error.readingText(limit: mostBytes))")
    }
    switch parse(bytes) {
    case .success(let variables): return variables
    case .failure(let mistake):
      throw SpawnFailure(
        stage: "environment-file", errno: 0, message: "\(path):\(mistake.line): \(mistake.message)")
    }
  }

  static func parse(_ bytes: [UInt8]) -> Result<[Variable], Mistake> {
    var variables: [Variable] = []
    var number = 0
    for raw in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      do throws(Refusal) {
        if let variable = try variable(trimmed(raw)) { variables.append(variable) }
      } catch {
        return .failure(Mistake(line: number, message: error.message))
      }
    }
    return .success(variables)
  }

  private struct Refusal: Error {
    var message: String

    init(_ message: String) {
      self.message = message
    }
  }

  /// - Returns: `nil` for a blank line and a comment.
  private static func variable(_ line: ArraySlice<UInt8>) throws(Refusal) -> Variable? {
    guard let first = line.first, first != UInt8(ascii: "#") else { return nil }
    guard !line.contains(0) else { throw Refusal("a NUL byte") }
    guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { throw Refusal("expected NAME=value") }
    let name = String(decoding: unexported(trimmed(line[..<equals])), as: UTF8.self)
    guard EnvironmentVariable.isName(name) else { throw Refusal("`\(name)` is not a variable's name") }
    guard name != EnvironmentVariable.mark else { throw Refusal("the variable \(name) is the supervisor's own") }
    return Variable(name: name, value: ByteString(try value(trimmed(line[(equals + 1)...]))))
  }

  /// Without the word `export` that a shell wants.
  private static func unexported(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let word = Array("export".utf8)
    guard name.starts(with: word), let next = name.dropFirst(word.count).first, isBlank(next) else { return name }
    return trimmed(name.dropFirst(word.count))
  }

  // MARK: Values

  private static func value(_ text: ArraySlice<UInt8>) throws(Refusal) -> [UInt8] {
    switch text.first {
    case UInt8(ascii: "\""): try doubleQuoted(text.dropFirst())
    case UInt8(ascii: "'"): try singleQuoted(text.dropFirst())
    default: try unquoted(text)
    }
  }

  private static func unquoted(_ text: ArraySlice<UInt8>) throws(Refusal) -> [UInt8] {
    guard text.last != UInt8(ascii: "\\") else { throw Refusal("a line does not go on in the next one here") }
    var previous = UInt8(ascii: "=")
    for byte in text {
      switch byte {
      case UInt8(ascii: "\\"):
        throw Refusal("a backslash outside quotes: within '…' it stands for itself")
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        throw Refusal("a quote in the midst of a value: put the whole value in quotes of the other kind")
      case UInt8(ascii: "#") where isBlank(previous) || previous == UInt8(ascii: "="):
        throw Refusal("`#` in a value: put the value in quotes, or the comment on a line of its own")
      default: previous = byte
      }
    }
    return Array(text)
  }

  private static func singleQuoted(_ text: ArraySlice<UInt8>) throws(Refusal) -> [UInt8] {
    guard let end = text.firstIndex(of: UInt8(ascii: "'")) else { throw unclosed }
    try refuseRest(text[(end + 1)...])
    return Array(text[..<end])
  }

  private static func doubleQuoted(_ text: ArraySlice<UInt8>) throws(Refusal) -> [UInt8] {
    var value: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""):
        try refuseRest(rest)
        return value
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { throw unclosed }
        guard "\"\\$`".utf8.contains(escaped) else {
          let pair = String(decoding: [byte, escaped], as: UTF8.self)
          throw Refusal("`\(pair)` is no escape here; those are \\\" \\\\ \\$ and \\`, and within '…' there is none")
        }
        value.append(escaped)
      default: value.append(byte)
      }
    }
    throw unclosed
  }

  private static let unclosed = Refusal("a quote that is not closed on its line")

  private static func refuseRest(_ rest: ArraySlice<UInt8>) throws(Refusal) {
    guard !rest.isEmpty else { return }
    throw Refusal("`\(String(decoding: rest, as: UTF8.self))` after the closing quote")
  }

  // MARK: Blanks

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = line
    while let first = line.first, isBlank(first) { line.removeFirst() }
    while let last = line.last, isBlank(last) { line.removeLast() }
    return line
  }
}
