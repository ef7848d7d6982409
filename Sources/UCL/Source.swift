/// A text that was parsed: a file, a message of the control socket, a string in a test.
///
/// It lives as long as a value points into it, so that a diagnostic can show the offending line.
public final class Source: Sendable {
  /// What a diagnostic calls it: the path as the user gave it, or a name such as `<socket>`.
  public let name: String
  public let bytes: [UInt8]

  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// The text of a line (1-based), without its end; `nil` beyond the last line.
  public func line(_ number: Int) -> String? {
    guard number >= 1 else { return nil }
    var current = 1
    var start = 0
    while current < number {
      guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      start = end + 1
      current += 1
    }
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
    var line = bytes[start..<end]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return String(decoding: line, as: UTF8.self)
  }
}

/// A place in a source: where a value, a key or a mistake begins.
public struct SourceLocation: Sendable {
  public let source: Source
  /// 1-based.
  public let line: Int32
  /// 1-based, in characters (Unicode scalars) of the line.
  public let column: Int32
  /// How many characters the thing at this place spans on its first line; at least 1.
  public let length: Int32

  public init(source: Source, line: Int, column: Int, length: Int = 1) {
    self.source = source
    self.line = Int32(clamping: line)
    self.column = Int32(clamping: column)
    self.length = Int32(clamping: max(1, length))
  }
}

extension SourceLocation: CustomStringConvertible {
  /// `file:line:column`
  public var description: String { "\(source.name):\(line):\(column)" }
}
