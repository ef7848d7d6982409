/// Macros: `.include`, `.priority`, `.inherit`.
extension ParseRun {
  /// What follows a macro's name.
  struct MacroCall {
    /// The macro's name, without its dot.
    var name: String
    var nameLocation: SourceLocation
    var arguments: Object
    var value: String
    var valueLocation: SourceLocation
  }

  mutating func parseMacro(into object: inout Object) throws(ParseError) {
    let start = scanner.mark()
    scanner.advance()
    let nameStart = scanner.position
    scanner.skip { !$0.isSpace && $0 != UInt8(ascii: "(") }
    let name = scanner.text(nameStart..<scanner.position)
    let nameLocation = scanner.location(from: start, to: scanner.position)
    guard ["include", "try_include", "priority", "inherit"].contains(name) else {
      throw ParseError(Self.complaint(about: name), at: nameLocation, hint: Self.hint(about: name))
    }
    guard !scanner.isAtEnd else { throw ParseError("`.\(name)` has no value", at: nameLocation) }
    try skipSpaceAndComments()
    let arguments = try parseMacroArguments()
    try skipSpaceAndComments()
    let (value, valueLocation) = try parseMacroValue()
    scanner.skip { $0.isSpace || $0 == UInt8(ascii: ";") }
    let call = MacroCall(
      name: name, nameLocation: nameLocation, arguments: arguments, value: value, valueLocation: valueLocation)
    switch name {
    case "priority": try setPriority(call)
    case "inherit": try inherit(call, into: &object)
    default: try include(call, into: &object)
    }
  }

  private static func complaint(about name: String) -> String {
    switch name {
    case "": "a `.` without the name of a macro"
    case "includes": "`.includes` is not supported: no signatures are checked here"
    case "load": "`.load` is not supported"
    default: "unknown macro `.\(name)`"
    }
  }

  private static func hint(about name: String) -> String? {
    switch name {
    case "includes": "use `.include`; the owner and mode of a file say whether it is trusted"
    case "load": "put the text into a heredoc"
    default:
      "the macros are .include, .try_include, .priority and .inherit; a key that begins with a dot needs double quotes"
    }
  }

  // MARK: Arguments and value

  /// `(try=true, glob=true)`: a text of its own up to the closing parenthesis.
  private mutating func parseMacroArguments() throws(ParseError) -> Object {
    var arguments = Object()
    guard scanner.current == UInt8(ascii: "(") else { return arguments }
    let start = scanner.mark()
    scanner.advance()
    let first = scanner.position
    var open = 1
    while open > 0 {
      guard let byte = scanner.current else {
        throw scanner.error("this `(` is never closed", from: start, hint: "a `)` is missing after the arguments")
      }
      switch byte {
      case UInt8(ascii: "("): open += 1
      case UInt8(ascii: ")"): open -= 1
      case UInt8(ascii: "\""):
        skipArgumentQuotes()
        continue
      default: break
      }
      scanner.advance()
    }
    let end = scanner.position - 1
    let outerEnd = scanner.end
    let outerSearch = sectionSearch
    scanner.move(to: first)
    scanner.limit(to: end)
    sectionSearch = nil
    // Macros have no place in the arguments of a macro: an inclusion there would change the text that is read.
    try parseArguments(into: &arguments)
    sectionSearch = outerSearch
    scanner.limit(to: outerEnd)
    scanner.move(to: end + 1)
    return arguments
  }

  private mutating func skipArgumentQuotes() {
    scanner.advance()
    while let byte = scanner.current {
      scanner.advance(by: byte == UInt8(ascii: "\\") ? 2 : 1)
      if byte == UInt8(ascii: "\"") { return }
    }
  }

  private mutating func parseArguments(into arguments: inout Object) throws(ParseError) {
    try skipSpaceAndComments()
    while let byte = scanner.current {
      guard byte != UInt8(ascii: "."), byte != UInt8(ascii: "}") else {
        throw scanner.error("unexpected \(scanner.currentDescription) in the arguments of a macro")
      }
      try parseMember(into: &arguments)
      try skipSpaceAndComments()
    }
  }

