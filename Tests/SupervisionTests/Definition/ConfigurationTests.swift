import OrderedCollections
import Testing
import UCL

@testable import Supervision

@Suite("Files of a configuration")
struct ConfigurationFileTests {
  @Test("packaged files come first, then supervisor.ucl, then services.d by name")
  func order() {
    let store = FakeStore(files: [
      "/etc/herd/services.d/b.ucl": "", "/etc/herd/services.d/a.ucl": "", "/etc/herd/supervisor.ucl": "",
      "/etc/herd/notes.ucl": "", "/etc/herd/services.d/README": "", "/etc/herd/services.d/.a.ucl": "", "/pkg/z.ucl": "",
    ])
    let found = ConfigurationFiles.find(path: "/etc/herd", packaged: "/pkg", in: store)
    #expect(
      found.files.map(\.path) == [
        "/pkg/z.ucl", "/etc/herd/supervisor.ucl", "/etc/herd/services.d/a.ucl", "/etc/herd/services.d/b.ucl",
      ])
    #expect(found.files.map(\.role) == [.packaged, .main, .ordinary, .ordinary])
    #expect(found.directories == ["/pkg", "/etc/herd", "/etc/herd/services.d"])
  }

  @Test("a plain directory gives all its files, a file itself")
  func plain() {
    let store = FakeStore(files: ["/x/b.ucl": "", "/x/a.ucl": "", "/x/supervisor.ucl": ""])
    let found = ConfigurationFiles.find(path: "/x", in: store)
    #expect(found.files.map(\.path) == ["/x/supervisor.ucl", "/x/a.ucl", "/x/b.ucl"])
    #expect(ConfigurationFiles.find(path: "/x/a.ucl", in: store).files.map(\.role) == [.main])
    #expect(
      ConfigurationFiles.find(path: "/y", in: store).problems.map(\.message) == ["the configuration /y does not exist"])
  }

  @Test("a directory without files is worth a note")
  func empty() {
    let found = lines(load(files: ["/etc/herd/services.d/README": ""]))
    #expect(found == ["note: the configuration /etc/herd contains no *.ucl file"])
  }

  @Test("files and directories that others can write are refused, by a check too")
  func ownership() throws {
    let files = ["/etc/herd/supervisor.ucl": "", "/etc/herd/services.d/a.ucl": "service a { exec = a }"]
    let bad = [
      "/etc/herd": FileOwnership(owner: 0, mode: 0o775), "/etc/herd/services.d": FileOwnership(owner: 0, mode: 0o1777),
      "/etc/herd/services.d/a.ucl": FileOwnership(owner: 1001, mode: 0o644),
    ]
    let found = lines(load(files: files, ownerships: bad))
    #expect(found.count == 3)
    #expect(found[0].hasPrefix("error: the directory /etc/herd can be written by its group"))
    #expect(found[1].contains("services.d can be written by everybody"))
    #expect(found[2].contains("a.ucl belongs to uid 1001"))
    // A check that passes is a load that is not refused.
    #expect(lines(load(files: files, ownerships: bad, purpose: .checking)) == found)
    // The supervisor's own user may own its files.
    let mine = FakeHost(supervisorUID: 1001)
    _ = try loaded(load(files: files, host: mine, ownerships: ["/etc/herd": FileOwnership(owner: 1001, mode: 0o700)]))
  }

  @Test("a single file may lie in a sticky directory, but not in one that all can write")
  func stickyParent() throws {
    let files = ["/tmp/a.ucl": "service a { exec = a }"]
    let sticky = ["/tmp": FileOwnership(owner: 0, mode: 0o1777)]
    _ = try loaded(load(files: files, path: "/tmp/a.ucl", ownerships: sticky))
    let open = ["/tmp": FileOwnership(owner: 0, mode: 0o777)]
    #expect(lines(load(files: files, path: "/tmp/a.ucl", ownerships: open)).count == 1)
  }

  @Test("the ownership of an included file counts")
  func includes() {
    let files = ["/x/a.ucl": ".include \"/y/b.ucl\"\n", "/y/b.ucl": "service b { exec = b }"]
    let bad = ["/y/b.ucl": FileOwnership(owner: 7, mode: 0o644)]
    #expect(lines(load(files: files, path: "/x/a.ucl", ownerships: bad))[0].contains("/y/b.ucl belongs to uid 7"))
  }

  @Test("a file that does not parse does not hide the mistakes of the others, nor makes false ones")
  func syntax() {
    let found = lines(
      load(
        files: [
          "/x/a.ucl": "service a { exec = a; requirement = b",
          "/x/b.ucl": "service b { exec = b; umsk = 1; after = a }",
        ], path: "/x"))
    #expect(found.count == 2)
    #expect(found[0].hasPrefix("/x/a.ucl:"))
    #expect(found[1].contains("unknown key `umsk`"))
  }
}

