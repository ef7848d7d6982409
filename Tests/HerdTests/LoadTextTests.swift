import ControlProtocol
import Testing

@testable import herd

@Suite("What a load says")
struct LoadTextTests {
  private var report: LoadReport {
    var report = LoadReport()
    report.added = ["api"]
    report.removed = ["old"]
    report.changed = [.init("web", keys: ["exec", "log"])]
    report.unchanged = 12
    report.started = ["api", "db"]
    report.stopped = ["old"]
    report.needRestart = ["web"]
    report.settings = [.init("socket", needsRestart: true), .init("log-directory", needsRestart: false)]
    return report
  }

  @Test("it names what it starts and stops, and what is left to a restart")
  func done() {
    #expect(
      loadText(report, .plain) == """
        added api; removed old; changed web (exec, log); 12 unchanged
        starts: api, db
        stops: old
        run by an older definition until they are restarted: web
        the supervisor's own, from now on: log-directory
        the supervisor's own, when the supervisor is restarted: socket

        """)
  }

  @Test("a dry run says that nothing is done")
  func dry() {
    var report = report
    report.isDryRun = true
    let text = loadText(report, .plain)
    #expect(text.hasPrefix("nothing is done; a load would be: added api"))
    #expect(text.contains("would start: api, db\nwould stop: old\n"))
  }

  @Test("where nothing has changed nothing is added to that")
  func nothing() {
    var report = LoadReport()
    report.unchanged = 3
    #expect(loadText(report, .plain) == "3 unchanged\n")
  }
}
