/// Objects, sections, arrays, and what stands between their parts.
extension ParseRun {
  /// The answer of the search for a section's brace: it holds for all keys up to `end`.
  struct SectionSearch {
    var end: Int
    var isFound: Bool
  }

  /// What closes an object; the top level of a file is closed by its end.
  enum Closing {
    case endOfText
    case brace(opened: Mark)
  }

  // MARK: The top level

  /// A whole text: members with or without braces around them, or an array.
  mutating func parseText() throws(ParseError) -> Value {
    try checkText()
    skipByteOrderMark()
    try skipSpaceAndComments()
    let start = scanner.mark()
    if scanner.current == UInt8(ascii: "[") {
      let value = try parseArray()
      try skipSeparators()
      guard scanner.isAtEnd else {
        throw scanner.error("unexpected \(scanner.currentDescription) after the end of the array")
      }
      return value
    }
    var object = Object()
    do throws(ParseError) {
      try parseTopLevel(into: &object)
    } catch {
      membersBeforeMistake = object
      throw error
    }
    return Value(.object(object), at: scanner.location(from: start, to: start.offset + 1))
  }

  /// The members of a file, or of an included one, in the object that it belongs to.
  mutating func parseTopLevel(into object: inout Object) throws(ParseError) {
    try skipSpaceAndComments()
    if scanner.current == UInt8(ascii: "{") {
      let opened = scanner.mark()
      scanner.advance()
      try parseMembers(into: &object, closing: .brace(opened: opened))
      try skipSeparators()
    }
    try parseMembers(into: &object, closing: .endOfText)
  }

  mutating func skipByteOrderMark() {
    if scanner.starts(with: "\u{FEFF}") { scanner.advance(by: 3) }
  }

  // MARK: Members

  mutating func parseMembers(into object: inout Object, closing: Closing) throws(ParseError) {
    while true {
      try skipSpaceAndComments()
      guard let byte = scanner.current else {
        guard case .brace(let opened) = closing else { return }
        throw scanner.error(
          "this `{` is never closed", from: opened, hint: "a `}` is missing before the end of the text")
      }
      switch byte {
      case UInt8(ascii: "}"):
        guard case .brace = closing else {
          throw scanner.error("unexpected `}`: no `{` is open here", hint: "remove it, or open a section before it")
        }
        scanner.advance()
        return
      case UInt8(ascii: "."):
        try parseMacro(into: &object)
      default:
        try parseMember(into: &object)
      }
    }
  }

  /// `key value`, `key = value`, `key: value`, or keys with a section: `service nginx { ... }`.
  mutating func parseMember(into object: inout Object) throws(ParseError) {
    var keys: [(key: String, location: SourceLocation)] = []
    repeat {
      let start = scanner.mark()
      try countValue(start)
      if !keys.isEmpty { try enter(start) }
      let key = try parseKey(after: keys.first?.key)
      keys.append((key, scanner.location(from: start, to: scanner.position)))
      let separator = try skipKeySeparator()
      if let separator {
        guard keys.count == 1 else {
          throw scanner.error(
            "unexpected `\(separator.character)` after the name of a section", from: separator.mark,
            hint: "a section is `\(keys[0].key) NAME { ... }`, a value is `\(keys[0].key) = ...`")
        }
        break
      }
    } while try sectionFollows()

    var value = try parseValue()
    for (key, location) in keys.dropFirst().reversed() {
      var section = Object()
      section.insert(member(key, location, value))
      value = Value(.object(section), at: location)
      leave()
    }
    try add(member(keys[0].key, keys[0].location, value), to: &object)
    try skipAfterValue(value)
  }

  private func member(_ key: String, _ location: SourceLocation, _ value: Value) -> Object.Member {
    var member = Object.Member(key: key, keyLocation: location, values: [value])
    member.origin.priority = priority
    return member
  }

