import Testing

@testable import Supervision

@Suite("The libraries of exposed programs")
struct LibrarySearchTests {
  private static let linker = "/libexec/ld-elf.so.1"

  private func host(_ files: [String: ElfBuilder], hints: String? = "/lib:/usr/lib:/usr/local/lib") -> FakeTree {
    var host = Planning.host
    host.add(.file([]), at: Self.linker)
    for (path, builder) in files { host.add(.file(builder.bytes()), at: path) }
    if let hints { host.add(.file(LinkerHintsTests.hints(hints)), at: "/var/run/ld-elf.so.hints") }
    return host
  }

  private func program(_ needed: String..., rpath: String? = nil, runpath: String? = nil) -> ElfBuilder {
    var builder = ElfBuilder()
    builder.interpreter = Self.linker
    builder.needed = needed
    builder.rpath = rpath
    builder.runpath = runpath
    return builder
  }

  private func library(_ needed: String..., rpath: String? = nil, runpath: String? = nil) -> ElfBuilder {
    var builder = ElfBuilder()
    builder.needed = needed
    builder.soname = "lib"
    builder.rpath = rpath
    builder.runpath = runpath
    return builder
  }

  /// What is mounted for a program, its own mount left out: `place`, or `place = source` where they differ.
  private func found(_ host: FakeTree, program: String = "/usr/local/bin/p") throws -> [String] {
    var search = LibrarySearch(facts: host)
    search.add(program: try #require(host.realPath(program)), at: program)
    #expect(search.reasons.isEmpty)
    return search.files.map { $0.place == $0.source ? $0.place : "\($0.place) = \($0.source)" }
  }

  @Test("a program brings its linker and its libraries, and theirs")
  func transitive() throws {
    let host = host([
      "/usr/local/bin/p": program("liba.so.1", "libc.so.7"), "/usr/lib/liba.so.1": library("libb.so.2", "libc.so.7"),
      "/lib/libb.so.2": library("libc.so.7"), "/lib/libc.so.7": library(),
    ])
    #expect(try found(host) == [Self.linker, "/usr/lib/liba.so.1", "/lib/libc.so.7", "/lib/libb.so.2"])
  }

  @Test("libraries that need each other end the search")
  func circle() throws {
    let host = host([
      "/usr/local/bin/p": program("liba.so"), "/lib/liba.so": library("libb.so"), "/lib/libb.so": library("liba.so"),
    ])
    #expect(try found(host) == [Self.linker, "/lib/liba.so", "/lib/libb.so"])
  }

  @Test("a library that only the hints lead to brings them too")
  func hints() throws {
    let host = host(["/usr/local/bin/p": program("libx.so.3"), "/usr/local/lib/libx.so.3": library()])
    #expect(try found(host) == [Self.linker, "/usr/local/lib/libx.so.3", "/var/run/ld-elf.so.hints"])
  }

  @Test("a library that a RUNPATH leads to needs no hints")
  func runpath() throws {
    let host = host([
      "/usr/local/bin/p": program("libx.so.3", runpath: "/usr/local/lib"), "/usr/local/lib/libx.so.3": library(),
    ])
    #expect(try found(host) == [Self.linker, "/usr/local/lib/libx.so.3"])
  }

  @Test("the RPATH of the program counts for its libraries, its RUNPATH does not")
  func inheritance() throws {
    let libraries = ["/opt/liba.so": library("libb.so"), "/opt/libb.so": library()]
    let through = host(libraries.merging(["/usr/local/bin/p": program("liba.so", rpath: "/opt")]) { $1 })
    #expect(try found(through) == [Self.linker, "/opt/liba.so", "/opt/libb.so"])
    let not = host(libraries.merging(["/usr/local/bin/p": program("liba.so", runpath: "/opt")]) { $1 })
    var search = LibrarySearch(facts: not)
    search.add(program: "/usr/local/bin/p", at: "/usr/local/bin/p")
    #expect(search.reasons == ["/opt/liba.so needs libb.so, which the dynamic linker finds in no directory"])
  }

  @Test("a RUNPATH makes the RPATH beside it void")
  func bothPaths() throws {
    let host = host([
      "/usr/local/bin/p": program("libx.so", rpath: "/old", runpath: "/new"), "/old/libx.so": library(),
      "/new/libx.so": library(),
    ])
    #expect(try found(host) == [Self.linker, "/new/libx.so"])
  }

  @Test("an RPATH of the program that is void counts for its libraries no more than for itself")
  func voidInheritance() {
    let host = host([
      "/usr/local/bin/p": program("liba.so", rpath: "/old", runpath: "/new"), "/new/liba.so": library("libb.so"),
      "/old/libb.so": library(),
    ])
    var search = LibrarySearch(facts: host)
    search.add(program: "/usr/local/bin/p", at: "/usr/local/bin/p")
    #expect(search.reasons == ["/new/liba.so needs libb.so, which the dynamic linker finds in no directory"])
  }

  @Test("$ORIGIN is the directory of the object itself")
  func origin() throws {
    let host = host([
      "/usr/local/bin/p": program("liba.so", runpath: "$ORIGIN/../private"),
      "/usr/local/private/liba.so": library("libb.so", runpath: "${ORIGIN}/more"),
      "/usr/local/private/more/libb.so": library(),
    ])
    #expect(try found(host) == [Self.linker, "/usr/local/private/liba.so", "/usr/local/private/more/libb.so"])
  }

  @Test("below $ORIGIN a library goes where the program at its place inside looks for it")
  func originThroughLink() throws {
    var host = host([
      "/usr/local/libexec/p/p": program("liba.so", runpath: "$ORIGIN/lib"),
      "/usr/local/libexec/p/lib/liba.so": library(),
    ])
    host.add(.link("../libexec/p/p"), at: "/usr/local/bin/p")
    #expect(try found(host) == [Self.linker, "/usr/local/bin/lib/liba.so = /usr/local/libexec/p/lib/liba.so"])
  }

  @Test("a library is exposed under the name that is looked for, whatever the file is called")
  func linkedLibrary() throws {
    var host = host(["/usr/local/bin/p": program("libc.so.7"), "/lib/libc-7.1.so": library()])
    host.add(.link("libc-7.1.so"), at: "/lib/libc.so.7")
    #expect(try found(host) == [Self.linker, "/lib/libc.so.7 = /lib/libc-7.1.so"])
  }

  @Test("a library for another machine is passed over")
  func otherMachine() throws {
    var foreign = library()
    foreign.machine = 183
    var small = library()
    small.is64Bit = false
    let host = host([
      "/usr/local/bin/p": program("liba.so", "libb.so"), "/lib/liba.so": foreign, "/usr/lib/liba.so": library(),
      "/lib/libb.so": small, "/usr/local/lib/libb.so": library(),
    ])
    #expect(
      try found(host) == [
        Self.linker, "/usr/lib/liba.so", "/usr/local/lib/libb.so", "/var/run/ld-elf.so.hints",
      ])
  }

