import UCL

// How sections combine: `defaults` below a definition, overrides above it.
//
// It happens on values, before they are read as types: each value keeps its own place, so a mistake in an override is
// reported where it was written.
extension ServiceSection {
  // MARK: Defaults

  /// Fills in what the section does not say itself. Maps are filled up key by key.
  mutating func fill(from defaults: ServiceSection) {
    for entry in defaults.entries {
      if kind == .group, entry.key == .exec { continue }
      // What jails have in common is nothing to a service that runs in the jail of another.
      if entry.key == .jail, borrowsJail { continue }
      if let index = entries.firstIndex(where: { $0.key == entry.key }) {
        let own = entries[index].field
        guard entry.key.isMerged, let base = entry.field.mergedObject, let top = own.mergedObject else { continue }
        entries[index].field.values = [base.merging(top, at: own, path: entry.key.rawValue)]
      } else {
        entries.append(Entry(key: entry.key, field: entry.field, isDefault: true))
      }
    }
  }

  private var borrowsJail: Bool {
    guard let jail = self[.jail]?.mergedObject else { return false }
    return jail["shared-with"] != nil || jail["enter"] != nil
  }

  // MARK: Overrides

  /// Changes the section as an override says: first its keys, then `append`, then `remove`.
  mutating func apply(_ override: ServiceSection, _ reader: inout ValueReader) {
    for entry in override.entries {
      var field = entry.field
      if entry.key.isMerged, let base = self[entry.key]?.mergedObject, let top = field.mergedObject {
        field.values = [base.merging(top, at: field, path: entry.key.rawValue)]
      }
      set(entry.key, field)
    }
    if let field = override.append { applyAppend(field, &reader) }
    if let field = override.remove { applyRemove(field, &reader) }
  }

  private mutating func applyAppend(_ field: Field, _ reader: inout ValueReader) {
    for member in changes(field, &reader) {
      guard let key = listKey(member, &reader, allowing: []) else { continue }
      if key.holdsLists {
        appendInside(key, Self.spelled(member, key), &reader)
        continue
      }
      var appended = Field(
        path: key.rawValue, name: key.rawValue, keyLocation: self[key]?.keyLocation ?? member.keyLocation,
        values: self[key]?.values ?? [])
      appended.values += member.values
      set(key, appended)
    }
  }

  /// `append { preconditions { files = /x } }`: to the lists in a section.
  private mutating func appendInside(_ key: ServiceKey, _ member: Field, _ reader: inout ValueReader) {
    guard let added = member.mergedObject else {
      reader.error("`append.\(key.rawValue)` is no section", at: member.location, expected: "{ … = [...] }")
      return
    }
    var object = self[key]?.mergedObject ?? Object()
    for inner in added.members {
      for value in inner.values { object.append(value, forKey: inner.key, at: inner.keyLocation) }
    }
    let location = self[key]?.keyLocation ?? member.keyLocation
    set(
      key,
      Field(
        path: key.rawValue, name: key.rawValue, keyLocation: location, values: [Value(.object(object), at: location)]))
  }

  private mutating func applyRemove(_ field: Field, _ reader: inout ValueReader) {
    for member in changes(field, &reader) {
      if member.name == "keys" {
        removeKeys(member, &reader)
        continue
      }
      guard let key = listKey(member, &reader, allowing: ["keys"]) else { continue }
      if key.holdsLists {
        removeInside(key, Self.spelled(member, key), &reader)
      } else if let base = self[key] {
        set(key, reader.removing(member, from: base))
      } else {
        reader.note("nothing to remove: \(name) has no `\(key.rawValue)`", at: member.keyLocation)
      }
    }
  }

  private mutating func removeInside(_ key: ServiceKey, _ member: Field, _ reader: inout ValueReader) {
    guard let removed = member.mergedObject, let base = self[key], var object = base.mergedObject else {
      reader.note("nothing to remove: \(name) has no such `\(key.rawValue)`", at: member.keyLocation)
      return
    }
    for inner in removed.members {
      let path = "\(key.rawValue).\(inner.key)"
      guard let present = object[inner.key] else {
        reader.note("nothing to remove: \(name) has no `\(path)`", at: inner.keyLocation)
        continue
      }
      let from = Field(path: path, name: inner.key, keyLocation: present.keyLocation, values: present.values)
      let what = Field(path: path, name: inner.key, keyLocation: inner.keyLocation, values: inner.values)
      object.set(reader.removing(what, from: from).values, forKey: inner.key, at: present.keyLocation)
    }
    var field = base
    field.values = [Value(.object(object), at: base.location)]
    set(key, field)
  }

  /// `remove { keys = [log, stop.exec] }`: whole keys, or one of a map.
  private mutating func removeKeys(_ member: Field, _ reader: inout ValueReader) {
    for element in reader.elements(member) {
      guard let path = reader.word(element, "remove.keys", expected: "the name of a key, such as log or stop.exec")
      else {
        continue
      }
      let parts = path.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let key = ServiceKey(rawValue: parts[0]) else {
        reader.unknownKey(
          parts[0], in: "`remove.keys`", at: element.location, among: ServiceKey.allCases.map(\.rawValue))
        continue
      }
      if !removeKey(key, inner: parts.count > 1 ? parts[1] : nil) {
        reader.note("nothing to remove: \(name) has no `\(path)`", at: element.location)
      }
    }
  }

