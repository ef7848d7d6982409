import OrderedCollections
import Testing

@testable import Supervision

@Suite("The section jail")
struct JailTests {
  /// The jail of a service with these keys in its section.
  private func jail(_ keys: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws -> JailDefinition
  {
    try #require(
      definition("jail { \(keys) }", sourceLocation: sourceLocation).process.rare.jail, sourceLocation: sourceLocation)
  }

  private func problems(_ keys: String) -> Lines {
    errors("jail { \(keys) }")
  }

  @Test("an empty section is a jail on the host's own root, named like the service")
  func empty() throws {
    #expect(try jail("") == JailDefinition())
    #expect(try definition("jail { }").jailName == "x")
    let services = try loaded(load("service a.b { exec = a; jail { } } service 7 { exec = a; jail { } }")).services
    #expect(services["a.b"]?.jailName == "a_b" && services["7"]?.jailName == "service_7")
    #expect(errors("jail = true")[0].contains("`jail` cannot be a boolean"))
  }

  // MARK: Parameters

  @Test(
    "a parameter is written dotted or nested, and has the kernel's type",
    arguments: [
      ("allow.raw_sockets = true", "allow.raw_sockets", JailParameter.Value.flag(true)),
      ("allow { raw_sockets = yes }", "allow.raw_sockets", .flag(true)),
      ("allow { mount { tmpfs = off } }", "allow.mount.tmpfs", .flag(false)),
      ("allow { mount = true }", "allow.mount", .flag(true)),
      ("allow { mount.tmpfs = true }", "allow.mount.tmpfs", .flag(true)),
      ("allow.noset_hostname = true", "allow.set_hostname", .flag(false)),
      ("ip4.nosaddrsel = true", "ip4.saddrsel", .flag(false)),
      ("hostname = web.example", "host.hostname", .text("web.example")),
      ("host { hostname = web }", "host.hostname", .text("web")),
      ("host = inherit", "host", .text("inherit")),
      ("securelevel = -1", "securelevel", .text("-1")), ("enforce_statfs = 1", "enforce_statfs", .text("1")),
      ("children { max = 5 }", "children.max", .text("5")), ("sysvmsg = new", "sysvmsg", .text("new")),
      ("osrelease = \"14.1-RELEASE\"", "osrelease", .text("14.1-RELEASE")),
      ("ip4.addr = 192.0.2.7", "ip4.addr", .text("192.0.2.7")),
      ("ip4 { addr = [192.0.2.7, 192.0.2.8] }", "ip4.addr", .text("192.0.2.7,192.0.2.8")),
      ("ip4.addr = \"192.0.2.7, 192.0.2.8\"", "ip4.addr", .text("192.0.2.7,192.0.2.8")),
      ("ip6.addr = \"2001:db8::7\"", "ip6.addr", .text("2001:db8::7")),
      ("vnet = inherit", "vnet", .text("inherit")),
      ("parameters { \"allow.new_thing\" = true }", "allow.new_thing", .flag(true)),
      ("parameters { zfs { thing = [a, 2] } }", "zfs.thing", .text("a,2")),
    ])
  func parameters(_ text: String, _ name: String, _ value: JailParameter.Value) throws {
    #expect(try jail(text).parameters == [JailParameter(name, value)])
  }

