import UCL

/// One spelling for what a section `jail` can say in two: `allow { raw_sockets = true }` becomes `allow.raw_sockets = true`,
/// and `hostname` becomes `host.hostname`.
///
/// It happens before sections are merged, so that an override finds the parameter however it was written below.
enum JailSpelling {
  static func dotted(_ field: Field) -> Field {
    var field = field
    field.values = field.values.map { value in
      guard case .object(let object) = value.content else { return value }
      var result = value
      var flat = Object()
      append(object, under: "", to: &flat, opens: isPrefix)
      result.content = .object(flat)
      return result
    }
    return field
  }

  /// The name under which a parameter is kept, however it was written.
  static func dotted(_ name: String) -> String {
    name == "hostname" ? "host.hostname" : name
  }

  private static func append(
    _ object: Object, under prefix: String, to flat: inout Object, opens: (String, Object) -> Bool
  ) {
    for member in object.members {
      let name = dotted(prefix + member.key)
      for value in member.values {
        guard case .object(let inner) = value.content else {
          flat.append(value, forKey: name, at: member.keyLocation)
          continue
        }
        if opens(name, inner) {
          append(inner, under: name + ".", to: &flat, opens: opens)
        } else if name == "parameters" {
          var parameters = Object()
          append(inner, under: "", to: &parameters, opens: { _, _ in true })
          var value = value
          value.content = .object(parameters)
          flat.append(value, forKey: name, at: member.keyLocation)
        } else {
          flat.append(value, forKey: name, at: member.keyLocation)
        }
      }
    }
  }

  /// Whether a section holds further parts of a parameter's name.
  private static func isPrefix(_ name: String, _ section: Object) -> Bool {
    // `mount` is a list of sections of its own, and the first part of `mount.devfs`.
    if name == "mount" {
      return !section.members.isEmpty && section.members.allSatisfy { JailParameterNames.isKnown("mount.\($0.key)") }
    }
    return JailParameterNames.prefixes.contains(name)
  }
}

extension JailParameterNames {
  /// Whether a name means something, be it only an error of its own.
  static func isKnown(_ name: String) -> Bool {
    kind(of: name) != nil || own.contains(name) || refused[name] != nil
  }

  /// Whether a name can stand in the section: refused ones have an error of their own.
  static func hasMeaning(_ name: String) -> Bool {
    kind(of: name) != nil || own.contains(name) || negated(name) != nil
  }
}
