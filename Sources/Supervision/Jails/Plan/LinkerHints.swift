/// The directories in which ldconfig(8) found libraries: ld-elf.so.hints, as FreeBSD's `<elf-hints.h>` lays it out.
public struct LinkerHints: Sendable, Equatable {
  /// `Ehnt`.
  private static let magic: UInt32 = 0x746e_6845
  private static let headerSize = 128
  private static let longestList = 1 << 16

  public var directories: [String]

  /// - Returns: `nil` for what is no file of hints that the dynamic linker would take.
  public init?(_ read: ElfFile.Reader) {
    guard let header = read(0, Self.headerSize), header.count == Self.headerSize else { return nil }
    func field(_ index: Int, _ isLittleEndian: Bool) -> UInt32 {
      let bytes = header[(4 * index)..<(4 * index + 4)]
      return isLittleEndian
        ? bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } : bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
    // Newer systems write the file for machines of either byte order.
    guard let isLittleEndian = [true, false].first(where: { field(0, $0) == Self.magic }),
      field(1, isLittleEndian) == 1
    else { return nil }
    let strings = UInt64(field(2, isLittleEndian))
    let size = UInt64(field(3, isLittleEndian))
    let list = UInt64(field(4, isLittleEndian))
    let length = UInt64(field(5, isLittleEndian))
    guard length <= Self.longestList, list + length <= size, let bytes = read(strings + list, Int(length)),
      bytes.count == Int(length), let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    directories = text.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
  }
}
