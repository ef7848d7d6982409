import Testing

@testable import Supervision

@Suite("Mounts of a plan, and their traps")
struct MountPlanTests {
  private func nullfs(_ from: String, _ target: String, isReadOnly: Bool = false) -> MountRequest {
    MountRequest(.nullfs(from: from, isReadOnly: isReadOnly), at: target)
  }

  private func reasons(_ mounts: MountRequest..., on host: FakeTree = Planning.host) -> [String] {
    Planning.reasons(Planning.directory { $0.mounts = mounts }, on: host)
  }

  private func expectOne(_ reasons: [String], _ part: String, _ location: SourceLocation = #_sourceLocation) {
    #expect(reasons.count == 1 && reasons[0].contains(part), "\(reasons)", sourceLocation: location)
  }

  private typealias SourceLocation = Testing.SourceLocation

  @Test("mounts come in the order in which they are written")
  func order() throws {
    let jail = Planning.directory {
      $0.mounts = [
        MountRequest(.procfs, at: "/proc"), nullfs("/data", "/data"), MountRequest(.devfs(ruleset: 4), at: "/dev"),
      ]
    }
    #expect(try Planning.mounts(jail) == ["procfs on /proc", "/data on /data rw", "devfs on /dev"])
  }

  // MARK: nullfs

  @Test("a mount onto itself is refused: it hangs the kernel")
  func itself() {
    expectOne(reasons(nullfs("/jails/web/data", "/data")), "contains the place")
  }

  @Test("a mount onto itself under another name is refused too, wherever on the way it shows")
  func itselfByIdentity() {
    var host = Planning.host
    host.identify("/jails/web/data", with: "/data")
    expectOne(reasons(nullfs("/data", "/data"), on: host), "are the same file")
    expectOne(reasons(nullfs("/data", "/data/new"), on: host), "are the same file")
    host.add(.link("/jails/web/tmp"), at: "/alias")
    expectOne(reasons(nullfs("/alias", "/tmp"), on: host), "contains the place")
  }

  @Test("a source that contains its target is refused, also where the target is not there yet")
  func recursion() {
    expectOne(reasons(nullfs("/jails", "/data")), "/jails contains the place that it would be mounted at")
    expectOne(reasons(nullfs("/jails/web", "/not/yet")), "contains the place")
    expectOne(reasons(nullfs("/", "/data")), "contains the place")
  }

  @Test("a source that lies in its target is refused")
  func inside() {
    expectOne(reasons(nullfs("/jails/web/usr/share", "/usr")), "contains /jails/web/usr/share itself")
  }

  @Test("a source must be there, and be a file or a directory")
  func sources() {
    var host = Planning.host
    host.add(.device, at: "/var/run/socket")
    expectOne(reasons(nullfs("/missing", "/data")), "/missing does not exist")
    expectOne(reasons(nullfs("/var/run/socket", "/data"), on: host), "neither a file nor a directory")
    expectOne(reasons(nullfs("/data/../data", "/data")), "without `..`")
  }

