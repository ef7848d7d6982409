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
  /// DT_AUXILIARY and DT_FILTER: libraries that give part of what this one promises, as libsys does for libc since FreeBSD 15.
  public var filtees: [String] = []
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
