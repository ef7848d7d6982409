/// One walk through an ELF file: its header, its program headers, its dynamic section (elf(5)).
struct ElfReading {
  /// Far more than any linker writes.
  private static let mostHeaders = 512
  private static let mostDynamicBytes = 1 << 20
  private static let mostNeeded = 1024
  private static let longestName = 4096

  private struct Segment {
    var type: UInt64
    var offset: UInt64
    var address: UInt64
    var size: UInt64
  }

  private struct Dynamic {
    var needed: [UInt64] = []
    var filtees: [UInt64] = []
    var soname: UInt64?
    var rpath: UInt64?
    var runpath: UInt64?
    var strings: UInt64?
    var stringsSize: UInt64?
  }

  private let reader: ElfFile.Reader
  private let layout: ElfLayout

  init(_ reader: @escaping ElfFile.Reader, _ layout: ElfLayout) {
    self.reader = reader
    self.layout = layout
  }

  func file() throws(ElfFile.Malformed) -> ElfFile {
    let header = try bytes(at: 0, layout.headerSize, "its header")
    guard let machine = layout.number(header, 18, size: 2) else { throw ElfFile.Malformed("its header is cut off") }
    var file = ElfFile(
      is64Bit: layout.is64Bit, isLittleEndian: layout.isLittleEndian, machine: UInt16(truncatingIfNeeded: machine))
    let segments = try segments(header)
    // PT_INTERP
    if let segment = segments.first(where: { $0.type == 3 }) { file.interpreter = try interpreter(segment) }
    // PT_DYNAMIC
    guard let segment = segments.first(where: { $0.type == 2 }) else { return file }
    let dynamic = try dynamic(segment)
    // PT_LOAD
    let strings = try strings(dynamic, segments.filter { $0.type == 1 })
    for offset in dynamic.needed { file.needed.append(try text(offset, in: strings)) }
    for offset in dynamic.filtees { file.filtees.append(try text(offset, in: strings)) }
    if let offset = dynamic.soname { file.soname = try text(offset, in: strings) }
    if let offset = dynamic.rpath { file.rpath = Self.directories(try text(offset, in: strings)) }
    if let offset = dynamic.runpath { file.runpath = Self.directories(try text(offset, in: strings)) }
    return file
  }

  private func segments(_ header: [UInt8]) throws(ElfFile.Malformed) -> [Segment] {
    let is64Bit = layout.is64Bit
    guard let offset = layout.word(header, is64Bit ? 32 : 28),
      let size = layout.number(header, is64Bit ? 54 : 42, size: 2),
      let count = layout.number(header, is64Bit ? 56 : 44, size: 2)
    else { throw ElfFile.Malformed("its header is cut off") }
    if count == 0 { return [] }
    guard size == layout.programHeaderSize, count <= Self.mostHeaders else {
      throw ElfFile.Malformed("its program headers have no known form")
    }
    let table = try bytes(at: offset, Int(size) * Int(count), "its table of program headers")
    var segments: [Segment] = []
    for start in stride(from: 0, to: table.count, by: Int(size)) {
      guard let type = layout.number(table, start, size: 4),
        let offset = layout.word(table, start + (is64Bit ? 8 : 4)),
        let address = layout.word(table, start + (is64Bit ? 16 : 8)),
        let length = layout.word(table, start + (is64Bit ? 32 : 16))
      else { throw ElfFile.Malformed("its table of program headers is cut off") }
      segments.append(Segment(type: type, offset: offset, address: address, size: length))
    }
    return segments
  }

  private func interpreter(_ segment: Segment) throws(ElfFile.Malformed) -> String {
    guard (2...Self.longestName).contains(Int(clamping: segment.size)) else {
      throw ElfFile.Malformed("the name of its dynamic linker has no possible length")
    }
    let name = try bytes(at: segment.offset, Int(segment.size), "the name of its dynamic linker")
    return try Self.text(name[...])
  }

  private func dynamic(_ segment: Segment) throws(ElfFile.Malformed) -> Dynamic {
    guard segment.size <= Self.mostDynamicBytes else { throw ElfFile.Malformed("its dynamic section is too long") }
    let section = try bytes(at: segment.offset, Int(segment.size), "its dynamic section")
    var dynamic = Dynamic()
    for start in stride(from: 0, to: section.count, by: 2 * layout.wordSize) {
      guard let tag = layout.word(section, start), let value = layout.word(section, start + layout.wordSize) else {
        break
      }
      switch tag {
      case 0: return dynamic
      case 1: dynamic.needed.append(value)
      case 5: dynamic.strings = value
      case 10: dynamic.stringsSize = value
      case 14: dynamic.soname = value
      case 15: dynamic.rpath = value
      case 29: dynamic.runpath = value
      case 0x7fff_fffd, 0x7fff_ffff: dynamic.filtees.append(value)
      default: break
      }
      if dynamic.needed.count + dynamic.filtees.count > Self.mostNeeded {
        throw ElfFile.Malformed("it needs too many libraries")
      }
    }
    return dynamic
  }

  /// Where the strings lie in the file: their address is that in memory.
  private func strings(_ dynamic: Dynamic, _ loaded: [Segment]) throws(ElfFile.Malformed) -> Segment {
    guard let address = dynamic.strings, let size = dynamic.stringsSize else {
      return Segment(type: 0, offset: 0, address: 0, size: 0)
    }
    for segment in loaded where address >= segment.address && address - segment.address < segment.size {
      let (offset, overflows) = segment.offset.addingReportingOverflow(address - segment.address)
      if !overflows { return Segment(type: 0, offset: offset, address: address, size: size) }
    }
    throw ElfFile.Malformed("its strings lie in no segment")
  }

  private func text(_ offset: UInt64, in strings: Segment) throws(ElfFile.Malformed) -> String {
    guard offset < strings.size else { throw ElfFile.Malformed("a name lies outside of its strings") }
    let (start, overflows) = strings.offset.addingReportingOverflow(offset)
    guard !overflows else { throw ElfFile.Malformed("a name lies outside of the file") }
    let most = Int(min(strings.size - offset, UInt64(Self.longestName)))
    guard let name = reader(start, most) else { throw ElfFile.Malformed("a name cannot be read") }
    return try Self.text(name[...])
  }

  /// Up to the null byte, which must be there.
  private static func text(_ bytes: ArraySlice<UInt8>) throws(ElfFile.Malformed) -> String {
    guard let end = bytes.firstIndex(of: 0), end > bytes.startIndex,
      let text = String(validating: bytes[..<end], as: UTF8.self)
    else { throw ElfFile.Malformed("a name in it has no end, or is no text") }
    return text
  }

  private static func directories(_ list: String) -> [String] {
    list.split(separator: ":").map(String.init)
  }

  private func bytes(at offset: UInt64, _ count: Int, _ what: String) throws(ElfFile.Malformed) -> [UInt8] {
    guard offset <= UInt64(Int64.max) - UInt64(count), let bytes = reader(offset, count), bytes.count == count else {
      throw ElfFile.Malformed("\(what) is cut off")
    }
    return bytes
  }
}
