import Testing
import UCL

@testable import Supervision

@Suite("What is no file is no empty file")
struct FileKindTests {
  private func problems(_ store: FakeStore) -> Lines {
    lines(ConfigurationLoader(store: store, facts: FakeHost()).load(path: "/etc/herd"))
  }

  @Test(
    "a file of the configuration that has become a pipe is an error",
    arguments: [
      "/etc/herd/supervisor.ucl", "/etc/herd/services.d/b.ucl",
    ])
  func pipe(_ path: String) {
    let found = problems(
      FakeStore(files: ["/etc/herd/services.d/a.ucl": "service a { exec = a }"], others: [path]))
    #expect(found == ["error: cannot read \(path): it is no regular file"])
  }

  @Test("and so is one that has become a directory")
  func directory() {
    let found = problems(
      FakeStore(files: ["/etc/herd/services.d/a.ucl": "", "/etc/herd/services.d/b.ucl/x": ""]))
    #expect(found == ["error: cannot read /etc/herd/services.d/b.ucl: it is no regular file"])
  }

  @Test("of what is no regular file nobody is advised to change the rights")
  func device() {
    let path = "/etc/herd/services.d/zero.ucl"
    let store = FakeStore(
      files: ["/etc/herd/services.d/a.ucl": "service a { exec = a }"],
      ownerships: [path: FileOwnership(owner: 0, mode: 0o666, target: "/dev/zero")], others: [path])
    #expect(problems(store) == ["error: cannot read \(path): it is no regular file"])
  }

  @Test("advice about the rights of a symbolic link names what it leads to")
  func link() {
    let path = "/etc/herd/services.d/a.ucl"
    let store = FakeStore(
      files: [path: "service a { exec = a }"],
      ownerships: [path: FileOwnership(owner: 0, mode: 0o666, target: "/srv/a.ucl")])
    let found = problems(store)
    #expect(found.count == 1)
    #expect(found[0].contains("the file \(path) can be written by everybody"))
    #expect(found[0].contains("`chmod go-w /srv/a.ucl`"))
  }

  @Test("the state directory is known in spite of a syntax error behind it, unless others can write the file")
  func settings() {
    let text = "supervisor { state-directory = /var/x }\nservice a {"
    func refusal(_ text: String, mode: UInt32 = 0o644) -> Diagnostics? {
      let path = "/etc/herd.ucl"
      let store = FakeStore(files: [path: text], ownerships: [path: FileOwnership(owner: 0, mode: mode)])
      guard case .failure(let refusal) = ConfigurationLoader(store: store, facts: FakeHost()).load(path: path) else {
        return nil
      }
      return refusal
    }
    #expect(refusal(text)?.settings?.stateDirectory == "/var/x")
    #expect(refusal(text)?.all.count == 1)
    #expect(refusal(text)?.mayHideSettings == false)
    #expect(refusal("service a {\n" + text)?.mayHideSettings == true)
    #expect(refusal(text, mode: 0o666)?.settings == nil)
    #expect(refusal(text + " exec = a; b = c }", mode: 0o666)?.settings == nil)
  }

  @Test("services.d that is no directory is not passed over")
  func servicesDirectory() {
    let found = problems(FakeStore(files: ["/etc/herd/services.d": "", "/etc/herd/supervisor.ucl": ""]))
    #expect(found == ["error: /etc/herd/services.d is no directory, or cannot be looked at"])
  }

  @Test("what is included is asked the same")
  func included() {
    let store = FakeStore(
      files: ["/etc/herd/services.d/a.ucl": ".include \"/etc/herd/x\"\nservice a { exec = a }"], others: ["/etc/herd/x"]
    )
    #expect(problems(store)[0].contains("/etc/herd/x: it is no regular file"))
  }
}

@Suite("Values that read otherwise than they look")
struct SuspectValueTests {
  private func notes(_ text: String) throws -> Lines { Lines(try loaded(load(text)).notes) }

  @Test("a value that a comment cuts is worth a note")
  func cut() throws {
    let found = try notes("service a {\n exec = a; documentation = https://x/y#z\n}")
    #expect(found.count == 1)
    #expect(found[0].hasPrefix("test.ucl:2:28: note: the value of `service.a.documentation` ends before the `#`"))
    #expect(found[0].contains("put the value in quotes"))
  }

  @Test("a comment with a blank before it, and a `#` in quotes or in a comment, is not")
  func uncut() throws {
    let text = """
      #x#y
      service a { exec = [a, "b#c"] # x
        documentation = 'x#y'; umask = 022 # 1#2
      }
      """
    #expect(try notes(text).isEmpty)
  }

  @Test("a quote at the end alone is a note, and no name of an account")
  func quote() throws {
    #expect(try notes("service a { exec = a; documentation = well\"\n }")[0].contains("ends in a quote"))
    let found = errors("user = ncshop\"\n")
    #expect(found.contains { $0.contains("`ncshop\"` is no value for `user`") && $0.contains("a quote too many") })
    #expect(errors("groups = [\"it's\"]").count == 1 && errors("group = \"`x`\"").count == 1)
  }

  @Test("the words of other supervisors for respawn are known")
  func respawn() {
    #expect(errors("respawn = always")[0].contains("did you mean `true`?"))
    #expect(errors("respawn = unless-stopped")[0].contains("did you mean `true`?"))
    #expect(errors("respawn = never")[0].contains("did you mean `false`?"))
    #expect(errors("respawn = on-failur")[0].contains("did you mean `on-failure`?"))
  }

  @Test("a variable's name is what a file of variables takes for one")
  func variables() {
    for name in ["A B", "1A", "A.b", "A-b", "é"] {
      #expect(errors("environment { \"\(name)\" = 1 }")[0].contains("cannot be the name of a variable"), "\(name)")
    }
    #expect(errors("inherit-environment = [\"A B\"]").count == 1)
    #expect(errors("environment { _a1 = 1 }").isEmpty)
  }
}
