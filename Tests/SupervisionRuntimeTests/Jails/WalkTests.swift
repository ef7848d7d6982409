import Glibc
import Supervision
import SupervisionRuntime
import Testing

@Suite struct WalkTests {
  @Test("what is made has its mode whatever the umask, is seen, and is removed")
  func makes() throws {
    let bench = try TreeBench()
    var kernel = try HostJailKernel()
    #expect(try kernel.look(at: bench.path("a")) == .absent)
    #expect(try kernel.look(at: bench.path("a/b")) == .absent)
    let directory = try kernel.makeDirectory(bench.path("a"), mode: 0o1777)
    let file = try kernel.makeFile(bench.path("a/f"))
    #expect(try kernel.look(at: bench.path("a")) == .directory(directory))
    #expect(try kernel.look(at: bench.path("a/f")) == .file(file))
    #expect(try Files.status(bench.root + "/a").mode == 0o1777)
    #expect(try Files.status(bench.root + "/a/f").mode == 0o600)
    #expect(code { try kernel.makeDirectory(bench.path("a"), mode: 0o755) } == EEXIST)
    #expect(code { try kernel.makeFile(bench.path("a/f")) } == EEXIST)
    #expect(code { try kernel.makeFile(bench.path("x/f")) } == ENOENT)
    #expect(code { try kernel.makeFile(bench.path("a/f/g")) } == ENOTDIR)
    #expect(code { try kernel.removeDirectory(bench.path("a"), directory) } == ENOTEMPTY)
    try kernel.removeFile(bench.path("a/f"), file)
    try kernel.removeDirectory(bench.path("a"), directory)
    #expect(try Files.names(in: bench.root) == [])
  }

  @Test("a root itself is made in the directory that it lies in, and removed")
  func root() throws {
    let bench = try TreeBench()
    var kernel = try HostJailKernel()
    let root = JailPath(root: bench.root + "/jail")
    #expect(try kernel.look(at: root) == .absent)
    let identity = try kernel.makeDirectory(root, mode: 0o755)
    #expect(try kernel.look(at: root) == .directory(identity))
    try kernel.removeDirectory(root, identity)
    #expect(try kernel.look(at: root) == .absent)
  }

  @Test("a link in the middle stops a walk, wherever it leads; one at the end is seen as such")
  func links() throws {
    let bench = try TreeBench()
    var kernel = try HostJailKernel()
    _ = try kernel.makeDirectory(bench.path("real"), mode: 0o755)
    try bench.link("out", to: bench.outside)
    try bench.link("in", to: "real")
    try bench.link("dangling", to: "/nonexistent")
    for name in ["out", "in", "dangling"] {
      #expect(code { try kernel.look(at: bench.path("\(name)/x")) } == ELOOP)
      #expect(code { try kernel.makeDirectory(bench.path("\(name)/x"), mode: 0o755) } == ELOOP)
      #expect(code { try kernel.makeFile(bench.path("\(name)/x")) } == ELOOP)
      #expect(code { try kernel.makeDirectory(bench.path(name), mode: 0o755) } == EEXIST)
      #expect(code { try kernel.makeFile(bench.path(name)) } == EEXIST)
      guard case .other = try kernel.look(at: bench.path(name)) else {
        Issue.record("\(name) is not seen as a link")
        continue
      }
    }
    #expect(try Files.names(in: bench.outside) == [])
    #expect(try Files.names(in: bench.root + "/real") == [])
    let error = #expect(throws: JailError.self) { _ = try kernel.look(at: bench.path("out/x")) }
    #expect(error?.message == "look at \(bench.root)/out/x: a symbolic link is in the way")
  }

  @Test("the root may be reached through links: it is the administrator's own")
  func rootThroughLink() throws {
    let bench = try TreeBench()
    var kernel = try HostJailKernel()
    try bench.link("self", to: bench.root)
    _ = try kernel.makeDirectory(JailPath(root: bench.root + "/self", components: ["a"]), mode: 0o755)
    #expect(try Files.names(in: bench.root) == ["a", "self"])
    #expect(try Files.resolve(bench.root + "/self/a") == (try Files.resolve(bench.root)) + "/a")
  }

