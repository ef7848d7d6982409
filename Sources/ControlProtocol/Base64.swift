private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// RFC 4648, with padding.
func base64(_ bytes: [UInt8]) -> String {
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count + 2) / 3 * 4)
  var position = 0
  while position < bytes.count {
    let count = min(3, bytes.count - position)
    var group: UInt32 = 0
    for offset in 0..<3 {
      group = group << 8 | (offset < count ? UInt32(bytes[position + offset]) : 0)
    }
    for digit in 0..<4 {
      text.append(digit <= count ? alphabet[Int(group >> (18 - 6 * UInt32(digit)) & 63)] : UInt8(ascii: "="))
    }
    position += 3
  }
  return String(decoding: text, as: UTF8.self)
}

/// The bytes that the text stands for; `nil` when it is not base64 as above.
func decodeBase64(_ text: String) -> [UInt8]? {
  var digits = Array(text.utf8)
  guard digits.count % 4 == 0 else { return nil }
  var padding = 0
  while padding < 2, digits.last == UInt8(ascii: "=") {
    digits.removeLast()
    padding += 1
  }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(digits.count * 3 / 4)
  var accumulator: UInt32 = 0
  var bits = 0
  for digit in digits {
    guard let value = sextet(digit) else { return nil }
    accumulator = accumulator << 6 | value
    bits += 6
    if bits >= 8 {
      bits -= 8
      bytes.append(UInt8(accumulator >> UInt32(bits) & 0xFF))
    }
  }
  return bytes
}

private func sextet(_ digit: UInt8) -> UInt32? {
  switch digit {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
  case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
  case UInt8(ascii: "+"): 62
  case UInt8(ascii: "/"): 63
  default: nil
  }
}
