import OrderedCollections
import Testing
import UCL

@testable import Supervision

@Suite("What a check finds before a start does")
struct CheckTests {
  /// The lines of a check of one service, without its name.
  private func check(_ keys: String, _ host: FakeHost) -> [String] {
    let text = "service x {\n  \(keys)\n}\n"
    return lines(load(text, host: host, purpose: .checking)).map { String($0) }
  }

  private var host: FakeHost {
    var host = FakeHost()
    host.missing = ["gone", "/bin/gone", "sleep 100"]
    host.scripts = ["/bin/script": "the interpreter /bin/none does not exist"]
    host.variables = ["/etc/bad.env": "/etc/bad.env:3: expected NAME=value"]
    host.kinds = [
      "/var/lost": .missing, "/etc/lost": .missing, "/etc/file": .file, "/var/spool": .directory,
      "/etc/bad.env": .file,
    ]
    return host
  }

  @Test(
    "each lack with the place of the value",
    arguments: [
      ("exec = [gone, -x]", "test.ucl:2:11: note: x: the program `gone` does not exist in any directory of PATH"),
      ("exec = \"gone -x\"", "test.ucl:2:10: note: x: the program `gone` does not exist in any directory of PATH"),
      (
        "exec = /bin/x; pre-start = [[/bin/y], [/bin/gone]]", "test.ucl:2:42: note: x: the program `/bin/gone` does not"
      ),
      ("exec = /bin/x; stop { exec = [/bin/gone] }", "test.ucl:2:33: note: x: the program `/bin/gone` does not exist"),
      ("exec = [/bin/script]", "test.ucl:2:11: note: x: the interpreter /bin/none does not exist"),
      ("exec = /bin/x; post-stop = [[/bin/script]]", "test.ucl:2:32: note: x: the interpreter /bin/none does not"),
      (
        "exec = /bin/x; log = /var/lost/x.log",
        "test.ucl:2:24: note: x: the directory of the log `/var/lost/x.log` does"
      ),
      ("exec = /bin/x; log { file = /var/spool }", "test.ucl:2:31: note: x: the log `/var/spool` is a directory"),
      (
        "exec = /bin/x; log = /etc/file/x", "test.ucl:2:24: note: x: the log `/etc/file/x` lies in what is no directory"
      ),
      (
        "exec = /bin/x; preconditions { directories = [/var/spool, /var/lost] }",
        "test.ucl:2:61: note: x: the directory `/var/lost` is missing"
      ),
      (
        "exec = /bin/x; preconditions { files = [/var/spool, /etc/lost] }",
        "test.ucl:2:55: note: x: the file `/etc/lost` is missing"
      ),
      (
        "exec = /bin/x; environment-file = [/etc/bad.env]",
        "test.ucl:2:38: note: x: /etc/bad.env:3: expected NAME=value"
      ),
      ("exec = /bin/x; groups = [wheel, nobodies]", "test.ucl:2:35: note: x: there is no group `nobodies`"),
    ])
  func places(keys: String, line: String) {
    #expect(check(keys, host).contains { $0.hasPrefix(line) }, "\(check(keys, host))")
  }

  @Test("each is told once")
  func once() {
    #expect(check("exec = /bin/x; log = /var/lost/x.log; environment-file = /etc/bad.env", host).count == 2)
    #expect(check("exec = /bin/x; preconditions { files = [/etc/lost, /etc/file] }", host).count == 1)
    #expect(check("exec = [/bin/script]; post-stop = [[/bin/script]]", host).count == 2)
  }

  @Test("a start is not kept from trying by what only a check tells")
  func notToRun() throws {
    let definition = try loaded(load("service x { exec = [/bin/script]; log = /var/lost/x }"))
    var inspection = HostInspection(facts: host)
    #expect(inspection.reasons(of: try #require(definition.services["x"])).isEmpty)
  }

  @Test("one word with blanks in it is perhaps a command of several")
  func blanks() {
    #expect(check("exec = [sleep 100]", host).contains { $0.contains("write [sleep, 100], or the text without") })
    #expect(!check("exec = gone", host).contains { $0.contains("several words") })
  }

