import UCL

/// The members of a JSON object, read one by one; what is missing or of another kind is an error that names it.
struct JournalFields {
  private let object: Object
  /// What the errors begin with: `line 3`, `line 3: "intent"`.
  let place: String

  init(_ value: Value, at place: String) throws(JailError) {
    guard let object = value.object else { throw JailError("\(place) is not a JSON object") }
    self.object = object
    self.place = place
  }

  func has(_ key: String) -> Bool { object[key] != nil }

  func optional(_ key: String) -> Value? { object[key]?.values.last }

  func value(_ key: String) throws(JailError) -> Value {
    guard let value = optional(key) else { throw JailError("\(place) lacks \"\(key)\"") }
    return value
  }

  func fields(_ key: String) throws(JailError) -> JournalFields {
    try JournalFields(value(key), at: "\(place): \"\(key)\"")
  }

  func text(_ key: String) throws(JailError) -> String {
    try required(value(key).string, key, "a string")
  }

  func optionalText(_ key: String) throws(JailError) -> String? {
    has(key) ? try text(key) : nil
  }

  func flag(_ key: String) throws(JailError) -> Bool {
    try required(value(key).boolean, key, "true or false")
  }

  func integer<Number: FixedWidthInteger>(
    _ key: String, as: Number.Type = Number.self
  ) throws(JailError) -> Number {
    try required(
      Number(exactlyCoded: value(key)), key, "a whole number from \(Number.min) to \(Number.max)")
  }

  func optionalInteger<Number: FixedWidthInteger>(
    _ key: String, as: Number.Type = Number.self
  ) throws(JailError) -> Number? {
    has(key) ? try integer(key) : nil
  }

  func list(_ key: String) throws(JailError) -> [Value] {
    try required(value(key).array, key, "a list")
  }

  func texts(_ key: String) throws(JailError) -> [String] {
    let list = try list(key)
    let texts = list.compactMap(\.string)
    return try required(texts.count == list.count ? texts : nil, key, "a list of strings")
  }

  /// A list of objects, each read by `read`.
  func list<Element>(
    _ key: String, _ read: (JournalFields) throws(JailError) -> Element
  ) throws(JailError) -> [Element] {
    var elements: [Element] = []
    for value in try list(key) {
      elements.append(try read(JournalFields(value, at: "\(place): an element of \"\(key)\"")))
    }
    return elements
  }

  /// Says that the value of a key is none of those that are known.
  func unknown(_ key: String, _ found: String) -> JailError {
    JailError("\(place): \"\(found)\" is no \"\(key)\" that is known")
  }

  private func required<Content>(
    _ content: Content?, _ key: String, _ kind: String
  ) throws(JailError) -> Content {
    guard let content else { throw JailError("\(place): \"\(key)\" is not \(kind)") }
    return content
  }
}

extension FixedWidthInteger {
  /// As a JSON number where that holds it (64 bits with a sign), else as a string of digits.
  var coded: Value {
    Int64(exactly: self).map { .integer($0) } ?? .string(String(self))
  }

  fileprivate init?(exactlyCoded value: Value) {
    if let integer = value.integer {
      self.init(exactly: integer)
    } else if let digits = value.string, let number = Self(digits), String(number) == digits {
      self = number
    } else {
      return nil
    }
  }
}
