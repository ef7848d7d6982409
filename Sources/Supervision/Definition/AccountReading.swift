import UCL

// Users, groups, login classes, and names of variables.
extension ValueReader {
  /// A user or group: a name, or a number.
  mutating func account(_ value: Value, _ path: String) -> String? {
    let expected = "the name or number of an account"
    guard let text = word(value, path, expected: expected) else { return nil }
    let allowed = text.unicodeScalars.allSatisfy {
      $0.isASCII && $0.value > 0x20 && $0 != ":" && $0 != "/" && $0.value != 0x7f && !Self.quotes.contains($0)
    }
    // The highest number means "none" to chown(2) and setresuid(2).
    let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let isInRange = !isNumber || UInt32(text).map { $0 < UInt32.max } == true
    guard allowed, isInRange, !text.hasPrefix("-") else {
      let isQuoted = text.unicodeScalars.contains { Self.quotes.contains($0) }
      wrongValue(path, value, text, expected: expected, hint: isQuoted ? "there is a quote too many" : nil)
      return nil
    }
    return text
  }

  private static let quotes: Set<Unicode.Scalar> = ["\"", "'", "`"]

  mutating func account(_ field: Field) -> String? {
    guard let value = single(field) else { return nil }
    return account(value, field.path)
  }

  /// Whether a text can be the name of an environment variable of a service.
  mutating func checkVariable(_ name: String, at location: SourceLocation) -> Bool {
    if name == EnvironmentVariable.mark {
      error(
        "the variable \(name) is the supervisor's own: it tells whose process one is", at: location,
        expected: "another name")
      return false
    }
    guard EnvironmentVariable.isName(name) else {
      error(
        "`\(name)` cannot be the name of a variable", at: location,
        expected: "letters, digits and `_`, not beginning with a digit")
      return false
    }
    return true
  }

  /// A class of login.conf(5).
  mutating func loginClass(_ field: Field) -> String? {
    let expected = "the name of a class of login.conf(5)"
    guard let value = single(field), let text = word(value, field.path, expected: expected) else { return nil }
    // What separates fields and names there, and what would be a file's path.
    let isName = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && !":|/\\\"".utf8.contains($0) }
    guard isName, !text.hasPrefix("-") else {
      wrongValue(field.path, value, text, expected: expected)
      return nil
    }
    return text
  }
}
