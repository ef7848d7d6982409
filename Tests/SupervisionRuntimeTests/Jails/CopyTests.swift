import CProc
import Glibc
import Supervision
import SupervisionRuntime
import Testing

@Suite struct CopyTests {
  /// The errno and the reason of a copy into `relative` below the root.
  private func copy(_ source: String, _ bench: borrowing TreeBench, _ relative: String) -> (code: Int32, reason: String)
  {
    var reason = [CChar](repeating: 0, count: Int(CPROC_REASON_SIZE))
    let result = cproc_walk_copy(source, bench.root, relative, &reason)
    let code = result == 0 ? 0 : cproc_errno()
    return (code, String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }

  @Test("a file is copied into its place with its content and its mode, set-id bits included")
  func copies() throws {
    let bench = try TreeBench()
    var kernel = try HostJailKernel()
    let source = bench.outside + "/program"
    let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try Files.replace(source, with: content)
    try #require(chmod(source, 0o4755) == 0)
    if Host.user == 0 {
      try #require(chown(source, 65534, 65533) == 0)
      try #require(chmod(source, 0o4755) == 0)
    }
    let place = try kernel.makeFile(bench.path("program"))
    #expect(copy(source, bench, "program").code == 0)
    #expect(try Files.read(bench.root + "/program") == content)
    let status = try Files.status(bench.root + "/program")
    let original = try Files.status(source)
    #expect(status.mode == 0o4755)
    #expect(status.user == original.user)
    #expect(status.group == original.group)
    // Undoing knows it by what was made.
    try kernel.removeFile(bench.path("program"), place)
  }

  @Test("only an empty file with one name is copied into")
  func target() throws {
    let bench = try TreeBench()
    let source = bench.outside + "/source"
    try Files.replace(source, with: [1, 2, 3])
    try bench.write("full", to: "full")
    try bench.write("", to: "linked")
    try #require(link(bench.root + "/linked", bench.outside + "/other-name") == 0)
    try bench.link("link", to: bench.outside + "/victim")
    try Files.replace(bench.outside + "/victim", with: [])
    try #require(mkfifo(bench.root + "/pipe", 0o600) == 0)
    #expect(copy(source, bench, "full").code == EEXIST)
    #expect(copy(source, bench, "linked").code == EEXIST)
    #expect(copy(source, bench, "linked").reason == "the file in its place is not an empty one of the supervisor's")
    #expect(copy(source, bench, "link").code == ELOOP)
    #expect(copy(source, bench, "missing").code == ENOENT)
    // Nobody reads from the pipe, and nobody waits for that.
    #expect(copy(source, bench, "pipe").code == ENXIO)
    #expect(try Files.read(bench.outside + "/victim") == [])
    #expect(try Files.read(bench.outside + "/other-name") == [])
  }

  @Test("only a regular file is copied, and nobody waits for a pipe")
  func source() throws {
    let bench = try TreeBench()
    try bench.write("", to: "place")
    try #require(mkfifo(bench.outside + "/pipe", 0o600) == 0)
    #expect(copy(bench.outside, bench, "place").code == EINVAL)
    #expect(copy(bench.outside + "/pipe", bench, "place").code == EINVAL)
    #expect(copy(bench.outside + "/missing", bench, "place").code == ENOENT)
    #expect(copy(bench.outside + "/pipe", bench, "").code == EINVAL)
  }

  @Test("after a failure the file in its place is empty and closed again")
  func failure() throws {
    let bench = try TreeBench()
    try bench.write("", to: "place")
    // A regular file that cannot be read from its beginning: nothing is mapped there.
    #expect(copy("/proc/self/mem", bench, "place").code == EIO)
    let status = try Files.status(bench.root + "/place")
    #expect(status.size == 0)
    #expect(status.mode == 0o600)
  }
}
