import UCL

extension Value {
  /// The value with `${instance}` replaced in every scalar of it.
  func replacingInstance(with instance: String) -> Value {
    var value = self
    value.sourceText = sourceText.replacing("${instance}", with: instance)
    switch content {
    case .string(let string):
      value.content = .string(string.replacing("${instance}", with: instance))
    case .array(let elements):
      value.content = .array(elements.map { $0.replacingInstance(with: instance) })
    case .object(let object):
      var replaced = Object()
      for member in object.members {
        for value in member.values {
          replaced.append(value.replacingInstance(with: instance), forKey: member.key, at: member.keyLocation)
        }
      }
      value.content = .object(replaced)
    case .null, .boolean, .integer, .real, .duration:
      break
    }
    return value
  }
}

extension ServiceSection {
  /// The section of one instance of a template.
  func instantiated(_ instance: String) -> ServiceSection {
    var section = self
    section.name += instance
    section.drop(.instances)
    for index in section.entries.indices {
      section.entries[index].field.values = section.entries[index].field.values.map {
        $0.replacingInstance(with: instance)
      }
    }
    return section
  }

  /// Which instances exist at boot.
  func bootInstances(_ reader: inout ValueReader) -> [String] {
    guard let field = self[.instances] else { return [] }
    return reader.list(field) { reader, value, path in
      guard let instance = reader.word(value, path, expected: "what follows the `@`, such as ttyv0") else { return nil }
      guard ServiceName.isInstance(instance) else {
        reader.error(
          "`\(instance)` cannot be an instance of `\(name)`", at: value.location,
          expected: "letters, digits and . _ - +")
        return nil
      }
      return instance
    }
  }
}
