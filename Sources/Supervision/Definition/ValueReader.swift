import OrderedCollections
import UCL

/// Reads values as the types that keys want, and collects what is wrong with them.
///
/// A function that returns `nil` has reported why; the caller goes on with the next key, so that all mistakes of all files
/// come out at once.
struct ValueReader {
  private(set) var diagnostics: [Diagnostic] = []

  // MARK: Reports

  mutating func error(_ message: String, at location: SourceLocation?, expected: String? = nil, hint: String? = nil) {
    diagnostics.append(Diagnostic(.error, message, at: location, expected: expected, hint: hint))
  }

  mutating func note(_ message: String, at location: SourceLocation?, hint: String? = nil) {
    diagnostics.append(Diagnostic(.note, message, at: location, hint: hint))
  }

  mutating func report(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
  }

  mutating func report(_ others: [Diagnostic]) {
    diagnostics.append(contentsOf: others)
  }

  mutating func wrongType(_ path: String, _ value: Value, expected: String) {
    error("`\(path)` cannot be \(value.kind)", at: value.location, expected: expected)
  }

  mutating func wrongValue(
    _ path: String, _ value: Value, _ text: String, expected: String, hint: String? = nil
  ) {
    error("`\(text)` is no value for `\(path)`", at: value.location, expected: expected, hint: hint)
  }

  // MARK: One value

  /// The only value of a key; a repeated key is an error that shows both places.
  mutating func single(_ field: Field) -> Value? {
    guard field.values.count <= 1 else {
      var diagnostic = Diagnostic(
        .error, "`\(field.path)` is given more than once", at: field.values[1].location, expected: "one value")
      diagnostic.related = [("first given here", field.values[0].location)]
      report(diagnostic)
      return nil
    }
    return field.values.first
  }

  /// A scalar as text; a NUL character is refused everywhere, since the kernel's interfaces end a string there.
  mutating func text(_ value: Value, _ path: String, expected: String = "a string") -> String? {
    guard let text = value.text, case let content = value.content, !content.isNull else {
      wrongType(path, value, expected: expected)
      return nil
    }
    guard !text.utf8.contains(0) else {
      error("`\(path)` contains a NUL character", at: value.location, expected: expected)
      return nil
    }
    return text
  }

  mutating func text(_ field: Field, expected: String = "a string") -> String? {
    guard let value = single(field) else { return nil }
    return text(value, field.path, expected: expected)
  }

  /// A text of one line that is not empty.
  mutating func word(_ field: Field, expected: String) -> String? {
    guard let value = single(field) else { return nil }
    return word(value, field.path, expected: expected)
  }

