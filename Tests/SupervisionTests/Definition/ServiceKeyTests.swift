import OrderedCollections
import Testing

@testable import Supervision

@Suite("Keys of a service")
struct ServiceKeyTests {
  @Test("what is not written has its default")
  func defaults() throws {
    let service = try definition("")
    let expected = ServiceDefinition(name: "x", .process, exec: Command(["/bin/x"]))
    #expect(service.means(expected))
  }

  @Test(
    "a command is a list of words or a line",
    arguments: [
      ("exec = nginx", ["nginx"]),
      ("exec = [nginx, -g, \"daemon off;\"]", ["nginx", "-g", "daemon off;"]),
      ("exec = \"nginx -g 'daemon off;'\"", ["nginx", "-g", "daemon off;"]),
      ("exec = [sleep, 10, 0640, yes, 1.50, 5s]", ["sleep", "10", "0640", "yes", "1.50", "5s"]),
    ])
  func commands(_ key: String, _ words: [String]) throws {
    let configuration = try loaded(load("service x { \(key) }"))
    #expect(configuration.services["x"]?.exec?.words == words)
  }

  @Test("lists take one value, several, or a repeated key")
  func lists() throws {
    for keys in ["after = [a, b, a]", "after = a\n after = b", "after = [a]; after = [b]", "after [ a, b ]"] {
      #expect(try definition(keys).after == ["a", "b"], "\(keys)")
    }
    #expect(try definition("after = a").after == ["a"])
    #expect(try definition("after = []").after == [])
  }

  @Test("durations come as numbers, durations and strings")
  func durations() throws {
    for (text, expected) in [
      ("5s", Duration.seconds(5)), ("5", .seconds(5)), ("\"5s\"", .seconds(5)), ("1min", .seconds(60)),
      ("0.5", .milliseconds(500)), ("250ms", .milliseconds(250)), ("1d", .seconds(86_400)),
    ] {
      #expect(try definition("start-timeout = \(text)").startTimeout == expected, "\(text)")
    }
    #expect(try definition("respawn-limit { count = 3; period = 5s }").respawn.limitPeriod == .seconds(5))
    #expect(try definition("respawn-limit { count = 3; period = 5s}").respawn.limitPeriod == .seconds(5))
  }

  @Test("a mode is octal, as it is written")
  func modes() throws {
    for (text, expected) in [("022", UInt32(0o022)), ("0027", 0o027), ("77", 0o77), ("0", 0), ("\"002\"", 2)] {
      #expect(try definition("umask = \(text)").process.umask == expected, "\(text)")
    }
    for text in ["089", "01000", "-1", "0x12", "rwx", "+22"] {
      #expect(errors("umask = \(text)").count == 1, "\(text)")
    }
  }

  @Test("stop is a signal, a command, or a section")
  func stop() throws {
    #expect(try definition("stop = INT").stop.signal == 2)
    #expect(try definition("stop = SIGQUIT").stop.signal == 3)
    #expect(try definition("stop = 9").stop.signal == 9)
    #expect(try definition("stop = [nginx, -s, quit]").stop.exec == Hook(Command(["nginx", "-s", "quit"])))
    #expect(try definition("stop = \"nginx -s quit\"").stop.exec?.command.words == ["nginx", "-s", "quit"])
    let rule = try definition(
      "stop { signal = HUP; exec { exec = [/bin/end, x]; user = root }; grace-period = 3s; kill = main }"
    ).stop
    #expect(rule.signal == 1)
    #expect(rule.exec == Hook(Command(["/bin/end", "x"]), asSupervisor: true))
    #expect(rule.gracePeriod == .seconds(3))
    #expect(rule.kill == .main)
    #expect(errors("stop = TREM")[0].contains("did you mean `TERM`?"))
  }

