import Glibc
import Testing

@testable import Supervision
@testable import SupervisionRuntime

@Suite("What a planner hears of this host")
struct HostJailFactsTests {
  private let facts = HostJailFacts()
  private let directory: String

  init() throws {
    var template = Array("/tmp/facts.XXXXXX".utf8CString)
    let made = try #require(mkdtemp(&template).map { String(cString: $0) })
    directory = try #require(HostJailFacts().realPath(made))
    try Files.replace("\(directory)/file", with: Array("0123456789".utf8), permissions: 0o640)
    symlink("file", "\(directory)/link")
    symlink("nowhere", "\(directory)/dangling")
  }

  private func tidy() {
    for name in ["file", "link", "dangling"] { try? Files.remove("\(directory)/\(name)") }
    try? Files.removeDirectory(directory)
  }

  @Test("links are followed or not, as is asked")
  func status() throws {
    defer { tidy() }
    let file = try #require(facts.status(of: "\(directory)/file", followingLink: true))
    #expect(file.kind == .file)
    #expect(file.mode == 0o640)
    #expect(file.owner == facts.supervisorUID)
    #expect(facts.status(of: "\(directory)/link", followingLink: true) == file)
    #expect(facts.status(of: "\(directory)/link", followingLink: false)?.kind == .link)
    #expect(facts.status(of: "\(directory)/dangling", followingLink: true) == nil)
    #expect(facts.status(of: "/dev/null", followingLink: true)?.kind == .other)
    #expect(facts.realPath("\(directory)/./link") == "\(directory)/file")
    #expect(facts.realPath("\(directory)/dangling") == nil)
    #expect(facts.destination(ofLink: "\(directory)/dangling") == "nowhere")
    #expect(facts.destination(ofLink: "\(directory)/file") == nil)
    #expect(facts.resolved("\(directory)/link/more") == "\(directory)/file/more")
    #expect(facts.resolved("\(directory)/new/path") == "\(directory)/new/path")
  }

  @Test("ranges of a file are read, and end with it")
  func bytes() {
    defer { tidy() }
    let path = "\(directory)/file"
    #expect(facts.bytes(of: path, at: 2, count: 3) == Array("234".utf8))
    #expect(facts.bytes(of: path, at: 8, count: 10) == Array("89".utf8))
    #expect(facts.bytes(of: path, at: 100, count: 10) == [])
    #expect(facts.bytes(of: path, at: .max, count: 10) == nil)
    #expect(facts.bytes(of: "\(directory)/dangling", at: 0, count: 1) == nil)
    #expect(facts.bytes(of: directory, at: 0, count: 1) == nil)
  }

  @Test("a pipe in the place of a file stops nobody")
  func pipes() {
    let path = "\(directory)/pipe"
    mkfifo(path, 0o600)
    defer {
      unlink(path)
      tidy()
    }
    #expect(facts.bytes(of: path, at: 0, count: 1) == nil)
  }

  @Test("the libraries that are found for this program are those that were loaded into it")
  func ownLibraries() throws {
    defer { tidy() }
    let maps = try String(decoding: Files.read("/proc/self/maps"), as: UTF8.self)
    let program = try #require(facts.realPath("/proc/self/exe"))
    var search = LibrarySearch(facts: facts)
    search.add(program: program, at: program)
    #expect(search.reasons.isEmpty)
    #expect(search.files.count > 3)
    for file in search.files {
      let real = try #require(facts.realPath(file.source))
      #expect(maps.contains(" \(real)\n"), "\(file)")
    }
  }

  @Test("no truncation of a real program does harm")
  func truncations() throws {
    defer { tidy() }
    let whole = try Files.read("/bin/sh", limit: 64 << 20)
    let lengths = Array(0..<min(2048, whole.count)) + Array(stride(from: 2048, to: whole.count, by: 61))
    var complete = 0
    for length in lengths {
      let file = try? ElfFile.read { offset, count in
        guard offset < length else { return [] }
        return Array(whole[Int(offset)..<min(length, Int(offset) + count)])
      }
      if let file, !file.needed.isEmpty { complete += 1 }
    }
    #expect(complete < lengths.count)
    #expect(try ElfFile.read { facts.bytes(of: "/bin/sh", at: $0, count: $1) }?.interpreter != nil)
  }
}
