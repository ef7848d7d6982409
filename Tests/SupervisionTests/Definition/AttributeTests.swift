import OrderedCollections
import Testing

@testable import Supervision

@Suite("Rare attributes")
struct AttributeTests {
  /// The reasons of each service that cannot start on a host.
  private func lacks(of text: String, _ host: FakeHost = FakeHost()) throws -> [String: String] {
    var inspection = HostInspection(facts: host)
    var lacks: [String: String] = [:]
    for (name, definition) in try loaded(load(text, host: host)).services {
      let reasons = inspection.reasons(of: definition)
      if !reasons.isEmpty { lacks[name] = reasons.joined(separator: "; ") }
    }
    return lacks
  }

  @Test("a definition without them has none, and one that says so by defaults neither")
  func absence() throws {
    #expect(try !definition("umask = 027").process.hasRare)
    #expect(try !definition("protect = false; no-new-privileges = no").process.hasRare)
    #expect(try definition("nice = 0").process.hasRare)
    #expect(MemoryLayout<ProcessAttributes>.size <= 96)
  }

  @Test("scalars are read")
  func scalars() throws {
    let rare = try definition("chroot = /r; nice = -20; protect = yes; no-new-privileges = on; fib = 3").process.rare
    #expect(rare.chroot == "/r" && rare.nice == -20 && rare.protects && rare.noNewPrivileges && rare.fib == 3)
    #expect(errors("nice = 21")[0].contains("a whole number from -20 to 20"))
    #expect(errors("chroot = r")[0].contains("an absolute path"))
    #expect(errors("fib = -1")[0].contains("from 0 to"))
    #expect(errors("oomprotect = yes")[0].contains("did you mean `protect`?"))
  }

  @Test(
    "a limit is soft, or soft and hard, in its own unit",
    arguments: [
      ("open-files = 100", ResourceLimit(.openFiles, soft: 100)),
      ("openfiles = [100, 200]", ResourceLimit(.openFiles, soft: 100, hard: 200)),
      ("core = unlimited", ResourceLimit(.core, soft: ResourceLimit.unlimited)),
      ("core = [0, unlimited]", ResourceLimit(.core, soft: 0, hard: ResourceLimit.unlimited)),
      ("data = 10k", ResourceLimit(.data, soft: 10_240)),
      ("data = 10kb", ResourceLimit(.data, soft: 10_240)),
      ("datasize = 1M", ResourceLimit(.data, soft: 1 << 20)),
      ("stack = \"2g\"", ResourceLimit(.stack, soft: 2 << 30)),
      ("vmemoryuse = 1t", ResourceLimit(.addressSpace, soft: 1 << 40)),
      ("cpu-time = 1h", ResourceLimit(.cpuTime, soft: 3600)),
      ("cputime = 90", ResourceLimit(.cpuTime, soft: 90)),
    ])
  func limits(_ text: String, _ expected: ResourceLimit) throws {
    #expect(try definition("limits { \(text) }").process.rare.limits == [expected])
  }

  @Test("a limit that cannot be is told with its place")
  func limitErrors() {
    let cases = [
      ("open-files = 10k", "a whole number"), ("core = 1x", "a size such as"), ("core = -1", "a size such as"),
      ("cpu-time = 100ms", "whole seconds"), ("core = [1, 2, 3]", "has 3 values"), ("core = [2, 1]", "above the hard"),
      ("core = unlimted", "did you mean `unlimited`?"), ("openfile = 3", "did you mean `openfiles`?"),
      ("rttime = 1", "the supervisor's own"), ("core = 99999999t", "a size"), ("core = 16777216t", "a size"),
      ("core = 1; coredumpsize = 2", "more than once (first given here: test.ucl:2:10)"),
    ]
    for (text, expected) in cases {
      let found = errors("limits { \(text) }")
      #expect(found.count == 1 && found[0].contains(expected), "\(text): \(found)")
    }
  }

