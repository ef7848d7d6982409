/// Where the fields of the two classes lie, and in which order their bytes.
struct ElfLayout {
  var is64Bit: Bool
  var isLittleEndian: Bool

  /// - Parameter identification: `e_ident`.
  init?(identification: [UInt8]) {
    switch identification[4] {
    case 1: is64Bit = false
    case 2: is64Bit = true
    default: return nil
    }
    switch identification[5] {
    case 1: isLittleEndian = true
    case 2: isLittleEndian = false
    default: return nil
    }
  }

  var headerSize: Int { is64Bit ? 64 : 52 }
  var programHeaderSize: Int { is64Bit ? 56 : 32 }
  var wordSize: Int { is64Bit ? 8 : 4 }

  /// `nil` when it lies beyond the bytes.
  func number(_ bytes: [UInt8], _ offset: Int, size: Int) -> UInt64? {
    guard offset >= 0, bytes.count >= size, offset <= bytes.count - size else { return nil }
    let field = bytes[offset..<(offset + size)]
    return isLittleEndian
      ? field.reversed().reduce(0) { $0 << 8 | UInt64($1) }
      : field.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A field that is as wide as the class.
  func word(_ bytes: [UInt8], _ offset: Int) -> UInt64? {
    number(bytes, offset, size: wordSize)
  }
}
