import UCL

/// A key with what was written for it.
struct Field {
  /// As a diagnostic calls it: `stop.signal`.
  var path: String
  /// The last part of the path: `signal`.
  var name: String
  var keyLocation: SourceLocation
  /// One value, or several when the key was repeated.
  var values: [Value]

  init(path: String, name: String, keyLocation: SourceLocation, values: [Value]) {
    self.path = path
    self.name = name
    self.keyLocation = keyLocation
    self.values = values
  }

  /// A key of the section itself.
  init(_ member: Object.Member) {
    self.init(path: member.key, name: member.key, keyLocation: member.keyLocation, values: member.values)
  }

  /// The place of the first value.
  var location: SourceLocation { values.first?.location ?? keyLocation }
}

extension Value {
  /// A scalar as the text that a service sees: a string's contents, anything else as it was written (`0640`, `10m`, `yes`).
  /// `nil` for lists and sections.
  var text: String? {
    switch content {
    case .string(let string): string
    case .array, .object: nil
    case .null, .boolean, .integer, .real, .duration: sourceText
    }
  }

  /// What the value is, in the words of a diagnostic.
  var kind: String {
    switch content {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer, .real: "a number"
    case .duration: "a duration"
    case .string: "a string"
    case .array: "a list"
    case .object: "a section"
    }
  }
}
