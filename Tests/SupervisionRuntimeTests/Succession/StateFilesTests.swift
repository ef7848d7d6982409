import ControlProtocol
import Supervision
import Testing

@testable import SupervisionRuntime

@Suite("The files of the state record")
struct StateFilesTests {
  private let places = StateFrame.Places(socket: "/run/socket", stateDirectory: "/var/db/state")

  private func copy(_ text: String, part: String? = nil) -> StateFrame.ConfigurationCopy {
    .init(part: part, loadedAt: Timestamp(millisecondsSinceEpoch: 1_000), reading: Array(text.utf8))
  }

  private func frame(_ number: Int) -> StateFrame { StateFrame(records: Array("record \(number);".utf8)) }

  /// As the next supervisor gets them.
  private func successor(of files: StateFiles) throws -> StateFiles {
    var descriptors: [Int32] = []
    files.lend { _, descriptor in descriptors.append((try? descriptor.duplicate())?.relinquish() ?? -1) }
    return StateFiles(adopting: Descriptor(adopting: descriptors[0]), Descriptor(adopting: descriptors[1]))
  }

  @Test("what was written is what a successor reads")
  func written() throws {
    let files = try StateFiles()
    try files.write(StateFrame(places: places, configurations: [copy("all")], records: Array("whole;".utf8)))
    try files.append(frame(1)) { [] }
    try files.append(StateFrame(configurations: [copy("some", part: "/etc/some")], records: [])) { [] }
    let kept = try #require(try successor(of: files).read())
    #expect(kept.places == places)
    #expect(kept.configurations == [copy("all"), copy("some", part: "/etc/some")])
    #expect(String(decoding: kept.records, as: UTF8.self) == "whole;record 1;")
  }

  @Test("nothing was written, nothing is read")
  func empty() throws {
    #expect(try successor(of: try StateFiles()).read() == nil)
  }

  @Test("a whole configuration takes the place of all before it")
  func configurations() throws {
    let files = try StateFiles()
    try files.write(StateFrame(places: places, configurations: [copy("all"), copy("some", part: "/a")]))
    try files.append(StateFrame(configurations: [copy("others")])) { [] }
    #expect(try files.read()?.configurations == [copy("others")])
  }

  @Test("of what was loaded from a path the last copy counts")
  func parts() throws {
    let files = try StateFiles()
    try files.write(StateFrame(places: places, configurations: [copy("all")]))
    for text in ["1", "2", "3"] {
      for path in ["/a", "/b"] { try files.append(StateFrame(configurations: [copy(text, part: path)])) { [] } }
    }
    #expect(try files.read()?.configurations == [copy("all"), copy("3", part: "/a"), copy("3", part: "/b")])
  }

  @Test("what cannot be read back is not written anew, and is given up with a reason")
  func unreadable() throws {
    let files = try StateFiles()
    try files.write(StateFrame(places: places, configurations: [copy("all")]))
    var copies: [Int32] = []
    files.lend { _, descriptor in copies.append((try? descriptor.duplicate())?.relinquish() ?? -1) }
    _ = Descriptor(adopting: copies[0])
    try MemoryFile(adopting: Descriptor(adopting: copies[1])).write([0], at: 0)
    #expect(throws: SystemError.self) {
      for _ in 0..<20_000 { try files.append(StateFrame(records: [UInt8](repeating: 1, count: 100))) { [] } }
    }
    #expect(files.isLost)
    #expect(try successor(of: files).read() == nil)
  }

  #if DEBUG
    @Test("where a successor cannot write the whole, it writes no changes behind what it has read")
    func wholeFails() throws {
      let files = try StateFiles()
      try files.write(StateFrame(places: places, records: Array("old;".utf8)))
      let later = try successor(of: files)
      _ = try later.read()
      try withFaults([.failing("ftruncate", SystemError.noMemory, times: 2)]) {
        #expect(throws: SystemError.self) { try later.write(StateFrame(places: places, records: Array("new;".utf8))) }
        #expect(KernelFault.struck("ftruncate") > 0)
      }
      try later.append(frame(1)) { [] }
      #expect(later.isLost)
      try later.write(StateFrame(places: places, records: Array("new;".utf8)))
      #expect(try successor(of: later).read()?.records == Array("new;".utf8))
    }
  #endif

  @Test("a file that has doubled is written anew, and nothing is lost by that")
  func compacted() throws {
    let files = try StateFiles()
    try files.write(StateFrame(places: places, configurations: [copy("all")]))
    var anew = 0
    for number in 0..<20_000 {
      try files.append(StateFrame(records: [UInt8](repeating: 1, count: 100))) {
        anew += 1
        return Array("whole \(number);".utf8)
      }
    }
    #expect((2...20).contains(anew))
    let kept = try #require(try successor(of: files).read())
    #expect(kept.places == places)
    #expect(kept.configurations == [copy("all")])
    #expect(kept.records.starts(with: Array("whole".utf8)))
    #expect(kept.length < 1 << 20)
  }

  @Test("a death in the middle of a write costs that frame only", arguments: [1, 3, 4, 5, 12, 20])
  func torn(length: Int) throws {
    let files = try StateFiles()
    try files.write(StateFrame(places: places, records: Array("whole;".utf8)))
    try files.append(frame(1)) { [] }
    let before = try #require(try files.read())
    let bytes = frame(2).bytes
    var copies: [Int32] = []
    files.lend { _, descriptor in copies.append((try? descriptor.duplicate())?.relinquish() ?? -1) }
    _ = Descriptor(adopting: copies[0])
    // The second file is the one that was written first.
    let file = MemoryFile(adopting: Descriptor(adopting: copies[1]))
    try file.resize(to: before.length + bytes.count + 4)
    try file.write(Array(bytes.prefix(min(length, bytes.count - 1))), at: before.length)
    let kept = try #require(try successor(of: files).read())
    #expect(kept == before)
  }

  @Test("bytes that are no frames end the reading, and never the reader", arguments: 0..<200)
  func garbage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var bytes = KeptState.head(generation: 1)
    bytes += StateFrame(places: places, configurations: [copy("all")], records: Array("whole;".utf8)).bytes
    for number in 0..<4 { bytes += frame(number).bytes }
    for _ in 0..<1 + random.next() % 8 {
      bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
    }
    let kept = KeptState(bytes)
    #expect(kept?.length ?? 0 <= bytes.count)
  }
}