  @Test("limits of defaults and service are merged")
  func merged() throws {
    let services = try loaded(
      load("defaults { limits { core = 0; data = 1m } } service x { exec = x; limits { data = 2m } }")
    ).services
    let limits = services["x"]?.process.rare.limits ?? []
    #expect(limits.contains(ResourceLimit(.core, soft: 0)) && limits.contains(ResourceLimit(.data, soft: 2 << 20)))
    #expect(limits.count == 2)
  }

  @Test("CPUs are numbers and ranges")
  func cpus() throws {
    for (text, expected) in [
      ("3", [UInt16(3)]), ("[0, 2-3]", [0, 2, 3]), ("\"0-1,5\"", [0, 1, 5]), ("[3, 1, 2-3]", [1, 2, 3]),
    ] {
      #expect(try definition("cpus = \(text)").process.rare.cpus == expected, "\(text)")
    }
    for text in ["[]", "x", "3-1", "1024", "1-", "\"\"", "-1", "1-2-3"] {
      #expect(errors("cpus = \(text)").count == 1, "\(text)")
    }
  }

  @Test("a terminal excludes a log of its own, not one of the defaults")
  func terminal() throws {
    #expect(errors("terminal = /dev/ttyv0; log = none")[0].contains("`log` contradicts `terminal`"))
    let services = try loaded(
      load("defaults { log = none }\nservice \"getty@\" { exec = g; terminal = \"/dev/${instance}\"; instances = v0 }")
    ).services
    #expect(services["getty@v0"]?.process.rare.terminal == "/dev/v0")
  }

  @Test("what needs root is a lack of that service alone")
  func needsRoot() throws {
    let host = FakeHost(supervisorUID: 1001, supervisorGID: 1001, supervisorNice: 2, hardLimit: 1000)
    let text = """
      service a { exec = a; chroot = /r } service b { exec = b; nice = 1 } service c { exec = c; protect = true }
      service d { exec = d; limits { open-files = 1001 } } service e { exec = e; limits { core = [0, unlimited] } }
      service f { exec = f; nice = 2; limits { open-files = 1000 }; cpus = 3; no-new-privileges = true; fib = 1 }
      """
    let lacks = try self.lacks(of: text, host)
    #expect(lacks["a"] == "`chroot = /r` needs a supervisor that runs as root")
    #expect(lacks["b"] == "`nice = 1` needs a supervisor that runs as root")
    #expect(lacks["c"] == "`protect = true` needs a supervisor that runs as root")
    #expect(lacks["d"]?.hasPrefix("the limit `open-files = 1001` is above the supervisor's own of 1000") == true)
    #expect(lacks["e"]?.contains("`core = unlimited`") == true)
    #expect(lacks["f"] == nil)
    #expect(try self.lacks(of: text, FakeHost(hardLimit: 1000)).isEmpty)
  }

  @Test("what the host has not is a lack too")
  func lacks() throws {
    let host = FakeHost(fibCount: 0, withoutLimit: [.swap])
    let text = """
      service a { exec = a; cpus = [0, 4] } service b { exec = b; fib = 0 } service c { exec = c; limits { swap = 1g } }
      """
    let lacks = try self.lacks(of: text, host)
    #expect(lacks["a"] == "there is no CPU 4: the last one is 3")
    #expect(lacks["b"]?.hasPrefix("`fib` needs FreeBSD") == true)
    #expect(lacks["c"] == "this system has no limit `swap`")
    #expect(try self.lacks(of: "service b { exec = b; fib = 2 }")["b"]?.contains("net.fibs is 2") == true)
  }

