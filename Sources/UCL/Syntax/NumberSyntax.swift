/// Numbers and their units.
///
/// A number is followed by the end of the value at once, or after blanks if it has no unit; otherwise what looks like a
/// number is the beginning of a string: `10.0.0.1`, `5 apples`, and, as libucl has it, `5s }` with its blank.
extension ParseRun {
  /// A number without its unit.
  private enum Magnitude {
    case whole(Int64)
    case real(Double)

    var asReal: Double {
      switch self {
      case .whole(let value): Double(value)
      case .real(let value): value
      }
    }
  }

  /// The number at the position; `nil`, and nothing read, when it is no number but the beginning of a string.
  mutating func parseNumber() throws(ParseError) -> Value? {
    let start = scanner.mark()
    guard let (magnitude, end) = try scanMagnitude(start) else { return nil }
    guard let (content, stop) = try applyUnit(magnitude, start: start, digitsEnd: end) else { return nil }
    let location = scanner.location(from: start, to: stop)
    let sourceText = scanner.text(start.offset..<stop)
    scanner.move(to: stop)
    return Value(content, at: location, sourceText: sourceText)
  }

  private mutating func scanMagnitude(_ start: Mark) throws(ParseError) -> (Magnitude, Int)? {
    var offset = start.offset
    let isNegative = scanner.byte(at: offset) == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    let digits = offset
    if scanner.byte(at: digits) == UInt8(ascii: "0"), scanner.byte(at: digits + 1)?.lowered == UInt8(ascii: "x") {
      return try scanHexadecimal(start, from: digits + 2, isNegative: isNegative)
    }
    offset = endOfDigits(offset)
    guard offset > digits else { return nil }
    var isReal = false
    if scanner.byte(at: offset) == UInt8(ascii: ".") {
      isReal = true
      offset = endOfDigits(offset + 1)
      if scanner.byte(at: offset) == UInt8(ascii: ".") { return nil }
    }
    if scanner.byte(at: offset)?.lowered == UInt8(ascii: "e") {
      isReal = true
      var exponent = offset + 1
      if let sign = scanner.byte(at: exponent), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { exponent += 1 }
      offset = endOfDigits(exponent)
      guard offset > exponent else { return nil }
    }
    guard isReal else {
      guard let value = decimal(digits..<offset, isNegative: isNegative) else {
        return try refuseOutOfRange(start, offset)
      }
      return (.whole(value), offset)
    }
    guard let value = real(start.offset..<offset), value.isFinite else { return try refuseOutOfRange(start, offset) }
    return (.real(value), offset)
  }

  /// A number that is too large is an error, but `99999999999999999999.example` is a string.
  private mutating func refuseOutOfRange(_ start: Mark, _ end: Int) throws(ParseError) -> (Magnitude, Int)? {
    guard try applyUnit(.whole(0), start: start, digitsEnd: end) != nil else { return nil }
    throw scanner.error(
      "the number is out of range", from: start, to: end, hint: "whole numbers have 64 bits; put a string in quotes")
  }