  /// The value in double quotes (taken as it stands), in braces, or up to the end of the value.
  private mutating func parseMacroValue() throws(ParseError) -> (String, SourceLocation) {
    let start = scanner.mark()
    switch scanner.current {
    case UInt8(ascii: "\""):
      let source = try parseDoubleQuoted(expanding: false).source
      return (source, scanner.location(from: start, to: scanner.position))
    case UInt8(ascii: "{"):
      scanner.advance()
      scanner.skip { $0.isSpace }
      let first = scanner.position
      scanner.skip { $0 != UInt8(ascii: "}") }
      guard !scanner.isAtEnd else { throw scanner.error("this `{` is never closed", from: start) }
      let text = scanner.text(first..<scanner.position)
      scanner.advance()
      return (text, scanner.location(from: start, to: scanner.position))
    default:
      scanner.skip { !$0.endsValue }
      let text = scanner.text(start.offset..<scanner.position)
      return (text, scanner.location(from: start, to: scanner.position))
    }
  }

  // MARK: .priority

  private mutating func setPriority(_ call: MacroCall) throws(ParseError) {
    try refuseArguments(of: call, except: ["priority"])
    if call.value.isEmpty, let argument = call.arguments["priority"]?.values.last {
      priority = try Self.priority(argument.sourceText, at: argument.location)
    } else {
      priority = try Self.priority(call.value, at: call.valueLocation)
    }
  }

  /// libucl keeps four bits of a priority.
  static func priority(_ text: String, at location: SourceLocation) throws(ParseError) -> UInt8 {
    let digits = text.split(separator: " ").joined()
    guard let value = UInt8(digits), value <= 15 else {
      throw ParseError("`\(text)` is no priority", at: location, hint: "expected a whole number from 0 to 15")
    }
    return value
  }

  func refuseArguments(of call: MacroCall, except known: [String]) throws(ParseError) {
    for member in call.arguments.members where !known.contains(member.key) {
      throw ParseError(
        "`.\(call.name)` has no argument `\(member.key)`", at: member.keyLocation,
        hint: "its arguments are: \(known.joined(separator: ", "))")
    }
  }

  // MARK: .inherit

  /// Takes over the members of an object of the top level that this object does not have.
  private mutating func inherit(_ call: MacroCall, into object: inout Object) throws(ParseError) {
    try refuseArguments(of: call, except: ["replace"])
    let replaces = try flag("replace", of: call) ?? false
    guard let parent = inheritable[call.value] else {
      throw ParseError(
        "nothing to inherit: there is no object `\(call.value)` at the top level before this line",
        at: call.valueLocation)
    }
    let mark = scanner.mark()
    for member in parent.members {
      for value in member.values { try admit(value, mark) }
      var inherited = member
      if let position = object.position(of: member.key) {
        if replaces { object.replace(at: position, with: inherited) }
      } else {
        inherited.origin.isInherited = !replaces
        object.insert(inherited)
        noteInheritable(inherited)
      }
    }
  }

  /// Counts what is inherited as if it stood here: objects that inherit from each other can double with every line.
  private mutating func admit(_ value: Value, _ mark: Mark) throws(ParseError) {
    try countValue(mark)
    switch value.content {
    case .array(let elements):
      try enter(mark)
      for element in elements { try admit(element, mark) }
      leave()
    case .object(let object):
      try enter(mark)
      for member in object.members {
        for value in member.values { try admit(value, mark) }
      }
      leave()
    case .string(let text):
      copiedBytes += text.utf8.count
      guard copiedBytes <= limits.bytes else {
        throw scanner.error("inherited more than \(limits.bytes) bytes in all (the bound on bytes)", from: mark)
      }
    default: break
    }
  }

  func flag(_ name: String, of call: MacroCall) throws(ParseError) -> Bool? {
    guard let value = call.arguments[name]?.values.last else { return nil }
    guard let flag = value.boolean else {
      throw ParseError("`\(name)` must be true or false", at: value.location)
    }
    return flag
  }
}
