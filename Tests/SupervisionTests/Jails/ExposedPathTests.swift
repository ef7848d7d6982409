import Testing

@testable import Supervision

@Suite("What is exposed in a jail")
struct ExposureTests {
  private func mounts(_ exposedPaths: ExposedPath..., on host: FakeTree = Planning.host) throws -> [String] {
    try Planning.mounts(Planning.ephemeral { $0.exposedPaths = exposedPaths }, on: host)
  }

  private func reasons(_ exposedPaths: ExposedPath..., on host: FakeTree = Planning.host) -> [String] {
    Planning.reasons(Planning.ephemeral { $0.exposedPaths = exposedPaths }, on: host)
  }

  @Test("a directory is seen read-only at its own place, and writable when that is asked for")
  func directories() throws {
    #expect(try mounts(ExposedPath("/usr/share")) == ["/usr/share on /usr/share ro"])
    #expect(try mounts(ExposedPath("/usr/share", isWritable: true)) == ["/usr/share on /usr/share rw"])
  }

  @Test("a file may be copied where the kernel mounts none, unless it is written to or the root is not ours")
  func files() throws {
    #expect(try mounts(ExposedPath("/bin/sh")) == ["file /bin/sh on /bin/sh ro or copy"])
    #expect(try mounts(ExposedPath("/bin/sh", isWritable: true)) == ["file /bin/sh on /bin/sh rw"])
    let jail = Planning.directory { $0.exposedPaths = [ExposedPath("/etc/resolv.conf")] }
    #expect(try Planning.mounts(jail) == ["file /etc/resolv.conf on /etc/resolv.conf ro"])
  }

  // MARK: One in another

  @Test("what is seen through an exposed directory already is not mounted again")
  func nested() throws {
    #expect(
      try mounts(ExposedPath("/usr/share/doc"), ExposedPath("/usr/share"), ExposedPath("/usr/share/file"))
        == ["/usr/share on /usr/share ro"])
  }

  @Test("what is to be writable in a read-only directory is mounted on top, the outer one first")
  func nestedModes() throws {
    #expect(
      try mounts(ExposedPath("/usr/share/doc", isWritable: true), ExposedPath("/usr"))
        == ["/usr on /usr ro", "tmpfs on /usr/share/doc", "/usr/share/doc on /usr/share/doc rw"])
  }

  @Test("a mode that changes twice on the way down changes twice")
  func nestedThrice() throws {
    #expect(
      try mounts(ExposedPath("/usr"), ExposedPath("/usr/share", isWritable: true), ExposedPath("/usr/share/doc"))
        == [
          "/usr on /usr ro", "tmpfs on /usr/share", "/usr/share on /usr/share rw", "tmpfs on /usr/share/doc",
          "/usr/share/doc on /usr/share/doc ro",
        ])
  }

  @Test("a single file cannot be mounted over itself in another mode")
  func nestedFile() {
    let reasons = reasons(ExposedPath("/usr/share"), ExposedPath("/usr/share/file", isWritable: true))
    #expect(reasons.count == 1 && reasons[0].hasPrefix("`writable = /usr/share/file`"))
  }

  @Test("the same path twice is once, and not both read-only and writable")
  func twice() throws {
    #expect(try mounts(ExposedPath("/bin"), ExposedPath("/bin/")) == ["/bin on /bin ro"])
    #expect(
      reasons(ExposedPath("/bin"), ExposedPath("/bin", isWritable: true))
        == ["`writable = /bin`: it is exposed both read-only and writable"])
  }

  @Test("a name that begins like a directory is not in it")
  func siblings() throws {
    var host = Planning.host
    host.add(.directory, at: "/usr/share-more")
    #expect(try mounts(ExposedPath("/usr/share"), ExposedPath("/usr/share-more"), on: host).count == 2)
  }

  // MARK: Links

  @Test("a link on the host stands for the file that it leads to, at the place of the link")
  func links() throws {
    var host = Planning.host
    host.add(.link("/usr/bin"), at: "/sbin")
    host.add(.file([]), at: "/usr/bin/tool")
    host.add(.link("../bin/tool"), at: "/usr/lib/name")
    host.add(.link("/usr/lib/name"), at: "/etc/chain")
    #expect(try mounts(ExposedPath("/sbin"), on: host) == ["/usr/bin on /sbin ro"])
    #expect(try mounts(ExposedPath("/sbin/tool"), on: host) == ["file /usr/bin/tool on /sbin/tool ro or copy"])
    #expect(try mounts(ExposedPath("/etc/chain"), on: host) == ["file /usr/bin/tool on /etc/chain ro or copy"])
  }

  @Test("a link in an exposed directory leads inside as it does outside")
  func linksInside() throws {
    var host = Planning.host
    host.add(.file([]), at: "/usr/local/lib/libx.so.3")
    #expect(
      try mounts(ExposedPath("/usr/local/lib"), ExposedPath("/usr/local/lib/libx.so"), on: host)
        == ["/usr/local/lib on /usr/local/lib ro"])
  }

  @Test("what a link in an exposed directory leads to is exposed where it leads, over a chain too")
  func linksOut() throws {
    var host = Planning.host
    host.add(.link("/usr/share/doc/middle"), at: "/etc/name")
    host.add(.link("../../local/end"), at: "/usr/share/doc/middle")
    host.add(.file([]), at: "/usr/local/end")
    #expect(
      try mounts(ExposedPath("/etc"), ExposedPath("/usr/share"), ExposedPath("/etc/name"), on: host)
        == ["/etc on /etc ro", "file /usr/local/end on /usr/local/end ro or copy", "/usr/share on /usr/share ro"])
    // Without the directory of the second link there is no link inside: the file takes its place.
    #expect(
      try mounts(ExposedPath("/etc"), ExposedPath("/etc/name"), on: host)
        == ["/etc on /etc ro", "file /usr/local/end on /usr/share/doc/middle ro or copy"])
  }

  @Test("links that lead to each other lead nowhere")
  func loops() {
    var host = Planning.host
    host.add(.link("/b"), at: "/a")
    host.add(.link("/a"), at: "/b")
    #expect(reasons(ExposedPath("/a"), on: host) == ["`expose = /a`: /a does not exist on the host"])
  }

  // MARK: What is refused

  @Test("the whole host is not exposed, under whatever name")
  func everything() {
    var host = Planning.host
    host.add(.link("/"), at: "/all")
    for path in ["/", "//", "/.", "/all"] {
      let reasons = reasons(ExposedPath(path), on: host)
      #expect(reasons.count == 1 && reasons[0].contains("the whole host"), "\(path): \(reasons)")
    }
  }

  @Test("what contains the state directory is not exposed, nor are the roots that lie in it")
  func state() {
    for path in ["/var", "/var/db", "/var/db/fruix-shepherd", "/var/db/fruix-shepherd/jails"] {
      let reasons = reasons(ExposedPath(path))
      #expect(reasons.count == 1 && reasons[0].contains("state directory"), "\(path): \(reasons)")
      let inDirectory = Planning.reasons(Planning.directory { $0.exposedPaths = [ExposedPath(path)] })
      #expect(inDirectory.count == 1)
    }
  }

  @Test("what is missing, relative or has `..` in it is not exposed")
  func paths() {
    #expect(reasons(ExposedPath("/missing")).first?.contains("does not exist on the host") == true)
    #expect(reasons(ExposedPath("usr")).first?.contains("absolute path") == true)
    #expect(reasons(ExposedPath("/usr/../usr")).first?.contains("absolute path") == true)
  }
}
