/// How a dynamic linker finds libraries where a program and its libraries say nothing.
public struct LinkerConventions: Sendable, Equatable {
  /// Looked through last, in order.
  public var standardDirectories: [String]
  /// A file of hints with further directories, looked through before; `nil`: there is none.
  public var hints: String?

  public init(standardDirectories: [String], hints: String? = nil) {
    self.standardDirectories = standardDirectories
    self.hints = hints
  }

  /// rtld(1) of FreeBSD. It has files of its own for 32-bit programs on a 64-bit system, and is then named for it.
  public static func freeBSD(_ program: ElfFile) -> LinkerConventions {
    program.interpreter?.hasSuffix("/ld-elf32.so.1") == true
      ? LinkerConventions(standardDirectories: ["/lib32", "/usr/lib32"], hints: "/var/run/ld-elf32.so.hints")
      : LinkerConventions(standardDirectories: ["/lib", "/usr/lib"], hints: "/var/run/ld-elf.so.hints")
  }

  /// ld.so(8) of the Linux distributions that are developed on; its cache is not read.
  public static func linux(_ program: ElfFile) -> LinkerConventions {
    let triplet: String? =
      switch (program.machine, program.is64Bit) {
      case (62, true): "x86_64-linux-gnu"
      case (62, false): "x86_64-linux-gnux32"
      case (3, _): "i386-linux-gnu"
      case (183, _): "aarch64-linux-gnu"
      case (243, true): "riscv64-linux-gnu"
      default: nil
      }
    let usual = program.is64Bit ? ["/lib64", "/usr/lib64", "/lib", "/usr/lib"] : ["/lib", "/usr/lib"]
    let multiarch = triplet.map { ["/lib/\($0)", "/usr/lib/\($0)", "/usr/local/lib/\($0)"] } ?? []
    return LinkerConventions(standardDirectories: multiarch + usual + ["/usr/local/lib"])
  }
}
