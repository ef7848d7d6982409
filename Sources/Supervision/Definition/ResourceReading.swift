import UCL

extension ValueReader {
  /// `resources { memory = 1g; processes { deny = 200; log = 150 } }`
  mutating func resources(_ field: Field, fields inner: inout [Field]) -> [ResourceRule] {
    guard let members = members(field, expected: "a section { memory = 1g; … }") else { return [] }
    inner += members
    var first: [AccountedResource: Field] = [:]
    var rules: [ResourceRule] = []
    for member in members {
      guard let resource = AccountedResource(name: member.name) else {
        unknownKey(member.name, inSection: "resources", at: member.keyLocation, among: AccountedResource.names)
        continue
      }
      if let earlier = first.updateValue(member, forKey: resource) {
        var diagnostic = Diagnostic(
          .error, "the resource `\(resource.rawValue)` is given more than once", at: member.keyLocation)
        diagnostic.related = [("first given here", earlier.keyLocation)]
        report(diagnostic)
        continue
      }
      rules += self.rules(resource, member, fields: &inner)
    }
    return rules
  }

  private mutating func rules(
    _ resource: AccountedResource, _ field: Field, fields inner: inout [Field]
  ) -> [ResourceRule] {
    if field.values.contains(where: { $0.text == nil && $0.content.isObject }) {
      guard let actions = members(field, expected: "a section { ACTION = AMOUNT }") else { return [] }
      inner += actions
      return actions.compactMap { rule(resource, action: $0) }
    }
    guard let value = single(field) else { return [] }
    guard let action = resource.defaultAction else {
      error(
        "`\(field.path)` cannot be denied: a process that has used its time does not give it back", at: value.location,
        expected: "what is to happen then, such as { sigterm = 1h } or { log = 1h }")
      return []
    }
    guard let amount = amount(resource, value, field.path),
      !refuseZero(amount, of: resource, action, value, field.path)
    else { return [] }
    return [ResourceRule(resource.rawValue, action, amount)]
  }

  /// Nothing at all of what every process uses: then none runs. To write down the use, from the first on, is no bound.
  private mutating func refuseZero(
    _ amount: UInt64, of resource: AccountedResource, _ action: String, _ value: Value, _ path: String
  ) -> Bool {
    guard amount == 0, resource.isIndispensable, !["log", "devctl"].contains(action) else { return false }
    error(
      "`\(path)` is 0: nothing could run", at: value.location, expected: "more than 0",
      hint: "without the line there is no bound")
    return true
  }

  private mutating func rule(_ resource: AccountedResource, action field: Field) -> ResourceRule? {
    let action = field.name.lowercased()
    guard AccountedResource.actions.contains(action) else {
      let nearest = NearestName.best(for: field.name, among: AccountedResource.actions)
      error(
        "unknown action `\(field.name)` in `\(field.path.dropLast(field.name.count + 1))`", at: field.keyLocation,
        expected: resource.actionForm, hint: nearest.map { "did you mean `\($0)`?" })
      return nil
    }
    let refusal: String? =
      switch action {
      case "deny" where !resource.isDeniable: "rctl(8) does not deny it"
      case "throttle" where !resource.isThrottled: "rctl(8) throttles readbps, writebps, readiops and writeiops only"
      default: nil
      }
    if let refusal {
      error(
        "`\(field.path)` cannot be: \(refusal)", at: field.keyLocation,
        expected: resource.actionForm)
      return nil
    }
    guard let value = single(field), let amount = amount(resource, value, field.path) else { return nil }
    guard !refuseZero(amount, of: resource, action, value, field.path) else { return nil }
    return ResourceRule(resource.rawValue, action, amount)
  }

  private mutating func amount(_ resource: AccountedResource, _ value: Value, _ path: String) -> UInt64? {
    let expected =
      switch resource.unit {
      case .bytes: "a size such as 512k, 64m or 1g, or a number of bytes"
      case .seconds: "a duration such as 30s or 1h in whole seconds"
      case .percent: "a part of one CPU, such as 50% or 150%"
      case .count: "a whole number"
      }
    guard let text = text(value, path, expected: expected) else { return nil }
    let amount: UInt64? =
      switch resource.unit {
      case .bytes: SizeText.parse(text)
      case .seconds: DurationText.parse(text).flatMap(\.wholeSeconds)
      case .percent: Self.whole(text.hasSuffix("%") ? String(text.dropLast()) : text)
      case .count: Self.whole(text)
      }
    guard let amount, amount <= UInt64(Int64.max) else {
      wrongValue(path, value, text, expected: expected)
      return nil
    }
    return amount
  }

  private static func whole(_ text: String) -> UInt64? {
    text.utf8.allSatisfy(\.isDigit) ? UInt64(text) : nil
  }
}

extension Value.Content {
  fileprivate var isObject: Bool {
    if case .object = self { true } else { false }
  }
}