@Suite("Defaults, overrides, packages")
struct MergeTests {
  @Test("the nearest defaults win, and maps are filled up")
  func defaults() throws {
    let configuration = try loaded(
      load(files: [
        "/etc/herd/supervisor.ucl":
          "defaults { respawn = true; start-timeout = 9s; environment { LANG = C; TZ = UTC } }\nservice m { exec = m }",
        "/etc/herd/services.d/a.ucl":
          "defaults { start-timeout = 7s }\nservice a { exec = a; environment { TZ = CET } }\ngroup g { }\nservice b { exec = b; start-timeout = 5s }",
      ]))
    let services = configuration.services
    #expect(services["m"]?.startTimeout == .seconds(9) && services["m"]?.respawn.policy == .always)
    #expect(services["a"]?.startTimeout == .seconds(7) && services["a"]?.respawn.policy == .always)
    #expect(services["b"]?.startTimeout == .seconds(5))
    let environment = services["a"]?.process.environment.map { "\($0.name)=\($0.value)" }
    #expect(environment == ["LANG=C", "TZ=CET"])
    // What defaults say about processes does not reach a group.
    #expect(services["g"]?.isGroup == true && services["g"]?.respawn.policy == .never)
  }

  @Test("defaults of the configuration do not reach packaged services")
  func packagedDefaults() throws {
    let configuration = try loaded(
      load(
        files: ["/pkg/p.ucl": "service p { exec = p }", "/etc/herd/supervisor.ucl": "defaults { respawn = true }"],
        packaged: "/pkg"))
    #expect(configuration.services["p"]?.respawn.policy == .never)
  }

  @Test("a mistake in defaults is told once, also when no service takes it")
  func mistakes() {
    #expect(lines(load("defaults { umask = x }")).count == 1)
    #expect(lines(load("defaults { umask = x }\nservice a { exec = a }\nservice b { exec = b }")).count == 1)
    #expect(lines(load("defaults { provision = x }"))[0].contains("cannot stand in `defaults`"))
  }

  @Test("a packaged service does not start at boot unless an override says so")
  func packaged() throws {
    let files = [
      "/pkg/p.ucl": "service p { exec = p; auto-start = true }\nservice q { exec = q }",
      "/etc/herd/supervisor.ucl": "service q { override = true; auto-start = true }",
    ]
    let services = try loaded(load(files: files, packaged: "/pkg")).services
    #expect(services["p"]?.autoStart == false && services["p"]?.isPackaged == true)
    #expect(services["q"]?.autoStart == true && services["q"]?.isPackaged == true)
  }

  @Test("a definition replaces a packaged one of its name, with a note")
  func replacement() throws {
    let files = ["/pkg/p.ucl": "service p { exec = old }", "/etc/herd/supervisor.ucl": "service p { exec = new }"]
    let configuration = try loaded(load(files: files, packaged: "/pkg"))
    #expect(configuration.services["p"]?.exec?.words == ["new"] && configuration.services["p"]?.isPackaged == false)
    #expect(configuration.notes.map(\.message) == ["p replaces the packaged definition"])
    #expect(configuration.notes.first?.related.first?.location.source.name == "/pkg/p.ucl")
  }

  @Test("two definitions of a name are an error that shows both")
  func duplicates() {
    let found = lines(
      load(files: ["/x/a.ucl": "service s { exec = a }", "/x/b.ucl": "\nservice s { exec = b }"], path: "/x"))
    #expect(found.count == 1)
    #expect(found[0].hasPrefix("/x/b.ucl:2:9: error: s is defined twice") && found[0].contains("/x/a.ucl:1:9"))
    #expect(lines(load("service s { exec = a }\nservice s { exec = b }")).count == 1)
    #expect(lines(load("service s { exec = a }\ngroup s { }")).count == 1)
  }

