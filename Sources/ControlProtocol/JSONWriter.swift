/// Writes JSON straight into bytes.
///
/// A status of ten thousand services is written in the daemon's one thread, between two events: building a tree of
/// values first, for the UCL module's emitter, would cost an allocation or more for each of their fields.
struct JSONWriter {
  private(set) var bytes: [UInt8]
  /// Whether something stands before the next member or element on this level.
  private var needsComma = false

  init(reserving capacity: Int = 256) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  // MARK: Structure

  mutating func object(_ members: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
    members(&self)
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  mutating func array<Elements: Sequence>(
    _ elements: Elements, _ write: (inout JSONWriter, Elements.Element) -> Void
  ) {
    separate()
    bytes.append(UInt8(ascii: "["))
    needsComma = false
    for element in elements { write(&self, element) }
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  mutating func endLine() {
    bytes.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  /// Keys are the protocol's own words: plain ASCII, nothing in them to escape.
  private mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  // MARK: Values

  mutating func string(_ text: String) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      if utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
        for byte in utf8 { appendEscaped(byte) }
      } else {
        bytes.append(contentsOf: utf8)
      }
    }
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
    case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
    case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
    case UInt8(ascii: "\t"): bytes.append(contentsOf: #"\t"#.utf8)
    case 0..<0x20:
      let digits: StaticString = "0123456789abcdef"
      bytes.append(contentsOf: #"\u00"#.utf8)
      digits.withUTF8Buffer {
        bytes.append($0[Int(byte >> 4)])
        bytes.append($0[Int(byte & 15)])
      }
    default: bytes.append(byte)
    }
  }

  /// How many bytes more than itself a byte takes in a string.
  static func escapeLength(of byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n"), UInt8(ascii: "\t"): 1
    case 0..<0x20: 5
    default: 0
    }
  }

  mutating func integer(_ value: Int) {
    separate()
    bytes.append(contentsOf: String(value).utf8)
    needsComma = true
  }

  mutating func literal(_ word: StaticString) {
    separate()
    word.withUTF8Buffer { bytes.append(contentsOf: $0) }
    needsComma = true
  }

  // MARK: Members; an absent value writes nothing

  mutating func member(_ name: StaticString, _ value: String?) {
    guard let value else { return }
    key(name)
    string(value)
  }

  mutating func member(_ name: StaticString, _ value: Int?) {
    guard let value else { return }
    key(name)
    integer(value)
  }

  mutating func member(_ name: StaticString, _ value: Int32?) {
    member(name, value.map { Int($0) })
  }

  mutating func member(_ name: StaticString, _ value: Bool) {
    key(name)
    literal(value ? "true" : "false")
  }

  mutating func member(_ name: StaticString, _ value: Timestamp?) {
    guard let value else { return }
    key(name)
    var text: (UInt64, UInt64, UInt64) = (0, 0, 0)
    withUnsafeMutableBytes(of: &text) { buffer in
      value.writeDigits { position, byte in buffer[position] = byte }
    }
    bytes.append(UInt8(ascii: "\""))
    withUnsafeBytes(of: &text) { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  /// A list of strings; an empty one is not written.
  mutating func member(_ name: StaticString, _ values: [String]) {
    member(name, values) { json, value in json.string(value) }
  }

  mutating func member<Element>(
    _ name: StaticString, _ values: [Element], _ write: (inout JSONWriter, Element) -> Void
  ) {
    guard !values.isEmpty else { return }
    list(name, values, write)
  }

  /// A list that is written also when it is empty, because its absence would say something else.
  mutating func list<Element>(
    _ name: StaticString, _ values: [Element], _ write: (inout JSONWriter, Element) -> Void
  ) {
    key(name)
    array(values, write)
  }

  mutating func member(_ name: StaticString, object members: (inout JSONWriter) -> Void) {
    key(name)
    object(members)
  }

  /// The member `"name": null`.
  mutating func null(_ name: StaticString) {
    key(name)
    literal("null")
  }
}
