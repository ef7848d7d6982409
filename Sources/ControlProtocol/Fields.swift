import UCL

/// A message that is not what the protocol says: which field, and what was expected there.
public struct MalformedMessage: Error, Sendable, Equatable {
  /// A sentence without a full stop: "`services` must be a list of strings".
  public var message: String

  public init(_ message: String) {
    self.message = message
  }
}

/// The members of a JSON object, read by name and type. What is not asked for is ignored: a later version of the
/// protocol may add keys.
struct Fields {
  private let object: Object
  /// What an error calls the object: empty for the message itself, else `status.`.
  private let path: String
  /// Whether texts come as they may be printed (``Swift/String/printable``).
  private let isForPrinting: Bool

  init(_ value: Value, path: String = "", isForPrinting: Bool = false) throws(MalformedMessage) {
    guard case .object(let object) = value.content else {
      throw MalformedMessage("\(path.isEmpty ? "a message" : "`\(path)`") must be a JSON object")
    }
    self.object = object
    self.isForPrinting = isForPrinting
    self.path = path.isEmpty ? "" : path + "."
  }

  private func value(_ key: String) throws(MalformedMessage) -> Value? {
    guard let member = object[key] else { return nil }
    guard member.values.count == 1 else { throw MalformedMessage("`\(path)\(key)` stands there more than once") }
    if case .null = member.values[0].content { return nil }
    return member.values[0]
  }

  private func wrong(_ key: String, _ expected: String) -> MalformedMessage {
    MalformedMessage("`\(path)\(key)` must be \(expected)")
  }

  func contains(_ key: String) -> Bool { object[key] != nil }

  // MARK: Strings

  /// The text as it came, for what is not for people: bytes that pass through.
  func optionalRawString(_ key: String) throws(MalformedMessage) -> String? {
    guard let value = try value(key) else { return nil }
    guard case .string(let text) = value.content else { throw wrong(key, "a string") }
    return text
  }

  func optionalString(_ key: String) throws(MalformedMessage) -> String? {
    let text = try optionalRawString(key)
    return isForPrinting ? text?.printable : text
  }

  /// A text of several lines.
  func optionalLines(_ key: String) throws(MalformedMessage) -> String? {
    let text = try optionalRawString(key)
    return isForPrinting ? text?.printableLines : text
  }

  func string(_ key: String) throws(MalformedMessage) -> String {
    guard let text = try optionalString(key) else { throw wrong(key, "a string, and is missing") }
    return text
  }

  func string(_ key: String, or absent: String) throws(MalformedMessage) -> String {
    try optionalString(key) ?? absent
  }

  /// A word from a fixed set.
  func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Word.Type
  ) throws(MalformedMessage) -> Word where Word.RawValue == String {
    guard let word = try optionalWord(key, type) else {
      throw wrong(key, "one of \(Self.choices(type)), and is missing")
    }
    return word
  }

  func optionalWord<Word: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Word.Type
  ) throws(MalformedMessage) -> Word? where Word.RawValue == String {
    guard let text = try optionalString(key) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw wrong(key, "one of \(Self.choices(type))")
    }
    return word
  }

  private static func choices<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) -> String
  where Word.RawValue == String {
    Word.allCases.map(\.rawValue).joined(separator: ", ")
  }

  func strings(_ key: String) throws(MalformedMessage) -> [String] {
    var strings: [String] = []
    for value in try array(key, of: "strings") {
      guard case .string(let text) = value.content else { throw wrong(key, "a list of strings") }
      strings.append(isForPrinting ? text.printable : text)
    }
    return strings
  }

  // MARK: Numbers, flags, times

  func optionalInteger<Number: FixedWidthInteger>(
    _ key: String, _ type: Number.Type = Number.self
  ) throws(MalformedMessage) -> Number? {
    guard let value = try value(key) else { return nil }
    guard case .integer(let number) = value.content, let exact = Number(exactly: number) else {
      throw wrong(key, "a whole number from \(Number.min) to \(Number.max)")
    }
    return exact
  }

  func integer<Number: FixedWidthInteger>(_ key: String) throws(MalformedMessage) -> Number {
    guard let number = try optionalInteger(key, Number.self) else {
      throw wrong(key, "a whole number, and is missing")
    }
    return number
  }

  func integer<Number: FixedWidthInteger>(_ key: String, or absent: Number) throws(MalformedMessage) -> Number {
    try optionalInteger(key, Number.self) ?? absent
  }

  func flag(_ key: String, or absent: Bool) throws(MalformedMessage) -> Bool {
    guard let value = try value(key) else { return absent }
    guard case .boolean(let flag) = value.content else { throw wrong(key, "true or false") }
    return flag
  }

  func optionalTimestamp(_ key: String) throws(MalformedMessage) -> Timestamp? {
    guard let text = try optionalString(key) else { return nil }
    guard let time = Timestamp(text) else { throw wrong(key, "a time such as 2026-11-24T10:02:11.250Z") }
    return time
  }

  func timestamp(_ key: String) throws(MalformedMessage) -> Timestamp {
    guard let time = try optionalTimestamp(key) else { throw wrong(key, "a time, and is missing") }
    return time
  }

  // MARK: Structure

  func optionalObject(_ key: String) throws(MalformedMessage) -> Fields? {
    guard let value = try value(key) else { return nil }
    return try Fields(value, path: path + key, isForPrinting: isForPrinting)
  }

  /// A list of objects; absent is empty.
  func objects<Element>(
    _ key: String, _ read: (Fields) throws(MalformedMessage) -> Element
  ) throws(MalformedMessage) -> [Element] {
    var elements: [Element] = []
    let values = try array(key, of: "objects")
    elements.reserveCapacity(values.count)
    for value in values { elements.append(try read(try Fields(value, path: path + key, isForPrinting: isForPrinting))) }
    return elements
  }

  private func array(_ key: String, of what: String) throws(MalformedMessage) -> [Value] {
    guard let value = try value(key) else { return [] }
    guard case .array(let elements) = value.content else { throw wrong(key, "a list of \(what)") }
    return elements
  }
}
