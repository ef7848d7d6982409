/// What was seen in a string while its end was looked for.
struct TextFlags {
  var hasEscapes = false
  var hasVariables = false
}

/// A string in quotes: what it says, and how it was written between its quotes.
struct QuotedText {
  var string: String
  var source: String
}

/// Strings: quotes, heredocs, escapes.
extension ParseRun {
  enum Escapes {
    case none
    /// JSON's. A backslash before any other character is dropped, as libucl does.
    case double
    /// JSON's and no others.
    case json
    /// In single quotes only `\'` and an escaped end of line are escapes.
    case single
  }

  // MARK: Quotes

  mutating func parseDoubleQuoted(expanding: Bool, escapes: Escapes = .double) throws(ParseError) -> QuotedText {
    let start = scanner.mark()
    scanner.advance()
    let first = scanner.position
    var flags = TextFlags()
    while true {
      guard let byte = scanner.current else {
        throw scanner.error(
          "unterminated string", from: start, to: first, hint: "expected a closing `\"` before the end of the text")
      }
      switch byte {
      case UInt8(ascii: "\""):
        let range = first..<scanner.position
        scanner.advance()
        if !expanding { flags.hasVariables = false }
        return try quotedText(range, flags, escapes: escapes)
      case UInt8(ascii: "\\"):
        flags.hasEscapes = true
        scanner.advance()
        // Escapes go first and variables second, as in libucl: `\$` protects nothing.
        if scanner.current == UInt8(ascii: "$") { flags.hasVariables = true }
        if let next = scanner.current, next >= 0x20 { scanner.advance() }
      case 0x0A, 0x0D:
        throw scanner.error(
          "unterminated string", from: start, to: scanner.position,
          hint: "expected a closing `\"` on this line; a line break inside is written `\\n`")
      case 0..<0x20:
        throw scanner.error(
          "\(scanner.currentDescription) in a string",
          hint: byte == 9 ? "a tab is written `\\t`" : "write it as an escape")
      case UInt8(ascii: "$"):
        flags.hasVariables = true
        scanner.advance()
      default: scanner.advance()
      }
    }
  }

  /// In single quotes nothing is special but `\'`: no variables, no other escapes. Ends of lines may stand inside.
  mutating func parseSingleQuoted() throws(ParseError) -> QuotedText {
    let start = scanner.mark()
    scanner.advance()
    let first = scanner.position
    var flags = TextFlags()
    while let byte = scanner.current {
      if byte == UInt8(ascii: "'") {
        let range = first..<scanner.position
        scanner.advance()
        return try quotedText(range, flags, escapes: .single)
      }
      if byte == UInt8(ascii: "\\") { flags.hasEscapes = true }
      scanner.advance(by: byte == UInt8(ascii: "\\") ? 2 : 1)
    }
    throw scanner.error(
      "unterminated string", from: start, to: first, hint: "expected a closing `'` before the end of the text")
  }

  private mutating func quotedText(
    _ range: Range<Int>, _ flags: TextFlags, escapes: Escapes
  ) throws(ParseError) -> QuotedText {
    let source = scanner.text(range)
    guard flags.hasEscapes || flags.hasVariables else { return QuotedText(string: source, source: source) }
    return QuotedText(string: try finish(range, flags, escapes: escapes), source: source)
  }

  // MARK: Heredocs

  /// `<<WORD`, lines, and `WORD` alone on a line; `nil` when this is no heredoc but a string that begins with `<`.
  mutating func parseHeredoc() throws(ParseError) -> Value? {
    guard scanner.starts(with: "<<") else { return nil }
    let start = scanner.mark()
    var nameEnd = scanner.position + 2
    while let byte = scanner.byte(at: nameEnd), (0x41...0x5A).contains(byte) { nameEnd += 1 }
    scanner.count(steps: nameEnd - start.offset)
    let name = (start.offset + 2)..<nameEnd
    var bodyStart = nameEnd
    if scanner.byte(at: bodyStart) == 0x0D { bodyStart += 1 }
    guard !name.isEmpty, scanner.byte(at: bodyStart) == 0x0A else { return nil }
    bodyStart += 1
    scanner.move(to: bodyStart)
    var flags = TextFlags()
    while true {
      let lineStart = scanner.position
      if isHeredocEnd(name) {
        // The end of the last line belongs to the word behind it.
        var bodyEnd = max(bodyStart, lineStart - 1)
        if bodyEnd > bodyStart, scanner.byte(at: bodyEnd - 1) == 0x0D { bodyEnd -= 1 }
        let range = bodyStart..<bodyEnd
        let source = scanner.text(range)
        let text = flags.hasVariables ? try finish(range, flags, escapes: .none) : source
        scanner.advance(by: name.count)
        let location = scanner.location(from: start, to: nameEnd)
        return Value(.string(text), at: location, sourceText: source, isQuoted: true)
      }
      while let byte = scanner.current, byte != 0x0A {
        if byte == UInt8(ascii: "$") { flags.hasVariables = true }
        scanner.advance()
      }
      guard !scanner.isAtEnd else {
        let word = scanner.text(name)
        throw scanner.error(
          "unterminated heredoc", from: start, to: nameEnd,
          hint: "expected a line that consists of `\(word)`, without blanks before or behind it")
      }
      scanner.advance()
    }
  }

