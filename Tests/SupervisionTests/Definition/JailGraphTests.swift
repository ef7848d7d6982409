import OrderedCollections
import Testing

@testable import Supervision

@Suite("Jails of several services")
struct JailGraphTests {
  private func errors(_ text: String) -> Lines {
    guard case .failure(let diagnostics) = load(text) else { return [] }
    return Lines(diagnostics.all)
  }

  @Test("two jails of one name are an error that shows both places")
  func sameName() {
    let named = errors("service a { exec = a; jail { name = j } }\nservice b { exec = b; jail { name = j } }")
    #expect(named.count == 1 && named[0].contains("the jails of a and b are both called `j`"))
    #expect(named[0].hasPrefix("test.ucl:2:37") && named[0].contains("test.ucl:1:37"), "\(named)")
    let derived = errors("service a.b { exec = a; jail { } }\nservice a_b { exec = b; jail { } }")
    #expect(derived.count == 1 && derived[0].contains("both called `a_b`"))
    #expect(errors("service a { exec = a; jail { name = b } } service b { exec = b; jail { name = a } }").isEmpty)
  }

  @Test("a service shares the jail of one that makes it, without requiring it")
  func shared() throws {
    let services = try loaded(
      load(
        "service a { exec = a; jail { shared-with = b } } service b { exec = b; provision = p; jail { } } service c { exec = c; jail { shared-with = p } }"
      )
    ).services
    #expect(services["a"]?.process.rare.jail?.sharedWith == "b" && services["a"]?.jailName == nil)
    #expect(services["a"]?.requirement == [] && services["c"]?.process.rare.jail?.sharedWith == "p")
  }

  @Test(
    "a jail that nobody makes cannot be shared",
    arguments: [
      ("service y1 { exec = a; jail { } }", "nothing answers to that name (did you mean `y1`?)"),
      ("service y { exec = a }", "`y`, which has no section `jail`"),
      ("group y { }", "`y`, a group, which has no process"),
      (
        "service y { exec = a; jail { shared-with = z } } service z { exec = z; jail { } }",
        "; write `shared-with = z`)"
      ),
      ("service y { exec = a; jail { enter = j } }", "; write `enter = j`)"),
      (
        "service a { exec = a; provision = y; jail { } } service b { exec = b; provision = y; jail { } }",
        "several services provide: a, b"
      ),
    ])
  func unshared(_ text: String, _ expected: String) {
    let found = errors("service x { exec = x; jail { shared-with = y } }\n\(text)")
    #expect(found.count == 1 && found[0].contains(expected), "\(found)")
    #expect(found[0].hasPrefix("test.ucl:1:44"))
  }

  @Test("services that share with each other, or with themselves, are an error each")
  func circles() {
    let circle = errors(
      "service x { exec = x; jail { shared-with = y } }\nservice y { exec = y; jail { shared-with = x } }")
    #expect(circle.count == 2 && circle.allSatisfy { $0.contains("which itself runs in the jail of") }, "\(circle)")
    let own = errors("service x { exec = x; jail { shared-with = x } }")
    #expect(own.count == 1 && own[0].contains("names itself"))
  }

  @Test("a jail that a service makes is shared, not entered")
  func entered() {
    let found = errors("service a { exec = a; jail { enter = b } }\nservice b { exec = b; jail { } }")
    #expect(found.count == 1 && found[0].contains("write `shared-with = b`"), "\(found)")
  }

  @Test("an instance comes into being by being shared with")
  func instances() throws {
    let text = """
      service "web@" { exec = web; instances = [1]
        jail { path = "/jails/${instance}"; hostname = "${instance}.example"; children.max = ${instance}
          ip4.addr = "192.0.2.${instance}"; mount [ { type = nullfs; from = "/d/${instance}"; to = /d } ]
          network { vnet = true; epair { bridge = "br${instance}" } } } }
      service log { exec = log; jail { shared-with = "web@2" } }
      """
    let found = lines(load(text))
    // A network of its own excludes addresses; once for the template, and for each instance at the same place.
    #expect(found.count == 1 && found[0].contains("contradicts the jail's own network stack"), "\(found)")
    let configuration = try loaded(load(text.replacing("ip4.addr", with: "osrelease")))
    let jail = try #require(configuration.services["web@2"]?.process.rare.jail)
    #expect(jail.path == "/jails/2" && jail.parameter("host.hostname") == .text("2.example"))
    #expect(jail.parameter("children.max") == .text("2") && jail.parameter("osrelease") == .text("192.0.2.2"))
    #expect(jail.mounts == [MountRequest(.nullfs(from: "/d/2", isReadOnly: false), at: "/d")])
    #expect(jail.network?.epair?.bridge == "br2")
    #expect(configuration.services["web@2"]?.jailName == "web@2" && configuration.services["web@2"]?.autoStart == false)
    guard case .success(let made) = configuration.definitions(ofInstance: "web@7") else {
      Issue.record("web@7 cannot be made")
      return
    }
    #expect(made.first?.process.rare.jail?.path == "/jails/7")
  }

