/// A name that `${NAME}` or `$NAME` stands for.
struct Variable {
  let name: [UInt8]
  let value: [UInt8]

  init(name: String, value: String) {
    self.name = Array(name.utf8)
    self.value = Array(value.utf8)
  }
}

/// Variables in unquoted, double-quoted and heredoc strings, and in the paths of inclusions.
///
/// As in libucl a name that is not known stays as it is, and `$$` becomes `$` only in a string in which some variable was
/// replaced: `echo $$` keeps both.
extension ParseRun {
  /// `${FILENAME}` and `${CURDIR}` of the text that is read now.
  mutating func setFileVariables() {
    variables = givenVariables
    guard let path = openSources.last?.path, path.isFile else { return }
    let names = Set(variables.map(\.name))
    for variable in [Variable(name: "FILENAME", value: path.text), Variable(name: "CURDIR", value: path.directory)]
    where !names.contains(variable.name) {
      variables.append(variable)
    }
  }

  /// The text with its variables replaced; `nil` when there is none that is known.
  mutating func expand(_ text: [UInt8], at range: Range<Int>) throws(ParseError) -> [UInt8]? {
    guard !variables.isEmpty else { return nil }
    var result: [UInt8] = []
    var isReplaced = false
    var offset = 0
    // Where a `}` is, so that a row of `${` does not look for it again and again.
    var brace = 0
    while offset < text.count {
      guard text[offset] == UInt8(ascii: "$"), offset + 1 < text.count else {
        result.append(text[offset])
        offset += 1
        continue
      }
      if text[offset + 1] == UInt8(ascii: "$") {
        result.append(UInt8(ascii: "$"))
        offset += 2
      } else if let (variable, end) = variable(in: text, after: offset, brace: &brace) {
        result.append(contentsOf: variable.value)
        isReplaced = true
        copiedBytes += variable.value.count
        guard copiedBytes <= limits.bytes else {
          throw scanner.error(
            "the variables expand to more than \(limits.bytes) bytes (the bound on bytes)",
            from: scanner.mark(at: range.lowerBound), to: range.upperBound)
        }
        offset = end
      } else {
        result.append(text[offset])
        offset += 1
      }
    }
    return isReplaced ? result : nil
  }

  private func variable(in text: [UInt8], after dollar: Int, brace: inout Int) -> (Variable, Int)? {
    let start = dollar + 1
    guard text[start] == UInt8(ascii: "{") else {
      // Without braces the longest known name that the text goes on with.
      let known = variables.filter { text[start...].starts(with: $0.name) && !$0.name.isEmpty }
      return known.max { $0.name.count < $1.name.count }.map { ($0, start + $0.name.count) }
    }
    if brace <= start {
      brace = text[start...].firstIndex(of: UInt8(ascii: "}")) ?? Int.max
    }
    guard brace != Int.max else { return nil }
    return variables.first { text[(start + 1)..<brace].elementsEqual($0.name) }.map { ($0, brace + 1) }
  }
}