  /// A key, or one more name of the section that began with a key.
  private mutating func parseKey(after first: String?) throws(ParseError) -> String {
    do {
      return try parseKey()
    } catch {
      guard let first else { throw error }
      var error = error
      error.hint = "a bracket follows on this line, so that `\(first)` names a section; a value is `\(first) = ...`"
      throw error
    }
  }

  private mutating func parseKey() throws(ParseError) -> String {
    let start = scanner.mark()
    if scanner.current == UInt8(ascii: "\"") {
      let key = try parseDoubleQuoted(expanding: false).string
      guard !key.isEmpty else {
        throw scanner.error("an empty key", from: start, to: scanner.position, hint: "a key has at least one character")
      }
      return key
    }
    guard let first = scanner.current, first.startsKey else {
      throw scanner.error("expected a key, found \(scanner.currentDescription)", hint: hintForKey())
    }
    scanner.skip { $0.isInKey }
    guard let next = scanner.current, next != 0x0A, next != 0x0D else {
      throw scanner.error(
        "the key `\(scanner.text(start.offset..<scanner.position))` has no value", from: start, to: scanner.position,
        hint: "expected a value or `{` on this line")
    }
    if next.endsKey { return scanner.text(start.offset..<scanner.position) }
    let hint =
      next == UInt8(ascii: "{") || next == UInt8(ascii: "[")
      ? "put a blank between the key and `\(scanner.text(scanner.position..<scanner.position + 1))`"
      : "put the key in double quotes, or a blank, `=` or `:` after it"
    throw scanner.error("\(scanner.currentDescription) cannot stand in a key", hint: hint)
  }

  private func hintForKey() -> String? {
    switch scanner.current {
    case UInt8(ascii: "{"): "the `{` of a section stands on the line of its name"
    case UInt8(ascii: "]"): "no `[` is open here"
    case UInt8(ascii: "'"): "keys are quoted by double quotes"
    case UInt8(ascii: "/"): nil
    default: "a key begins with a letter, a digit, `_` or `/`; others need double quotes"
    }
  }