  @Test("an instance whose jail would have a name that is taken is not made")
  func takenName() throws {
    let configuration = try loaded(
      load("service \"t@\" { exec = t; jail { name = \"j${instance}\" } }\nservice a { exec = a; jail { name = j1 } }"))
    guard case .failure(let diagnostics) = configuration.definitions(ofInstance: "t@1") else {
      Issue.record("t@1 was made")
      return
    }
    #expect(Lines(diagnostics.all)[0].contains("both called `j1` (the other one: test.ucl:2)"))
  }

  // MARK: defaults, overrides

  @Test("a jail of defaults is filled up parameter by parameter, however it is spelt, and passes by what is borrowed")
  func defaults() throws {
    let services = try loaded(
      load(
        """
        defaults { jail { allow { raw_sockets = true; chflags = true }; hostname = h; network = none } }
        service a { exec = a } service b { exec = b; jail { allow.raw_sockets = false; host { hostname = b } } }
        service c { exec = c; jail { shared-with = a } } service d { exec = d; jail { enter = j } } group g { }
        """)
    ).services
    #expect(services["a"]?.process.rare.jail?.parameter("allow.raw_sockets") == .flag(true))
    let b = try #require(services["b"]?.process.rare.jail)
    #expect(b.parameter("allow.raw_sockets") == .flag(false) && b.parameter("allow.chflags") == .flag(true))
    #expect(
      b.parameter("host.hostname") == .text("b") && b.parameters.count == 3 && b.network?.kind == JailNetwork.Kind.none)
    #expect(
      services["c"]?.process.rare.jail?.parameters.isEmpty == true && services["d"]?.process.rare.jail?.enter == "j")
  }

  @Test("defaults may say a part, and no name")
  func partialDefaults() throws {
    let services = try loaded(
      load("defaults { jail { size = 1m } } service a { exec = a; jail { root = ephemeral } }")
    ).services
    #expect(services["a"]?.process.rare.jail?.root == .ephemeral(size: 1 << 20))
    #expect(errors("defaults { jail { size = 1m } } service a { exec = a; jail { path = /x } }").count == 1)
    for key in ["name", "shared-with", "enter"] {
      let found = errors("defaults { jail { \(key) = j } }")
      #expect(found.count == 1 && found[0].contains("cannot stand in `defaults`"), "\(found)")
    }
  }

  @Test("an override changes parameters, adds to lists in the section and takes from them")
  func overrides() throws {
    let services = try loaded(
      load(
        """
        service a { exec = a
          jail { root = ephemeral; expose = [/a, /b]; allow { chflags = true; mlock = true }; size = 1m
            network { vnet = true; interfaces = em0 } } }
        service a { override = true
          jail { allow.chflags = no; size = 2m; network { epair { bridge = b0 } } }
          append { jail { expose = /c; mount { type = tmpfs; to = /tmp } } }
          remove { jail { expose = /a }; keys = [jail.allow.mlock] } }
        """)
    ).services
    let jail = try #require(services["a"]?.process.rare.jail)
    #expect(jail.exposedPaths.map(\.path) == ["/b", "/c"] && jail.mounts.count == 1 && jail.rootSize == 2 << 20)
    #expect(jail.parameters == [JailParameter("allow.chflags", .flag(false))])
    #expect(jail.network?.interfaces == ["em0"] && jail.network?.epair?.bridge == "b0")
  }

  @Test("a reload knows that a jail differs")
  func difference() throws {
    let old = try loaded(load("service a { exec = a; jail { allow.chflags = true }; resources { cpu = 1 } }"))
    let same = try loaded(load("service a { exec = a; jail { allow { chflags = on } }\n resources { pcpu = 1% } }"))
    let new = try loaded(load("service a { exec = a; jail { path = /x }; login-class = c; resources { cpu = 2 } }"))
    #expect(ConfigurationDifference(from: old, to: same).isEmpty)
    #expect(
      ConfigurationDifference(from: old, to: new).changed.map(\.keys) == [
        ["umask", "login-class", "resources", "jail"]
      ])
  }
}
