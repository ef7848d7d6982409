/// Splits a command line into words by the quoting rules of sh(1), and nothing else of it: no variable, pattern, operator
/// or substitution has a meaning.
public enum ShellWords {
  /// A quote that is not closed, or a backslash with nothing after it.
  public struct SplitError: Error, Equatable, Sendable {
    public var message: String
    /// Where the quote or backslash stands, in Unicode scalars from the beginning.
    public var offset: Int
  }

  /// The words of a line.
  public static func split(_ line: String) throws(SplitError) -> [String] {
    var splitter = Splitter(scalars: Array(line.unicodeScalars))
    return try splitter.words()
  }

  /// The line that a shell splits into these words.
  public static func line(_ words: [String]) -> String {
    words.map(quoted).joined(separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    if !word.isEmpty, word.utf8.allSatisfy(isPlain) { return word }
    let parts = word.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: #"'\''"#) + "'"
  }

  /// Whether no shell gives the character a meaning.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_./:=@%+,".utf8.contains(byte)
    }
  }

  /// What a shell's user would take for an operator; here it is a word like any other.
  public static func looksLikeOperator(_ word: String) -> Bool {
    switch word {
    case "|", "||", "&", "&&", ";", "<", ">", ">>", "2>", "2>&1", ">&2", "&>": true
    default: false
    }
  }
}

private struct Splitter {
  let scalars: [Unicode.Scalar]
  var position = 0

  init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
  }

  mutating func words() throws(ShellWords.SplitError) -> [String] {
    var words: [String] = []
    skipBlanks()
    while position < scalars.count {
      words.append(try word())
      skipBlanks()
    }
    return words
  }

  private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
  }

  private mutating func skipBlanks() {
    while position < scalars.count, isBlank(scalars[position]) { position += 1 }
  }

  private mutating func word() throws(ShellWords.SplitError) -> String {
    var word = String.UnicodeScalarView()
    while position < scalars.count, !isBlank(scalars[position]) {
      switch scalars[position] {
      case "'": try singleQuoted(into: &word)
      case "\"": try doubleQuoted(into: &word)
      case "\\": try escaped(into: &word)
      case let other:
        word.append(other)
        position += 1
      }
    }
    return String(word)
  }

  private mutating func singleQuoted(into word: inout String.UnicodeScalarView) throws(ShellWords.SplitError) {
    let start = position
    position += 1
    while position < scalars.count {
      defer { position += 1 }
      if scalars[position] == "'" { return }
      word.append(scalars[position])
    }
    throw ShellWords.SplitError(message: "the quote ' is not closed", offset: start)
  }

  /// Within double quotes a backslash protects only what would be special there (sh(1)): `$`, `` ` ``, `"`, `\`, newline.
  private mutating func doubleQuoted(into word: inout String.UnicodeScalarView) throws(ShellWords.SplitError) {
    let start = position
    position += 1
    while position < scalars.count {
      let scalar = scalars[position]
      position += 1
      if scalar == "\"" { return }
      guard scalar == "\\", position < scalars.count else {
        word.append(scalar)
        continue
      }
      switch scalars[position] {
      case "$", "`", "\"", "\\":
        word.append(scalars[position])
        position += 1
      case "\n":
        position += 1
      default:
        word.append(scalar)
      }
    }
    throw ShellWords.SplitError(message: "the quote \" is not closed", offset: start)
  }

  private mutating func escaped(into word: inout String.UnicodeScalarView) throws(ShellWords.SplitError) {
    guard position + 1 < scalars.count else {
      throw ShellWords.SplitError(message: "a backslash stands at the end", offset: position)
    }
    // A newline after a backslash joins two lines and is no character of the word.
    if scalars[position + 1] != "\n" { word.append(scalars[position + 1]) }
    position += 2
  }
}
