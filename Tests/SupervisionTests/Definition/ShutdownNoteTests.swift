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

  private func notes(_ result: Result<Configuration, Diagnostics>, enabled: Set<String> = []) -> Lines {
    guard case .success(let configuration) = result else { return lines(result) }
    return Lines(configuration.notes(enabled: enabled))
  }

  private let database = "service pg { exec = /bin/pg\nstop { grace-period = 5min } }"

  @Test("a note names both, where the stop rule stands")
  func note() {
    let found = notes(load(database))
    #expect(found.count == 1)
    #expect(
      found[0] == "test.ucl:2:6: note: `grace-period` of pg, 5min, is longer than `shutdown-timeout`, 75s: "
        + "the supervisor waits for it all the same")
    #expect(notes(load("supervisor { shutdown-timeout = 5min }\n" + database)).isEmpty)
  }

  @Test("the system's own limit is named where it is the shorter one")
  func system() {
    #expect(notes(load(database, host: host(.seconds(120))))[0].contains("ends everything after 2min"))
    #expect(notes(load(database, host: host(.seconds(120))))[0].contains("kern.init_shutdown_timeout"))
    #expect(!notes(load(database, host: host(.seconds(600))))[0].contains("init(8)"))
    let longer = notes(load("supervisor { shutdown-timeout = 5min }\n" + database, host: host(.seconds(120))))
    #expect(longer.count == 2)
    #expect(longer[0].contains("`shutdown-timeout` is 5min, and at a shutdown of the system"))
    #expect(
      longer[1].contains("`grace-period` of pg, 5min, is longer than the system's time: at a shutdown of the system"))
  }

  @Test("of a packaged service that is off nothing is said")
  func packaged() throws {
    let files = ["/etc/herd/services.d/a.ucl": "service a { exec = /bin/a }", "/usr/share/pg.ucl": database]
    #expect(notes(load(files: files, packaged: "/usr/share")).isEmpty)
    let found = notes(load(files: files, packaged: "/usr/share"), enabled: ["pg"])
    #expect(found.count == 1)
    #expect(found[0].contains("`grace-period` of pg, 5min, is longer than `shutdown-timeout`, 75s"))
    let on = [
      "/etc/herd/services.d/a.ucl": "service pg { override = true; auto-start = true }", "/usr/share/pg.ucl": database,
    ]
    #expect(notes(load(files: on, packaged: "/usr/share")).count { $0.contains("shutdown-timeout") } == 1)
  }

  @Test("several services are one note, at the line of shutdown-timeout or of the first of them")
  func several() {
    let defaults = "defaults { stop { grace-period = 2min } }\n"
    let services = (1...10).map { "service s\($0) { exec = /bin/s }\n" }.joined() + database
    let found = notes(load(defaults + services))
    #expect(found.count == 1)
    #expect(
      found[0].hasPrefix(
        "test.ucl:1:17: note: `grace-period` of s1 (2min), s2 (2min), s3 (2min), s4 (2min), s5 (2min), s6 (2min), "
          + "s7 (2min), s8 (2min) and 3 more are longer than `shutdown-timeout`, 75s: the supervisor waits for them"))
    let said = notes(load("supervisor {\n  shutdown-timeout = 90s\n}\n" + defaults + services))
    #expect(said.count == 1)
    #expect(said[0].hasPrefix("test.ucl:2:3: note: `grace-period` of s1 (2min), "))
  }

  @Test("a part that is loaded hears of its own grace periods, and not of shutdown-timeout")
  func part() throws {
    let host = host(.seconds(120))
    let base = try load("supervisor { shutdown-timeout = 5min }", host: host).get()
    func part(_ text: String) -> Lines {
      notes(
        ConfigurationLoader(store: FakeStore(files: ["new.ucl": text]), facts: host)
          .loadSubset(path: "new.ucl", onto: base))
    }
    #expect(part("service a { exec = /bin/a }").isEmpty)
    let found = part(database)
    #expect(found.count == 1)
    #expect(found[0].contains("`grace-period` of pg, 5min, is longer than the system's time"))
  }
}
