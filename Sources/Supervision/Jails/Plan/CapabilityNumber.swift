/// Numbers as strtol(3) reads them with base 0, the way of capability databases.
enum CapabilityNumber {
  /// The sum of numbers that each have one of the units behind them, the last one perhaps none. `nil`: it is something
  /// else, or too large.
  static func sum(_ text: String, units: [UInt8: UInt64]) -> UInt64? {
    var rest = Array(text.lowercased().utf8)[...]
    var sum: UInt64 = 0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      guard let number = takeNumber(&rest) else { return nil }
      var unit: UInt64 = 1
      if let letter = rest.popFirst() {
        guard let known = units[letter] else { return nil }
        unit = known
      }
      let (product, isTooLarge) = number.multipliedReportingOverflow(by: unit)
      let (next, overflows) = sum.addingReportingOverflow(product)
      guard !isTooLarge, !overflows else { return nil }
      sum = next
    }
    return sum
  }

  /// Digits and nothing else.
  static func decimal(_ text: some StringProtocol) -> UInt32? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt32(text)
  }

  private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var base: UInt64 = 10
    if rest.starts(with: Array("0x".utf8)) {
      base = 16
      rest.removeFirst(2)
    } else if rest.first == UInt8(ascii: "0") {
      base = 8
    }
    var number: UInt64?
    while let digit = rest.first.flatMap({ value(of: $0) }), digit < base {
      let (product, isTooLarge) = (number ?? 0).multipliedReportingOverflow(by: base)
      let (next, overflows) = product.addingReportingOverflow(digit)
      guard !isTooLarge, !overflows else { return nil }
      number = next
      rest.removeFirst()
    }
    return number
  }

  private static func value(of digit: UInt8) -> UInt64? {
    switch digit {
    case 0x30...0x39: UInt64(digit - 0x30)
    case 0x61...0x66: UInt64(digit - 0x61 + 10)
    default: nil
    }
  }
}