  private mutating func removeKey(_ key: ServiceKey, inner: String?) -> Bool {
    guard var field = self[key] else { return false }
    guard let inner else {
      drop(key)
      return true
    }
    guard var object = field.mergedObject else { return false }
    let name = key == .jail ? JailSpelling.dotted(inner) : inner
    // What was written as a section of its own lies dotted below the name: `jail.allow` and `allow { raw_sockets = true }`.
    let removed = object.members.filter { $0.key == name || $0.key.hasPrefix(name + ".") }
    guard !removed.isEmpty else { return false }
    for member in removed { object.set([], forKey: member.key, at: member.keyLocation) }
    if object.members.isEmpty {
      drop(key)
    } else {
      field.values = [Value(.object(object), at: field.location)]
      set(key, field)
    }
    return true
  }

  private func changes(_ field: Field, _ reader: inout ValueReader) -> [Field] {
    reader.members(field, expected: "a section { requirement = [...] }") ?? []
  }

  /// The list that a member of `append` or `remove` changes.
  private func listKey(_ member: Field, _ reader: inout ValueReader, allowing words: [String]) -> ServiceKey? {
    let lists = ServiceKey.allCases.filter { $0.shape == .list || $0.holdsLists }.map(\.rawValue)
    guard let key = ServiceKey(rawValue: member.name) else {
      let section = member.path.prefix { $0 != "." }
      reader.unknownKey(member.name, in: "`\(section)`", at: member.keyLocation, among: lists + words)
      return nil
    }
    guard key.shape == .list || key.holdsLists else {
      reader.error(
        "`\(member.path)`: `\(key.rawValue)` is no list", at: member.keyLocation,
        expected: "one of \(lists.joined(separator: ", "))",
        hint: "set `\(key.rawValue)` in the override itself, or drop it by `remove { keys = [\(key.rawValue)] }`")
      return nil
    }
    return key
  }
}

extension ValueReader {
  /// A list without the elements that `field` names; one that is not there is a note.
  fileprivate mutating func removing(_ field: Field, from base: Field) -> Field {
    var remaining = elements(base)
    for unwanted in elements(field) {
      let count = remaining.count
      remaining.removeAll { $0.isSame(as: unwanted) }
      if remaining.count == count {
        note("nothing to remove: `\(base.path)` does not contain this", at: unwanted.location)
      }
    }
    var result = base
    result.values = [Value(.array(remaining), at: base.location)]
    return result
  }
}

extension Value {
  /// Whether two values say the same, wherever and however they were written.
  fileprivate func isSame(as other: Value) -> Bool {
    switch (content, other.content) {
    case (.array(let mine), .array(let theirs)):
      return mine.elementsEqual(theirs) { $0.isSame(as: $1) }
    case (.object(let mine), .object(let theirs)):
      return mine.members.count == theirs.members.count
        && mine.members.allSatisfy { member in
          guard let their = theirs[member.key] else { return false }
          return member.values.elementsEqual(their.values) { $0.isSame(as: $1) }
        }
    default:
      guard let mine = text, let theirs = other.text else { return false }
      return mine == theirs
    }
  }
}

extension Field {
  /// The section that the values make up, when all of them are sections.
  var mergedObject: Object? {
    var merged: Object?
    for value in values {
      guard case .object(let object) = value.content else { return nil }
      guard var sum = merged else {
        merged = object
        continue
      }
      for member in object.members {
        for value in member.values { sum.append(value, forKey: member.key, at: member.keyLocation) }
      }
      merged = sum
    }
    return merged
  }
}

extension Object {
  /// This object with the members of another laid over it; members that are sections in both are merged in turn.
  fileprivate func merging(_ top: Object, at field: Field, path: String) -> Value {
    var result = self
    // `reload` and actions are either a signal or a command: naming one takes the place of the other.
    let isReaction = path == "reload" || path.hasPrefix("actions.")
    if isReaction, let exec = result["exec"], top["signal"] != nil {
      result.set([], forKey: "exec", at: exec.keyLocation)
      if let timeout = result["timeout"] { result.set([], forKey: "timeout", at: timeout.keyLocation) }
    } else if isReaction, let signal = result["signal"], top["exec"] != nil {
      result.set([], forKey: "signal", at: signal.keyLocation)
    }
    for member in top.members {
      let inner = Field(
        path: "\(path).\(member.key)", name: member.key, keyLocation: member.keyLocation, values: member.values)
      guard let base = result[member.key] else {
        for value in member.values { result.append(value, forKey: member.key, at: member.keyLocation) }
        continue
      }
      var values = member.values
      let below = Field(path: inner.path, name: inner.name, keyLocation: base.keyLocation, values: base.values)
      if let object = below.mergedObject, let topObject = inner.mergedObject {
        values = [object.merging(topObject, at: inner, path: inner.path)]
      }
      // Removed and added again: the key's place is that of the override.
      result.set([], forKey: member.key, at: base.keyLocation)
      result.set(values, forKey: member.key, at: member.keyLocation)
    }
    return Value(.object(result), at: field.location)
  }
}
