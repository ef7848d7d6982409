/// The classes of characters that the language is made of; they are libucl's.
extension UInt8 {
  /// What separates words within a line.
  var isBlank: Bool { self == 0x20 || self == 0x09 }

  /// Blanks, ends of lines, vertical tab and form feed.
  var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

  /// What ends an unquoted value (to libucl a NUL too, which we refuse).
  var endsValue: Bool {
    switch self {
    case 0x0A, 0x0D, UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "]"), UInt8(ascii: "}"):
      true
    default: false
    }
  }

  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }

  /// The value of a hexadecimal digit.
  var hexDigit: UInt8? {
    if isDigit { return self - UInt8(ascii: "0") }
    let lowered = self | 0x20
    return (0x61...0x66).contains(lowered) ? lowered - 0x61 + 10 : nil
  }

  /// What an unquoted key begins with.
  var startsKey: Bool {
    isLetter || isDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "/") || self >= 0x80
  }

  /// What an unquoted key consists of.
  var isInKey: Bool { startsKey || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") }

  /// What ends an unquoted key.
  var endsKey: Bool { isBlank || self == UInt8(ascii: ":") || self == UInt8(ascii: "=") }

  /// A letter in lower case; any other byte as it is.
  var lowered: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
