import CProc
import Glibc
import Supervision
import SupervisionRuntime
import Testing

@Suite struct JailKernelTests {
  private static let address = NetworkAddress("10.0.0.1", isIPv6: false, prefix: 24)
  private static let alias = InterfaceAddress(interface: "lo0", address: address)
  private static let place = JailPath(root: "/jails/web", components: ["data"])
  private static let rule = ResourceRule("memoryuse", "deny", 1)

  /// Everything that is FreeBSD's, with what its error is to begin with.
  private static let calls: [(String, @Sendable (inout HostJailKernel) throws -> Void)] = [
    (
      "mount /data on /jails/web/data: ",
      { _ = try $0.mount(JailMount(.nullfs(from: "/data", isReadOnly: true), at: place)) }
    ),
    (
      "mount /etc/hosts on /jails/web/data: ",
      { kernel in
        let kind = JailMount.Kind.nullfsFile(from: "/etc/hosts", isReadOnly: true, mayCopy: true)
        _ = try kernel.mount(JailMount(kind, at: place))
      }
    ),
    (
      "mount tmpfs on /jails/web/data: ",
      { _ = try $0.mount(JailMount(.tmpfs(size: 1, mode: 0o755), at: place)) }
    ),
    ("mount devfs on /jails/web/data: ", { _ = try $0.mount(JailMount(.devfs(ruleset: 4), at: place)) }),
    ("mount procfs on /jails/web/data: ", { _ = try $0.mount(JailMount(.plain("procfs"), at: place)) }),
    ("make /jails/web read-only: ", { try $0.seal("/jails/web") }),
    ("unmount the file system 1:2: ", { try $0.unmount(FileSystemID(1, 2), isForced: false) }),
    (
      "make the jail web: ",
      { _ = try $0.makeJail(name: "web", path: "/", [JailParameter("vnet", .text("new"))]) }
    ),
    ("make the jail empty: ", { _ = try $0.makeJail(name: "empty", path: "/", []) }),
    ("remove the jail 1: ", { try $0.removeJail(1) }),
    ("look for the interface lo0: ", { _ = try $0.hasInterface("lo0") }),
    ("read the description of lo0: ", { _ = try $0.description(ofInterface: "lo0") }),
    ("look for the interface epair", { _ = try $0.freeEpair() }),
    ("make epair0: ", { try $0.makeEpair("epair0", description: "x", [address], bridge: "bridge0") }),
    ("destroy epair0a: ", { try $0.destroyInterface("epair0a") }),
    ("give em0 to the jail 1: ", { try $0.give(interface: "em0", to: 1) }),
    ("take em0 back from the jail 1: ", { try $0.takeBack(interface: "em0", from: 1) }),
    (
      "configure epair0b in the jail 1: ",
      { try $0.configure(interface: "epair0b", in: 1, [address], gateways: [address]) }
    ),
    ("look for the address 10.0.0.1/24 on lo0: ", { _ = try $0.hasAddress(alias) }),
    ("add the address 10.0.0.1/24 on lo0: ", { try $0.addAddress(alias) }),
    ("remove the address 10.0.0.1/24 on lo0: ", { try $0.removeAddress(alias) }),
    ("add the rule jail:web:memoryuse:deny=1: ", { try $0.addRule(rule, jail: "web") }),
    ("remove the rule jail:web:memoryuse:deny=1: ", { try $0.removeRule(rule, jail: "web") }),
  ]

  @Test(
    "on a system without jails all that would change something, files apart, is refused, by a message that says what was asked"
  )
  func unsupported() throws {
    var kernel = try HostJailKernel()
    for (beginning, call) in Self.calls {
      let error = #expect(throws: JailError.self) { try call(&kernel) }
      #expect(error?.code == ENOSYS)
      #expect(error?.message.hasPrefix(beginning) == true, "\(error?.message ?? "")")
    }
    let error = #expect(throws: JailError.self) { try kernel.addRule(Self.rule, jail: "web") }
    #expect(error?.message.contains("kern.racct.enable=1") == true)
  }

  @Test("what is there can be asked everywhere")
  func asked() throws {
    var kernel = try HostJailKernel()
    #expect(try kernel.mounts().contains { $0.target == "/" })
    #expect(try kernel.findJail("web") == nil)
    #expect(try kernel.state(ofJail: 1) == .gone)
  }

  @Test("the boot is named as in other records")
  func boot() throws {
    #expect(try HostJailKernel().boot == Host.bootName())
  }

  @Test("a pause lasts as long as it is to")
  func pause() throws {
    var kernel = try HostJailKernel()
    let before = cproc_clock_monotonic()
    kernel.pause(.milliseconds(20))
    #expect(cproc_clock_monotonic() - before >= 20_000_000)
    kernel.pause(.milliseconds(-5))
  }
}

extension ProcessTests {
  @Suite struct Commands {
    private func run(_ words: [String], _ environment: [EnvironmentVariable] = []) throws {
      var kernel = try HostJailKernel()
      try kernel.run(Command(words), environment: environment)
    }

    @Test("a command runs to its end with its environment, in the root directory")
    func succeeds() throws {
      let bench = try TreeBench()
      let script = "{ echo $JID; pwd; echo $PATH; } >\(bench.root)/output"
      try run(["sh", "-c", script], [EnvironmentVariable(name: "JID", value: "7")])
      let output = String(decoding: try Files.read(bench.root + "/output"), as: UTF8.self)
      #expect(output == "7\n/\n/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin\n")
    }

    @Test("a command that fails is named with its status")
    func fails() throws {
      let exited = #expect(throws: JailError.self) { try run(["sh", "-c", "exit 3"]) }
      #expect(exited == JailError("run sh -c exit 3: it exited with status 3"))
      let killed = #expect(throws: JailError.self) { try run(["sh", "-c", "kill -KILL $$"]) }
      #expect(killed == JailError("run sh -c kill -KILL $$: it was ended by the signal KILL"))
      let missing = #expect(throws: JailError.self) { try run(["/nonexistent/x", "y"]) }
      #expect(missing == JailError(code: ENOENT, "run /nonexistent/x y: no such file or directory"))
      let unfound = #expect(throws: JailError.self) {
        try run(["sh"], [EnvironmentVariable(name: "PATH", value: "/nonexistent")])
      }
      #expect(unfound?.code == ENOENT)
    }

    @Test("a command leaves no process behind that has ended")
    func reaps() throws {
      var bench = try LaunchBench()
      // What an earlier test has left may end just now; what this leaves would be there each time.
      var orphans = 0
      for _ in 0..<5 {
        try run(["true"])
        let found = try bench.reaper.reapOrphans().count
        orphans += found
        if found == 0 { break }
      }
      #expect(orphans < 5)
      #expect(waitpid(-1, nil, WNOHANG) <= 0)
      _ = try bench.output(of: "true")
    }
  }
}
