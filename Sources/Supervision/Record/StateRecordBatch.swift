// One batch of a state record: what is appended with one write(2), and is either there as a whole or not at all.
//
//   4 bytes   "FXSR"
//   2         the version of the writer
//   2         the oldest version of a reader that makes sense of it
//   4         flags; 1: everything before this batch is void
//   4         how many bytes of fields follow
//   n         fields
//   8         a checksum of all that stands before it
//
// Numbers are little-endian. docs/STATE-RECORD.md has the rest.

/// The frame around a batch of fields.
enum StateRecordBatch {
  static let version: UInt16 = 1
  /// The oldest reader that would not go wrong with what this version writes.
  static let readableFrom: UInt16 = 1
  private static let mark: [UInt8] = Array("FXSR".utf8)
  private static let headSize = 16
  private static let checksumSize = 8

  struct Content {
    var fields: ArraySlice<UInt8>
    /// What stands before it counts no more.
    var isWhole: Bool
  }

  // MARK: Writing

  /// Room for the head; ``close(_:isWhole:)`` fills it in.
  static func open() -> FieldWriter {
    var writer = FieldWriter()
    writer.raw(repeatElement(0, count: headSize))
    return writer
  }

  static func isEmpty(_ writer: FieldWriter) -> Bool { writer.bytes.count == headSize }

  static func close(_ writer: FieldWriter, isWhole: Bool) -> [UInt8] {
    var bytes = writer.bytes
    bytes.replaceSubrange(0..<4, with: mark)
    put(version, at: 4, into: &bytes)
    put(readableFrom, at: 6, into: &bytes)
    put(isWhole ? 1 : 0 as UInt32, at: 8, into: &bytes)
    put(UInt32(truncatingIfNeeded: bytes.count - headSize), at: 12, into: &bytes)
    let sum = StateRecordHash.of(bytes[...])
    bytes.append(contentsOf: (0..<checksumSize).map { UInt8(truncatingIfNeeded: sum >> (UInt64($0) * 8)) })
    return bytes
  }

  private static func put<Number: FixedWidthInteger>(_ number: Number, at position: Int, into bytes: inout [UInt8]) {
    for index in 0..<Number.bitWidth / 8 {
      bytes[position + index] = UInt8(truncatingIfNeeded: number >> Number(index * 8))
    }
  }

  // MARK: Reading

  /// The batch that begins at a position, which moves behind it.
  ///
  /// - Returns: `nil` when what is left is the beginning of a batch that was never written to its end.
  static func next(_ bytes: [UInt8], _ position: inout Int) throws(StateRecordError) -> Content? {
    let left = bytes.count - position
    guard left >= headSize else {
      guard bytes[position...].starts(with: mark.prefix(left)) else { throw .damaged(at: position) }
      return nil
    }
    guard bytes[position..<position + 4].elementsEqual(mark) else { throw .damaged(at: position) }
    let size = Int(number(bytes, position + 12, as: UInt32.self))
    guard left - headSize - checksumSize >= size else { return nil }
    let end = position + headSize + size
    guard StateRecordHash.of(bytes[position..<end]) == number(bytes, end, as: UInt64.self) else {
      throw .damaged(at: position)
    }
    let oldest = number(bytes, position + 6, as: UInt16.self)
    guard oldest <= version else {
      throw .tooNew(version: number(bytes, position + 4, as: UInt16.self), readableFrom: oldest)
    }
    let flags = number(bytes, position + 8, as: UInt32.self)
    defer { position = end + checksumSize }
    return Content(fields: bytes[position + headSize..<end], isWhole: flags & 1 == 1)
  }

  private static func number<Number: FixedWidthInteger>(
    _ bytes: [UInt8], _ position: Int, as: Number.Type
  ) -> Number {
    var number: Number = 0
    for index in 0..<Number.bitWidth / 8 {
      number |= Number(truncatingIfNeeded: bytes[position + index]) << Number(index * 8)
    }
    return number
  }
}

/// A 64-bit hash that is quick on a hundred bytes: tells changed records from unchanged ones, and torn batches from whole ones.
/// Nobody works against it: who could write to the record owns the supervisor.
enum StateRecordHash {
  private static let factor: UInt64 = 0x9fb2_1c65_1e98_df25

  static func of(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.withUnsafeBytes { buffer in
      var hash = UInt64(buffer.count) &* factor
      var position = 0
      while position + 8 <= buffer.count {
        let word = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        hash = mix(hash ^ word)
        position += 8
      }
      var rest: UInt64 = 0
      var shift: UInt64 = 0
      while position < buffer.count {
        rest |= UInt64(buffer[position]) << shift
        shift += 8
        position += 1
      }
      return mix(mix(hash ^ rest))
    }
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value &* factor
    return product ^ (product >> 32)
  }
}
