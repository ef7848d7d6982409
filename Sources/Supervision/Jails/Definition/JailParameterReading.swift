import UCL

// Parameters of the kernel, as a section `jail` has them.
extension JailReader {
  mutating func readParameter(_ field: Field, _ kind: JailParameterKind) {
    switch kind {
    case .flag:
      if let value = reader.boolean(field) { add(JailParameter(field.name, .flag(value)), field) }
    case .integer(let range):
      if let number = reader.integer(field, in: range) { add(JailParameter(field.name, .text("\(number)")), field) }
    case .text(let most):
      if let text = reader.line(field, most: most) { add(JailParameter(field.name, .text(text)), field) }
    case .words(let words):
      readWord(field, words)
    case .addresses(let isIPv6):
      readAddresses(field, isIPv6: isIPv6)
    }
  }

  private mutating func readWord(_ field: Field, _ words: [String]) {
    let expected = words.map { "`\($0)`" }.joined(separator: " or ")
    guard let value = reader.single(field), let text = reader.text(value, field.path, expected: expected) else {
      return
    }
    guard words.contains(text) else {
      let nearest = value.content.isBoolean ? nil : NearestName.best(for: text, among: words)
      reader.wrongValue(
        field.path, value, text, expected: expected, hint: nearest.map { "did you mean `\($0)`?" })
      return
    }
    // The network is one thing, whichever way it was said.
    if field.name == "vnet", text == "new" {
      network.isVnetNew = true
    } else {
      add(JailParameter(field.name, .text(text)), field)
    }
  }

  /// `parameters { "name" = value }`: passed to the kernel as they are.
  mutating func readParameters(_ field: Field) {
    guard let members = reader.members(field, expected: "a section { \"name\" = value }") else { return }
    inner += members
    for member in members {
      if JailParameterNames.isKnown(member.name) {
        let hint = JailParameterNames.refused[member.name] == nil ? "write it in `jail` itself" : nil
        reader.error("`\(member.name)` is known, and is not for `parameters`", at: member.keyLocation, hint: hint)
        continue
      }
      guard let value = unchecked(member) else { continue }
      add(JailParameter(member.name, value), member)
    }
  }

  private mutating func unchecked(_ field: Field) -> JailParameter.Value? {
    if field.values.count == 1, case .boolean(let flag) = field.values[0].content { return .flag(flag) }
    let expected = "a scalar, or a list of them"
    let texts = reader.elements(field).compactMap { reader.word($0, field.path, expected: expected) }
    guard texts.count == reader.elements(field).count else { return nil }
    guard !texts.isEmpty else {
      reader.error("`\(field.path)` is empty", at: field.location, expected: expected)
      return nil
    }
    return .text(texts.joined(separator: ","))
  }

  /// Adds a parameter, unless it is there under another spelling.
  mutating func add(_ parameter: JailParameter, _ field: Field) {
    guard jail.parameters.contains(where: { $0.name == parameter.name }) else {
      jail.parameters.append(parameter)
      return
    }
    var diagnostic = Diagnostic(
      .error, "the parameter `\(parameter.name)` is given more than once", at: field.keyLocation)
    if let first = written[parameter.name], first.path != field.path {
      diagnostic.related = [("also given here", first.keyLocation)]
    }
    reader.report(diagnostic)
  }
}
