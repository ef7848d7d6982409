/// The fields of one run of bytes. A number that nobody asks for is passed over, so that a later version can add fields; of one
/// that stands twice the last counts, unless it is a list.
struct Fields {
  private enum Content {
    case number(UInt64)
    case run(ArraySlice<UInt8>)
  }

  private var all: [(field: UInt64, content: Content)] = []
  /// What the fields are those of, for errors.
  let subject: String
  private let depth: Int

  /// Fields within fields within fields: what we write is not half as deep, and a damaged record must not use up the stack.
  private static let deepest = 24

  init(_ bytes: ArraySlice<UInt8>, of subject: String, depth: Int = 0) throws(StateRecordError) {
    self.subject = subject
    self.depth = depth
    guard depth < Self.deepest else { throw .malformed("\(subject) is nested too deeply") }
    var position = bytes.startIndex
    while position < bytes.endIndex {
      let key = try Self.varint(bytes, &position, subject)
      let value = try Self.varint(bytes, &position, subject)
      guard key & 1 == 1 else {
        all.append((key >> 1, .number(value)))
        continue
      }
      guard value <= UInt64(bytes.endIndex - position) else { throw .malformed("\(subject) ends within a field") }
      let end = position + Int(value)
      all.append((key >> 1, .run(bytes[position..<end])))
      position = end
    }
  }

  private static func varint(
    _ bytes: ArraySlice<UInt8>, _ position: inout Int, _ subject: String
  ) throws(StateRecordError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.endIndex, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw .malformed("\(subject) has a number that does not end")
  }

  // MARK: Numbers

  private func content(_ field: UInt8) -> Content? { all.last { $0.field == UInt64(field) }?.content }

  func has(_ field: UInt8) -> Bool { content(field) != nil }

  func optionalNumber<Number: FixedWidthInteger>(
    _ field: UInt8, as: Number.Type = Number.self
  ) throws(StateRecordError) -> Number? {
    guard let content = content(field) else { return nil }
    guard case .number(let wide) = content, let number = Number(exactly: wide) else { throw wrong(field) }
    return number
  }

  func number<Number: FixedWidthInteger>(
    _ field: UInt8, as: Number.Type = Number.self
  ) throws(StateRecordError) -> Number {
    guard let number: Number = try optionalNumber(field) else { throw missing(field) }
    return number
  }

  func optionalSigned<Number: FixedWidthInteger>(
    _ field: UInt8, as: Number.Type = Number.self
  ) throws(StateRecordError) -> Number? {
    guard let folded = try optionalNumber(field, as: UInt64.self) else { return nil }
    guard let number = Number(exactly: Self.unfold(folded)) else { throw wrong(field) }
    return number
  }

  private static func unfold(_ folded: UInt64) -> Int64 {
    Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
  }

  func signed<Number: FixedWidthInteger>(
    _ field: UInt8, as: Number.Type = Number.self
  ) throws(StateRecordError) -> Number {
    guard let number: Number = try optionalSigned(field) else { throw missing(field) }
    return number
  }

  func flag(_ field: UInt8) throws(StateRecordError) -> Bool {
    try optionalNumber(field, as: UInt64.self) ?? 0 != 0
  }

  func optionalInstant(_ field: UInt8) throws(StateRecordError) -> Instant? {
    try optionalSigned(field).map { Instant(nanoseconds: $0) }
  }

  func instant(_ field: UInt8) throws(StateRecordError) -> Instant { Instant(nanoseconds: try signed(field)) }

  func numbers(_ field: UInt8) throws(StateRecordError) -> [UInt64] {
    var numbers: [UInt64] = []
    for (number, content) in all where number == UInt64(field) {
      guard case .number(let value) = content else { throw wrong(field) }
      numbers.append(value)
    }
    return numbers
  }

  func instants(_ field: UInt8) throws(StateRecordError) -> [Instant] {
    try numbers(field).map { Instant(nanoseconds: Self.unfold($0)) }
  }

  func duration(_ field: UInt8) throws(StateRecordError) -> Duration { .nanoseconds(try signed(field, as: Int64.self)) }

  func optionalDuration(_ field: UInt8) throws(StateRecordError) -> Duration? {
    try optionalSigned(field, as: Int64.self).map { .nanoseconds($0) }
  }

  // MARK: Runs of bytes

  private func run(_ content: Content, _ field: UInt64) throws(StateRecordError) -> ArraySlice<UInt8> {
    guard case .run(let bytes) = content else { throw .malformed("\(subject): field \(field) has no bytes") }
    return bytes
  }

  func optionalRun(_ field: UInt8) throws(StateRecordError) -> ArraySlice<UInt8>? {
    guard let content = content(field) else { return nil }
    return try run(content, UInt64(field))
  }

  func runs(_ field: UInt8) throws(StateRecordError) -> [ArraySlice<UInt8>] {
    var runs: [ArraySlice<UInt8>] = []
    for (number, content) in all where number == UInt64(field) { runs.append(try run(content, number)) }
    return runs
  }

  /// Fields within a field.
  func optionalFields(_ field: UInt8) throws(StateRecordError) -> Fields? {
    guard let bytes = try optionalRun(field) else { return nil }
    return try Fields(bytes, of: "field \(field) of \(subject)", depth: depth + 1)
  }

  func optionalText(_ field: UInt8) throws(StateRecordError) -> String? {
    guard let bytes = try optionalRun(field) else { return nil }
    return try text(bytes, field)
  }

  func text(_ field: UInt8) throws(StateRecordError) -> String {
    guard let text = try optionalText(field) else { throw missing(field) }
    return text
  }

  func texts(_ field: UInt8) throws(StateRecordError) -> [String] {
    var texts: [String] = []
    for bytes in try runs(field) { texts.append(try text(bytes, field)) }
    return texts
  }

  private func text(_ bytes: ArraySlice<UInt8>, _ field: UInt8) throws(StateRecordError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw wrong(field) }
    return text
  }

  // MARK: Fields within fields

  func optionalValue<Content: Recorded>(
    _ field: UInt8, as: Content.Type = Content.self
  ) throws(StateRecordError) -> Content? {
    guard let bytes = try optionalRun(field) else { return nil }
    return try Content(Fields(bytes, of: "\(Content.self)", depth: depth + 1))
  }

  func value<Content: Recorded>(_ field: UInt8, as: Content.Type = Content.self) throws(StateRecordError) -> Content {
    guard let value: Content = try optionalValue(field) else { throw missing(field) }
    return value
  }

  func values<Content: Recorded>(
    _ field: UInt8, as: Content.Type = Content.self
  ) throws(StateRecordError) -> [Content] {
    var values: [Content] = []
    for bytes in try runs(field) {
      values.append(try Content(Fields(bytes, of: "\(Content.self)", depth: depth + 1)))
    }
    return values
  }

  // MARK: Errors

  func missing(_ field: UInt8) -> StateRecordError { .malformed("\(subject) lacks field \(field)") }

  func unknown(_ number: Int) -> StateRecordError { .malformed("\(subject): \(number) means nothing here") }

  private func wrong(_ field: UInt8) -> StateRecordError {
    .malformed("\(subject): field \(field) has a value that makes no sense")
  }
}
