/// The state record of a supervisor: two files in memory, of which the holder has copies from the beginning. One of them is
/// written, frame after frame, each with one pwrite(2). When it has doubled, all that is still true goes to the other one, which
/// counts from the moment that it is whole, and the first is emptied. So nothing has to be said to anybody meanwhile, and a death at
/// any moment leaves one file that can be read.
final class StateFiles {
  private let halves: [Half]
  private var active = 0
  private var generation: UInt64 = 0
  /// Of the active file: where the next frame goes, what there is room for, and how large it was when it was written anew.
  private var length = 0
  private var capacity = 0
  private var base = 0
  /// It could not be written any more, and was emptied: a record that lags behind is worse than none.
  private(set) var isLost = false

  /// So many further bytes are not worth writing all anew.
  private static let slack = 256 << 10
  /// Files grow by this at least.
  private static let step = 64 << 10
  static let names = ["state/1", "state/2"]

  private final class Half {
    let file: MemoryFile

    init(_ file: consuming MemoryFile) {
      self.file = file
    }
  }

  init() throws(SystemError) {
    halves = [Half(try MemoryFile()), Half(try MemoryFile())]
  }

  /// Those of a predecessor.
  init(adopting first: consuming Descriptor, _ second: consuming Descriptor) {
    halves = [Half(MemoryFile(adopting: first)), Half(MemoryFile(adopting: second))]
  }

  /// For who holds copies.
  func lend(to body: (_ name: String, borrowing Descriptor) -> Void) {
    for (name, half) in zip(Self.names, halves) { body(name, half.file.descriptor) }
  }

  /// What a predecessor has left; the next frame goes behind it. `nil`: nothing that can be read.
  func read() throws(SystemError) -> KeptState? {
    var found: KeptState?
    for index in halves.indices {
      let contents = try halves[index].file.contents()
      guard let kept = KeptState(contents), kept.generation >= found?.generation ?? 0 else { continue }
      found = kept
      active = index
      capacity = contents.count
    }
    guard let found else { return nil }
    generation = found.generation
    length = found.length
    base = found.length
    return found
  }

  /// Writes all anew.
  func write(_ frame: StateFrame) throws(SystemError) {
    let target = 1 - active
    let bytes = KeptState.head(generation: generation + 1) + frame.bytes
    let room = bytes.count + Self.step
    do throws(SystemError) {
      try halves[target].file.resize(to: 0)
      try halves[target].file.resize(to: room)
      try halves[target].file.write(bytes, at: 0)
    } catch {
      // What is in the other one is no more what changes would be changes of.
      lose()
      throw error
    }
    let before = active
    active = target
    generation += 1
    length = bytes.count
    base = bytes.count
    capacity = room
    isLost = false
    try halves[before].file.resize(to: 0)
  }

  /// Writes what has changed.
  ///
  /// - Parameter records: all of what the core knows, for the case that the file is written anew.
  func append(_ frame: StateFrame, all records: () -> [UInt8]) throws(SystemError) {
    guard !isLost else { return }
    let bytes = frame.bytes
    do throws(SystemError) {
      guard length + bytes.count <= 2 * base + Self.slack else { return try compact(frame, records()) }
      // The size that says that nothing follows has to fit behind it.
      let needed = length + bytes.count + MemoryLayout<UInt32>.size
      if needed > capacity {
        let room = needed + max(Self.step, length / 4)
        try halves[active].file.resize(to: room)
        capacity = room
      }
      try halves[active].file.write(bytes, at: length)
      length += bytes.count
    } catch {
      lose()
      throw error
    }
  }

  /// The configuration is read back rather than remembered: it would cost memory for each service.
  private func compact(_ frame: StateFrame, _ records: [UInt8]) throws(SystemError) {
    guard var kept = KeptState(try halves[active].file.contents()) else {
      throw SystemError("pread", on: Self.names[active], code: SystemError.inputOutput)
    }
    kept.take(frame)
    try write(kept.frame(with: records))
  }

  private func lose() {
    isLost = true
    for half in halves { try? half.file.resize(to: 0) }
  }
}
