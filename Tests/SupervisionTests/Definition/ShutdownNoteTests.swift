import Testing

@testable import Supervision

// Number 37 of issue 7.
@Suite("Grace periods that are longer than the time for leaving")
struct ShutdownNoteTests {
  private func host(_ limit: Duration?) -> FakeHost {
    var host = FakeHost()
    host.systemShutdownLimit = limit
    return host
  }

  private let database = "service pg { exec = /bin/pg\nstop { grace-period = 5min } }"

  @Test("a note names both, where the stop rule stands")
  func note() {
    let found = lines(load(database))
    #expect(found.count == 1)
    #expect(
      found[0] == "test.ucl:2:6: note: `grace-period` of pg, 5min, is longer than `shutdown-timeout`, 75s: "
        + "the supervisor waits for it all the same")
    #expect(lines(load("supervisor { shutdown-timeout = 5min }\n" + database)).isEmpty)
  }

  @Test("the system's own limit is named where it is the shorter one")
  func system() {
    #expect(lines(load(database, host: host(.seconds(120))))[0].contains("ends everything after 2min"))
    #expect(lines(load(database, host: host(.seconds(120))))[0].contains("kern.init_shutdown_timeout"))
    #expect(!lines(load(database, host: host(.seconds(600))))[0].contains("init(8)"))
    let longer = lines(load("supervisor { shutdown-timeout = 5min }\n" + database, host: host(.seconds(120))))
    #expect(longer.count == 2)
    #expect(longer[0].contains("`shutdown-timeout` is 5min, and at a shutdown of the system"))
    #expect(longer[1].contains("`grace-period` of pg is 5min, and at a shutdown of the system"))
  }

  @Test("of a packaged service that is off nothing is said")
  func packaged() throws {
    let files = ["/etc/herd/services.d/a.ucl": "service a { exec = /bin/a }", "/usr/share/pg.ucl": database]
    #expect(lines(load(files: files, packaged: "/usr/share")).isEmpty)
    let on = [
      "/etc/herd/services.d/a.ucl": "service pg { override = true; auto-start = true }", "/usr/share/pg.ucl": database,
    ]
    #expect(lines(load(files: on, packaged: "/usr/share")).count { $0.contains("shutdown-timeout") } == 1)
  }
}
