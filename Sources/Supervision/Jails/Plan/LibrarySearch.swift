/// Finds what a dynamically linked program needs to run: its linker, its libraries, and theirs, as rtld(1) would.
///
/// What is loaded by name while the program runs (dlopen(3): nsswitch and PAM modules, plug-ins) stands in no header and is
/// not found.
struct LibrarySearch {
  /// A file that has to be there.
  struct File: Hashable {
    /// Where the linker inside the jail looks for it.
    var place: String
    /// Where it is on the host.
    var source: String
  }

  /// A directory that is searched: what it is called inside, and where it is on the host. They differ below `$ORIGIN`, when
  /// the program was exposed through a link.
  private struct Directory {
    var place: String
    var source: String

    init(_ path: String) {
      (place, source) = (path, path)
    }

    init(place: String, source: String) {
      (self.place, self.source) = (place, source)
    }
  }

  private struct Object {
    var file: File
    var elf: ElfFile
  }

  /// A program with more libraries than this is none.
  private static let mostObjects = 4096

  private let facts: any JailFacts
  /// In the order in which they were found, each once.
  private(set) var files: [File] = []
  private(set) var reasons: [String] = []
  private var seen: Set<File> = []

  init(facts: any JailFacts) {
    self.facts = facts
  }

  /// - Parameters:
  ///   - source: the program on the host, resolved.
  ///   - place: its path inside.
  mutating func add(program source: String, at place: String) {
    let file = File(place: place, source: source)
    do throws(ElfFile.Malformed) {
      guard let elf = try read(source) else { return }
      search(Object(file: file, elf: elf))
    } catch {
      reasons.append("\(place) cannot be read as a program: \(error.message)")
    }
  }

  private mutating func search(_ program: Object) {
    if let interpreter = program.elf.interpreter {
      // rtld(1) is a file of its own, which needs nothing.
      if facts.status(of: interpreter, followingLink: true)?.kind == .file {
        add(File(place: interpreter, source: interpreter))
      } else {
        reasons.append("\(program.file.place) needs \(interpreter), which does not exist")
      }
    }
    let linker = facts.linker(for: program.elf)
    let hints = linker.hints.flatMap { path in LinkerHints { facts.bytes(of: path, at: $0, count: $1) } }
    let standard = linker.standardDirectories.map(Directory.init)
    let hinted = (hints?.directories ?? []).map(Directory.init)
    var needsHints = false
    // As rtld(1): breadth first, and a name that has been loaded is not looked for again.
    var loaded: Set<String> = []
    var queue = [program]
    var next = 0
    while next < queue.count, queue.count < Self.mostObjects {
      let object = queue[next]
      next += 1
      let own = ownDirectories(of: object, in: program)
      for name in object.elf.needed + object.elf.filtees where loaded.insert(name).inserted {
        guard let found = find(name, in: own + hinted + standard, like: program.elf) else {
          // The linker does without a filtee.
          if !object.elf.needed.contains(name) { continue }
          reasons.append("\(object.file.place) needs \(name), which the dynamic linker finds in no directory")
          continue
        }
        add(found.file)
        queue.append(found)
        // Inside, without the hints, only the rest is searched, and only what this plan brings is there.
        let directory = AbsolutePath.parent(of: found.file.place)
        if !name.contains("/"), !(own + standard).contains(where: { $0.place == directory }) { needsHints = true }
      }
    }
    if needsHints, let path = linker.hints { add(File(place: path, source: path)) }
  }

  private mutating func add(_ file: File) {
    if seen.insert(file).inserted { files.append(file) }
  }

  /// What an object says itself of where its libraries are, as rtld(1) orders it: DT_RPATH counts only without DT_RUNPATH,
  /// and that of the program counts for its libraries too.
  private func ownDirectories(of object: Object, in program: Object) -> [Directory] {
    guard object.elf.runpath.isEmpty else { return directories(object.elf.runpath, of: object) }
    let own = directories(object.elf.rpath, of: object)
    guard object.file != program.file, program.elf.runpath.isEmpty else { return own }
    return own + directories(program.elf.rpath, of: program)
  }

  private func directories(_ names: [String], of object: Object) -> [Directory] {
    names.compactMap { name in
      // `$ORIGIN` is the directory of the object, its links resolved: inside there are none at its place.
      func path(_ origin: String) -> String? {
        let path = name.replacing("${ORIGIN}", with: origin).replacing("$ORIGIN", with: origin)
        return path.hasPrefix("/") ? AbsolutePath.text(AbsolutePath.apply(path, to: [])) : nil
      }
      guard let place = path(AbsolutePath.parent(of: object.file.place)),
        let source = path(AbsolutePath.parent(of: object.file.source))
      else { return nil }
      return Directory(place: place, source: source)
    }
  }

  /// The first file of that name that can be loaded into the program.
  private func find(_ name: String, in directories: [Directory], like program: ElfFile) -> Object? {
    if name.contains("/") {
      return name.hasPrefix("/") ? object(File(place: name, source: name), like: program) : nil
    }
    for directory in directories {
      let file = File(
        place: AbsolutePath.join(directory.place, [name]), source: AbsolutePath.join(directory.source, [name]))
      if let object = object(file, like: program) { return object }
    }
    return nil
  }

  /// A library for another machine is passed over, as the linker does it.
  private func object(_ file: File, like program: ElfFile) -> Object? {
    guard let real = facts.realPath(file.source), let elf = try? read(real), elf.machine == program.machine,
      elf.is64Bit == program.is64Bit, elf.isLittleEndian == program.isLittleEndian
    else { return nil }
    return Object(file: File(place: file.place, source: real), elf: elf)
  }

  private func read(_ path: String) throws(ElfFile.Malformed) -> ElfFile? {
    guard facts.status(of: path, followingLink: true)?.kind == .file else { return nil }
    return try ElfFile.read { facts.bytes(of: path, at: $0, count: $1) }
  }
}
