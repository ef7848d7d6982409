import OrderedCollections
import Testing
import UCL

@testable import Supervision

@Suite("herd show")
struct ShowTests {
  static let everything = """
    service full {
      documentation = "All \\"keys\\" at once"; provision = [p, q]; requirement = [r]; wants = w; after = [a]; before = [b]
      conflicts = [c]; restart-with = [r]; on-failure = [f]; auto-start = false; one-shot = true; transient = true
      exec = [/bin/full, "two words", "$HOME", "it's", "back\\\\slash", "", 0640, yes, "line\\nbreak", "ünï", "#x", "a;b"]
      preconditions { directories = [/d]; files = [/f]; kernel-modules = pf; sysctl { "kern.x" = 1 } }
      pre-start = [[mkdir, "-p", "/x y"], { exec = [load]; user = root }]; post-start = ["a b"]; post-stop = [c]
      stop { signal = INT; exec { exec = [e, f]; user = root }; grace-period = 90s; kill = main }
      reload { exec = [r, 1]; timeout = 3s }
      actions { rotate { documentation = Turns; signal = USR1 } test { exec = [t, "-t"]; timeout = 2min } }
      respawn = on-failure; respawn-limit { count = 3; period = 1min }
      respawn-delay { first = 250ms; factor = 1.5; most = 30s; jitter = 5%; reset-after = 1h }
      success-exit-codes = [0, 3]; start-timeout = 1500ms; working-directory = "/var/x y"; umask = 0077
      environment { A = 007; B = "yes"; C_d = "x # y"; E = "" }; environment-file = [/etc/env]
      inherit-environment = [LANG]; user = www; group = "80"; groups = [wheel, "0"]; log = "/var/log/x y.log"
      chroot = "/jail/x y"; nice = -5; limits { open-files = [100, 200]; core = unlimited; stacksize = 8m; cpu-time = 1h }
      cpus = [0, 2-3]; protect = true; no-new-privileges = true; fib = 1
    }
    service jailed {
      exec = "/bin/jailed"; login-class = www; jail {
        name = "j+1"; root = ephemeral; size = 64m; writable = "/var/x y"; expose = [/bin/sh, /etc]; libraries = true
        hostname = "true"; host.domainname = ""; allow { raw_sockets = true; nochflags = true }; children.max = 3; sysvmsg = new
        parameters { "new.thing" = [a, "b c"]; "allow.new" = false; num = 0123 }; options = [mlock, nfsd]
        mount [ { type = nullfs; from = "/a b"; to = /c; read-only = true }, { type = tmpfs; to = /tmp; size = 1k; mode = 01777 }
          { type = linprocfs; to = /lp }, { type = linsysfs; to = /ls } ]; mount.devfs = true; mount.fdescfs = true
        mount.procfs = true; devfs_ruleset = 9
        network { vnet = true; interfaces = [em0, "a:b"]; epair { host-address = 10.0.0.1/30; jail-address = [10.0.0.2/30, "::2/64"]
          gateway = [10.0.0.1, "::1"]; bridge = bridge0 } }
        exec.prestart = ["a 'b c'", [d, "$JNAME"]]; exec.created = a; exec.poststop = [[b, "-x"]]; exec.release = c }
      resources { memory = 1g; cpu = 150%; processes { log = 10; deny = 20 }; wall-clock { sigterm = 1h }; readbps = 5 } }
    service addressed { exec = a; jail { path = "/jails/x y"; ip4.addr = ["em0|192.0.2.1/24", 192.0.2.2]
      ip6.addr = "em1|2001:db8::1"; ip4.saddrsel = false } }
    service confined { exec = a; jail { } } service bare { exec = a; jail { network = none } }
    service shares { exec = a; jail { shared-with = confined } } service enters { exec = a; jail { enter = p.c } }
    group r { } group w { } group a { } group b { } group c { auto-start = false } group f { auto-start = false }
    """

  /// What `herd show` prints, parsed again.
  private func reread(_ service: ServiceDefinition) throws -> ServiceDefinition {
    let text = service.uclText()
    let configuration = try loaded(load(text + "\ngroup r {}\n" + (text.contains("restart-with") ? "group f {}" : "")))
    return try #require(configuration.services[service.name])
  }

  @Test("what is printed reads back as the same definition")
  func roundTrip() throws {
    let services = try loaded(load(Self.everything)).services
    let full = try #require(services["full"])
    #expect(full.exec?.words.count == 12)
    let again = try reread(full)
    #expect(again.means(full), "\(again.keys(differingFrom: full))\n\(full.uclText())")
    // And printing is stable.
    #expect(again.keys(differingFrom: full).isEmpty)
  }

  @Test(
    "what is printed of a jail reads back as the same jail",
    arguments: ["jailed", "addressed", "confined", "bare", "shares", "enters"])
  func jails(_ name: String) throws {
    let service = try #require(try loaded(load(Self.everything)).services[name])
    let others = name == "shares" ? "service confined { exec = a; jail { } }" : ""
    let again = try #require(try loaded(load(service.uclText() + others)).services[name])
    #expect(again.means(service), "\(again.keys(differingFrom: service))\n\(service.uclText())")
    #expect(again.process.rare.jail != nil)
  }

