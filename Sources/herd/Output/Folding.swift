/// Text in lines of at most so many columns, broken at blanks; a word that is longer has a line of its own, which the terminal
/// breaks.
func folded(_ text: String, _ columns: Int) -> [String] {
  guard width(text) > columns else { return [text] }
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    if line.isEmpty {
      line = String(word)
    } else if width(line) + 1 + width(String(word)) <= columns {
      line += " " + word
    } else {
      lines.append(line)
      line = String(word)
    }
  }
  return lines + [line]
}

extension Appearance {
  /// Fewer columns than these are not worth a column of text of their own.
  static let leastColumn = 20

  /// What stands before a text, and the text in the columns that are left of the line: its further lines below its first
  /// where there is room for that, else all of it below `lead`, a little to the right.
  ///
  /// - Parameters:
  ///   - lead: how it is painted makes no difference to the columns.
  ///   - least: how much room is room.
  func hanging(_ lead: String, _ text: String, least: Int = Appearance.leastColumn) -> String {
    guard let columns, width(lead) + width(text) > columns else { return lead + text + "\n" }
    let left = columns - width(lead)
    let isBeside = left >= least
    let lines = folded(text, isBeside ? left : max(columns - 4, 8))
    let indent = String(repeating: " ", count: isBeside ? width(lead) : 4)
    if isBeside { return lead + lines.joined(separator: "\n" + indent) + "\n" }
    return folded(trimmed(lead), columns).joined(separator: "\n") + "\n" + lines.map { indent + $0 + "\n" }.joined()
  }

  /// Parts that are not broken themselves, in as many lines as they need.
  func joined(_ parts: [String], by separator: String) -> String {
    var text = ""
    var line = ""
    for part in parts {
      if !line.isEmpty, let columns, width(line) + width(separator) + width(part) > columns {
        text += line + "\n"
        line = part
      } else {
        line += (line.isEmpty ? "" : separator) + part
      }
    }
    return text + line + "\n"
  }

  private func trimmed(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }

  /// A line that must not be broken, cut to the width.
  func cut(_ line: String, to columns: Int?) -> String {
    guard let columns, width(line) > columns else { return line }
    return String(line.prefix(max(0, columns - width(ellipsis)))) + ellipsis
  }
}