  @Test("names of supervisor.access that nobody has")
  func access() {
    let text =
      "supervisor { access { read = [www, nobody-knows]; control = \"@wheels\" } }\nservice x { exec = /bin/x }\n"
    let found = lines(load(text, host: host, purpose: .checking)).map { String($0) }
    #expect(
      found == [
        "test.ucl:1:36: note: `access.read` names `nobody-knows`, and there is no user `nobody-knows`",
        "test.ucl:1:61: note: `access.control` names `@wheels`, and there is no group `wheels`",
      ])
  }

  @Test("a second definition of a name is checked as well, defaults included")
  func doubles() {
    let text = """
      defaults { nice = 3 }
      service x { exec = /bin/x }
      service x { exec = /bin/y; umask = 9 }
      service "t@" { exec = /bin/t }
      service "t@" { exec = "/bin/t ${instance}"; nice = 99 }

      """
    let found = lines(load(text)).map { String($0) }
    #expect(found.contains { $0.hasPrefix("test.ucl:3:") && $0.contains("x is defined twice") })
    #expect(found.contains { $0.hasPrefix("test.ucl:3:36: error: `9` is no value for `umask`") })
    #expect(found.contains { $0.hasPrefix("test.ucl:5:52: error: `nice` is out of range") })
  }

  @Test(
    "unknown keys of every section have a suggestion",
    arguments: [
      ("stop { grace = 5s }", "grace-period"), ("stop { timeout = 5s }", "grace-period"),
      ("stop { sig = TERM }", "signal"),
      ("stop { command = /bin/x }", "exec"), ("limits { nofile = 10 }", "open-files"),
      ("limits { files = 3 }", "open-files"),
      ("limits { address = 1g }", "address-space"), ("respawn-limit { burst = 1 }", "count"),
      ("respawn-limit { interval = 2 }", "period"), ("respawn-delay { initial = 1s }", "first"),
      ("respawn-delay { max = 1s }", "most"), ("log { path = /x }", "file"), ("log { owner = root }", "user"),
      ("ready { alive = 1s }", "alive-for"), ("reload { sgnal = HUP }", "signal"),
      ("reload { command = /bin/x }", "exec"),
      ("actions { x { doc = y; exec = /bin/x } }", "documentation"), ("preconditions { dirs = [/x] }", "directories"),
      ("preconditions { modules = [x] }", "kernel-modules"), ("jail { }; resources { mem = 1g }", "memory"),
      ("pre-start = [{ command = /bin/x }]", "exec"),
    ])
  func suggestions(keys: String, meant: String) {
    let found = check("exec = /bin/x; \(keys)", FakeHost()).filter { $0.contains("unknown key") }
    #expect(found.count == 1 && found.first?.contains("did you mean `\(meant)`?") == true, "\(found)")
  }

  @Test("an unknown key of a reaction is one mistake, not two")
  func oneMistake() {
    #expect(check("exec = /bin/x; reload { sgnal = HUP }", FakeHost()).count == 1)
    #expect(check("exec = /bin/x; actions { a { sgnal = HUP } }", FakeHost()).count == 1)
    #expect(check("exec = /bin/x; actions { a { documentation = b } }", FakeHost()).count == 1)
  }

  @Test("keys of the supervisor's section, too")
  func settings() {
    for (key, meant) in [
      ("log-dir = /x", "log-directory"), ("acl { }", "access"), ("parallel = 3", "max-parallel-starts"),
    ] {
      let found = lines(load("supervisor { \(key) }")).map { String($0) }
      #expect(found.contains { $0.contains("did you mean `\(meant)`?") }, "\(found)")
    }
  }

  @Test("a configuration that is not there is told with what makes it")
  func missing() {
    let found = lines(load(files: [:], path: "/etc/fruix-shepherd")).map { String($0) }
    #expect(found.first?.contains("`mkdir -p /etc/fruix-shepherd/services.d` makes it") == true)
    #expect(lines(load(files: [:], path: "/etc/x.ucl")).map { String($0) }.first?.contains("mkdir") == false)
  }

  @Test("nobody is told to take the sticky bit's directory from everybody")
  func sticky() {
    let files = ["/tmp/a.ucl": "service x { exec = /bin/x }"]
    func found(_ ownership: FileOwnership) -> String {
      lines(load(files: files, path: "/tmp", ownerships: ["/tmp": ownership])).map { String($0) }.joined()
    }
    #expect(found(FileOwnership(owner: 0, mode: 0o1777)).contains("move the files to one of their own"))
    #expect(!found(FileOwnership(owner: 0, mode: 0o1777)).contains("chmod"))
    #expect(found(FileOwnership(owner: 0, mode: 0o777)).contains("`chmod go-w /tmp`"))
    #expect(!found(FileOwnership(owner: 0, mode: 0o777)).contains("chown"))
    #expect(found(FileOwnership(owner: 7, mode: 0o755)).contains("`chown 0 /tmp`"))
  }
}