  @Test("reload and actions are a signal or a command with a timeout")
  func reactions() throws {
    #expect(try definition("reload { signal = HUP }").reload == .signal(1))
    #expect(try definition("reload = HUP").reload == .signal(1))
    let exec = Hook(Command(["x", "-r"]))
    #expect(try definition("reload { exec = [x, -r] }").reload == .exec(exec, timeout: .seconds(60)))
    #expect(try definition("reload { exec = [x, -r]; timeout = 5s }").reload == .exec(exec, timeout: .seconds(5)))
    let actions = try definition(
      "actions { rotate { documentation = \"Opens the logs again\"; signal = USR1 } test { exec = [x, -t] } }"
    ).actions
    #expect(actions.map(\.name) == ["rotate", "test"])
    #expect(actions.first?.documentation == "Opens the logs again")
    #expect(actions.last?.reaction == .exec(Hook(Command(["x", "-t"])), timeout: .seconds(60)))
  }

  @Test("an action cannot have the name of a herd command", arguments: ["start", "power-off", "metrics"])
  func reservedActions(_ name: String) {
    #expect(errors("actions { \(name) { signal = HUP } }")[0].contains("`herd \(name)` is a command"))
  }

  @Test("a reaction needs exactly one of signal and exec")
  func reactionErrors() {
    #expect(errors("reload { signal = HUP; exec = [x] }")[0].contains("both"))
    #expect(errors("reload { timeout = 1s }")[0].contains("neither"))
    #expect(errors("reload { signal = HUP; timeout = 1s }")[0].contains("only beside `exec`"))
  }

  @Test("respawn is true, false or on-failure")
  func respawn() throws {
    #expect(try definition("respawn = yes").respawn.policy == .always)
    #expect(try definition("respawn = false").respawn.policy == .never)
    #expect(try definition("respawn = on-failure").respawn.policy == .onFailure)
    #expect(errors("respawn = on-failre")[0].contains("did you mean `on-failure`?"))
    #expect(errors("respawn = true; one-shot = true")[0].contains("contradicts `one-shot`"))
    #expect(errors("respawn = on-failure; one-shot = true").isEmpty)
  }

  @Test("a one-shot may take its time, a limit may be lifted")
  func none() throws {
    #expect(try definition("one-shot = true").startTimeout == nil)
    #expect(try definition("one-shot = true; start-timeout = 5s").startTimeout == .seconds(5))
    #expect(try definition("one-shot = false").startTimeout == .seconds(60))
    #expect(try definition("start-timeout = none").startTimeout == nil)
    #expect(try definition("respawn-limit = none").respawn.limitCount == 0)
    #expect(try definition("respawn-limit { count = 0 }").respawn.limitCount == 0)
  }

  @Test("the respawn delay is fixed or grows")
  func respawnDelay() throws {
    let fixed = try definition("respawn-delay = 2s").respawn.delay
    #expect(fixed.first == .seconds(2) && fixed.most == .seconds(2) && fixed.factor == 1)
    let growing = try definition(
      "respawn-delay { first = 1s; factor = 1.5; most = 10s; jitter = 10%; reset-after = 2min }"
    )
    .respawn.delay
    #expect(growing.first == .seconds(1) && growing.factor == 1.5 && growing.most == .seconds(10))
    #expect(growing.jitter == 0.1 && growing.resetAfter == .seconds(120))
    let bare = try definition("respawn-delay { first = 1s }").respawn.delay
    #expect(bare.factor == 2 && bare.most == .seconds(60))
    #expect(errors("respawn-delay { first = 5s; most = 1s }")[0].contains("shorter than the first"))
    #expect(errors("respawn-delay { factor = 0.5 }").count == 1)
    #expect(errors("respawn-delay { jitter = 150% }").count == 1)
  }

