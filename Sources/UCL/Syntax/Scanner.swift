/// A position in a text, with its line and column.
struct Mark {
  var offset: Int
  var line: Int
  var column: Int
}

/// Walks over the bytes of one source and knows where it is.
///
/// Lines and columns are counted only when somebody asks for a place, from the last place that was asked for: places are
/// asked for in the order of the text, so every byte is counted once, also in a text that is one long line.
struct Scanner {
  let source: Source
  private let bytes: [UInt8]
  private(set) var position = 0
  /// Where the text ends for now; the arguments of a macro are read as a text of their own.
  private(set) var end: Int
  /// What the scan has cost so far, in bytes looked at. The test of linearity reads it.
  private(set) var steps = 0
  private var counted = Mark(offset: 0, line: 1, column: 1)

  init(_ source: Source) {
    self.source = source
    bytes = source.bytes
    end = source.bytes.count
  }

  var isAtEnd: Bool { position >= end }

  /// The byte at the position; `nil` at the end.
  var current: UInt8? { position < end ? bytes[position] : nil }

  /// A byte further on.
  func peek(_ distance: Int) -> UInt8? {
    let offset = position + distance
    return offset < end ? bytes[offset] : nil
  }

  func byte(at offset: Int) -> UInt8? { offset < end ? bytes[offset] : nil }

  func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  func starts(with word: StaticString) -> Bool {
    guard end - position >= word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { buffer in
      for (distance, byte) in buffer.enumerated() where bytes[position + distance] != byte { return false }
      return true
    }
  }

  mutating func advance(by count: Int = 1) {
    position = min(position + count, end)
    steps += count
  }

  /// Goes to a later place, or back to one that a `mark()` or a saved position names.
  mutating func move(to offset: Int) {
    steps += abs(offset - position)
    position = offset
  }

  mutating func skip(while condition: (UInt8) -> Bool) {
    let start = position
    while position < end, condition(bytes[position]) { position += 1 }
    steps += position - start + 1
  }

  /// Adds what was looked at without moving.
  mutating func count(steps count: Int) { steps += count }

  /// Makes the text end earlier (or, to undo that, later).
  mutating func limit(to offset: Int) { end = min(offset, bytes.count) }

  /// The line and column of the position.
  mutating func mark() -> Mark { mark(at: position) }

  mutating func mark(at offset: Int) -> Mark {
    if offset < counted.offset { counted = Mark(offset: 0, line: 1, column: 1) }
    steps += offset - counted.offset
    while counted.offset < offset {
      let byte = bytes[counted.offset]
      counted.offset += 1
      if byte == UInt8(ascii: "\n") {
        counted.line += 1
        counted.column = 1
      } else if byte & 0xC0 != 0x80 {
        // A column is a character: the bytes that continue one in UTF-8 do not count.
        counted.column += 1
      }
    }
    // In the midst of a character the column is that of the character.
    if offset < bytes.count, bytes[offset] & 0xC0 == 0x80 {
      return Mark(offset: offset, line: counted.line, column: max(1, counted.column - 1))
    }
    return counted
  }

  /// The place of the text from a mark up to an offset, or to the end of the mark's line.
  mutating func location(from mark: Mark, to offset: Int) -> SourceLocation {
    var length = 0
    var next = mark.offset
    let stop = min(offset, bytes.count)
    while next < stop, bytes[next] != UInt8(ascii: "\n") {
      if bytes[next] & 0xC0 != 0x80 { length += 1 }
      next += 1
    }
    steps += next - mark.offset
    return SourceLocation(source: source, line: mark.line, column: mark.column, length: length)
  }

  /// An error at the position.
  mutating func error(_ message: String, length: Int = 1, hint: String? = nil) -> ParseError {
    error(message, from: mark(), to: position + length, hint: hint)
  }

  mutating func error(_ message: String, from mark: Mark, to offset: Int? = nil, hint: String? = nil) -> ParseError {
    ParseError(message, at: location(from: mark, to: offset ?? mark.offset + 1), hint: hint)
  }

  /// How a message calls the byte at the position.
  var currentDescription: String {
    guard let byte = current else { return "the end of the text" }
    switch byte {
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return "the end of the line"
    case 0..<0x20, 0x7F: return "the control character \\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    case 0x20: return "a blank"
    case 0x80...:
      var stop = position + 1
      while stop < end, bytes[stop] & 0xC0 == 0x80 { stop += 1 }
      return "`\(text(position..<stop))`"
    default: return "`\(text(position..<position + 1))`"
    }
  }
}