  private mutating func scanHexadecimal(
    _ start: Mark, from first: Int, isNegative: Bool
  ) throws(ParseError) -> (Magnitude, Int)? {
    var offset = first
    var value: Int64 = 0
    var isInRange = true
    while let digit = scanner.byte(at: offset)?.hexDigit {
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 16)
      let (sum, carry) =
        isNegative
        ? shifted.subtractingReportingOverflow(Int64(digit)) : shifted.addingReportingOverflow(Int64(digit))
      isInRange = isInRange && !overflow && !carry
      value = sum
      offset += 1
    }
    scanner.count(steps: offset - first)
    guard offset > first, scanner.byte(at: offset) != UInt8(ascii: ".") else { return nil }
    return isInRange ? (.whole(value), offset) : try refuseOutOfRange(start, offset)
  }

  private mutating func endOfDigits(_ start: Int) -> Int {
    var offset = start
    while let byte = scanner.byte(at: offset), byte.isDigit { offset += 1 }
    scanner.count(steps: offset - start + 1)
    return offset
  }

  func decimal(_ range: Range<Int>, isNegative: Bool) -> Int64? {
    var value: Int64 = 0
    for byte in scanner.bytes(range) {
      let digit = Int64(byte - UInt8(ascii: "0"))
      let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
      // Counted downwards when negative: the least number has no positive counterpart.
      let (sum, carry) =
        isNegative
        ? tenfold.subtractingReportingOverflow(digit) : tenfold.addingReportingOverflow(digit)
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }

  /// A real number; C's strtod(3) also takes `5.` and `5.e3`, which Swift does not.
  func real(_ range: Range<Int>) -> Double? {
    var text = ""
    var previousWasDot = false
    for byte in scanner.bytes(range) {
      if previousWasDot, !byte.isDigit { text.append("0") }
      previousWasDot = byte == UInt8(ascii: ".")
      text.unicodeScalars.append(Unicode.Scalar(byte))
    }
    if previousWasDot { text.append("0") }
    return Double(text)
  }

  // MARK: Units

  private func valueEnds(at offset: Int) -> Bool { scanner.byte(at: offset)?.endsValue ?? true }

  private mutating func applyUnit(
    _ magnitude: Magnitude, start: Mark, digitsEnd end: Int
  ) throws(ParseError) -> (Value.Content, Int)? {
    guard let first = scanner.byte(at: end), !first.endsValue else { return (plain(magnitude), end) }
    if first.isBlank {
      // One step a blank; the caller takes the blanks in when they are followed by the end of the value.
      var offset = end
      while let byte = scanner.byte(at: offset), byte.isBlank { offset += 1 }
      scanner.count(steps: offset - end)
      return valueEnds(at: offset) ? (plain(magnitude), end) : nil
    }
    let second = scanner.byte(at: end + 1)?.lowered
    let letter = first.lowered
    switch letter {
    case UInt8(ascii: "k"), UInt8(ascii: "m"), UInt8(ascii: "g"):
      if valueEnds(at: end + 1) {
        return try scaled(magnitude, by: Self.decimalFactor(letter), start: start, end: end + 1)
      }
      if second == UInt8(ascii: "b"), valueEnds(at: end + 2) {
        // libucl cuts the fraction off before it multiplies: 1.5kb is 1024.
        return try scaled(truncated(magnitude, start, end), by: Self.binaryFactor(letter), start: start, end: end + 2)
      }
      if second == UInt8(ascii: "s"), valueEnds(at: end + 2) {
        let seconds = magnitude.asReal
        return duration(
          letter == UInt8(ascii: "m") ? seconds / 1000 : seconds * Double(Self.decimalFactor(letter)), end + 2)
      }
      let isMinutes =
        letter == UInt8(ascii: "m") && second == UInt8(ascii: "i")
        && scanner.byte(at: end + 2)?.lowered == UInt8(ascii: "n") && valueEnds(at: end + 3)
      return isMinutes ? duration(magnitude.asReal * 60, end + 3) : nil
    default:
      guard let factor = Self.secondsFactor(letter), valueEnds(at: end + 1) else { return nil }
      return duration(magnitude.asReal * factor, end + 1)
    }
  }

  private func plain(_ magnitude: Magnitude) -> Value.Content {
    switch magnitude {
    case .whole(let value): .integer(value)
    case .real(let value): .real(value)
    }
  }

  private func duration(_ seconds: Double, _ end: Int) -> (Value.Content, Int)? {
    seconds.isFinite ? (.duration(seconds), end) : nil
  }

  private mutating func truncated(_ magnitude: Magnitude, _ start: Mark, _ end: Int) throws(ParseError) -> Magnitude {
    guard case .real(let value) = magnitude else { return magnitude }
    guard let whole = Int64(exactly: value.rounded(.towardZero)) else {
      throw scanner.error("the number is out of range", from: start, to: end)
    }
    return .whole(whole)
  }

  private mutating func scaled(
    _ magnitude: Magnitude, by factor: Int64, start: Mark, end: Int
  ) throws(ParseError) -> (Value.Content, Int)? {
    switch magnitude {
    case .real(let value):
      let product = value * Double(factor)
      guard product.isFinite else {
        throw scanner.error("the number with its unit is out of range", from: start, to: end)
      }
      return (.real(product), end)
    case .whole(let value):
      let (product, overflow) = value.multipliedReportingOverflow(by: factor)
      guard !overflow else {
        throw scanner.error("the number with its unit is out of range", from: start, to: end)
      }
      return (.integer(product), end)
    }
  }

  private static func decimalFactor(_ letter: UInt8) -> Int64 {
    letter == UInt8(ascii: "k") ? 1000 : letter == UInt8(ascii: "m") ? 1_000_000 : 1_000_000_000
  }

  private static func binaryFactor(_ letter: UInt8) -> Int64 {
    letter == UInt8(ascii: "k") ? 1 << 10 : letter == UInt8(ascii: "m") ? 1 << 20 : 1 << 30
  }

  private static func secondsFactor(_ letter: UInt8) -> Double? {
    switch letter {
    case UInt8(ascii: "s"): 1
    case UInt8(ascii: "h"): 3600
    case UInt8(ascii: "d"): 86400
    case UInt8(ascii: "w"): 7 * 86400
    case UInt8(ascii: "y"): 365 * 86400
    default: nil
    }
  }
}
