import Supervision
import Testing

@testable import SupervisionRuntime

@Suite("The words of the supervisor's journal")
struct JournalEntryTests {
  @Test("a load names what it changes, starts and stops, and what still runs by an older definition")
  func load() {
    var summary = LoadSummary()
    summary.added = ["new"]
    summary.changed = ["web", "api"]
    summary.unchanged = 3
    #expect(
      JournalEntry(.loaded(summary))?.text == "loaded: 1 added (new), 2 changed (web, api), 0 removed, 3 unchanged")
    summary.started = ["new", "db"]
    summary.stopped = ["old"]
    summary.pending = ["web"]
    #expect(
      JournalEntry(.loaded(summary))?.text.hasSuffix(
        "; starts new, db; stops old; run by an older definition until they are restarted: web") == true)
  }

  @Test("of thousands it names the first, and counts the rest")
  func many() {
    var summary = LoadSummary()
    summary.started = (1...1000).map { "s\($0)" }
    let text = JournalEntry(.loaded(summary))?.text ?? ""
    #expect(text.hasSuffix("s19, s20 and 980 more"))
  }

  @Test("what goes wrong on the way is a warning")
  func trouble() {
    let entry = JournalEntry(.trouble(service: "setup", .leftProcesses))
    #expect(entry?.level == .warning)
    #expect(entry?.text.hasPrefix("setup: its process has ended and left others, which are ended") == true)
  }
}
