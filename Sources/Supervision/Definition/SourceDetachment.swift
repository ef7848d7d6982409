import UCL

/// Lets diagnostics and values outlive the texts that they point into.
///
/// A location keeps its whole source alive. A configuration is kept for as long as the supervisor runs, and must not keep
/// every file in memory: what is kept of it points into sources of the same names without a text. A diagnostic takes along
/// a copy of the one line that it shows.
struct SourceDetachment {
  private var empty: [String: Source] = [:]

  mutating func detach(_ diagnostic: Diagnostic) -> Diagnostic {
    var detached = diagnostic
    if let location = diagnostic.location {
      detached.excerpt = diagnostic.excerpt ?? location.source.line(Int(location.line))
      detached.location = detach(location)
    }
    for index in detached.related.indices {
      detached.related[index].location = detach(detached.related[index].location)
    }
    return detached
  }

  mutating func detach(_ section: ServiceSection) -> ServiceSection {
    var detached = section
    detached.location = detach(section.location)
    for index in detached.entries.indices {
      detached.entries[index].field.keyLocation = detach(detached.entries[index].field.keyLocation)
      for value in detached.entries[index].field.values.indices {
        detach(&detached.entries[index].field.values[value])
      }
    }
    return detached
  }

  private mutating func detach(_ value: inout Value) {
    value.location = detach(value.location)
    switch value.content {
    case .array(var elements):
      for index in elements.indices { detach(&elements[index]) }
      value.content = .array(elements)
    case .object(let object):
      var detached = Object()
      for member in object.members {
        for var inner in member.values {
          detach(&inner)
          detached.append(inner, forKey: member.key, at: detach(member.keyLocation))
        }
      }
      value.content = .object(detached)
    case .null, .boolean, .integer, .real, .duration, .string:
      break
    }
  }

  private mutating func detach(_ location: SourceLocation) -> SourceLocation {
    let name = location.source.name
    let source = empty[name] ?? Source(name: name, bytes: [])
    empty[name] = source
    return SourceLocation(
      source: source, line: Int(location.line), column: Int(location.column), length: Int(location.length))
  }
}