  @Test(
    "a parameter that cannot be is told with its place and what was meant",
    arguments: [
      ("allow.raw_socket = true", "did you mean `allow.raw_sockets`?"),
      ("allow { raw_socket = true }", "unknown parameter `allow.raw_socket` in `jail`"),
      ("quux = 1", "`parameters { \"quux\" = value }`"),
      ("umask = 022", "a key of the service: write it beside `jail`"),
      ("allow.raw_sockets = new", "true or false"), ("securelevel = 4", "from -1 to 3"),
      ("sysvmsg = inherits", "did you mean `inherit`?"), ("vnet = disable", "`new` or `inherit`"),
      ("vnet = true", "`new` or `inherit`"), ("enforce_statfs = x", "from 0 to 2"),
      ("host.hostuuid = \"\(String(repeating: "x", count: 64))\"", "at most 63 bytes"),
      ("hostname = \"a\\nb\"", "more than one line"), ("hostname = [a, b]", "cannot be a list"),
      ("hostname = a; host.hostname = b", "given more than once"),
      ("allow.raw_sockets = true; allow { raw_sockets = true }", "given more than once"),
      ("allow.chflags = true; allow.nochflags = true", "`allow.chflags` is given more than once"),
      ("jid = 3", "the kernel numbers"), ("persist = true", "as long as one of its services lives"),
      ("parent = 0", "read-only"), ("dying = true", "read-only"), ("cpuset.id = 1", "use `cpus`"),
      ("children.cur = 1", "read-only"), ("allow.dying = true", "cannot be set"),
      ("parameters { allow.chflags = true }", "write it in `jail` itself"),
      ("parameters { jid = 3 }", "not for `parameters`"), ("parameters = 3", "`jail.parameters` cannot be a number"),
      ("parameters { x = [] }", "`jail.parameters.x` is empty"),
    ])
  func wrongParameters(_ text: String, _ expected: String) {
    let found = problems(text)
    #expect(found.count == 1 && found[0].contains(expected) && found[0].hasPrefix("test.ucl:2:"), "\(found)")
  }