  private mutating func isHeredocEnd(_ name: Range<Int>) -> Bool {
    let line = scanner.position
    scanner.count(steps: name.count)
    guard line + name.count <= scanner.end,
      scanner.bytes(line..<line + name.count).elementsEqual(scanner.bytes(name))
    else { return false }
    switch scanner.byte(at: line + name.count) {
    case nil, 0x0A, 0x0D, UInt8(ascii: ";"), UInt8(ascii: ","): return true
    default: return false
    }
  }

  // MARK: Escapes and variables

  /// A string's text, with its escapes resolved and then its variables replaced.
  mutating func finish(_ range: Range<Int>, _ flags: TextFlags, escapes: Escapes) throws(ParseError) -> String {
    var text = flags.hasEscapes ? try unescape(range, escapes) : Array(scanner.bytes(range))
    scanner.count(steps: range.count)
    if flags.hasVariables, escapes != .json, let expanded = try expand(text, at: range) { text = expanded }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func unescape(_ range: Range<Int>, _ escapes: Escapes) throws(ParseError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var offset = range.lowerBound
    while offset < range.upperBound {
      guard let byte = scanner.byte(at: offset) else { break }
      offset += 1
      guard byte == UInt8(ascii: "\\"), escapes != .none else {
        result.append(byte)
        continue
      }
      guard offset < range.upperBound, let escaped = scanner.byte(at: offset) else {
        // Blanks at the end of an unquoted value are cut off first, so that a backslash may come last.
        result.append(byte)
        break
      }
      offset += 1
      if escapes == .single {
        appendSingleQuoted(escaped, range, &offset, to: &result)
      } else if escaped == UInt8(ascii: "u") {
        try appendUnicode(range, &offset, escapes, to: &result)
      } else if let character = Self.escape(escaped) {
        result.append(character)
      } else if escapes == .json {
        throw scanner.error(
          "no such escape", from: scanner.mark(at: offset - 2), to: offset,
          hint: "JSON knows \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
      } else {
        result.append(escaped)
      }
    }
    return result
  }

  private static func escape(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
    default: nil
    }
  }

  private func appendSingleQuoted(
    _ escaped: UInt8, _ range: Range<Int>, _ offset: inout Int, to result: inout [UInt8]
  ) {
    switch escaped {
    case UInt8(ascii: "'"): result.append(escaped)
    case 0x0A: break
    case 0x0D:
      if offset < range.upperBound, scanner.byte(at: offset) == 0x0A { offset += 1 }
    default:
      result.append(UInt8(ascii: "\\"))
      result.append(escaped)
    }
  }

  /// `\uXXXX`, or two of them that make up a character beyond 16 bits.
  private mutating func appendUnicode(
    _ range: Range<Int>, _ offset: inout Int, _ escapes: Escapes, to result: inout [UInt8]
  ) throws(ParseError) {
    let start = offset - 2
    guard var code = hexadecimal(offset, range) else {
      throw scanner.error(
        "`\\u` without four hexadecimal digits", from: scanner.mark(at: start), to: offset,
        hint: "a character is written \\u00e9, a backslash \\\\")
    }
    offset += 4
    if (0xD800..<0xDC00).contains(code), scanner.byte(at: offset) == UInt8(ascii: "\\"),
      scanner.byte(at: offset + 1) == UInt8(ascii: "u"), let low = hexadecimal(offset + 2, range),
      (0xDC00..<0xE000).contains(low)
    {
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      offset += 6
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw scanner.error(
        "half of a surrogate pair", from: scanner.mark(at: start), to: offset,
        hint: "characters beyond \\uFFFF are written as two escapes, \\ud83d\\ude00")
    }
    guard code != 0 || escapes == .json else {
      throw scanner.error(
        "a NUL character in a string", from: scanner.mark(at: start), to: offset,
        hint: "no path, word or variable of a process can hold one")
    }
    result.append(contentsOf: String(scalar).utf8)
  }

  private func hexadecimal(_ offset: Int, _ range: Range<Int>) -> UInt32? {
    guard offset + 4 <= range.upperBound else { return nil }
    var code: UInt32 = 0
    for byte in scanner.bytes(offset..<offset + 4) {
      guard let digit = byte.hexDigit else { return nil }
      code = code << 4 | UInt32(digit)
    }
    return code
  }
}