  @Test("an override replaces scalars and lists, and merges maps")
  func override() throws {
    let services = try loaded(
      load(
        """
        service s { override = true; user = www; after = [c]; environment { B = 2 }; stop { grace-period = 3s } }
        service s {
          exec = s; user = me; after = [a, b]; environment { A = 1; B = 1 }; stop { signal = INT }; umask = 027
        }
        service a { exec = a } service b { exec = b } service c { exec = c }
        """)
    ).services
    let service = try #require(services["s"])
    #expect(service.process.user == "www" && service.after == ["c"] && service.process.umask == 0o027)
    #expect(service.process.environment.map { "\($0.name)=\($0.value)" } == ["A=1", "B=2"])
    #expect(service.stop.signal == 2 && service.stop.gracePeriod == .seconds(3))
  }

  @Test("append and remove change lists, remove.keys drops keys")
  func appendRemove() throws {
    let services = try loaded(
      load(
        """
        service s {
          exec = s; after = [a, b]; log = none; pre-start = ["mk x", [rm, y]]; stop { exec = [e]; grace-period = 3s }
          preconditions { files = [/a, /b] }; success-exit-codes = [0, 3]
        }
        service s {
          override = true
          append { after = c; wants = [a]; preconditions { files = [/c]; directories = /d } }
          remove {
            after = [a]; pre-start = ["mk x"]; success-exit-codes = 3; keys = [log, stop.exec]; preconditions { files = /a }
          }
        }
        group a { } group b { } group c { }
        """)
    ).services
    let service = try #require(services["s"])
    #expect(service.after == ["b", "c"] && service.wants == ["a"] && service.log == .automatic)
    #expect(service.preStart.map(\.command.words) == [["rm", "y"]])
    #expect(service.stop.exec == nil && service.stop.gracePeriod == .seconds(3))
    #expect(service.preconditions?.files == ["/b", "/c"] && service.preconditions?.directories == ["/d"])
    #expect(service.successExitCodes == [0])
  }

  @Test("naming a signal in an override takes the place of the command")
  func reactionOverride() throws {
    let services = try loaded(
      load(
        """
        service s { exec = s; reload { exec = [r]; timeout = 3s }; actions { a { signal = HUP; documentation = d } } }
        service s { override = true; reload { signal = HUP }; actions { a { exec = [b] } c { signal = INT } } }
        """)
    ).services
    #expect(services["s"]?.reload == .signal(1))
    #expect(services["s"]?.actions.map(\.name) == ["a", "c"])
    #expect(services["s"]?.actions.first?.documentation == "d")
  }

  @Test("an override needs a definition, append needs an override")
  func misplaced() {
    let found = lines(load("service nginy { override = true }\nservice nginx { exec = x; append { after = y } }"))
    #expect(found.count == 2)
    #expect(found[0].contains("no definition to change") && found[0].contains("did you mean `nginx`?"))
    #expect(found[1].contains("only in an override"))
    #expect(lines(load("service s { override = true; remove { afer = x } }"))[1].contains("did you mean `after`?"))
    let base = "service s { exec = s }\n"
    #expect(lines(load(base + "service s { override = true; append { exec = x } }"))[0].contains("is no list"))
    #expect(
      lines(load(base + "service s { override = true; remove { keys = [umaks] } }"))[0].contains(
        "did you mean `umask`?"))
    #expect(
      lines(load(base + "service s { override = true; remove { keys = [umask] } }"))[0].contains(
        "note: nothing to remove"))
  }

  @Test("the section supervisor has its own keys")
  func supervisor() throws {
    let settings = try loaded(
      load(
        """
        supervisor {
          socket = /run/s; max-parallel-starts = 8; log-directory = /l; state-directory = /s
          access { read = "@operator"; control = [deploy, "@wheel"] }
          shutdown-timeout = 30s
        }
        """)
    ).supervisor
    #expect(settings.socket == "/run/s" && settings.maxParallelStarts == 8 && settings.logDirectory == "/l")
    #expect(settings.accessRead == ["@operator"] && settings.accessControl == ["deploy", "@wheel"])
    #expect(settings.shutdownTimeout == .seconds(30))
    #expect(lines(load("supervisor { max-parallel-starts = -1; socket = s; acess { } }")).count == 3)
    let twice = ["/x/a.ucl": "supervisor { }", "/x/b.ucl": "supervisor { }"]
    #expect(lines(load(files: twice, path: "/x"))[0].contains("in two files"))
  }
}

