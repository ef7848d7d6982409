extension JailName {
  static let rule = "letters, digits and _ - + @, at most 255, and not a number"

  /// Why a text cannot be the name of a jail; `nil` when it can.
  static func complaint(about name: String) -> String? {
    if name.isEmpty { return "it is empty" }
    if name.utf8.count > 255 { return "it is longer than 255 bytes" }
    if name.utf8.contains(UInt8(ascii: ".")) { return "a dot would mean a jail inside another one" }
    if name.utf8.allSatisfy(\.isDigit) { return "a number means a jail's id" }
    if name.hasPrefix("-") { return "it begins with `-`" }
    // What rctl(8) and jail(8) take for a separator or a pattern would name something else there.
    return name.unicodeScalars.first { !isAllowed($0) }.map { "it contains `\($0)`" }
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "-", "+", "@": true
    default: false
    }
  }
}