  mutating func word(_ value: Value, _ path: String, expected: String) -> String? {
    guard let text = text(value, path, expected: expected) else { return nil }
    guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\r" }) else {
      error(
        text.isEmpty ? "`\(path)` is empty" : "`\(path)` has more than one line", at: value.location, expected: expected
      )
      return nil
    }
    return text
  }

  mutating func boolean(_ field: Field) -> Bool? {
    guard let value = single(field) else { return nil }
    guard case .boolean(let boolean) = value.content else {
      let expected = "true or false (or yes, no, on, off), without quotes"
      if let text = value.text {
        wrongValue(field.path, value, text, expected: expected)
      } else {
        wrongType(field.path, value, expected: expected)
      }
      return nil
    }
    return boolean
  }

  mutating func integer(_ field: Field, in range: ClosedRange<Int>) -> Int? {
    guard let value = single(field) else { return nil }
    return integer(value, field.path, in: range)
  }

  mutating func integer(_ value: Value, _ path: String, in range: ClosedRange<Int>) -> Int? {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    let number: Int?
    switch value.content {
    case .integer(let integer): number = Int(exactly: integer)
    // A number that came out of `${instance}` is a string by then.
    case .string(let string): number = value.isQuoted ? nil : Int(string)
    default: number = nil
    }
    guard let number else {
      if let text = value.text {
        wrongValue(path, value, text, expected: expected)
      } else {
        wrongType(path, value, expected: expected)
      }
      return nil
    }
    guard range.contains(number) else {
      error("`\(path)` is out of range: \(number)", at: value.location, expected: expected)
      return nil
    }
    return number
  }

  /// A duration within a range; the number may have come as a number, a duration or a string (`5s }`).
  mutating func duration(_ field: Field, atLeast least: Duration = .zero) -> Duration? {
    guard let value = single(field) else { return nil }
    return duration(value, field.path, atLeast: least)
  }

  mutating func duration(_ value: Value, _ path: String, atLeast least: Duration = .zero) -> Duration? {
    let expected = "a duration such as 100ms, 5s, 1min, 2h, 1d, or a number of seconds"
    guard let text = value.text, !value.content.isBoolean, !value.content.isNull else {
      wrongType(path, value, expected: expected)
      return nil
    }
    guard let duration = DurationText.parse(text) else {
      let minutes = text.hasSuffix("m") && DurationText.parse("\(text)in") != nil
      wrongValue(
        path, value, text, expected: expected,
        hint: minutes ? "write `\(text)in` for minutes: in UCL `m` multiplies by a million" : nil)
      return nil
    }
    guard duration >= least else {
      error("`\(path)` is too short: \(text)", at: value.location, expected: "at least \(DurationText.format(least))")
      return nil
    }
    return duration
  }

  /// A mode from its source text: octal, since `022` is meant as chmod(1) and umask(2) mean it.
  mutating func octal(_ field: Field, most: UInt32) -> UInt32? {
    let expected = "an octal number from 0 to 0\(String(most, radix: 8)), such as 022"
    guard let value = single(field) else { return nil }
    guard let text = text(value, field.path, expected: expected) else { return nil }
    guard let number = UInt32(text, radix: 8), number <= most, text.utf8.first != UInt8(ascii: "+") else {
      wrongValue(field.path, value, text, expected: expected)
      return nil
    }
    return number
  }

  /// A ratio: `10%`, or 0.1.
  mutating func ratio(_ field: Field) -> Double? {
    let expected = "a part from 0% to 100%, such as 10% or 0.1"
    guard let value = single(field), let text = text(value, field.path, expected: expected) else { return nil }
    let ratio = text.hasSuffix("%") ? Double(text.dropLast()).map { $0 / 100 } : Double(text)
    guard let ratio, (0...1).contains(ratio) else {
      wrongValue(field.path, value, text, expected: expected)
      return nil
    }
    return ratio
  }

  mutating func real(_ field: Field, in range: ClosedRange<Double>) -> Double? {
    let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
    guard let value = single(field), let text = text(value, field.path, expected: expected) else { return nil }
    guard let number = Double(text), range.contains(number) else {
      wrongValue(field.path, value, text, expected: expected)
      return nil
    }
    return number
  }

  /// One of a few words.
  mutating func choice<Choice>(_ field: Field, _ choices: KeyValuePairs<String, Choice>) -> Choice? {
    let names = choices.map(\.key)
    let expected = names.map { "`\($0)`" }.joined(separator: " or ")
    guard let value = single(field), let text = text(value, field.path, expected: expected) else { return nil }
    if let choice = choices.first(where: { $0.key == text }) { return choice.value }
    let nearest = NearestName.best(for: text, among: names)
    wrongValue(field.path, value, text, expected: expected, hint: nearest.map { "did you mean `\($0)`?" })
    return nil
  }

  /// An absolute path.
  mutating func path(_ field: Field) -> String? {
    guard let value = single(field) else { return nil }
    return path(value, field.path)
  }

  mutating func path(_ value: Value, _ name: String) -> String? {
    guard let text = word(value, name, expected: "an absolute path") else { return nil }
    guard text.hasPrefix("/") else {
      wrongValue(
        name, value, text, expected: "an absolute path",
        hint: text.hasPrefix("~") ? "no `~` is expanded here: write the directory out" : nil)
      return nil
    }
    return text
  }

  // MARK: Lists

  /// The elements of a list; a single value is a list of one, a repeated key adds to it.
  func elements(_ field: Field) -> [Value] {
    field.values.flatMap { value in
      if case .array(let elements) = value.content { elements } else { [value] }
    }
  }

  /// A list of texts, each taken by `read`; what is written twice counts once.
  mutating func list(_ field: Field, _ read: (inout ValueReader, Value, String) -> String?) -> [String] {
    var seen: Set<String> = []
    var list: [String] = []
    for element in elements(field) {
      if let text = read(&self, element, field.path), seen.insert(text).inserted { list.append(text) }
    }
    return list
  }

  mutating func paths(_ field: Field) -> [String] {
    list(field) { $0.path($1, $2) }
  }

  // MARK: Sections

  /// The members of a section with known keys.
  mutating func section(_ field: Field, keys: [String]) -> OrderedDictionary<String, Field>? {
    guard
      let members = members(field, expected: "a section { … } with \(keys.map { "`\($0)`" }.joined(separator: ", "))")
    else { return nil }
    var fields: OrderedDictionary<String, Field> = [:]
    for member in members {
      guard keys.contains(member.name) else {
        unknownKey(member.name, inSection: field.path, at: member.keyLocation, among: keys)
        continue
      }
      if fields[member.name] == nil {
        fields[member.name] = member
      } else {
        fields[member.name]?.values += member.values
      }
    }
    return fields
  }

  /// The members of a map with free keys, in order; a map that is written twice is the sum of both. `nil` when no value is
  /// a map.
  mutating func members(_ field: Field, expected: String) -> [Field]? {
    var fields: [Field]?
    for value in field.values {
      guard case .object(let object) = value.content else {
        wrongType(field.path, value, expected: expected)
        continue
      }
      fields = fields ?? []
      for member in object.members {
        fields?.append(
          Field(
            path: "\(field.path).\(member.key)", name: member.key, keyLocation: member.keyLocation,
            values: member.values))
      }
    }
    return fields
  }

  mutating func unknownKey(
    _ key: String, in place: String, at location: SourceLocation, among keys: some Sequence<String>,
    otherwise: String? = nil
  ) {
    let nearest = otherwise ?? NearestName.best(for: key, among: keys)
    error("unknown key `\(key)` in \(place)", at: location, hint: nearest.map { "did you mean `\($0)`?" })
  }
}

extension ValueReader {
  /// The same in a section of a service or of the supervisor.
  mutating func unknownKey(_ key: String, inSection section: String, at location: SourceLocation, among keys: [String])
  {
    let meant = SectionWords.key(meantBy: key, in: section, among: keys)
    unknownKey(key, in: "`\(section)`", at: location, among: keys, otherwise: meant)
  }
}

extension Value.Content {
  var isNull: Bool {
    if case .null = self { true } else { false }
  }

  var isBoolean: Bool {
    if case .boolean = self { true } else { false }
  }
}
