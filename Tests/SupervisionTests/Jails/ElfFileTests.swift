import Testing

@testable import Supervision

@Suite("Reading ELF files")
struct ElfFileTests {
  private static func builder(is64Bit: Bool = true, isLittleEndian: Bool = true) -> ElfBuilder {
    var builder = ElfBuilder(is64Bit: is64Bit, isLittleEndian: isLittleEndian)
    builder.interpreter = "/libexec/ld-elf.so.1"
    builder.needed = ["libc.so.7", "libz.so.6"]
    builder.auxiliary = "libsys.so.7"
    builder.filter = "libpart.so.1"
    builder.soname = "libself.so.1"
    builder.rpath = "/opt/lib"
    builder.runpath = "$ORIGIN/../lib:/usr/local/lib"
    return builder
  }

  private func read(_ bytes: [UInt8]) throws(ElfFile.Malformed) -> ElfFile? {
    try ElfFile.read { FakeTree.range(of: bytes, at: $0, count: $1) }
  }

  @Test("both classes are read in both byte orders", arguments: [true, false], [true, false])
  func forms(is64Bit: Bool, isLittleEndian: Bool) throws {
    let file = try #require(try read(Self.builder(is64Bit: is64Bit, isLittleEndian: isLittleEndian).bytes()))
    #expect(file.is64Bit == is64Bit)
    #expect(file.isLittleEndian == isLittleEndian)
    #expect(file.machine == 62)
    #expect(file.interpreter == "/libexec/ld-elf.so.1")
    #expect(file.needed == ["libc.so.7", "libz.so.6"])
    #expect(file.filtees == ["libsys.so.7", "libpart.so.1"])
    #expect(file.soname == "libself.so.1")
    #expect(file.rpath == ["/opt/lib"])
    #expect(file.runpath == ["$ORIGIN/../lib", "/usr/local/lib"])
  }

  @Test("a static program needs nothing")
  func staticProgram() throws {
    let file = try #require(try read(ElfBuilder().bytes()))
    #expect(file.interpreter == nil)
    #expect(file.needed.isEmpty)
  }

  @Test("what does not begin like an ELF file is none")
  func others() throws {
    for bytes in [[], Array("#!/bin/sh\necho a long enough line\n".utf8), [0x7f, 0x45, 0x4c]] as [[UInt8]] {
      #expect(try read(bytes) == nil)
    }
  }

  @Test("an unknown class or byte order is refused")
  func unknown() {
    for position in [4, 5] {
      var bytes = Self.builder().bytes()
      bytes[position] = 3
      #expect(throws: ElfFile.Malformed.self) { try read(bytes) }
    }
  }

  @Test("a truncated file is refused, unless only the end of its strings is missing")
  func truncation() {
    for is64Bit in [true, false] {
      let whole = Self.builder(is64Bit: is64Bit).bytes()
      for length in 16..<whole.count {
        #expect(throws: ElfFile.Malformed.self, "\(length) of \(whole.count)") { try read(Array(whole[..<length])) }
      }
    }
  }

  @Test("no single wrong bit, and no heap of them, does harm")
  func flips() {
    for is64Bit in [true, false] {
      for isLittleEndian in [true, false] {
        let whole = Self.builder(is64Bit: is64Bit, isLittleEndian: isLittleEndian).bytes()
        for bit in 0..<(8 * whole.count) {
          var bytes = whole
          bytes[bit / 8] ^= 1 << (bit % 8)
          check(bytes)
        }
        // Offsets and sizes at the end of what can be counted.
        for start in 16..<whole.count {
          var bytes = whole
          for index in start..<min(start + (is64Bit ? 8 : 4), whole.count) { bytes[index] = 0xff }
          check(bytes)
        }
        var random = SplitMix64(seed: 4711)
        for _ in 0..<3000 {
          var bytes = whole
          for _ in 0..<(1 + random.next() % 8) {
            bytes[Int(random.next() % UInt64(bytes.count))] = [0, 1, 0x7f, 0x80, 0xff][Int(random.next() % 5)]
          }
          check(bytes)
        }
      }
    }
  }

  /// Whatever comes of it has to stay within bounds.
  private func check(_ bytes: [UInt8]) {
    var asked = 0
    let file = try? ElfFile.read { offset, count in
      asked += count
      return FakeTree.range(of: bytes, at: offset, count: count)
    }
    #expect(asked < 8 << 20)
    guard let file else { return }
    #expect(file.needed.count <= 1024)
  }

  @Test("of a large file only the ranges that are needed are read")
  func ranges() throws {
    let bytes = Self.builder().bytes()
    var asked = 0
    _ = try ElfFile.read { offset, count in
      // A file of 200 MB: behind what is looked at there is more.
      let part = FakeTree.range(of: bytes, at: offset, count: count)
      asked += part.count
      return part + [UInt8](repeating: 0xff, count: count - part.count)
    }
    #expect(asked < 4096)
  }
}
