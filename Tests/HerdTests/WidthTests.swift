import ControlProtocol
import Testing

@testable import herd

@Suite("The width of the terminal")
struct WidthTests {
  private let now = Timestamp(millisecondsSinceEpoch: 1_800_000_000_000)

  private func appearance(_ columns: Int) -> Appearance {
    var appearance = Appearance(isTerminal: true, hasColour: true, hasSymbols: true)
    appearance.columns = columns
    return appearance
  }

  private func service(_ name: String, _ state: ServiceState, cause: String? = nil) -> ServiceStatus {
    var service = ServiceStatus(name: name, state: state, since: now)
    service.pid = 123_456
    service.memory = 64 << 20
    service.cause = cause
    return service
  }

  /// Without colours.
  private func plain(_ text: String) -> [String] {
    var lines = [""]
    var isEscape = false
    for character in text {
      switch character {
      case "\u{1B}": isEscape = true
      case "m" where isEscape: isEscape = false
      case "\n": lines.append("")
      default: if !isEscape { lines[lines.count - 1].append(character) }
      }
    }
    return lines
  }

  @Test("no line of the table is longer, and no word of a note is lost", arguments: [40, 60, 80, 120])
  func table(columns: Int) {
    let cause = "its requirement postgresql has failed: exit 1, five times within seven seconds"
    let services = [
      service("a-service-with-a-long-name@instance", .failed, cause: cause), service("web", .running),
    ]
    var supervisor = SupervisorStatus(version: "0.2.0", pid: 1, started: now, uid: 0)
    supervisor.notes = []
    let text = StatusTable(services: services, supervisor: supervisor, now: now, appearance: appearance(columns)).text()
    let lines = plain(text)
    for line in lines { #expect(line.count <= columns, "\(line)") }
    let words = Set(lines.joined(separator: " ").split(separator: " ").map(String.init))
    for word in cause.split(separator: " ") {
      #expect(words.contains { $0.hasPrefix(word) }, "\(word) of \(text)")
    }
  }

  @Test("what the supervisor has to say of itself, and a load, are broken too", arguments: [40, 60])
  func warnings(columns: Int) {
    var supervisor = SupervisorStatus(version: "0.2.0", pid: 123_456, started: now, uid: 0)
    supervisor.configurationError = "/usr/local/etc/fruix-shepherd/services.d/web.ucl:4:12: unknown key `exce`"
    supervisor.notes = ["ended 3 processes that supervisor 812 left, after it had died of its own: web, db, queue@mail"]
    let services = ServiceState.allCases.map { service($0.rawValue, $0) }
    var report = LoadReport()
    report.added = (1...9).map { "service-\($0)" }
    report.needRestart = report.added
    let appearance = appearance(columns)
    let text =
      StatusTable(services: services, supervisor: supervisor, now: now, appearance: appearance).text()
      + supervisorReport(supervisor, now: now, appearance) + loadText(report, appearance)
      + documentationText(
        ServiceDocumentation(
          service: "web", documentation: supervisor.notes[0],
          actions: [ActionSummary(name: "configtest", documentation: supervisor.notes[0])]), appearance)
    for line in plain(text) where line.contains(" ") { #expect(line.count <= columns, "\(line)") }
  }

  @Test("beside a long name a note has a line of its own, and no line ends with blanks")
  func longName() {
    let services = [
      service("a-service-with-quite-a-long-name", .running), service("web", .failed, cause: "exit 1, 5 times in 7 s"),
    ]
    let text = StatusTable(services: services, supervisor: nil, now: now, appearance: appearance(80)).text()
    let lines = plain(text)
    #expect(lines.contains("    exit 1, 5 times in 7 s; herd status web"))
    #expect(!lines.contains { $0.hasSuffix(" ") })
  }

  @Test("with room enough nothing is broken")
  func wide() {
    let text = StatusTable(
      services: [service("web", .running, cause: "c")], supervisor: nil, now: now, appearance: appearance(120)
    ).text()
    #expect(plain(text).count == 3)
  }

  @Test("text is broken at blanks")
  func folding() {
    #expect(folded("one two three", 7) == ["one two", "three"])
    #expect(folded("incomprehensible", 7) == ["incomprehensible"])
    #expect(folded("", 7) == [""])
  }

  @Test("bold is no colour, and stays without colours")
  func noColour() {
    let bare = Appearance(isTerminal: true) { ["TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": "1"][$0] }
    let full = Appearance(isTerminal: true) { ["TERM": "xterm", "LANG": "C.UTF-8"][$0] }
    #expect(bare.hasSymbols)
    #expect(bare.paint("x", .bold) == full.paint("x", .bold))
    #expect(bare.paint("x", .red) == "x")
  }

  @Test("COLUMNS says otherwise than the terminal")
  func variable() {
    let environment = ["TERM": "xterm", "COLUMNS": "40"]
    #expect(Appearance(isTerminal: true, variable: { environment[$0] }, width: 100).columns == 40)
    #expect(Appearance(isTerminal: true, variable: { ["TERM": "xterm"][$0] }, width: 100).columns == 100)
    #expect(Appearance(isTerminal: false, variable: { environment[$0] }, width: 100).columns == nil)
  }

  @Test("packaged services that are off are not listed, unless all are asked for")
  func dormant() {
    var off = service("nginx", .stopped)
    off.isDormant = true
    let services = [off, service("web", .running)]
    func text(all: Bool) -> String {
      StatusTable(services: services, showsDormant: all, supervisor: nil, now: now, appearance: .plain).text()
    }
    #expect(!text(all: false).contains("nginx"))
    #expect(text(all: true).contains("nginx"))
    let none = StatusTable(services: [off], supervisor: nil, now: now, appearance: .plain).text()
    #expect(none == "no services; 1 of packages are off (herd status --all)\n")
  }
}
