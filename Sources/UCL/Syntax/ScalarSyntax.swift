/// Values: which kind one is shows by its first character.
extension ParseRun {
  mutating func parseValue() throws(ParseError) -> Value {
    try skipSpaceAndComments()
    guard let byte = scanner.current else {
      throw scanner.error("expected a value, found the end of the text")
    }
    switch byte {
    case UInt8(ascii: "{"): return try parseObject()
    case UInt8(ascii: "["): return try parseArray()
    case UInt8(ascii: "\""):
      return try parseQuotedValue { run throws(ParseError) in try run.parseDoubleQuoted(expanding: true) }
    case UInt8(ascii: "'"): return try parseQuotedValue { run throws(ParseError) in try run.parseSingleQuoted() }
    case UInt8(ascii: "<"):
      if let value = try parseHeredoc() { return value }
    default: break
    }
    if byte.isDigit || byte == UInt8(ascii: "-"), let value = try parseNumber() { return value }
    return try parseUnquoted()
  }

  private mutating func parseQuotedValue(
    _ parse: (inout ParseRun) throws(ParseError) -> QuotedText
  ) throws(ParseError) -> Value {
    let start = scanner.mark()
    let text = try parse(&self)
    return Value(
      .string(text.string), at: scanner.location(from: start, to: scanner.position), sourceText: text.source,
      isQuoted: true)
  }

  /// A value without quotes: up to the end of the line, a separator, a bracket that was not opened in it, or a comment.
  private mutating func parseUnquoted() throws(ParseError) -> Value {
    let start = scanner.mark()
    var flags = TextFlags()
    skipUnquoted(&flags)
    var stop = scanner.position
    while stop > start.offset, let last = scanner.byte(at: stop - 1), last.isBlank { stop -= 1 }
    guard stop > start.offset else {
      throw scanner.error("expected a value, found \(scanner.currentDescription)", hint: "the empty string is `\"\"`")
    }
    let range = start.offset..<stop
    let sourceText = scanner.text(range)
    let location = scanner.location(from: start, to: stop)
    if let content = Self.word(scanner.bytes(range)) {
      return Value(content, at: location, sourceText: sourceText)
    }
    guard flags.hasEscapes || flags.hasVariables else {
      return Value(.string(sourceText), at: location, sourceText: sourceText)
    }
    let text = try finish(range, flags, escapes: .double)
    return Value(.string(text), at: location, sourceText: sourceText)
  }

  private mutating func skipUnquoted(_ flags: inout TextFlags) {
    var openBraces = 0
    var openBrackets = 0
    while let byte = scanner.current {
      switch byte {
      case UInt8(ascii: "{"): openBraces += 1
      case UInt8(ascii: "["): openBrackets += 1
      case UInt8(ascii: "}") where openBraces > 0:
        openBraces -= 1
        scanner.advance()
        continue
      case UInt8(ascii: "]") where openBrackets > 0:
        openBrackets -= 1
        scanner.advance()
        continue
      case UInt8(ascii: "$"): flags.hasVariables = true
      case UInt8(ascii: "\\"):
        flags.hasEscapes = true
        scanner.advance(by: 2)
        continue
      case UInt8(ascii: "/") where scanner.peek(1) == UInt8(ascii: "*"): return
      default: break
      }
      if byte.endsValue { return }
      scanner.advance()
    }
  }

  /// The words that are no strings. Booleans are known in any case, the others in lower case only.
  private static func word(_ text: ArraySlice<UInt8>) -> Value.Content? {
    guard text.count <= 5 else { return nil }
    if text.elementsEqual("null".utf8) { return .null }
    if text.elementsEqual("nan".utf8) { return .real(.nan) }
    if text.elementsEqual("inf".utf8) { return .real(.infinity) }
    let lowered = text.map(\.lowered)
    for word in ["true", "yes", "on"] where lowered.elementsEqual(word.utf8) { return .boolean(true) }
    for word in ["false", "no", "off"] where lowered.elementsEqual(word.utf8) { return .boolean(false) }
    return nil
  }
}
