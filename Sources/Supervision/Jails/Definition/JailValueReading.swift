import UCL

// Values that only the section `jail` has.
extension ValueReader {
  /// An absolute path without `..`, in its shortest form.
  mutating func innerPath(_ field: Field) -> String? {
    guard let value = single(field) else { return nil }
    return innerPath(value, field.path)
  }

  mutating func innerPath(_ value: Value, _ name: String) -> String? {
    guard let text = path(value, name) else { return nil }
    guard let components = AbsolutePath.components(of: text) else {
      error("`\(text)` of `\(name)` leads back by `..`", at: value.location, expected: "the path that is meant")
      return nil
    }
    return AbsolutePath.text(components)
  }

  /// A size in bytes; k, m, g and t are powers of 1024.
  mutating func size(_ field: Field) -> UInt64? {
    let expected = "a size such as 512k, 64m or 1g, or a number of bytes"
    guard let value = single(field), let text = text(value, field.path, expected: expected) else { return nil }
    guard let size = SizeText.parse(text), size > 0, size <= UInt64(Int64.max) else {
      wrongValue(field.path, value, text, expected: expected)
      return nil
    }
    return size
  }

  /// A text of one line with a bound, which may be empty.
  mutating func line(_ field: Field, most: Int) -> String? {
    let expected = "one line of at most \(most) bytes"
    guard let value = single(field), let text = text(value, field.path, expected: expected) else { return nil }
    guard text.utf8.count <= most, !text.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\r" }) else {
      error(
        text.utf8.count > most ? "`\(field.path)` is too long" : "`\(field.path)` has more than one line",
        at: value.location, expected: expected)
      return nil
    }
    return text
  }

  // MARK: Interfaces

  private static let interfaceForm = "the name of an interface, such as em0"

  mutating func interface(_ field: Field) -> String? {
    guard let value = single(field) else { return nil }
    return interface(value, field.path)
  }

  mutating func interface(_ value: Value, _ path: String) -> String? {
    guard let name = word(value, path, expected: Self.interfaceForm) else { return nil }
    return interface(name, value, path)
  }

  /// A name of at most 15 bytes, as IFNAMSIZ leaves room for.
  mutating func interface(_ name: String, _ value: Value, _ path: String) -> String? {
    let isName =
      (1...15).contains(name.utf8.count) && !name.hasPrefix("-")
      && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "|") }
    guard isName else {
      wrongValue(path, value, name, expected: Self.interfaceForm)
      return nil
    }
    return name
  }

  mutating func interfaces(_ field: Field) -> [String] {
    list(field) { $0.interface($1, $2) }
  }

  // MARK: Commands

  /// Commands that run on the host; each element of the list is a whole command.
  mutating func commands(_ field: Field) -> [Command] {
    var commands: [Command] = []
    for element in elements(field) {
      guard !refuseOption(element, field.path) else { return commands }
      if case .object = element.content {
        error(
          "a command of `\(field.path)` cannot be a section: it runs on the host as the supervisor",
          at: element.location, expected: "a list of words, or a string")
      } else if let command = command(element, field.path) {
        commands.append(command)
      }
    }
    return commands
  }
}
