import UCL

// The keys of `RareAttributes`.
extension ValueReader {
  // MARK: limits

  /// `limits { open-files = [1024, 4096]; core = unlimited }`
  mutating func limits(_ field: Field, fields inner: inout [Field]) -> [ResourceLimit] {
    guard let members = members(field, expected: "a section { open-files = 1024; … }") else { return [] }
    inner += members
    var first: [LimitedResource: Field] = [:]
    var limits: [ResourceLimit] = []
    for member in members {
      guard let resource = LimitedResource(name: member.name) else {
        unknownLimit(member)
        continue
      }
      if let earlier = first.updateValue(member, forKey: resource) {
        var diagnostic = Diagnostic(
          .error, "the limit `\(resource.rawValue)` is given more than once", at: member.keyLocation)
        diagnostic.related = [("first given here", earlier.keyLocation)]
        report(diagnostic)
        continue
      }
      if let limit = limit(resource, member) { limits.append(limit) }
    }
    return limits
  }

  private mutating func unknownLimit(_ member: Field) {
    guard !["realtime-timeout", "rttime"].contains(member.name) else {
      error(
        "the limit `\(member.name)` is the supervisor's own: on Linux it tells whose process one is",
        at: member.keyLocation)
      return
    }
    let names = LimitedResource.allCases.map(\.rawValue) + LimitedResource.loginNames.keys.sorted()
    unknownKey(member.name, inSection: "limits", at: member.keyLocation, among: names)
  }

  private mutating func limit(_ resource: LimitedResource, _ field: Field) -> ResourceLimit? {
    guard let value = single(field) else { return nil }
    guard case .array(let pair) = value.content else {
      return amount(resource, value, field.path).map { ResourceLimit(resource, soft: $0) }
    }
    guard pair.count == 2 else {
      error(
        "`\(field.path)` has \(pair.count) values", at: value.location,
        expected: "the soft limit, or [soft, hard]")
      return nil
    }
    guard let soft = amount(resource, pair[0], field.path), let hard = amount(resource, pair[1], field.path) else {
      return nil
    }
    guard soft <= hard else {
      error("the soft limit of `\(field.path)` is above the hard one", at: pair[0].location, expected: "[soft, hard]")
      return nil
    }
    return ResourceLimit(resource, soft: soft, hard: hard)
  }

  private mutating func amount(_ resource: LimitedResource, _ value: Value, _ path: String) -> UInt64? {
    let expected =
      switch resource.unit {
      case .bytes: "a size such as 512k, 64m or 1g, a number of bytes, or `unlimited`"
      case .seconds: "a duration such as 30s or 1h in whole seconds, or `unlimited`"
      case .count: "a whole number, or `unlimited`"
      }
    guard let text = text(value, path, expected: expected) else { return nil }
    if ["unlimited", "infinity"].contains(text) { return ResourceLimit.unlimited }
    let amount =
      switch resource.unit {
      case .bytes: SizeText.parse(text)
      case .seconds: DurationText.parse(text).flatMap(\.wholeSeconds)
      case .count: text.utf8.allSatisfy(\.isDigit) ? UInt64(text) : nil
      }
    // The largest number of a signed rlim_t means unlimited.
    guard let amount, amount < UInt64(Int64.max) else {
      let nearest = NearestName.best(for: text, among: ["unlimited"])
      error(
        "`\(text)` is no value for `\(path)`", at: value.location, expected: expected,
        hint: nearest.map { "did you mean `\($0)`?" })
      return nil
    }
    return amount
  }

  // MARK: cpus

  /// Numbers and ranges: `[0, 2-3]`, `"0-3,8"`. Ascending, each once.
  mutating func cpus(_ field: Field) -> [UInt16] {
    let expected = "numbers of CPUs and ranges from 0 to 1023, such as [0, 2-3]"
    var cpus: Set<UInt16> = []
    for element in elements(field) {
      guard let text = text(element, field.path, expected: expected) else { continue }
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let range = Self.cpuRange(part) else {
          error("`\(text)` is no value for `\(field.path)`", at: element.location, expected: expected)
          break
        }
        cpus.formUnion(range)
      }
    }
    if cpus.isEmpty, elements(field).isEmpty {
      error("`\(field.path)` is empty: nothing could run", at: field.location, expected: expected)
    }
    return cpus.sorted()
  }

  private static func cpuRange(_ text: Substring) -> ClosedRange<UInt16>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count <= 2, ends.allSatisfy({ $0.utf8.allSatisfy(\.isDigit) }) else { return nil }
    let numbers = ends.compactMap { UInt16($0) }
    guard numbers.count == ends.count, let first = numbers.first, let last = numbers.last else { return nil }
    return first <= last && last <= 1023 ? first...last : nil
  }
}

/// Sizes where k, m, g and t are powers of 1024, with or without a `b` behind: as login.conf(5) and rctl(8) have them.
enum SizeText {
  /// The number of bytes; `nil` when it is no size, or larger than a number can be.
  static func parse(_ text: String) -> UInt64? {
    let digits = text.utf8.prefix(while: \.isDigit)
    guard !digits.isEmpty, let number = UInt64(Substring(digits)) else { return nil }
    let shift: UInt64
    switch text.utf8.dropFirst(digits.count).map({ $0 | 0x20 }) {
    case []: return number
    case Array("k".utf8), Array("kb".utf8): shift = 10
    case Array("m".utf8), Array("mb".utf8): shift = 20
    case Array("g".utf8), Array("gb".utf8): shift = 30
    case Array("t".utf8), Array("tb".utf8): shift = 40
    default: return nil
    }
    let (size, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
    return overflow ? nil : size
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension Duration {
  /// `nil` when there is a fraction.
  var wholeSeconds: UInt64? {
    components.attoseconds == 0 ? UInt64(exactly: components.seconds) : nil
  }
}