  @Test("a jail is printed with dotted names, each with the line that it comes from")
  func jailText() throws {
    let service = try definition(
      "jail {\n allow { raw_sockets = true }\n ip4.addr = \"em0|192.0.2.1/24\"\n hostname = h }"
        + "\nresources { cpu = 50%; memory { log = 1k } }")
    #expect(
      service.uclText() == """
        service x {  # test.ucl:1
          exec = [/bin/x];  # test.ucl:1
          resources {  # test.ucl:6
            pcpu = 50%;  # test.ucl:6
            memoryuse {  # test.ucl:6
              log = 1024;  # test.ucl:6
            }
          }
          jail {  # test.ucl:2
            allow.raw_sockets = true;  # test.ucl:3
            ip4.addr = ["em0|192.0.2.1/24"];  # test.ucl:4
            host.hostname = h;  # test.ucl:5
          }
        }

        """)
  }

  @Test("each key has the file and line that it comes from")
  func origins() throws {
    let services = try loaded(
      load(files: [
        "/etc/herd/supervisor.ucl": "defaults {\n respawn = true\n}",
        "/etc/herd/services.d/a.ucl": "service a {\n exec = [a, 1]\n stop {\n  grace-period = 3s\n }\n}",
        "/etc/herd/services.d/b.ucl": "service a {\n override = true\n environment { X = 1 }\n umask = 027 }",
      ])
    ).services
    #expect(
      services["a"]?.uclText() == """
        service a {  # /etc/herd/services.d/a.ucl:1
          exec = [a, "1"];  # a.ucl:2
          stop {  # a.ucl:3
            signal = TERM;  # a.ucl:3
            grace-period = 3s;  # a.ucl:4
            kill = subtree;  # a.ucl:3
            continue = true;  # a.ucl:3
          }
          respawn = true;  # /etc/herd/supervisor.ucl:2
          umask = 027;  # /etc/herd/services.d/b.ucl:4
          environment {  # b.ucl:3
            X = "1";  # b.ucl:3
          }
        }

        """)
  }

  @Test("the same as JSON")
  func json() throws {
    let service = try definition("umask = 027; environment { A = \"x\\\"y\" }; stop { grace-period = 1min }")
    #expect(
      service.jsonText() == #"{"name":"x","packaged":false,"place":"test.ucl:1","definition":{"exec":["/bin/x"],"#
        + #""stop":{"signal":"TERM","grace-period":"1min","kill":"subtree","continue":true},"umask":"027","environment":{"A":"x\"y"}},"#
        + #""origin":{"exec":"test.ucl:1","umask":"test.ucl:2","environment":"test.ucl:2","stop":"test.ucl:2","#
        + #""environment.A":"test.ucl:2","stop.grace-period":"test.ucl:2"}}"#)
  }

  @Test("random definitions read back as they were")
  func randomRoundTrip() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<200 {
      let service = RandomDefinition(generator: &generator).service
      let again = try loaded(load(service.uclText())).services[service.name]
      #expect(again?.means(service) == true, "\(service.uclText())\n\(again?.keys(differingFrom: service) ?? [])")
    }
  }
}

/// A definition with random values, odd characters included, and no references.
struct RandomDefinition {
  private(set) var service = ServiceDefinition(name: "s")

  init(generator: inout SeededGenerator) {
    let pieces = [
      "a", "Z", "0", "9", " ", "'", "\"", "\\", "$", "${x}", "$$", "${CURDIR}", "$FILENAME", "#", ";", "{", "}", "[",
      "]", ",", "=", ":", "\n", "\t",
      "é",
      "日", "-", "/", "*", "true", "10m", "<<EOD", ".include", "\u{7f}", "!", "@", "%", "1.5", "null",
    ]
    func text() -> String {
      let text = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }.joined()
      // The language has no way to write a variable's name beside a backslash that stands before a quote.
      return text.contains("CURDIR") || text.contains("FILENAME") ? text.filter { $0 != "\\" } : text
    }
    func words() -> [String] {
      ["/bin/p"] + (0..<Int.random(in: 0...4, using: &generator)).map { _ in text() }
    }
    service.exec = Command(words())
    service.kind = Bool.random(using: &generator) ? .oneShot : .process
    service.startTimeout =
      Bool.random(using: &generator) ? nil : .milliseconds(Int.random(in: 1...1_000_000, using: &generator))
    service.preStart = (0..<Int.random(in: 0...2, using: &generator)).map { _ in
      Hook(Command(words()), asSupervisor: Bool.random(using: &generator))
    }
    service.stop.signal = Int32.random(in: 1...64, using: &generator)
    service.stop.continues = Bool.random(using: &generator)
    if !service.isOneShot, Bool.random(using: &generator) {
      service.ready = .aliveFor(.milliseconds(Int.random(in: 0...400, using: &generator)))
    }
    service.stop.gracePeriod = .nanoseconds(Int64.random(in: 0...5_000_000_000_000, using: &generator))
    service.process.umask = UInt32.random(in: 0...0o777, using: &generator)
    service.process.environment = (0..<Int.random(in: 0...3, using: &generator)).map {
      EnvironmentVariable(name: "V\($0)", value: text())
    }
    service.actions = [
      ServiceAction(
        name: "act", documentation: Bool.random(using: &generator) ? "d" : nil,
        reaction: .exec(Hook(Command(words())), timeout: .milliseconds(Int.random(in: 1...99_999, using: &generator))))
    ]
    service.log =
      [.automatic, .none, .inherit, .file("/x" + text().filter { !$0.isNewline })].randomElement(
        using: &generator) ?? LogDestination.none
  }
}