  @Test("a library that gives a part of another is brought with it, and not missed where it is not there")
  func filtees() throws {
    var libc = library()
    libc.auxiliary = "libsys.so.7"
    let files = ["/usr/local/bin/p": program("libc.so.7"), "/lib/libc.so.7": libc]
    #expect(try found(host(files)) == [Self.linker, "/lib/libc.so.7"])
    let newer = files.merging(["/lib/libsys.so.7": library()]) { $1 }
    #expect(try found(host(newer)) == [Self.linker, "/lib/libc.so.7", "/lib/libsys.so.7"])
  }

  @Test("without hints the standard directories are searched")
  func noHints() throws {
    let host = host(["/usr/local/bin/p": program("libz.so"), "/usr/lib/libz.so": library()], hints: nil)
    #expect(try found(host) == [Self.linker, "/usr/lib/libz.so"])
  }

  // MARK: In plans

  private func jail(_ paths: String...) -> JailDefinition {
    Planning.ephemeral { jail in
      jail.exposedPaths = paths.map { ExposedPath($0) }
      jail.exposesLibraries = true
    }
  }

  @Test("two programs bring a common library once")
  func common() throws {
    let host = host([
      "/usr/local/bin/p": program("libc.so.7"), "/usr/local/bin/q": program("libc.so.7"), "/lib/libc.so.7": library(),
    ])
    let mounts = try Planning.mounts(jail("/usr/local/bin/p", "/usr/local/bin/q"), on: host)
    #expect(
      mounts == [
        "file /lib/libc.so.7 on /lib/libc.so.7 ro or copy", "file \(Self.linker) on \(Self.linker) ro or copy",
        "file /usr/local/bin/p on /usr/local/bin/p ro or copy", "file /usr/local/bin/q on /usr/local/bin/q ro or copy",
      ])
  }

  @Test("a library in an exposed directory is there already, writable or not")
  func covered() throws {
    let host = host(["/usr/local/bin/p": program("libc.so.7"), "/lib/libc.so.7": library()])
    var wanted = jail("/usr/local/bin/p", "/libexec")
    wanted.exposedPaths.append(ExposedPath("/lib", isWritable: true))
    #expect(
      try Planning.mounts(wanted, on: host)
        == ["/lib on /lib rw", "/libexec on /libexec ro", "file /usr/local/bin/p on /usr/local/bin/p ro or copy"])
  }

  @Test("nothing is brought unless it is asked for, nor for scripts and directories")
  func unasked() throws {
    var host = host(["/usr/local/bin/p": program("libmissing.so")])
    host.add(.file(Array("#!/bin/sh\n".utf8)), at: "/usr/local/bin/script")
    var silent = jail("/usr/local/bin/p")
    silent.exposesLibraries = false
    #expect(try Planning.mounts(silent, on: host).count == 1)
    #expect(try Planning.mounts(jail("/usr/local/bin/script", "/usr/share"), on: host).count == 2)
  }

  @Test("a program that could not run inside has no plan")
  func missing() {
    var host = host(["/usr/local/bin/p": program("libgone.so")])
    #expect(
      Planning.reasons(jail("/usr/local/bin/p"), on: host)
        == ["`libraries`: /usr/local/bin/p needs libgone.so, which the dynamic linker finds in no directory"])
    var other = program()
    other.interpreter = "/libexec/gone"
    host.add(.file(other.bytes()), at: "/usr/local/bin/p")
    #expect(
      Planning.reasons(jail("/usr/local/bin/p"), on: host)
        == ["`libraries`: /usr/local/bin/p needs /libexec/gone, which does not exist"])
    host.add(.file(Array(program("x").bytes().prefix(100))), at: "/usr/local/bin/p")
    #expect(Planning.reasons(jail("/usr/local/bin/p"), on: host).first?.contains("cannot be read as a program") == true)
  }

  @Test("a 32-bit program on a 64-bit system has a linker, directories and hints of its own")
  func conventions() throws {
    var file = try #require(try ElfFile.read { FakeTree.range(of: ElfBuilder().bytes(), at: $0, count: $1) })
    #expect(LinkerConventions.freeBSD(file).standardDirectories == ["/lib", "/usr/lib"])
    file.interpreter = "/libexec/ld-elf32.so.1"
    #expect(LinkerConventions.freeBSD(file).hints == "/var/run/ld-elf32.so.hints")
    #expect(LinkerConventions.linux(file).standardDirectories.first == "/lib/x86_64-linux-gnu")
  }
}
