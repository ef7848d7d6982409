import OrderedCollections
import Testing

@testable import Supervision

@Suite("Resources and login classes")
struct ResourceTests {
  @Test(
    "a resource has a friendly name and rctl's own, an amount in its unit, and an action",
    arguments: [
      ("memory = 1g", [ResourceRule("memoryuse", "deny", 1 << 30)]),
      ("memoryuse = 1048576", [ResourceRule("memoryuse", "deny", 1 << 20)]),
      ("processes = 200", [ResourceRule("maxproc", "deny", 200)]), ("cpu = 150%", [ResourceRule("pcpu", "deny", 150)]),
      ("pcpu = 50", [ResourceRule("pcpu", "deny", 50)]), ("open-files = 10", [ResourceRule("openfiles", "deny", 10)]),
      ("swap = 10kb", [ResourceRule("swapuse", "deny", 10_240)]), ("threads = 3", [ResourceRule("nthr", "deny", 3)]),
      ("read-bps = 10m", [ResourceRule("readbps", "throttle", 10 << 20)]),
      ("writeiops = 100", [ResourceRule("writeiops", "throttle", 100)]),
      ("shmsize = 1m", [ResourceRule("shmsize", "deny", 1 << 20)]), ("nmsgq = 0", [ResourceRule("nmsgq", "deny", 0)]),
      (
        "memory { deny = 1g; log = 900m }",
        [ResourceRule("memoryuse", "deny", 1 << 30), ResourceRule("memoryuse", "log", 900 << 20)]
      ),
      ("cputime { sigterm = 1h }", [ResourceRule("cputime", "sigterm", 3600)]),
      ("wall-clock { SIGKILL = 1d }", [ResourceRule("wallclock", "sigkill", 86_400)]),
      ("read-iops { devctl = 5 }", [ResourceRule("readiops", "devctl", 5)]),
    ])
  func rules(_ text: String, _ expected: [ResourceRule]) throws {
    #expect(try definition("jail { }; resources { \(text) }").process.rare.resources == expected)
  }

  @Test("every resource takes an amount, or a section")
  func everyResource() throws {
    for resource in AccountedResource.allCases {
      let text = resource.defaultAction == nil ? "\(resource) { log = 1 }" : "\(resource) = 1"
      #expect(
        try definition("jail { }; resources { \(text) }").process.rare.resources.map(\.resource) == ["\(resource)"])
    }
    for name in AccountedResource.names { #expect(AccountedResource(name: name) != nil) }
  }

  @Test(
    "a resource that cannot be is told with its place",
    arguments: [
      ("memry = 1g", "did you mean `memory`?"), ("memory = lots", "a size such as"), ("memory = -1", "a size such as"),
      ("memory = 8388608t", "a size such as"), ("cpu = 150x", "a part of one CPU"), ("cpu = 1.5", "a part of one CPU"),
      ("processes = 10k", "a whole number"), ("cputime = 1h", "{ sigterm = 1h }"),
      ("wallclock = 1h", "cannot be denied"),
      ("cputime { deny = 1h }", "rctl(8) does not deny it"), ("readbps { deny = 1m }", "rctl(8) does not deny it"),
      ("memory { throttle = 1m }", "throttles readbps"), ("cputime { log = 100ms }", "whole seconds"),
      ("memory { sigtrem = 1m }", "did you mean `sigterm`?"), ("memory { deny = x }", "a size such as"),
      ("memory { deny = 1; deny = 2 }", "given more than once"),
      ("memory = 1; memoryuse = 2", "more than once (first given here: test.ucl:2:22)"),
      ("memory = [1, 2]", "cannot be a list"),
      ("cpu = 0%", "`resources.cpu` is 0: nothing could run"), ("memory { deny = 0 }", "nothing could run"),
      ("read-bps = 0", "nothing could run"), ("wall-clock { sigkill = 0s }", "nothing could run"),
      ("memory { quux = 1m }", "unknown action `quux` in `resources.memory` (expected deny, log, devctl or a signal"),
      ("readiops { quux = 1 }", "expected throttle, log, devctl or a signal"),
      ("cputime { quux = 1s }", "expected log, devctl or a signal"),
    ])
  func errors(_ text: String, _ expected: String) {
    let found = SupervisionTests.errors("jail { };resources { \(text) }")
    #expect(found.count == 1 && found[0].contains(expected), "\(found)")
  }

  @Test("an amount of 0 is one where processes live without it, or where it only writes down")
  func zero() {
    #expect(SupervisionTests.errors("jail { }; resources { core = 0; swap = 0; memory { log = 0 } }").isEmpty)
  }

  @Test("resources need a jail that the service makes")
  func needsJail() {
    #expect(SupervisionTests.errors("resources { memory = 1g }")[0].contains("`resources` needs a jail"))
    let entered = SupervisionTests.errors("jail { enter = y }; resources { memory = 1g }")
    #expect(entered.count == 1 && entered[0].contains("`resources` contradicts `jail.enter`"))
    let shared = lines(
      load("service y { exec = y; jail { } } service x { exec = x; jail { shared-with = y }; resources { cpu = 10 } }"))
    #expect(shared.count == 1 && shared[0].contains("`resources` contradicts `jail.shared-with`"))
    #expect(SupervisionTests.errors("jail = 3; resources { cpu = 10 }").count == 1)
    #expect(SupervisionTests.errors("resources = 3; jail { }")[0].contains("`resources` cannot be a number"))
  }

  @Test("those of defaults are for the services that make a jail, and merged name by name")
  func defaults() throws {
    let services = try loaded(
      load(
        """
        defaults { resources { memory = 1g; cpu = 100% } }
        service a { exec = a } service b { exec = b; jail { }; resources { memory = 2g } }
        service c { exec = c; jail { shared-with = b } } group g { requirement = a }
        """)
    ).services
    #expect(services["a"]?.process.rare.resources.isEmpty == true)
    #expect(services["c"]?.process.rare.resources.isEmpty == true)
    let rules = services["b"]?.process.rare.resources ?? []
    #expect(rules.count == 2 && rules.contains(ResourceRule("memoryuse", "deny", 2 << 30)))
  }

  @Test("a login class is a word")
  func loginClass() throws {
    #expect(try definition("login-class = daemon").process.rare.loginClass == "daemon")
    for text in ["\"\"", "\"a:b\"", "\"a b\"", "[a, b]", "\"a|b\"", "-x"] {
      #expect(SupervisionTests.errors("login-class = \(text)").count == 1, "\(text)")
    }
    #expect(SupervisionTests.errors("login_class = x")[0].contains("did you mean `login-class`?"))
  }

  @Test("a group has none of the three")
  func groups() {
    let found = lines(load("group g { jail { }; resources { cpu = 1 }; login-class = daemon }"))
    #expect(found.count == 3 && found.allSatisfy { $0.contains("has no meaning for g") })
  }
}