  @Test("each element of pre-start is a whole command")
  func hooks() throws {
    let hooks = try definition(
      "pre-start = [\"mkdir -p /x\", [/bin/chown, me, /x], { exec = [/bin/load]; user = root }]"
    ).preStart
    #expect(hooks.map(\.command.words) == [["mkdir", "-p", "/x"], ["/bin/chown", "me", "/x"], ["/bin/load"]])
    #expect(hooks.map(\.asSupervisor) == [false, false, true])
    #expect(try definition("post-stop = \"rm -f /x\"").postStop.map(\.command.words) == [["rm", "-f", "/x"]])
    #expect(
      errors("pre-start = [/bin/mkdir, -p, /x]")[0].contains("each element of this list is a whole command")
    )
    #expect(errors("pre-start { exec = [x]; user = www }")[0].contains("cannot run as `www`"))
  }

  @Test("variables keep their source text")
  func environment() throws {
    let service = try definition("environment { A = 007; B = yes; C = \"x y\"; D = 10m; E = \"\" }")
    #expect(service.process.environment.map { "\($0.name)=\($0.value)" } == ["A=007", "B=yes", "C=x y", "D=10m", "E="])
    #expect(errors("environment { A = [1] }").count == 1)
    #expect(errors("environment { FRUIX_SERVICE = 1 }")[0].contains("supervisor's own"))
    #expect(errors("environment { A = 1 }\n environment { A = 2 }")[0].contains("more than once"))
    #expect(try definition("inherit-environment = true").process.inheritEnvironment == .all)
    #expect(try definition("inherit-environment = [LANG, TZ]").process.inheritEnvironment == .only(["LANG", "TZ"]))
  }

  @Test("accounts are names or numbers")
  func accounts() throws {
    let process = try definition("user = 80; group = www; groups = [0, wheel]").process
    #expect(process.user == "80" && process.group == "www" && process.groups == ["0", "wheel"])
    #expect(try definition("groups = []").process.groups == [])
    for user in ["-1", "4294967295", "99999999999", "\"a b\"", "a:b", "\"\""] {
      #expect(errors("user = \(user)").count == 1, "\(user)")
    }
  }

  @Test("the log goes to a path, nowhere, or along")
  func log() throws {
    #expect(try definition("log = /var/log/x.log").log == .file("/var/log/x.log"))
    #expect(try definition("log = none").log == .none)
    #expect(try definition("log = inherit").log == .inherit)
    #expect(errors("log = inhert")[0].contains("did you mean `inherit`?"))
    #expect(errors("log = x.log").count == 1)
  }

  @Test("preconditions name directories, files, modules and variables of the kernel")
  func preconditions() throws {
    let found = try definition(
      "preconditions { directories = /var/db/x; files = [/etc/x, /etc/y]; kernel-modules = pf; sysctl { \"kern.x\" = 1 } }"
    ).preconditions
    #expect(found?.directories == ["/var/db/x"] && found?.files == ["/etc/x", "/etc/y"])
    #expect(found?.kernelModules == ["pf"] && found?.sysctls == [.init(name: "kern.x", value: "1")])
    #expect(errors("preconditions { dirs = /x }").count == 1)
  }

  @Test("a wrong type or range is told with what was expected")
  func wrongTypes() {
    let cases = [
      ("auto-start = 1", "true or false"), ("auto-start = \"yes\"", "without quotes"),
      ("after = { a = 1 }", "the name of a service"), ("success-exit-codes = 256", "from 0 to 255"),
      ("success-exit-codes = [0, x]", "a whole number"), ("start-timeout = soon", "a duration"),
      ("start-timeout = -5s", "a duration"), ("start-timeout = 0", "at least 1ms"),
      ("start-timeout = [1s]", "a duration"), ("working-directory = var", "an absolute path"),
      ("user = [a]", "an account"), ("documentation = \"a\\nb\"", "one line"),
      ("umask = { a = 1 }", "octal"), ("environment = 5", "a section"), ("stop { kill = al }", "`subtree` or `main`"),
      ("respawn-limit { count = -1 }", "from 0 to"), ("exec = [[a]]", "one value"),
      ("stop = [a, [b]]", "a word of the command"),
    ]
    for (keys, expected) in cases {
      let found = errors(keys)
      #expect(found.count == 1 && found[0].contains(expected), "\(keys): \(found)")
    }
    #expect(errors("start-timeout = 5m")[0].contains("write `5min` for minutes"))
  }

  @Test("a scalar that is given twice shows both places")
  func twice() {
    #expect(
      errors("user = a\nuser = b") == [
        "test.ucl:3:8: error: `user` is given more than once (first given here: test.ucl:2:8; expected one value)"
      ])
  }

  @Test("an unknown key gets the nearest name, or what other supervisors call it")
  func unknownKeys() {
    #expect(errors("respwan-delay = 1s")[0].contains("did you mean `respawn-delay`?"))
    #expect(errors("Description = x")[0].contains("did you mean `documentation`?"))
    #expect(errors("depends-on = x")[0].contains("did you mean `requirement`?"))
    #expect(errors("quux { path = /x }") == ["test.ucl:2:1: error: unknown key `quux` in service x"])
    #expect(errors("stop { singal = TERM }")[0].contains("did you mean `signal`?"))
    #expect(lines(load("sevice x { exec = /bin/x }"))[0].contains("did you mean `service`?"))
  }

  @Test("an open quote in a command is an error at the quote")
  func openQuote() {
    #expect(
      errors("pre-start = \"echo 'a\"")[0].hasPrefix("test.ucl:2:19: error: in `pre-start`, the quote ' is not closed"))
  }

  @Test("a relative program and an empty command are errors")
  func programs() {
    #expect(errors("stop = [./end]")[0].contains("a relative path"))
    #expect(errors("stop = []")[0].contains("names no program"))
    #expect(errors("post-stop = \"a\\u0000b\"")[0].contains("NUL"))
  }

  @Test("an operator of the shell in a command is worth a note")
  func operators() throws {
    let notes = lines(load("service x { exec = \"/bin/a | /bin/b\" }"))
    #expect(notes.count == 1 && notes[0].contains("no shell reads this"))
  }

  @Test("a section without braces does not hide the others")
  func strayName() {
    let found = lines(load("service a { exec = a; umsk = 1 }\nservice lonely\nservice b { exec = b; requirement = a }"))
    #expect(found.count == 2 && found[0].contains("umsk") && found[1].contains("expected service NAME"))
  }

  @Test("a group has no keys of a process")
  func groups() throws {
    let configuration = try loaded(load("group g { requirement = x } service x { exec = x } service h { wants = x }"))
    #expect(configuration.services["g"]?.isGroup == true && configuration.services["h"]?.isGroup == true)
    #expect(lines(load("group g { respawn = true }"))[0].contains("`respawn` has no meaning for g"))
    #expect(lines(load("service g { user = www }"))[0].contains("add `exec`"))
    #expect(lines(load("group g { exec = x }"))[0].contains("a group has no process"))
  }

  @Test(
    "names are words",
    arguments: ["root", ".x", "-x", "a b", "a/b", "ä", "a@b@c", "@a"])
  func badNames(_ name: String) {
    #expect(lines(load("service \"\(name)\" { exec = x }")).count == 1)
  }

  @Test("all mistakes of all files come at once, in their order")
  func allAtOnce() {
    let found = lines(
      load(files: [
        "/etc/herd/supervisor.ucl": "supervisor { sockt = /x }",
        "/etc/herd/services.d/b.ucl": "service b {\n exec = b\n umsk = 022\n requirement = nothing\n}",
        "/etc/herd/services.d/a.ucl": "service a {\n exec = a\n nic = 3\n}\nservice c { exec = c; start-timeout = x }",
      ]))
    let places = found.map { String($0.prefix(while: { $0 != " " })) }
    #expect(
      places == [
        "/etc/herd/supervisor.ucl:1:14:", "/etc/herd/services.d/a.ucl:3:2:", "/etc/herd/services.d/a.ucl:5:39:",
        "/etc/herd/services.d/b.ucl:3:2:", "/etc/herd/services.d/b.ucl:4:16:",
      ])
  }
}
