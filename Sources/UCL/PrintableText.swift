/// Text that came from elsewhere (names, titles of processes, causes, what a file says) as it may be printed: on a
/// terminal, in a line of a log. What would move the cursor, ring, change colours, turn the direction of writing, or begin
/// another line is shown in the form of vis(3) instead: `\^[` for ESC, `\^J` for a newline, `\M^[` for the byte 0x9B.
///
/// A backslash stays as it is (vis(3)'s VIS_NOSLASH): this is for reading, not for going back.
extension String {
  /// On one line.
  public var printable: String { cleaned(keepingLines: false) }

  /// Text of several lines: newlines and tabs stay.
  public var printableLines: String { cleaned(keepingLines: true) }

  private func cleaned(keepingLines: Bool) -> String {
    // Nearly all text is plain: it is not copied.
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar.isPrintable || (keepingLines && (scalar == "\n" || scalar == "\t")) {
        result.append(scalar)
      } else {
        for byte in String(scalar).utf8 { result.append(contentsOf: byte.visible) }
      }
    }
    return String(result)
  }
}

extension Collection<UInt8> {
  /// The same of bytes that may be no text: what is not UTF-8 is shown in the form of vis(3) too.
  public var printable: String {
    if let text = String(validating: self, as: UTF8.self) { return text.printable }
    var result = String.UnicodeScalarView()
    var rest = self[...]
    while let first = rest.first {
      if let scalar = rest.firstScalar {
        result.append(contentsOf: String(scalar).printable.unicodeScalars)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        result.append(contentsOf: first.visible)
        rest = rest.dropFirst()
      }
    }
    return String(result)
  }

  /// The character that the bytes begin with; `nil` when they begin with none.
  private var firstScalar: Unicode.Scalar? {
    var decoder = UTF8()
    var bytes = makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&bytes) else { return nil }
    return scalar
  }
}

extension Unicode.Scalar {
  fileprivate var isPrintable: Bool {
    switch properties.generalCategory {
    // Format characters turn the direction of writing, or cannot be seen at all.
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
    default: true
    }
  }
}

extension UInt8 {
  /// vis(3)'s default form of a byte that is not printed.
  fileprivate var visible: String.UnicodeScalarView {
    let low = self & 0x7F
    let isControl = low < 0x20 || low == 0x7F
    let letter = Character(Unicode.Scalar(isControl ? low ^ 0x40 : low))
    let isMeta = self >= 0x80
    return "\\\(isMeta ? "M" : "")\(isControl ? "^" : isMeta ? "-" : "")\(letter)".unicodeScalars
  }
}