@Suite("Templates")
struct TemplateTests {
  static let text = """
    service "web@" {
      instances = [1, 2]
      exec = "server --port=80${instance} '${instance}'"
      environment { NAME = "${instance}" }
      requirement = "db@${instance}"
    }
    service "db@" { exec = [db, "${instance}"] }
    """

  @Test("instances exist as listed, and as named by others")
  func instances() throws {
    let configuration = try loaded(load(Self.text + "\nservice x { exec = x; wants = \"web@9\" }"))
    let services = configuration.services
    #expect(Set(services.keys) == ["web@1", "web@2", "db@1", "db@2", "x", "web@9", "db@9"])
    #expect(services["web@2"]?.exec?.words == ["server", "--port=802", "2"])
    #expect(services["web@2"]?.process.environment.first?.value == "2")
    #expect(services["db@2"]?.exec?.words == ["db", "2"])
    #expect(services["web@1"]?.autoStart == true)
    // Only what `instances` lists starts by itself.
    #expect(services["web@9"]?.autoStart == false && services["db@1"]?.autoStart == false)
    #expect(configuration.templates["web@"]?.instances == ["1", "2"])
  }

  @Test("the bare template is no service")
  func bare() {
    let found = lines(load(Self.text + "\nservice x { exec = x; requirement = \"web@\" }"))
    #expect(found.count == 1 && found[0].contains("names the template `web@`"))
  }

  @Test("an instance of no template is named with the template that was meant")
  func unknownTemplate() {
    let found = lines(load(Self.text + "\nservice x { exec = x; requirement = \"wbe@1\" }"))
    #expect(found.count == 1 && found[0].contains("did you mean an instance of `web@`?"))
  }

  @Test("a mistake in a template is told once, also without instances")
  func mistakes() {
    #expect(lines(load("service \"a@\" { instances = [1, 2, 3]; exec = x; umask = 9 }")).count == 1)
    #expect(lines(load("service \"a@\" { exec = x; umask = 9 }")).count == 1)
    #expect(lines(load("service \"a@\" { exec = x; instances = [\"a b\"] }")).count == 1)
    #expect(lines(load("service a { exec = x; instances = [b] }"))[0].contains("only in a template"))
  }

  @Test("an instance can be overridden by itself")
  func override() throws {
    let services = try loaded(load(Self.text + "\nservice \"web@2\" { override = true; umask = 077 }")).services
    #expect(services["web@2"]?.process.umask == 0o077 && services["web@1"]?.process.umask == nil)
    #expect(services["web@2"]?.exec?.words == ["server", "--port=802", "2"])
  }

  @Test("instances that name ever new instances are refused")
  func endless() {
    let found = lines(load("service \"a@\" { instances = x; exec = x; requirement = \"a@${instance}x\" }"))
    #expect(found.contains { $0.contains("name ever new instances") })
  }

  @Test("an instance can be made while running, with what it requires")
  func runtime() throws {
    let configuration = try loaded(load(Self.text))
    let made = try configuration.definitions(ofInstance: "web@3").get()
    #expect(made.map(\.name) == ["web@3", "db@3"] && made.allSatisfy { !$0.autoStart })
    #expect(try configuration.definitions(ofInstance: "web@1").get().isEmpty)
    for name in ["web@", "nothing", "no@1", "web@a b"] {
      #expect(throws: Diagnostics.self, "\(name)") { try configuration.definitions(ofInstance: name).get() }
    }
  }
}

@Suite("Lacks of the host")
struct HostTests {
  let text = """
    service a { exec = nginx; pre-start = "mk x" }
    service b { exec = /bin/b; user = www; group = nobody; groups = [wheel, none] }
    service c { exec = /bin/c; user = "4711" }
    """