  @Test("what is no name is refused", arguments: ["..", ".", "a/../../outside", "a/./b", "a//b", "a/"])
  func dots(_ relative: String) throws {
    let bench = try TreeBench()
    var kernel = try HostJailKernel()
    _ = try kernel.makeDirectory(bench.path("a"), mode: 0o755)
    let path = JailPath(root: bench.root, components: [relative])
    #expect(code { try kernel.look(at: path) } == EINVAL)
    #expect(code { try kernel.makeFile(path) } == EINVAL)
    #expect(code { try kernel.makeDirectory(path, mode: 0o755) } == EINVAL)
    let own = FileIdentity(device: 0, inode: 0)
    #expect(code { try kernel.removeDirectory(path, own) } == EINVAL)
    let long = JailPath(root: bench.root, components: [String(repeating: "x", count: 256)])
    #expect(code { try kernel.look(at: long) } == ENAMETOOLONG)
  }

  @Test("nothing is made below a root that others may write to", arguments: [0o770, 0o707, 0o1777] as [mode_t])
  func writableRoot(_ mode: mode_t) throws {
    let bench = try TreeBench()
    var kernel = try HostJailKernel()
    try #require(chmod(bench.root, mode) == 0)
    #expect(code { try kernel.makeDirectory(bench.path("a"), mode: 0o755) } == EPERM)
    let error = #expect(throws: JailError.self) { _ = try kernel.makeFile(bench.path("a")) }
    #expect(error?.code == EPERM)
    #expect(error?.message.contains("below \(bench.root), which must belong to the supervisor") == true)
    #expect(try Files.names(in: bench.root) == [])
  }

  @Test("nothing is made below a root that is somebody else's", .enabled(if: Host.user == 0, "needs root"))
  func foreignRoot() throws {
    let bench = try TreeBench()
    var kernel = try HostJailKernel()
    try #require(chown(bench.root, 65534, 65534) == 0)
    #expect(code { try kernel.makeDirectory(bench.path("a"), mode: 0o755) } == EPERM)
    #expect(code { try kernel.makeFile(bench.path("a")) } == EPERM)
    #expect(try Files.names(in: bench.root) == [])
  }

  @Test("what has been replaced meanwhile is not removed")
  func replaced() throws {
    let bench = try TreeBench()
    var kernel = try HostJailKernel()
    let directory = try kernel.makeDirectory(bench.path("d"), mode: 0o755)
    let file = try kernel.makeFile(bench.path("f"))
    for name in ["d", "f"] { try Files.rename("\(bench.root)/\(name)", to: "\(bench.root)/\(name).old") }
    _ = try kernel.makeDirectory(bench.path("d"), mode: 0o755)
    try bench.link("f", to: bench.root + "/f.old")
    #expect(code { try kernel.removeDirectory(bench.path("d"), directory) } == ESTALE)
    #expect(code { try kernel.removeFile(bench.path("f"), file) } == ESTALE)
    #expect(try Files.names(in: bench.root) == ["d", "d.old", "f", "f.old"])
    #expect(code { try kernel.removeFile(bench.path("gone"), file) } == ENOENT)
  }

  @Test("links that are swapped in while many walks run never lead anything outside")
  func attack() throws {
    let bench = try TreeBench()
    var kernel = try HostJailKernel()
    _ = try kernel.makeDirectory(bench.path("flip"), mode: 0o700)
    try bench.link("spare", to: bench.outside)
    try Files.replace(bench.outside + "/victim", with: [1])
    let victim = try Files.status(bench.outside + "/victim")
    let identity = FileIdentity(device: victim.device, inode: victim.inode)
    let attacker = try Attacker(bench.root, signal: bench.base + "/attack")

    // At least as many rounds, and until both sides of the race were met often enough.
    var counts: [Int32: Int] = [:]
    var round = 0
    while round < 5_000 || counts[0, default: 0] < 100 || counts[ELOOP, default: 0] < 100, round < 500_000 {
      let path = bench.path("flip/x")
      switch round % 4 {
      case 0: counts[code { try kernel.makeDirectory(path, mode: 0o755) } ?? 0, default: 0] += 1
      case 1: counts[code { try kernel.makeFile(path) } ?? 0, default: 0] += 1
      case 2: counts[code { try kernel.removeFile(bench.path("flip/victim"), identity) } ?? 0, default: 0] += 1
      default: Self.clear(&kernel, path)
      }
      round += 1
    }
    try attacker.stop()
    #expect(counts[0, default: 0] >= 100)
    #expect(counts[ELOOP, default: 0] >= 100)
    #expect(try Files.names(in: bench.outside) == ["victim"])
  }

  /// Makes room for the next round, if the walk comes through.
  private static func clear(_ kernel: inout HostJailKernel, _ path: JailPath) {
    do {
      switch try kernel.look(at: path) {
      case .directory(let identity): try kernel.removeDirectory(path, identity)
      case .file(let identity): try kernel.removeFile(path, identity)
      case .absent, .other: break
      }
    } catch {
      // The link was there: the next round finds what is left.
    }
  }
}