  @Test("what needs FreeBSD is one line, whichever of the keys are there")
  func needsFreeBSD() throws {
    let linux = FakeHost(
      supervisorUID: 1001, missing: ["/bin/hook"], hasJails: false, mayMakeJails: false, hasLoginClasses: false,
      resourceAccounting: .absent)
    let text = """
      service a { exec = a; jail { exec.prestart = [[/bin/hook]] } } service b { exec = b; login-class = daemon }
      service c { exec = c; login-class = daemon; jail { }; resources { memory = 1g } }
      service d { exec = d; jail { enter = j } } service e { exec = e; jail { }; resources { cpu = 10 } }
      """
    let lacks = try self.lacks(of: text, linux)
    #expect(lacks["a"] == "`jail` needs FreeBSD" && lacks["b"] == "`login-class` needs FreeBSD")
    #expect(lacks["c"] == "`jail`, `resources` and `login-class` need FreeBSD" && lacks["d"] == "`jail` needs FreeBSD")
    #expect(lacks["e"] == "`jail` and `resources` need FreeBSD")
    #expect(try self.lacks(of: text).isEmpty)
    let notes = lines(load(text, host: linux, purpose: .checking))
    #expect(notes.count == 5 && notes[0].contains("note: a: `jail` needs FreeBSD"), "\(notes)")
  }

  @Test("jails, resources and login classes need root, and what the kernel was started with")
  func jails() throws {
    let text = """
      service a { exec = a; jail { } } service b { exec = b; login-class = daemon }
      service c { exec = c; jail { }; resources { memory = 1g } }
      """
    let user = try lacks(of: text, FakeHost(supervisorUID: 1001))
    #expect(user["a"] == "`jail` needs a supervisor that runs as root")
    #expect(user["b"] == "`login-class` needs a supervisor that runs as root")
    #expect(user["c"] == "`jail` and `resources` need a supervisor that runs as root")
    let inside = try lacks(of: text, FakeHost(mayMakeJails: false))
    #expect(inside["a"]?.contains("children.max is 0") == true && inside["b"] == nil)
    let off = try lacks(of: text, FakeHost(resourceAccounting: .off))
    #expect(off["a"] == nil && off["c"]?.contains("kern.racct.enable=1 in loader.conf(5)") == true)
    #expect(try lacks(of: text, FakeHost(resourceAccounting: .absent))["c"]?.contains("RACCT") == true)
  }

  @Test("what the kernel was found not to do fails the services that need it, with the probe's line")
  func facilities() throws {
    let text = """
      service plain { exec = a; jail { } }
      service exposed { exec = a; jail { root = ephemeral; expose = /x } }
      service alone { exec = a; jail { path = /r; network { vnet = true } } }
      """
    let host = FakeHost(failures: [.vnet: "root.jail_vnet=failed: jail_set: ENOSYS", .nullfs: "root.nullfs=failed: x"])
    let lacks = try self.lacks(of: text, host)
    #expect(lacks["plain"] == nil)
    #expect(lacks["exposed"] == "this system lacks what `jail` needs: root.nullfs=failed: x")
    #expect(lacks["alone"]?.contains("root.jail_vnet=failed: jail_set: ENOSYS") == true)
  }

  @Test("of a jail with a root of its own only the commands on the host are looked for")
  func jailed() throws {
    let host = FakeHost(missing: ["/bin/x", "/bin/h", "/bin/j"])
    let keys = "exec = /bin/x; user = nobody; pre-start = [/bin/x, { exec = /bin/h; user = root }]"
    for jail in ["path = /r", "root = ephemeral"] {
      let lacks = try self.lacks(of: "service a { \(keys); jail { \(jail); exec.release = /bin/j } }", host)
      #expect(lacks["a"] == "the program `/bin/h` does not exist; the program `/bin/j` does not exist")
    }
    let entered = try lacks(of: "service a { \(keys); jail { enter = j } }", host)["a"]
    #expect(entered == "the program `/bin/h` does not exist")
    let service = try lacks(of: "service a { \(keys); jail { } }", host)["a"]
    #expect(service?.contains("`/bin/x` does not exist") == true && service?.contains("no user `nobody`") == true)
  }

  @Test("programs inside another root are not looked for outside")
  func inside() throws {
    let host = FakeHost(missing: ["/bin/x", "/bin/h"])
    let text = "service a { exec = /bin/x; chroot = /r; pre-start = [{ exec = /bin/h; user = root }] }"
    #expect(try lacks(of: text, host)["a"] == "the program `/bin/h` does not exist")
  }
}
