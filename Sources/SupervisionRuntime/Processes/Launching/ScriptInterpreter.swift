import Supervision

/// Why a program that is there "does not exist": a script whose interpreter does not, or that was written elsewhere.
enum ScriptInterpreter {
  /// As much as the kernel reads of the first line.
  private static let mostBytes = 256

  /// - Returns: `nil` when nothing is wrong with its first line.
  static func complaint(about program: String) -> String? {
    guard let line = firstLine(of: program), line.starts(with: "#!".utf8) else { return nil }
    let words = line.dropFirst(2).split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
    guard let word = words.first else { return "the first line of \(program) names no interpreter" }
    if word.last == 0x0D || line.last == 0x0D {
      let interpreter = String(decoding: word.filter { $0 != 0x0D }, as: UTF8.self)
      return "the lines of \(program) end in CR LF, so that its interpreter would be `\(interpreter)\\r`: "
        + "write it with LF alone"
    }
    let interpreter = String(decoding: word, as: UTF8.self)
    guard (try? Files.status(interpreter)) == nil else { return nil }
    return "the interpreter \(interpreter), which the first line of \(program) names, does not exist"
  }

  private static func firstLine(of program: String) -> ArraySlice<UInt8>? {
    guard let status = try? Files.status(program), status.kind == .file,
      let descriptor = try? Descriptor.open(program)
    else { return nil }
    var buffer = [UInt8](repeating: 0, count: mostBytes)
    let outcome = buffer.withUnsafeMutableBytes { bytes in try? descriptor.read(into: bytes) }
    guard case .bytes(let count)? = outcome else { return nil }
    return buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }
  }
}
