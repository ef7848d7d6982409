/// Writes the fields of a record: each a number that names it, and a whole number or a run of bytes (docs/STATE-RECORD.md).
///
/// Fields that have the value which a reader takes for a missing one are left out.
struct FieldWriter {
  private(set) var bytes: [UInt8] = []

  /// Where a run of bytes began whose length is not known yet.
  struct Beginning {
    fileprivate var position: Int
  }

  // MARK: Numbers

  mutating func number(_ field: UInt8, _ value: some FixedWidthInteger & UnsignedInteger) {
    key(field, isRun: false)
    varint(UInt64(value))
  }

  /// A number with a sign: -1 is as short as 1.
  mutating func signed(_ field: UInt8, _ value: some FixedWidthInteger & SignedInteger) {
    let wide = Int64(value)
    number(field, UInt64(bitPattern: (wide << 1) ^ (wide >> 63)))
  }

  mutating func flag(_ field: UInt8, _ value: Bool) {
    if value { number(field, 1 as UInt8) }
  }

  mutating func instant(_ field: UInt8, _ instant: Instant?) {
    if let instant { signed(field, instant.nanoseconds) }
  }

  mutating func duration(_ field: UInt8, _ duration: Duration?) {
    if let duration { signed(field, duration.nanoseconds) }
  }

  // MARK: Runs of bytes

  mutating func text(_ field: UInt8, _ text: String?) {
    guard let text else { return }
    key(field, isRun: true)
    varint(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func texts(_ field: UInt8, _ texts: some Sequence<String>) {
    for text in texts { self.text(field, text) }
  }

  /// Fields within a field; ``end(_:)`` closes them.
  mutating func begin(_ field: UInt8) -> Beginning {
    key(field, isRun: true)
    bytes.append(0)
    return Beginning(position: bytes.count)
  }

  mutating func end(_ beginning: Beginning) {
    let count = bytes.count - beginning.position
    guard count >= 0x80 else {
      bytes[beginning.position - 1] = UInt8(count)
      return
    }
    // One byte was kept free for the length, which does for most.
    var length = FieldWriter()
    length.varint(UInt64(count))
    bytes.replaceSubrange(beginning.position - 1..<beginning.position, with: length.bytes)
  }

  mutating func value(_ field: UInt8, _ value: (some Recorded)?) {
    guard let value else { return }
    let beginning = begin(field)
    value.write(to: &self)
    end(beginning)
  }

  // MARK: Bytes

  private mutating func key(_ field: UInt8, isRun: Bool) {
    varint(UInt64(field) << 1 | (isRun ? 1 : 0))
  }

  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Takes back what was written behind a position.
  mutating func cut(to count: Int) { bytes.removeSubrange(count...) }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  mutating func raw(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }
}

/// What can be written into a record and read from one.
protocol Recorded {
  func write(to writer: inout FieldWriter)
  init(_ fields: Fields) throws(StateRecordError)
}

/// A choice without contents, written as its place in a list: the list may grow at its end, and otherwise never changes.
protocol RecordedChoice: Recorded, Equatable {
  static var recorded: [Self] { get }
}

extension RecordedChoice {
  func write(to writer: inout FieldWriter) {
    writer.number(1, UInt8(truncatingIfNeeded: Self.recorded.firstIndex(of: self) ?? 0))
  }

  init(_ fields: Fields) throws(StateRecordError) {
    let number = try fields.number(1, as: Int.self)
    guard Self.recorded.indices.contains(number) else { throw fields.unknown(number) }
    self = Self.recorded[number]
  }
}
