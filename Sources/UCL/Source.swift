/// A text that was parsed: a file, a message of the control socket, a string in a test.
///
/// It lives as long as a value points into it, so that a diagnostic can show the offending line.
public final class Source: Sendable {
  /// What a diagnostic calls it: the path as the user gave it, or a name such as `<socket>`.
  public let name: String
  public let bytes: [UInt8]
  /// Where every 64th line begins: line 65, 129, and so on. A message of the control socket needs none.
  private let lineMarks: [Int32]

  private static let linesPerMark = 64

  /// Stands for "no text": the source of values that a program built.
  public static let none = Source(name: "<built>", bytes: [])

  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var marks: [Int32] = []
    var lines = 0
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      lines += 1
      if lines % Self.linesPerMark == 0 { marks.append(Int32(clamping: offset + 1)) }
    }
    lineMarks = marks
  }

  /// A source from a string, for tests and short texts.
  public convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The text of a line (1-based), without its end; `nil` beyond the last line.
  ///
  /// It costs the length of at most 64 lines, wherever the line stands.
  public func line(_ number: Int) -> String? {
    guard number >= 1 else { return nil }
    let mark = min((number - 1) / Self.linesPerMark, lineMarks.count)
    var current = mark * Self.linesPerMark + 1
    var start = mark == 0 ? 0 : Int(lineMarks[mark - 1])
    while current < number {
      guard current + Self.linesPerMark >= number, let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else {
        return nil
      }
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
  /// The place of values that a program built.
  public static let none = SourceLocation(source: .none, line: 1, column: 1)

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
