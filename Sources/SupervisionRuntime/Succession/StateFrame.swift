import ControlProtocol

/// One line, as it were, of what a supervisor leaves to its successor: what the core's records say after a turn, and with it what
/// has to be known together with that.
///
///     size of the body: 4   body   one byte that is not 0
///
/// The body is a row of parts, each with a kind (1), a size (4) and bytes, in the host's byte order. A frame was written whole if
/// its last byte is there: a kernel writes a file from its beginning on. Whatever follows a size of 0 was never written.
struct StateFrame: Equatable {
  /// Which supervisor's all of it is; the first frame of a file has it.
  var places: Places?
  /// A configuration, or a part of one, that the records of this frame rest on, and those of later ones.
  var configurations: [ConfigurationCopy] = []
  /// For `StateRecord`, behind those of the frames before.
  var records: [UInt8] = []

  /// What stays what it was when the first supervisor was started, whatever the configuration says by now.
  struct Places: Equatable {
    var socket: String
    var stateDirectory: String
  }

  /// What the file system has answered when a configuration was read (`ReadingRecord`): the same loader makes the same of it.
  struct ConfigurationCopy: Equatable {
    /// Of a part: its path, which is laid onto what is before it. `nil`: all of it.
    var part: String?
    var loadedAt: Timestamp
    var reading: [UInt8]
  }

  // MARK: Bytes

  private enum Kind: UInt8 {
    case socket = 1
    case stateDirectory, loadedAt, part, reading, records
  }

  private static let end: UInt8 = 0xA5

  var bytes: [UInt8] {
    var body: [UInt8] = []
    body.reserveCapacity(records.count + 64)
    if let places {
      Self.append(.socket, Array(places.socket.utf8), to: &body)
      Self.append(.stateDirectory, Array(places.stateDirectory.utf8), to: &body)
    }
    for copy in configurations {
      Self.append(.loadedAt, Self.bytes(of: copy.loadedAt.millisecondsSinceEpoch), to: &body)
      if let part = copy.part { Self.append(.part, Array(part.utf8), to: &body) }
      Self.append(.reading, copy.reading, to: &body)
    }
    if !records.isEmpty { Self.append(.records, records, to: &body) }
    return Self.bytes(of: UInt32(body.count)) + body + [Self.end]
  }

  private static func append(_ kind: Kind, _ bytes: [UInt8], to body: inout [UInt8]) {
    body.append(kind.rawValue)
    body += Self.bytes(of: UInt32(bytes.count))
    body += bytes
  }

  private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number) { Array($0) }
  }

  // MARK: Reading

  /// The next frame of some bytes, which are shortened by it.
  ///
  /// - Returns: `nil` when there is none, or none that was written whole.
  init?(next bytes: inout ArraySlice<UInt8>) {
    guard let size = Self.takeNumber(UInt32.self, from: &bytes), size > 0, bytes.count > Int(size),
      bytes[bytes.startIndex + Int(size)] == Self.end
    else { return nil }
    var body = bytes.prefix(Int(size))
    bytes = bytes.dropFirst(Int(size) + 1)
    self.init()
    while !body.isEmpty { guard takePart(from: &body) else { return nil } }
  }

  init(places: Places? = nil, configurations: [ConfigurationCopy] = [], records: [UInt8] = []) {
    self.places = places
    self.configurations = configurations
    self.records = records
  }

  /// - Returns: whether there was one. A kind that is not known is passed over.
  private mutating func takePart(from body: inout ArraySlice<UInt8>) -> Bool {
    guard let kind = body.popFirst(), let size = Self.takeNumber(UInt32.self, from: &body), body.count >= Int(size)
    else {
      return false
    }
    var bytes = body.prefix(Int(size))
    body = body.dropFirst(Int(size))
    switch Kind(rawValue: kind) {
    case .socket: places = Places(socket: Self.text(bytes), stateDirectory: places?.stateDirectory ?? "")
    case .stateDirectory: places = Places(socket: places?.socket ?? "", stateDirectory: Self.text(bytes))
    case .loadedAt:
      let moment = Self.takeNumber(Int64.self, from: &bytes) ?? 0
      configurations.append(
        ConfigurationCopy(part: nil, loadedAt: Timestamp(millisecondsSinceEpoch: moment), reading: []))
    case .part: if let last = configurations.indices.last { configurations[last].part = Self.text(bytes) }
    case .reading: if let last = configurations.indices.last { configurations[last].reading = Array(bytes) }
    case .records: records += bytes
    case nil: break
    }
    return true
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  static func takeNumber<Number: FixedWidthInteger>(
    _ type: Number.Type, from bytes: inout ArraySlice<UInt8>
  ) -> Number? {
    let size = MemoryLayout<Number>.size
    guard bytes.count >= size else { return nil }
    var number = Number.zero
    withUnsafeMutableBytes(of: &number) { $0.copyBytes(from: bytes.prefix(size)) }
    bytes = bytes.dropFirst(size)
    return number
  }
}
