import Testing

@testable import Supervision

@Suite("Reading ld-elf.so.hints")
struct LinkerHintsTests {
  static func hints(_ list: String, isLittleEndian: Bool = true, version: UInt32 = 1) -> [UInt8] {
    let strings = [0] + Array(list.utf8) + [0]
    let fields: [UInt32] = [0x746e_6845, version, 128, UInt32(strings.count), 1, UInt32(list.utf8.count)]
    let header = (fields + [UInt32](repeating: 0, count: 26)).flatMap { field in
      let bytes = (0..<4).map { UInt8(truncatingIfNeeded: field >> (8 * UInt32($0))) }
      return isLittleEndian ? bytes : bytes.reversed()
    }
    return header + strings
  }

  private func read(_ bytes: [UInt8]) -> [String]? {
    LinkerHints { FakeTree.range(of: bytes, at: $0, count: $1) }?.directories
  }

  @Test("the directories are read in either byte order", arguments: [true, false])
  func orders(isLittleEndian: Bool) {
    let bytes = Self.hints("/lib:/usr/lib:/usr/local/lib", isLittleEndian: isLittleEndian)
    #expect(read(bytes) == ["/lib", "/usr/lib", "/usr/local/lib"])
  }

  @Test("relative directories are left out: the linker would not take them either")
  func relative() {
    #expect(read(Self.hints("/lib::lib:/usr/lib")) == ["/lib", "/usr/lib"])
  }

  @Test("another version, another magic and another kind of file are no hints")
  func others() {
    #expect(read(Self.hints("/lib", version: 2)) == nil)
    var bytes = Self.hints("/lib")
    bytes[0] = 0
    #expect(read(bytes) == nil)
    #expect(read([]) == nil)
  }

  @Test("a list that is longer than the strings is none")
  func overlong() {
    var bytes = Self.hints("/lib:/usr/lib")
    bytes[12] = 8
    #expect(read(bytes) == nil)
  }

  @Test("no truncation and no wrong bit does harm")
  func damage() {
    let whole = Self.hints("/lib:/usr/lib")
    for length in 0..<(whole.count - 1) { #expect(read(Array(whole[..<length])) == nil) }
    for bit in 0..<(8 * whole.count) {
      var bytes = whole
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect((read(bytes) ?? []).count < 20)
    }
  }
}