  @Test("a lack concerns one service, and is a note when only checking")
  func lacks() throws {
    let host = FakeHost(missing: ["nginx"], notExecutable: ["mk"])
    let configuration = try loaded(load(text, host: host))
    #expect(
      host.lacks(of: "a", in: configuration)
        == "the program `nginx` does not exist in any directory of PATH; the program `mk` is not executable")
    #expect(host.lacks(of: "b", in: configuration) == "there is no group `nobody`; there is no group `none`")
    #expect(host.lacks(of: "c", in: configuration) == "")
    #expect(configuration.notes.isEmpty)
    let notes = lines(load(text, host: host, purpose: .checking))
    #expect(notes.count == 4 && notes.allSatisfy { $0.contains(": note: ") })
    #expect(notes[0].hasPrefix("test.ucl:1:20: note: a: the program `nginx`"))
  }

  @Test("what runs after the start only is no lack, but a check tells that it is missing")
  func laterLacks() throws {
    let host = FakeHost(missing: ["quitt", "none", "rm", "mk"])
    let text = """
      service a {
        exec = a; stop = quitt; reload = none; post-stop = ["rm x"]
        actions { make { exec = mk }; look { exec = ls }; wake { signal = USR1 } }
      }
      service rooted { exec = a; chroot = /r; stop = quitt; post-stop = { exec = "rm x"; user = root } }
      """
    #expect(host.lacks(of: "a", in: try loaded(load(text, host: host))) == "")
    let notes = lines(load(text, host: host, purpose: .checking))
    #expect(notes.count == 5, "\(notes)")
    #expect(notes[0].contains("test.ucl:2:20: note: a: the program `quitt` does not exist"))
    #expect(notes[0].contains("did you mean the signal `QUIT`?"))
    #expect(notes[1].contains("`none` is no signal either"))
    #expect(notes[2].contains("a: the program `rm`") && !notes[2].contains("signal"))
    #expect(notes[3].contains("a: the program `mk`"))
    #expect(notes[4].contains("rooted: the program `rm`"))
  }

  @Test("a working directory or an environment file that is not there is a lack, but not one in another root")
  func fileLacks() throws {
    let host = FakeHost(kinds: ["/gone": .missing, "/file": .file, "/here": .directory])
    let text = """
      service a { exec = a; working-directory = /gone }
      service b { exec = a; working-directory = /file; environment-file = [/here, /gone] }
      service c { exec = a; working-directory = /here; environment-file = /unseen }
      service d { exec = a; working-directory = /gone; chroot = /r }
      service e { exec = a; working-directory = /gone; jail { path = /j } }
      service f { exec = a; working-directory = /gone; jail { } }
      """
    let configuration = try loaded(load(text, host: host))
    #expect(host.lacks(of: "a", in: configuration) == "the directory `/gone` does not exist")
    #expect(
      host.lacks(of: "b", in: configuration)
        == "`/file` is no directory; the environment file `/gone` does not exist")
    for name in ["c", "d", "e"] { #expect(host.lacks(of: name, in: configuration) == "") }
    #expect(host.lacks(of: "f", in: configuration) == "the directory `/gone` does not exist")
  }

  @Test("what many services lack alike is told once for people, with the count of the others")
  func foldedLacks() throws {
    let jails = (1...12).map { "service j\($0) { exec = a; jail { } }" }
    let text = jails.joined(separator: "\n") + "\nservice k { exec = gone }\nservice l { exec = gone; wants = [x] }"
    var host = FakeHost(missing: ["gone"])
    host.hasJails = false
    let notes = try loaded(load(text, host: host, purpose: .checking)).notes
    #expect(notes.count == 15)
    let folded = Lines(notes.foldingLacks())
    #expect(folded.count == 5, "\(folded)")
    #expect(folded[0].contains("j1: `jail` needs FreeBSD"))
    #expect(folded[1] == "note: 11 more services: `jail` needs FreeBSD (j2, j3, j4, j5, j6, j7, j8, j9, …)")
    #expect(folded[3].hasPrefix("note: 1 more service: the program `gone` does not exist"))
    #expect(folded[3].hasSuffix("(l)"))
    #expect(folded[4].contains("nothing answers"))
  }

  @Test("a program that two keys name is missing once")
  func sameProgramTwice() throws {
    let host = FakeHost(missing: ["/x"])
    let configuration = try loaded(load("service a { exec = /x; pre-start = /x }", host: host))
    #expect(host.lacks(of: "a", in: configuration) == "the program `/x` does not exist")
  }

  @Test("another user needs root, one's own does not")
  func root() throws {
    let host = FakeHost(supervisorUID: 1001, supervisorGID: 1001)
    let configuration = try loaded(
      load("service a { exec = a; user = www }\nservice b { exec = b; user = me; group = me }", host: host))
    #expect(host.lacks(of: "a", in: configuration) == "`user = www` needs a supervisor that runs as root")
    #expect(host.lacks(of: "b", in: configuration) == "")
  }
}

extension FakeHost {
  func lacks(of service: String, in configuration: Configuration) -> String? {
    configuration.services[service].map { definition in
      var inspection = HostInspection(facts: self)
      return inspection.reasons(of: definition).joined(separator: "; ")
    }
  }
}