  /// Blanks and comments, and at most one `=` or `:`.
  private mutating func skipKeySeparator() throws(ParseError) -> (character: String, mark: Mark)? {
    var separator: (character: String, mark: Mark)?
    while let byte = scanner.current {
      if byte.isBlank {
        scanner.skip { $0.isBlank }
      } else if byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") {
        let character = byte == UInt8(ascii: "=") ? "=" : ":"
        guard separator == nil else {
          throw scanner.error("unexpected second `\(character)`", hint: "put a value that begins with it in quotes")
        }
        separator = (character, scanner.mark())
        scanner.advance()
      } else if try !skipComment() {
        break
      }
    }
    return separator
  }

  /// Whether the words from here on name a section, that is: whether a bracket follows them on the line.
  ///
  /// The position is behind a key that no `=` or `:` follows. What is quoted does not count (in libucl it does, and
  /// `name "a{b"` is an error there). The answer is kept, for otherwise each word of a line would read all of the line.
  private mutating func sectionFollows() throws(ParseError) -> Bool {
    if scanner.current == UInt8(ascii: "{") || scanner.current == UInt8(ascii: "[") { return false }
    if let known = sectionSearch, scanner.position < known.end { return known.isFound }
    let start = scanner.position
    defer { scanner.move(to: start) }
    var isFound = false
    search: while let byte = scanner.current {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        isFound = true
        break search
      case UInt8(ascii: "\""):
        skipQuotedText()
      case UInt8(ascii: "/") where scanner.peek(1) == UInt8(ascii: "*"):
        _ = try skipComment()
      default:
        if byte.endsValue { break search }
        scanner.advance()
      }
    }
    sectionSearch = SectionSearch(end: scanner.position, isFound: isFound)
    return isFound
  }

  /// Goes over a quoted string without reading it; a quote that is never closed ends with the line.
  private mutating func skipQuotedText() {
    scanner.advance()
    while let byte = scanner.current, byte != 0x0A {
      scanner.advance(by: byte == UInt8(ascii: "\\") ? 2 : 1)
      if byte == UInt8(ascii: "\"") { return }
    }
  }

  // MARK: Values in brackets

  mutating func parseObject() throws(ParseError) -> Value {
    let start = scanner.mark()
    try enter(start)
    defer { leave() }
    scanner.advance()
    var object = Object()
    try parseMembers(into: &object, closing: .brace(opened: start))
    return Value(.object(object), at: scanner.location(from: start, to: start.offset + 1))
  }

  mutating func parseArray() throws(ParseError) -> Value {
    let start = scanner.mark()
    try enter(start)
    defer { leave() }
    scanner.advance()
    var elements: [Value] = []
    while true {
      try skipSpaceAndComments()
      guard let byte = scanner.current else {
        throw scanner.error(
          "this `[` is never closed", from: start, hint: "a `]` is missing before the end of the text")
      }
      if byte == UInt8(ascii: "]") {
        scanner.advance()
        return Value(.array(elements), at: scanner.location(from: start, to: start.offset + 1))
      }
      guard byte != UInt8(ascii: "}") else {
        throw scanner.error("unexpected `}` in an array", hint: "close the array with `]` first")
      }
      try countValue(scanner.mark())
      let value = try parseValue()
      elements.append(value)
      try skipAfterValue(value)
    }
  }

  // MARK: Between the parts

  /// What must stand between two members or elements: `,`, `;`, the end of the line or a comment, any number of them.
  /// Behind a closing bracket nothing is needed.
  private mutating func skipAfterValue(_ value: Value) throws(ParseError) {
    var isSeparated = false
    switch value.content {
    case .object, .array: isSeparated = true
    default: break
    }
    if try skipSeparators() { isSeparated = true }
    guard let byte = scanner.current, !isSeparated, byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]") else { return }
    throw scanner.error(
      "expected the end of the value, found \(scanner.currentDescription)",
      hint: "separate values by `,`, `;` or a new line")
  }

  /// Goes over blanks, separators and comments; says whether there was more than blanks.
  @discardableResult
  mutating func skipSeparators() throws(ParseError) -> Bool {
    var isSeparated = false
    while let byte = scanner.current {
      if byte.isBlank {
        scanner.skip { $0.isBlank }
      } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0x0A || byte == 0x0D {
        scanner.advance()
        isSeparated = true
      } else if try skipComment() {
        isSeparated = true
      } else {
        break
      }
    }
    return isSeparated
  }

  mutating func skipSpaceAndComments() throws(ParseError) {
    repeat { scanner.skip { $0.isSpace } } while try skipComment()
  }

  /// Goes over one comment: `#` to the end of the line, or `/*` to its `*/`.
  mutating func skipComment() throws(ParseError) -> Bool {
    if scanner.current == UInt8(ascii: "#") {
      scanner.skip { $0 != 0x0A }
      return true
    }
    guard scanner.starts(with: "/*") else { return false }
    // The place is counted only for an error: the search for a section comes by here too, ahead of the parse.
    let start = scanner.position
    var open = 0
    // As in libucl, what is in double quotes opens and closes nothing.
    var isQuoted = false
    repeat {
      guard let byte = scanner.current else {
        throw scanner.error(
          "this comment is never closed", from: scanner.mark(at: start), to: start + 2,
          hint: isQuoted
            ? "a double quote in it hides its `*/`: quotes in comments come in pairs"
            : "comments nest: each `/*` needs a `*/`")
      }
      if byte == UInt8(ascii: "\""), scanner.byte(at: scanner.position - 1) != UInt8(ascii: "\\") {
        isQuoted.toggle()
        scanner.advance()
      } else if !isQuoted, scanner.starts(with: "/*") {
        open += 1
        scanner.advance(by: 2)
      } else if !isQuoted, scanner.starts(with: "*/") {
        open -= 1
        scanner.advance(by: 2)
      } else {
        scanner.advance()
      }
    } while open > 0
    return true
  }
}