  @Test(
    "what jail(8) carries out itself is an error that names what to use",
    arguments: [
      ("exec.start", "`exec`"), ("command", "`exec`"), ("exec", "`exec`"), ("exec.stop", "`stop {"),
      ("exec.jail_user", "`user`"), ("exec.system_jail_user", "`user`"), ("exec.system_user", "supervisor's own user"),
      ("exec.fib", "`fib`"), ("exec.consolelog", "`log`"), ("exec.timeout", "`start-timeout`"),
      ("stop.timeout", "grace-period"), ("depend", "`requirement`"), ("exec.clean", "`inherit-environment`"),
      ("exec.prepare", "`exec.prestart`"), ("exec.poststart", "`post-start`"), ("exec.prestop", "`stop {"),
      ("mount.fstab", "`mount ["), ("zfs.dataset", "zfs jail"), ("ip_hostname", "`ip4.addr`"),
    ])
  func refused(_ name: String, _ instead: String) {
    let found = problems("\(name) = x")
    #expect(
      found.count == 1 && found[0].contains("`jail.\(name)` cannot be set") && found[0].contains(instead), "\(found)")
    let parts = name.split(separator: ".")
    let nested = problems(parts.count == 2 ? "\(parts[0]) { \(parts[1]) = x }" : "\(name) = x")
    #expect(nested.count == 1 && nested[0].contains("`jail.\(name)` cannot be set"), "\(nested)")
  }

  // MARK: The supervisor's own keys

  @Test("the root, what is seen in it, and its mounts are read")
  func root() throws {
    let made = try jail(
      """
      root = ephemeral; size = 64m; expose = [/usr/local/sbin/web, "/etc//web/"]; writable = /var/db/web; libraries = true
      mount [
        { type = nullfs; from = /data; to = /data; read-only = true }, { type = nullfs; from = /a; to = "/b/./c/" },
        { type = tmpfs; to = /tmp; size = 1g; mode = 01777 }, { type = devfs; to = /dev; ruleset = 5 },
        { type = devfs; to = /dev2 }, { type = fdescfs; to = /dev/fd }, { type = linprocfs; to = /compat/proc },
        { type = linsysfs; to = /compat/sys }, { type = tmpfs; to = /run },
      ]
      """)
    #expect(made.root == .ephemeral(size: 64 << 20) && made.path == "/" && made.exposesLibraries)
    #expect(
      made.exposedPaths == [
        ExposedPath("/usr/local/sbin/web"), ExposedPath("/etc/web"), ExposedPath("/var/db/web", isWritable: true),
      ])
    #expect(
      made.mounts == [
        MountRequest(.nullfs(from: "/data", isReadOnly: true), at: "/data"),
        MountRequest(.nullfs(from: "/a", isReadOnly: false), at: "/b/c"),
        MountRequest(.tmpfs(size: 1 << 30, mode: 0o1777), at: "/tmp"), MountRequest(.devfs(ruleset: 5), at: "/dev"),
        MountRequest(.devfs(ruleset: 4), at: "/dev2"), MountRequest(.fdescfs, at: "/dev/fd"),
        MountRequest(.linprocfs, at: "/compat/proc"), MountRequest(.linsysfs, at: "/compat/sys"),
        MountRequest(.tmpfs(size: nil, mode: nil), at: "/run"),
      ])
    #expect(try jail("root = ephemeral").root == .ephemeral(size: nil))
    #expect(try jail("size = 1m; root = ephemeral").root == .ephemeral(size: 1 << 20))
    #expect(try jail("root = directory; path = \"/jails/x/\"").path == "/jails/x")
    #expect(try jail("root = ephemeral; mount { type = tmpfs; to = /tmp }").mounts.count == 1)
  }

  @Test("a path that one list has twice counts once")
  func exposedTwice() throws {
    let exposedPaths = try jail("path = /j; expose = [/a, \"/a/\"]; writable = [/b, /b]").exposedPaths
    #expect(exposedPaths == [ExposedPath("/a", isWritable: false), ExposedPath("/b", isWritable: true)])
  }

  @Test("jail(8)'s own mounts come after the others, at their usual places")
  func pseudoMounts() throws {
    let made = try jail(
      "path = /j; mount.procfs = true; mount.devfs = true; mount { fdescfs = yes }; mount { type = tmpfs; to = /tmp }")
    #expect(made.mounts.map(\.target) == ["/tmp", "/dev", "/dev/fd", "/proc"])
    #expect(made.mounts.contains(MountRequest(.devfs(ruleset: 4), at: "/dev")))
    let ruled = try jail("path = /j; mount.devfs = true; devfs_ruleset = 7")
    #expect(ruled.mounts == [MountRequest(.devfs(ruleset: 7), at: "/dev")])
    #expect(ruled.parameters == [JailParameter("devfs_ruleset", .text("7"))])
    #expect(try jail("mount.devfs = false").mounts.isEmpty)
  }

  @Test("commands on the host are read")
  func hooks() throws {
    let made = try jail(
      """
      exec.prestart = "zfs mount a"; exec { created = [[zfs, jail, x], "b c"]; poststop = [[d]] }; exec.release = e
      """)
    #expect(made.hooks.prestart == [Command(["zfs", "mount", "a"])])
    #expect(made.hooks.created == [Command(["zfs", "jail", "x"]), Command(["b", "c"])])
    #expect(made.hooks.poststop == [Command(["d"])] && made.hooks.release == [Command(["e"])])
    #expect(problems("exec.prestart = [zfs, -a]")[0].contains("whole command"))
    #expect(problems("exec.prestart = [{ exec = a; user = root }]")[0].contains("cannot be a section"))
    #expect(problems("exec.created = ./a")[0].contains("relative path"))
  }

  @Test("the words of service jails are read")
  func options() throws {
    #expect(try jail("options = [net_basic, mlock, mlock]").options == [.netBasic, .mlock])
    #expect(problems("options = net_basci")[0].contains("did you mean `net_basic`?"))
  }

  @Test(
    "a key of the section that cannot be is told",
    arguments: [
      ("name = 12", "a number means a jail's id"), ("name = a.b", "a jail inside another one"),
      ("name = \"a b\"", "it contains ` `"), ("name = \"a:b\"", "it contains `:`"), ("name = -a", "begins with `-`"),
      ("name = \(String(repeating: "a", count: 256))", "longer than 255"), ("name = \"\"", "is empty"),
      ("enter = 7", "a number means"), ("enter = a..b", "it is empty"), ("path = jails/x", "an absolute path"),
      ("path = /jails/../etc", "leads back by `..`"), ("root = ephemera", "did you mean `ephemeral`?"),
      ("root = ephemeral; size = 0", "a size such as"), ("root = ephemeral; size = 10x", "a size such as"),
      ("root = ephemeral; expose = bin", "an absolute path"), ("root = ephemeral; writable = /a/..", "leads back"),
      ("root = ephemeral; libraries = perhaps", "true or false"),
      ("path = /j; mount = /tmp", "`jail.mount` cannot be a string"),
      ("path = /j; mount { type = tmpfs }", "has no `to`"), ("path = /j; mount { to = /x }", "has no `type`"),
      ("path = /j; mount { type = nullfs; to = /x }", "has no `from`"),
      ("path = /j; mount { type = tmpf; to = /x }", "did you mean `tmpfs`?"),
      ("path = /j; mount { type = zfs; to = /x }", "mount it by `exec.prestart`"),
      ("path = /j; mount { type = tmpfs; to = x }", "an absolute path"),
      ("path = /j; mount { type = tmpfs; to = /x/../y }", "leads back"),
      ("path = /j; mount { type = tmpfs; to = /x; from = /y }", "no meaning for a mount of type tmpfs"),
      ("path = /j; mount { type = procfs; to = /x; size = 1m }", "no meaning for a mount of type procfs"),
      ("path = /j; mount { type = tmpfs; to = /x; mode = 0888 }", "an octal number"),
      ("path = /j; mount { type = devfs; to = /x; ruleset = -1 }", "from 0 to 65535"),
      ("path = /j; mount { type = tmpfs; to = /x; modes = 1 }", "did you mean `mode`?"),
      ("shared-with = \"web@\"", "names the template"), ("shared-with = \"a b\"", "names no service"),
    ])
  func wrongKeys(_ text: String, _ expected: String) {
    let found = problems(text)
    #expect(found.count == 1 && found[0].contains(expected), "\(found)")
  }

  // MARK: Contradictions

  @Test(
    "what contradicts itself is an error",
    arguments: [
      ("root = ephemeral; path = /x", "`jail.path` contradicts `root = ephemeral`"),
      ("path = /x; size = 1m", "`root = ephemeral` beside it"), ("size = 1m", "`root = ephemeral` beside it"),
      ("root = directory; size = 1m", "`root = ephemeral` beside it"),
      ("expose = /bin", "the root is the host's own"), ("path = /; writable = /bin", "the root is the host's own"),
      ("mount { type = tmpfs; to = /tmp }", "the root is the host's own"),
      ("mount.devfs = true", "the root is the host's own"),
      ("path = /j; libraries = true", "`expose` with the paths of programs"),
      ("path = /j; mount [{ type = tmpfs; to = /a }, { type = procfs; to = \"/a/\" }]", "two mounts at `/a`"),
      (
        "path = /j; expose = /a; writable = /a",
        "`/a` is in both `expose` and `writable` (the first one: test.ucl:2:"
      ),
      ("path = /j; expose = /a; mount { type = tmpfs; to = /a }", "two mounts at `/a`"),
      ("path = /j; mount.devfs = true; mount { type = devfs; to = /dev }", "two mounts at `/dev`"),
      ("path = /j; mount { type = nullfs; from = /j/a; to = /a }", "mounted on itself"),
      ("path = /j; mount { type = nullfs; from = /j; to = / }", "mounted on itself"),
      ("root = ephemeral; mount { type = tmpfs; to = / }", "would hide the root"),
      ("shared-with = y; path = /x", "`jail.path` contradicts `jail.shared-with`"),
      ("enter = y; allow.chflags = true", "`jail.allow.chflags` contradicts `jail.enter`"),
      ("enter = y; exec.prestart = a", "`jail.exec.prestart` contradicts `jail.enter`"),
      ("enter = y; shared-with = z", "`jail.enter` contradicts `jail.shared-with`"),
      ("shared-with = y; hostnam = h", "unknown parameter `hostnam`"),
      ("shared-with = y; persist = true", "`jail.persist` cannot be set"),
      ("enter = y; allow.nochflags = true", "`jail.allow.nochflags` contradicts `jail.enter`"),
      ("enter = y; name = z", "`jail.name` contradicts"), ("enter = y; network = none", "`jail.network` contradicts"),
      ("options = [sysvipc, sysvipcnew]", "contradict each other"),
      ("options = mlock; allow.mlock = false", "the option `mlock` contradicts `jail.allow.mlock`"),
      ("options = mlock; allow.nomlock = true", "contradicts `jail.allow.nomlock`"),
      ("options = nfsd; enforce_statfs = 2", "contradicts `jail.enforce_statfs`"),
      ("options = sysvipc; sysvsem = new", "contradicts `jail.sysvsem`"),
      ("options = netv4; ip4 = disable", "contradicts `jail.ip4`"),
      ("options = net_basic; network = none", "contradicts `jail.network`"),
      ("options = netv6; vnet = new", "contradicts `jail.vnet`"),
      ("options = netv4; ip4.addr = 192.0.2.1", "contradicts `jail.ip4.addr`"),
    ])
  func contradictions(_ text: String, _ expected: String) {
    let found = problems(text).filter { !$0.contains("nothing answers to that name") }
    #expect(found.count == 1 && found[0].contains(expected), "\(found)")
  }

  @Test("a one-shot that leaves its jail runs the commands of its stop on the host")
  func oneShot() throws {
    let text = "one-shot = true; jail { }; post-stop = "
    #expect(errors(text + "a")[0].contains("would run when its jail is gone"))
    #expect(errors(text + "{ exec = a; user = root }").isEmpty)
    #expect(errors("one-shot = true; jail { enter = y }; post-stop = a").isEmpty)
  }

  @Test("an option may stand beside what it says itself")
  func companions() throws {
    #expect(try jail("enter = a.b").enter == "a.b")
    #expect(try jail("options = mlock; allow.mlock = true").options == [.mlock])
    #expect(try jail("options = net_basic; network = inherit").options == [.netBasic])
    #expect(try jail("path = /j; mount { type = nullfs; from = /j/a; to = /b }").mounts.count == 1)
    // A chroot is made inside the jail.
    #expect(try definition("chroot = /c; jail { path = /j }").process.rare.chroot == "/c")
  }

  @Test(
    "an override removes a parameter in either spelling, and with a name what lies dotted below it",
    arguments: [
      ("jail.hostname", "hostname = h"), ("jail.host.hostname", "hostname = h"),
      ("jail.hostname", "host { hostname = h }"), ("jail.host", "hostname = h; host = new"),
      ("jail.allow", "allow { raw_sockets = true; mount { tmpfs = true } }"),
      ("jail.allow.mount", "allow.mount = true; allow { mount.tmpfs = true }"),
    ])
  func removed(_ key: String, _ written: String) throws {
    let text = """
      service x { exec = x; jail { securelevel = 2; \(written) } }
      service x { override = true; remove { keys = [\(key)] } }
      """
    let configuration = try loaded(load(text))
    let jail = try #require(configuration.services["x"]?.process.rare.jail)
    #expect(jail.parameters == [JailParameter("securelevel", .text("2"))])
    #expect(configuration.notes.isEmpty)
  }

  @Test("what is removed in vain is a note")
  func removedInVain() throws {
    let text = """
      service x { exec = x; jail { allow.chflags = true } }
      service x { override = true; remove { keys = [jail.all, jail.hostname] } }
      """
    #expect(lines(load(text)).count == 2)
    #expect(lines(load(text))[1].contains("nothing to remove: x has no `jail.hostname`"))
  }

  @Test("all mistakes of a section are told at once")
  func everything() {
    let found = problems("name = 1; path = x; allow.foo = 1\n mount { type = a }; exec.start = b\n securelevel = 9")
    #expect(found.count == 6, "\(found)")
    #expect(found.allSatisfy { !$0.contains("the host's own") }, "a path that cannot be read is not taken for `/`")
  }
}
