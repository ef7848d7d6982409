/// JSON as RFC 8259 has it, and nothing beyond: the language of the control socket.
extension ParseRun {
  /// A whole text: one value of any kind.
  mutating func parseJSONText() throws(ParseError) -> Value {
    try checkText()
    skipJSONSpace()
    let value = try parseJSONValue()
    skipJSONSpace()
    guard scanner.isAtEnd else {
      throw scanner.error("unexpected \(scanner.currentDescription) after the value")
    }
    return value
  }

  private mutating func skipJSONSpace() {
    scanner.skip { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
  }

  private mutating func parseJSONValue() throws(ParseError) -> Value {
    let start = scanner.mark()
    try countValue(start)
    switch scanner.current {
    case UInt8(ascii: "{"): return try parseJSONObject(start)
    case UInt8(ascii: "["): return try parseJSONArray(start)
    case UInt8(ascii: "\""):
      let text = try parseDoubleQuoted(expanding: false, escapes: .json)
      let location = scanner.location(from: start, to: scanner.position)
      return Value(.string(text.string), at: location, sourceText: text.source, isQuoted: true)
    case UInt8(ascii: "-"): return try parseJSONNumber(start)
    case let byte? where byte.isDigit: return try parseJSONNumber(start)
    case let byte? where byte.isLetter: return try parseJSONWord(start)
    default: throw scanner.error("expected a value, found \(scanner.currentDescription)")
    }
  }

  private mutating func parseJSONWord(_ start: Mark) throws(ParseError) -> Value {
    scanner.skip { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
    let word = scanner.text(start.offset..<scanner.position)
    let location = scanner.location(from: start, to: scanner.position)
    switch word {
    case "null": return Value(.null, at: location, sourceText: word)
    case "true": return Value(.boolean(true), at: location, sourceText: word)
    case "false": return Value(.boolean(false), at: location, sourceText: word)
    default:
      throw ParseError(
        "a word that JSON does not know", at: location, hint: "expected null, true, false, or a string in double quotes"
      )
    }
  }

  // MARK: Containers

  private mutating func parseJSONObject(_ start: Mark) throws(ParseError) -> Value {
    try enter(start)
    defer { leave() }
    scanner.advance()
    skipJSONSpace()
    var object = Object()
    let location = scanner.location(from: start, to: start.offset + 1)
    if scanner.current == UInt8(ascii: "}") {
      scanner.advance()
      return Value(.object(object), at: location)
    }
    repeat {
      skipJSONSpace()
      try parseJSONMember(into: &object)
      skipJSONSpace()
    } while try continues(closing: UInt8(ascii: "}"), opened: start)
    return Value(.object(object), at: location)
  }

  private mutating func parseJSONMember(into object: inout Object) throws(ParseError) {
    let start = scanner.mark()
    guard scanner.current == UInt8(ascii: "\"") else {
      throw scanner.error("expected a key in double quotes, found \(scanner.currentDescription)")
    }
    let key = try parseDoubleQuoted(expanding: false, escapes: .json).string
    let location = scanner.location(from: start, to: scanner.position)
    guard object.position(of: key) == nil else {
      // RFC 8259, section 4: what a repeated name means is anybody's guess. A guess is no way to command a supervisor.
      throw ParseError("the key stands in this object twice", at: location)
    }
    skipJSONSpace()
    guard scanner.current == UInt8(ascii: ":") else {
      throw scanner.error("expected `:` after a key, found \(scanner.currentDescription)")
    }
    scanner.advance()
    skipJSONSpace()
    object.insert(Object.Member(key: key, keyLocation: location, values: [try parseJSONValue()]))
  }

  private mutating func parseJSONArray(_ start: Mark) throws(ParseError) -> Value {
    try enter(start)
    defer { leave() }
    scanner.advance()
    skipJSONSpace()
    var elements: [Value] = []
    let location = scanner.location(from: start, to: start.offset + 1)
    if scanner.current == UInt8(ascii: "]") {
      scanner.advance()
      return Value(.array(elements), at: location)
    }
    repeat {
      skipJSONSpace()
      elements.append(try parseJSONValue())
      skipJSONSpace()
    } while try continues(closing: UInt8(ascii: "]"), opened: start)
    return Value(.array(elements), at: location)
  }

  /// Goes over `,` (then there is more) or the closing bracket.
  private mutating func continues(closing: UInt8, opened: Mark) throws(ParseError) -> Bool {
    let bracket = String(Unicode.Scalar(closing))
    guard let byte = scanner.current else {
      throw scanner.error(
        "this bracket is never closed", from: opened, hint: "expected `,` or `\(bracket)` before the end of the text")
    }
    guard byte == UInt8(ascii: ",") || byte == closing else {
      throw scanner.error("expected `,` or `\(bracket)`, found \(scanner.currentDescription)")
    }
    scanner.advance()
    return byte != closing
  }

  // MARK: Numbers

  /// A number without fraction and exponent is whole; one that 64 bits cannot hold is refused rather than rounded.
  private mutating func parseJSONNumber(_ start: Mark) throws(ParseError) -> Value {
    let isNegative = scanner.current == UInt8(ascii: "-")
    if isNegative { scanner.advance() }
    let digits = scanner.position
    try skipJSONDigits("a digit")
    guard scanner.byte(at: digits) != UInt8(ascii: "0") || scanner.position == digits + 1 else {
      throw scanner.error("a number that begins with 0", from: start, to: scanner.position)
    }
    let wholeEnd = scanner.position
    if scanner.current == UInt8(ascii: ".") {
      scanner.advance()
      try skipJSONDigits("a digit after the point")
    }
    if scanner.current?.lowered == UInt8(ascii: "e") {
      scanner.advance()
      if scanner.current == UInt8(ascii: "+") || scanner.current == UInt8(ascii: "-") { scanner.advance() }
      try skipJSONDigits("a digit in the exponent")
    }
    let range = start.offset..<scanner.position
    let location = scanner.location(from: start, to: scanner.position)
    let text = scanner.text(range)
    if scanner.position == wholeEnd {
      guard let value = decimal(digits..<wholeEnd, isNegative: isNegative) else {
        throw ParseError("the number is out of range", at: location, hint: "whole numbers have 64 bits")
      }
      return Value(.integer(value), at: location, sourceText: text)
    }
    guard let value = real(range), value.isFinite else {
      throw ParseError("the number is out of range", at: location)
    }
    return Value(.real(value), at: location, sourceText: text)
  }

  private mutating func skipJSONDigits(_ expected: String) throws(ParseError) {
    guard let byte = scanner.current, byte.isDigit else {
      throw scanner.error("expected \(expected), found \(scanner.currentDescription)")
    }
    scanner.skip { $0.isDigit }
  }
}
