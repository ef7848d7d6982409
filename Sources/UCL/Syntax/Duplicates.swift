/// What becomes of a member whose key is there already.
extension ParseRun {
  mutating func add(_ member: Object.Member, to object: inout Object) throws(ParseError) {
    guard let position = object.position(of: member.key) else {
      object.insert(member)
      return noteInheritable(member)
    }
    switch duplicates {
    case .append: append(member, to: &object, at: position)
    case .rewrite: object.replace(at: position, with: member)
    case .merge: try merge(member, into: &object, at: position)
    case .error:
      let present = object.members[position]
      throw ParseError(
        "`\(member.key)` is there already, at \(present.keyLocation)", at: member.keyLocation,
        hint: "the file is included with `duplicate=error`")
    }
    noteInheritable(object.members[position])
  }

  /// The same priority makes an implicit array, a higher one replaces, a lower one is passed over.
  private func append(_ member: Object.Member, to object: inout Object, at position: Int) {
    let present = object.members[position].origin
    if present.isInherited || present.priority < member.origin.priority {
      object.replace(at: position, with: member)
    } else if present.priority == member.origin.priority {
      for value in member.values { object.appendValue(value, at: position) }
    }
  }

  /// Objects merge key by key, arrays are joined; a plain value follows the rule of `append`, or replaces a container.
  private mutating func merge(
    _ member: Object.Member, into object: inout Object, at position: Int
  ) throws(ParseError) {
    guard let value = member.values.first else { return }
    forgetInheritable(member.key)
    var present = object.takeFirstValue(at: position)
    switch (present.content, value.content) {
    case (.object(var inner), .object(let other)):
      present.content = .null
      for member in other.members { try add(member, to: &inner) }
      present.content = .object(inner)
    case (.array(var elements), .array(let others)):
      present.content = .null
      elements.append(contentsOf: others)
      present.content = .array(elements)
    case (.object, .array), (.array, .object):
      throw ParseError(
        "cannot merge `\(member.key)`: an object and an array", at: member.keyLocation,
        hint: "it was given before at \(object.members[position].keyLocation)")
    case (.object, _), (.array, _):
      present = value
    default:
      object.putFirstValue(present, at: position)
      return append(member, to: &object, at: position)
    }
    object.putFirstValue(present, at: position)
  }

  /// Objects of the top level can be inherited from.
  mutating func noteInheritable(_ member: Object.Member) {
    guard depth == 0, case .object(let object)? = member.values.first?.content else { return }
    inheritable[member.key] = object
  }

  /// Lets go of an object that is about to change: while two hold it, a change copies all of its members.
  mutating func forgetInheritable(_ key: String) {
    if depth == 0 { inheritable[key] = nil }
  }
}
