/// What the dynamic linker is told by an ELF file: which linker, which libraries, where to look for them.
///
/// The files are those of services, not the supervisor's: nothing in them is believed. Every offset is checked, every count
/// has a bound, and only the ranges that are needed are read.
public struct ElfFile: Sendable, Equatable {
  /// A range of the file: fewer bytes than asked for at its end, `nil` when it cannot be read.
  public typealias Reader = (_ offset: UInt64, _ count: Int) -> [UInt8]?

  public var is64Bit: Bool
  public var isLittleEndian: Bool
  /// `e_machine`: 62 for amd64, 183 for aarch64.
  public var machine: UInt16
  /// PT_INTERP: the dynamic linker; `nil`: none, as in a static program or a library.
  public var interpreter: String?
  /// DT_NEEDED, in order.
  public var needed: [String] = []
  public var soname: String?
  /// DT_RPATH, split at its colons.
  public var rpath: [String] = []
  /// DT_RUNPATH, split at its colons.
  public var runpath: [String] = []

  /// Reads a file.
  ///
  /// - Returns: `nil` when it is no ELF file at all.
  /// - Throws: when it is one that no dynamic linker would load.
  public static func read(_ reader: @escaping Reader) throws(Malformed) -> ElfFile? {
    guard let start = reader(0, 16), start.count == 16, start.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { return nil }
    guard let layout = ElfLayout(identification: start) else { throw Malformed("it has no known class or byte order") }
    return try ElfReading(reader, layout).file()
  }

  /// What is wrong with a file, as a clause.
  public struct Malformed: Error, Sendable, Equatable {
    public var message: String

    init(_ message: String) {
      self.message = message
    }
  }
}

/// Where the fields of the two classes lie, and in which order their bytes.
struct ElfLayout {
  var is64Bit: Bool
  var isLittleEndian: Bool

  /// - Parameter identification: `e_ident`.
  init?(identification: [UInt8]) {
    switch identification[4] {
    case 1: is64Bit = false
    case 2: is64Bit = true
    default: return nil
    }
    switch identification[5] {
    case 1: isLittleEndian = true
    case 2: isLittleEndian = false
    default: return nil
    }
  }

  var headerSize: Int { is64Bit ? 64 : 52 }
  var programHeaderSize: Int { is64Bit ? 56 : 32 }
  var wordSize: Int { is64Bit ? 8 : 4 }

  /// `nil` when it lies beyond the bytes.
  func number(_ bytes: [UInt8], _ offset: Int, size: Int) -> UInt64? {
    guard offset >= 0, bytes.count >= size, offset <= bytes.count - size else { return nil }
    let field = bytes[offset..<(offset + size)]
    return isLittleEndian
      ? field.reversed().reduce(0) { $0 << 8 | UInt64($1) }
      : field.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A field that is as wide as the class.
  func word(_ bytes: [UInt8], _ offset: Int) -> UInt64? {
    number(bytes, offset, size: wordSize)
  }
}
