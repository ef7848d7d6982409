import OrderedCollections
import Testing

@testable import Supervision

@Suite("Whose a log is")
struct LogRightsTests {
  @Test("a section says file, mode, user and group, and reads back")
  func section() throws {
    let service = try definition("log { file = /var/log/x.log; mode = 0640; user = www; group = wheel }")
    #expect(service.log == .file("/var/log/x.log"))
    #expect(service.process.rare.logRights == LogRights(mode: 0o640, user: "www", group: "wheel"))
    let text = service.uclText()
    for line in ["file = /var/log/x.log;", "mode = 0640;", "user = www;", "group = wheel;"] {
      #expect(text.contains("    " + line), "\(text)")
    }
    let again = try loaded(load(text)).services["x"]
    #expect(again?.means(service) == true)
  }

  @Test("rights of the usual file need no path")
  func usual() throws {
    let service = try definition("log { mode = 0600 }")
    #expect(service.log == .automatic && service.process.rare.logRights == LogRights(mode: 0o600))
    #expect(try definition("log { }").means(definition("")))
  }

  @Test("what is no right is refused, and an account that is not there is a lack")
  func mistakes() throws {
    #expect(errors("log { mode = 0999 }").count == 1)
    #expect(errors("log { fil = /x }")[0].contains("did you mean `file`?"))
    #expect(errors("log { file = x.log }").count == 1)
    #expect(errors("log = non")[0].contains("did you mean `none`?"))
    let configuration = try loaded(load("service x { exec = /bin/x; log { user = nobody; group = none } }"))
    #expect(
      FakeHost().lacks(of: "x", in: configuration)
        == "there is no user `nobody` for the log; there is no group `none` for the log")
    let user = FakeHost(supervisorUID: 1001)
    #expect(
      user.lacks(of: "x", in: try loaded(load("service x { exec = /bin/x; log { user = www } }")))
        == "`log.user = www` needs a supervisor that runs as root")
  }
}
