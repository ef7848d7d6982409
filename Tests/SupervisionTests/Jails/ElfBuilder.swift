/// Makes small ELF files as elf(5) describes them, of either class and byte order.
struct ElfBuilder {
  var is64Bit = true
  var isLittleEndian = true
  var machine: UInt16 = 62
  var interpreter: String?
  var needed: [String] = []
  var auxiliary: String?
  var filter: String?
  var soname: String?
  var rpath: String?
  var runpath: String?

  /// Where the file would be loaded: addresses are not offsets.
  private static let base: UInt64 = 0x40_0000

  func bytes() -> [UInt8] {
    var strings: [UInt8] = [0]
    func add(_ text: String) -> UInt64 {
      defer { strings += Array(text.utf8) + [0] }
      return UInt64(strings.count)
    }
    var tags: [(UInt64, UInt64)] = needed.map { (1, add($0)) }
    if let auxiliary { tags.append((0x7fff_fffd, add(auxiliary))) }
    if let filter { tags.append((0x7fff_ffff, add(filter))) }
    if let soname { tags.append((14, add(soname))) }
    if let rpath { tags.append((15, add(rpath))) }
    if let runpath { tags.append((29, add(runpath))) }
    let hasDynamic = !tags.isEmpty
    let headers = 1 + (interpreter == nil ? 0 : 1) + (hasDynamic ? 1 : 0)
    let headerSize = is64Bit ? 64 : 52
    let entrySize = is64Bit ? 56 : 32
    let nameStart = headerSize + headers * entrySize
    let name: [UInt8] = interpreter.map { Array($0.utf8) + [0] } ?? []
    let dynamicStart = nameStart + name.count
    // With the two tags of the strings, and the end.
    let dynamicSize = hasDynamic ? (tags.count + 3) * (is64Bit ? 16 : 8) : 0
    let stringsStart = dynamicStart + dynamicSize
    let total = stringsStart + strings.count
    if hasDynamic {
      tags.append((5, Self.base + UInt64(stringsStart)))
      tags.append((10, UInt64(strings.count)))
      tags.append((0, 0))
    }

    var file = header(count: headers)
    file += segment(type: 1, offset: 0, size: total)
    if interpreter != nil { file += segment(type: 3, offset: nameStart, size: name.count) }
    if hasDynamic { file += segment(type: 2, offset: dynamicStart, size: dynamicSize) }
    file += name
    for (tag, value) in tags { file += word(tag) + word(value) }
    return file + strings
  }

  private func header(count: Int) -> [UInt8] {
    var header: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, is64Bit ? 2 : 1, isLittleEndian ? 1 : 2, 1, 9]
    header += [UInt8](repeating: 0, count: 8)
    // e_type, e_machine, e_version, e_entry, e_phoff, e_shoff, e_flags
    header += number(3, 2) + number(UInt64(machine), 2) + number(1, 4)
    header += word(0) + word(is64Bit ? 64 : 52) + word(0) + number(0, 4)
    // e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx
    header += number(is64Bit ? 64 : 52, 2) + number(is64Bit ? 56 : 32, 2) + number(UInt64(count), 2)
    return header + number(0, 2) + number(0, 2) + number(0, 2)
  }

  private func segment(type: UInt64, offset: Int, size: Int) -> [UInt8] {
    let address = Self.base + UInt64(offset)
    let place = word(UInt64(offset)) + word(address) + word(address) + word(UInt64(size)) + word(UInt64(size))
    // p_flags stands second in the one class, second to last in the other.
    return is64Bit
      ? number(type, 4) + number(4, 4) + place + word(8) : number(type, 4) + place + number(4, 4) + word(8)
  }

  private func word(_ value: UInt64) -> [UInt8] { number(value, is64Bit ? 8 : 4) }

  private func number(_ value: UInt64, _ size: Int) -> [UInt8] {
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    return isLittleEndian ? bytes : bytes.reversed()
  }
}
