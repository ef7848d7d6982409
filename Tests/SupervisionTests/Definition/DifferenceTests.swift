import OrderedCollections
import Testing

@testable import Supervision

@Suite("Differences and subsets")
struct DifferenceTests {
  @Test("a reload knows what was added, removed and changed, key by key")
  func difference() throws {
    let old = try loaded(load("service a { exec = a; user = www }\nservice b { exec = b }\nservice c { exec = c }"))
    let new = try loaded(
      load("\n\nservice d { exec = d }\nservice a { exec = a; umask = 027; stop = INT }\nservice c { exec = [c] }"))
    let difference = ConfigurationDifference(from: old, to: new)
    #expect(difference.added == ["d"] && difference.removed == ["b"] && difference.unchanged == ["c"])
    #expect(difference.changed == [.init(name: "a", keys: ["stop", "umask", "user"])])
    #expect(!difference.isEmpty && !difference.supervisorChanged)
  }

  @Test("where a key is written makes no difference")
  func places() throws {
    let old = try loaded(load("service a { exec = \"a b\"; stop = TERM }"))
    let new = try loaded(
      load("defaults { stop { signal = 15 } }\n\nservice a {\n exec = [a, b]\n start-timeout = 60s }"))
    #expect(ConfigurationDifference(from: old, to: new).isEmpty)
    let settings = try loaded(load("supervisor { max-parallel-starts = 2 }\nservice a { exec = \"a b\" }"))
    #expect(ConfigurationDifference(from: old, to: settings).supervisorChanged)
  }

  private func subset(_ text: String, onto base: Configuration) -> Result<Configuration, Diagnostics> {
    ConfigurationLoader(store: FakeStore(files: ["new.ucl": text]), facts: FakeHost()).loadSubset(
      path: "new.ucl", onto: base)
  }

  @Test("a subset adds and replaces its services and leaves the rest alone")
  func subset() throws {
    let base = try loaded(
      load(
        "supervisor { socket = /s }\nservice a { exec = a }\nservice b { exec = b; requirement = a }\nservice \"t@\" { exec = t }"
      ))
    let new = try loaded(
      subset("service a { exec = a2; wants = \"t@1\" }\nservice c { exec = c; requirement = b }", onto: base))
    #expect(Array(new.services.keys) == ["a", "b", "c", "t@1"])
    #expect(new.services["a"]?.exec?.words == ["a2"] && new.supervisor.socket == "/s")
    let difference = ConfigurationDifference(from: base, to: new)
    #expect(difference.changed.map(\.name) == ["a"] && difference.removed.isEmpty && difference.unchanged == ["b"])
  }

  @Test("a single file that is loaded again keeps the defaults of its configuration")
  func subsetDefaults() throws {
    let base = try loaded(
      load(files: [
        "/etc/herd/supervisor.ucl": "defaults { respawn = true; umask = 027 }",
        "/etc/herd/services.d/a.ucl": "service a { exec = a }",
      ]))
    let new = try loaded(subset("defaults { umask = 077 }\nservice a { exec = a2 }", onto: base))
    #expect(new.services["a"]?.respawn.policy == .always && new.services["a"]?.process.umask == 0o077)
    let again = try loaded(subset("service a { exec = a3 }", onto: new))
    #expect(again.services["a"]?.process.umask == 0o027)
  }

  @Test("the graph of a subset is checked together with what is there")
  func subsetGraph() throws {
    let base = try loaded(load("service a { exec = a }\nservice b { exec = b; requirement = a }"))
    let circle = lines(subset("service a { exec = a; requirement = b }", onto: base))
    #expect(circle.count == 1 && circle[0].contains("a → b → a"))
    // The place of what was loaded before is known without its text.
    #expect(circle[0].contains("b requires a (test.ucl:2)"))
    #expect(lines(subset("service c { exec = c; requirement = x }", onto: base)).count == 1)
    #expect(lines(subset("supervisor { }\nservice c { exec = c }", onto: base))[0].contains("note:"))
  }
}
