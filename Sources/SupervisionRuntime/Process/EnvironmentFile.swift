import Supervision

/// A file of `VAR=value` lines. Blank lines and lines that begin with `#` are passed over; a value may stand in single or
/// double quotes, which are removed. Nothing is expanded.
enum EnvironmentFile {
  struct Mistake: Error, Equatable {
    var line: Int
    var message: String
  }

  static func parse(_ bytes: [UInt8]) -> Result<[EnvironmentVariable], Mistake> {
    var variables: [EnvironmentVariable] = []
    var number = 0
    for raw in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let line = trimmed(raw)
      guard let first = line.first, first != UInt8(ascii: "#") else { continue }
      guard !line.contains(0) else { return .failure(Mistake(line: number, message: "a NUL byte")) }
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
        return .failure(Mistake(line: number, message: "expected NAME=value"))
      }
      let name = String(decoding: trimmed(line[..<equals]), as: UTF8.self)
      guard isName(name) else {
        return .failure(Mistake(line: number, message: "`\(name)` is not a variable's name"))
      }
      let value = unquoted(trimmed(line[(equals + 1)...]))
      variables.append(EnvironmentVariable(name: name, value: String(decoding: value, as: UTF8.self)))
    }
    return .success(variables)
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }
    var line = line
    while let first = line.first, isBlank(first) { line.removeFirst() }
    while let last = line.last, isBlank(last) { line.removeLast() }
    return line
  }

  private static func unquoted(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard value.count >= 2, let first = value.first, first == value.last, first == 0x22 || first == 0x27 else {
      return value
    }
    return value.dropFirst().dropLast()
  }
}
