import UCL

/// A `service`, `group` or `defaults` section: its keys are known, its values are not looked at yet.
struct ServiceSection {
  struct Entry {
    var key: ServiceKey
    var field: Field
    /// Comes from a `defaults` section only.
    var isDefault = false
  }

  enum Kind: Equatable {
    case service
    case group
    case defaults

    var word: String {
      switch self {
      case .service: "service"
      case .group: "group"
      case .defaults: "defaults"
      }
    }
  }

  var kind: Kind
  var name: String
  /// Where the name stands.
  var location: SourceLocation
  /// The position of its file in the load order.
  var file: Int
  var isPackaged: Bool
  /// In the order of their first appearance, each key once.
  var entries: [Entry] = []
  var isOverride = false
  /// The sections `append` and `remove` of an override.
  var append: Field?
  var remove: Field?

  subscript(key: ServiceKey) -> Field? {
    entries.first { $0.key == key }?.field
  }

  /// Replaces or adds a key.
  mutating func set(_ key: ServiceKey, _ field: Field) {
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index] = Entry(key: key, field: field)
    } else {
      entries.append(Entry(key: key, field: field))
    }
  }

  mutating func drop(_ key: ServiceKey) {
    entries.removeAll { $0.key == key }
  }

  /// Where a list of names mentions `name`, for the diagnostics of the graph.
  func place(of name: String, in key: ServiceKey) -> SourceLocation? {
    guard let field = self[key] else { return nil }
    if let object = field.mergedObject {
      // `jail { shared-with = x }`
      let values = object.members.flatMap(\.values)
      return values.first { $0.text == name }?.location ?? field.keyLocation
    }
    for value in field.values {
      if value.text == name { return value.location }
      guard case .array(let elements) = value.content else { continue }
      if let element = elements.first(where: { $0.text == name }) { return element.location }
    }
    return field.keyLocation
  }
}

extension ServiceSection {
  /// Where what is lacking is named.
  func place(of lack: HostInspection.Lack) -> SourceLocation? {
    guard let field = self[lack.key] else { return nil }
    guard let text = lack.value else { return field.location }
    return field.values.lazy.compactMap { $0.place(of: text) }.first ?? field.location
  }
}

extension Value {
  /// Where a text stands in a value: by itself, or as the first word of a command.
  func place(of text: String) -> SourceLocation? {
    switch content {
    case .array(let elements): return elements.lazy.compactMap { $0.place(of: text) }.first
    case .object(let object):
      return object.members.lazy.flatMap(\.values).compactMap { $0.place(of: text) }.first
    default:
      guard let own = self.text, own == text || own.hasPrefix("\(text) ") else { return nil }
      return location
    }
  }
}

// Sorting the members of a section into known keys.
extension ServiceSection {
  /// Words of a section that are no keys of a service.
  private static let overrideWords = ["override", "append", "remove"]

  /// Takes the members of a section; unknown keys are reported here, once, whatever the section is merged with later.
  mutating func take(_ object: Object, _ reader: inout ValueReader) {
    for member in object.members {
      if let key = ServiceKey(rawValue: member.key), kind != .defaults || key.fitsDefaults {
        entries.append(Entry(key: key, field: Self.spelled(Field(member), key)))
      } else if kind != .defaults, Self.overrideWords.contains(member.key) {
        takeOverrideWord(Field(member), &reader)
      } else {
        reportUnknown(member, &reader)
      }
    }
    refuseAppendWithoutOverride(&reader)
  }

  /// A field in the spelling in which sections are merged.
  static func spelled(_ field: Field, _ key: ServiceKey) -> Field {
    key == .jail ? JailSpelling.dotted(field) : field
  }

  private mutating func takeOverrideWord(_ field: Field, _ reader: inout ValueReader) {
    switch field.name {
    case "override": isOverride = reader.boolean(field) ?? true
    case "append": append = field
    default: remove = field
    }
  }

  private func refuseAppendWithoutOverride(_ reader: inout ValueReader) {
    guard !isOverride else { return }
    for field in [append, remove].compactMap(\.self) {
      reader.error(
        "`\(field.name)` has a meaning only in an override", at: field.keyLocation,
        hint: "say `override = true` to change a definition that is made elsewhere")
    }
  }

  private func reportUnknown(_ member: Object.Member, _ reader: inout ValueReader) {
    let place = kind == .defaults ? "defaults" : "\(kind.word) \(name)"
    if kind == .defaults, ServiceKey(rawValue: member.key) != nil || Self.overrideWords.contains(member.key) {
      reader.error(
        "`\(member.key)` cannot stand in `defaults`", at: member.keyLocation, hint: "it belongs to one service")
      return
    }
    let folded = member.key.lowercased().replacing("_", with: "-")
    let keys = ServiceKey.allCases.map(\.rawValue) + (kind == .defaults ? [] : Self.overrideWords)
    reader.unknownKey(
      member.key, in: place, at: member.keyLocation, among: keys,
      otherwise: ServiceKey.elsewhere[folded]?.rawValue)
  }
}
