/// What a supervisor has left, as its frames say it, one after the other.
struct KeptState: Equatable {
  var places: StateFrame.Places
  /// The configuration in force: the whole one first, then what was laid onto it.
  var configurations: [StateFrame.ConfigurationCopy] = []
  /// What `StateRecord` reads.
  var records: [UInt8] = []
  /// Of the file: the higher one counts.
  var generation: UInt64
  /// So many bytes of the file make sense.
  var length: Int

  private static let magic = Array("FRUIXST".utf8) + [version]
  private static let version: UInt8 = 1

  /// The head of a file: what it is, in which version, and its generation.
  static func head(generation: UInt64) -> [UInt8] {
    magic + withUnsafeBytes(of: generation) { Array($0) }
  }

  /// - Returns: `nil` when it is no such file, of another version, or nothing in it was written whole.
  init?(_ file: [UInt8]) {
    var rest = file[...]
    guard rest.starts(with: Self.magic) else { return nil }
    rest = rest.dropFirst(Self.magic.count)
    guard let generation = StateFrame.takeNumber(UInt64.self, from: &rest),
      let first = StateFrame(next: &rest), let places = first.places
    else { return nil }
    self.places = places
    self.generation = generation
    length = 0
    take(first)
    var end = rest.startIndex
    while let frame = StateFrame(next: &rest) {
      take(frame)
      end = rest.startIndex
    }
    length = end
  }

  mutating func take(_ frame: StateFrame) {
    for copy in frame.configurations {
      // The definitions of a part are in the records: of what was loaded from a path the last copy counts.
      configurations.removeAll { copy.part == nil || $0.part == copy.part }
      configurations.append(copy)
    }
    records += frame.records
  }

  /// All of it as one frame, with other records.
  func frame(with records: [UInt8]) -> StateFrame {
    StateFrame(places: places, configurations: configurations, records: records)
  }
}