  @Test("the kernel mounts nothing over the same directory seen through nullfs: a tmpfs comes between")
  func sameBelow() throws {
    let jail = Planning.directory {
      $0.mounts = [nullfs("/data", "/data", isReadOnly: true), nullfs("/data/sub", "/data/sub")]
    }
    #expect(
      try Planning.mounts(jail) == ["/data on /data ro", "tmpfs on /data/sub", "/data/sub on /data/sub rw"])
  }

  @Test("another directory needs nothing between")
  func otherBelow() throws {
    let jail = Planning.directory {
      $0.mounts = [nullfs("/data", "/data", isReadOnly: true), nullfs("/usr/share", "/data/sub")]
    }
    #expect(try Planning.mounts(jail) == ["/data on /data ro", "/usr/share on /data/sub rw"])
  }

  // MARK: Targets

  @Test("a directory is mounted on a directory and a file on a file")
  func kinds() {
    expectOne(reasons(nullfs("/data", "/etc/resolv.conf")), "/jails/web/etc/resolv.conf is no directory")
    expectOne(reasons(nullfs("/etc/resolv.conf", "/data")), "it is a file, but /jails/web/data is a directory")
    expectOne(reasons(nullfs("/data", "/etc/resolv.conf/x")), "is no directory")
    expectOne(reasons(MountRequest(.tmpfs(size: nil, mode: nil), at: "/etc/resolv.conf")), "is no directory")
  }

  @Test("a symbolic link on the way to a target is refused, in the middle and at the end")
  func links() {
    var host = Planning.host
    host.add(.link("/data"), at: "/jails/web/way")
    expectOne(reasons(nullfs("/usr/share", "/way/sub"), on: host), "/jails/web/way is a symbolic link")
    expectOne(reasons(nullfs("/usr/share", "/way"), on: host), "/jails/web/way is a symbolic link")
  }

  @Test("a target is absolute, without `..`")
  func dots() {
    expectOne(reasons(nullfs("/data", "/data/../../x")), "not an absolute path without `..`")
    expectOne(reasons(nullfs("/data", "data")), "not an absolute path without `..`")
  }

  @Test("two mounts at one place are refused, however the place is written")
  func twice() {
    expectOne(reasons(nullfs("/data", "/tmp"), nullfs("/usr/share", "//tmp/.")), "mounted at /tmp already")
    let jail = Planning.ephemeral { $0.mounts = [MountRequest(.tmpfs(size: nil, mode: nil), at: "/")] }
    expectOne(Planning.reasons(jail), "mounted at / already")
  }

  @Test("a mount that would hide an earlier one is refused")
  func hiding() {
    expectOne(reasons(nullfs("/data", "/usr/share"), nullfs("/bin", "/usr")), "hide the mount at /usr/share")
    let jail = Planning.ephemeral { jail in
      jail.exposedPaths = [ExposedPath("/usr/share")]
      jail.mounts = [MountRequest(.tmpfs(size: nil, mode: nil), at: "/usr")]
    }
    expectOne(Planning.reasons(jail), "hide the mount at /usr/share")
  }

  // MARK: Directories

  @Test("missing mount points are made below a root that is ours")
  func making() throws {
    let steps = try Planning.steps(Planning.directory { $0.mounts = [nullfs("/data", "/srv/data")] })
    let made = steps.compactMap { step -> String? in
      if case .directory(let path, 0o755) = step { path.text } else { nil }
    }
    #expect(made == ["/jails/web/srv", "/jails/web/srv/data"])
  }

  @Test("nothing is made below a root that others can write to")
  func foreignRoot() {
    for (owner, mode) in [(UInt32(1001), UInt32(0o755)), (0, 0o775), (0, 0o757)] {
      var host = Planning.host
      host.add(.directory, at: "/jails/web", owner: owner, mode: mode)
      expectOne(reasons(nullfs("/data", "/srv"), on: host), "/jails/web/srv does not exist, and is not made")
      #expect(reasons(nullfs("/data", "/data"), on: host).isEmpty)
    }
  }

  @Test("a root of the supervisor's own user is as good as root's")
  func ownUser() {
    var host = Planning.host
    host.supervisorUID = 1001
    host.add(.directory, at: "/jails/web", owner: 1001)
    #expect(reasons(nullfs("/data", "/srv"), on: host).isEmpty)
  }

  @Test("nothing is made on the host through a mount, nor in devfs or procfs")
  func throughMounts() {
    expectOne(reasons(nullfs("/data", "/data"), nullfs("/bin", "/data/new")), "make /data/new on the host")
    expectOne(
      reasons(MountRequest(.devfs(ruleset: 4), at: "/dev"), MountRequest(.tmpfs(size: nil, mode: nil), at: "/dev/shm")),
      "does not exist in devfs")
    expectOne(reasons(MountRequest(.procfs, at: "/data"), nullfs("/bin", "/data/x")), "nothing can be mounted in")
  }

  @Test("in a tmpfs of the plan everything can be made")
  func inMemory() throws {
    let jail = Planning.directory {
      $0.mounts = [MountRequest(.tmpfs(size: nil, mode: nil), at: "/tmp"), nullfs("/data", "/tmp/a/b")]
    }
    #expect(try Planning.mounts(jail) == ["tmpfs on /tmp", "/data on /tmp/a/b rw"])
  }

  // MARK: Roots

  @Test("on the host's own root nothing is mounted and nothing exposed")
  func serviceJail() {
    var jail = JailDefinition()
    jail.exposedPaths = [ExposedPath("/bin")]
    jail.mounts = [MountRequest(.tmpfs(size: nil, mode: nil), at: "/tmp")]
    expectOne(Planning.reasons(jail), "`expose` and `mount` in a jail whose `path` is `/`")
  }

  @Test("a root must be a directory that is there")
  func roots() {
    expectOne(Planning.reasons(Planning.directory { $0.path = "/nowhere" }), "does not exist")
    expectOne(Planning.reasons(Planning.directory { $0.path = "/bin/sh" }), "is not a directory")
    expectOne(Planning.reasons(Planning.directory { $0.path = "/jails/../jails/web" }), "without `..`")
    expectOne(Planning.reasons(Planning.ephemeral { $0.path = "/jails/web" }), "`root = ephemeral`")
  }

  @Test("no ephemeral root lies in a state directory that others can write to")
  func stateDirectory() {
    var host = Planning.host
    host.add(.directory, at: Planning.stateDirectory, owner: 1001)
    expectOne(Planning.reasons(Planning.ephemeral(), on: host), "the state directory")
    #expect(Planning.reasons(Planning.directory(), on: host).isEmpty)
  }

  @Test("an ephemeral root is read-only once all is made in it, and no other root is touched")
  func sealing() throws {
    let jail = Planning.ephemeral { $0.mounts = [MountRequest(.tmpfs(size: nil, mode: nil), at: "/tmp/deep")] }
    let steps = try Planning.steps(jail)
    let seal = try #require(steps.firstIndex(of: .seal(root: Planning.ephemeralRoot)))
    let last = steps.lastIndex { step in
      switch step {
      case .mount, .directory, .file: true
      default: false
      }
    }
    #expect(last == seal - 1)
    let other = try Planning.steps(Planning.directory { $0.mounts = jail.mounts })
    #expect(!other.contains { if case .seal = $0 { true } else { false } })
  }

  @Test("all reasons are given at once")
  func all() {
    #expect(reasons(nullfs("/missing", "/a"), nullfs("/gone", "/b"), nullfs("/data", "/etc/resolv.conf")).count == 3)
  }
}
