import ControlProtocol
import Testing

@testable import herd

@Suite("Lines while a start or stop lasts")
struct ProgressLinesTests {
  private func at(_ milliseconds: Int64) -> Timestamp {
    Timestamp(millisecondsSinceEpoch: Scene.now.millisecondsSinceEpoch + milliseconds)
  }

  private var restart: [Progress] {
    [
      .state(.init(service: "nginx", state: .stopping, at: at(0), pid: 901, step: "TERM to 901")),
      .state(.init(service: "nginx", state: .stopped, at: at(130))),
      .state(.init(service: "nginx", state: .starting, at: at(140))),
      .state(.init(service: "nginx", state: .running, at: at(460), pid: 1044)),
    ]
  }

  @Test("in a pipe each step has a line, when it begins, and each thing that was done")
  func plain() {
    var lines = ProgressLines(.plain)
    let kill = Progress.state(.init(service: "nginx", state: .stopping, at: at(100), pid: 901, step: "KILL to 901"))
    #expect(lines.text(for: restart[0]) == "nginx     stopping   TERM to 901\n")
    #expect(lines.text(for: kill) == "nginx     stopping   KILL to 901\n")
    #expect(lines.text(for: kill) == "")
    #expect(lines.text(for: restart[1]) == "nginx     stopping   ...  stopped (0.1 s)\n")
    #expect(lines.text(for: restart[2]) == "")
    #expect(lines.text(for: restart[3]) == "nginx     starting   ...  running, pid 1044 (0.3 s)\n")
    #expect(lines.text(for: [ServiceOutcome("nginx", .restarted, state: .running, pid: 1044)]) == "")
  }

  @Test("on a terminal a line is redrawn until it is done")
  func terminal() {
    var lines = ProgressLines(Scene.terminal)
    #expect(lines.text(for: restart[0]) == "\u{1B}[?7lnginx     stopping   TERM to 901 …\n\u{1B}[?7h")
    #expect(
      lines.text(for: restart[1]) == "\u{1B}[1A\u{1B}[Jnginx     stopping   TERM to 901 …  stopped (0.1 s)\n")
    #expect(lines.text(for: restart[2]) == "\u{1B}[?7lnginx     starting  …\n\u{1B}[?7h")
    #expect(lines.text(for: restart[3]) == "\u{1B}[1A\u{1B}[Jnginx     starting   …  running, pid 1044 (0.3 s)\n")
  }

  @Test("what is done moves above what is not")
  func parallel() {
    var lines = ProgressLines(Scene.terminal)
    _ = lines.text(for: .state(.init(service: "a", state: .starting, at: at(0))))
    _ = lines.text(for: .state(.init(service: "b", state: .waiting, at: at(0), step: "waits for a")))
    let text = lines.text(for: .state(.init(service: "a", state: .running, at: at(100), pid: 5)))
    #expect(
      text == "\u{1B}[2A\u{1B}[Ja         starting   …  running, pid 5 (0.1 s)\n"
        + "\u{1B}[?7lb         waiting    waits for a …\n\u{1B}[?7h")
  }

  @Test("the column of the names is as wide as what was asked for, and never half of a narrow terminal")
  func nameColumn() {
    var lines = ProgressLines(.plain, names: ["web", "a-longer-name"])
    #expect(
      lines.text(for: .state(.init(service: "web", state: .running, at: at(0), pid: 5)))
        == "web            running, pid 5\n")
    var narrow = Appearance.plain
    narrow.columns = 40
    lines = ProgressLines(narrow, names: ["web", "a-name-that-is-longer-than-half-of-the-line"])
    #expect(
      lines.text(for: .state(.init(service: "web", state: .running, at: at(0), pid: 5)))
        == "web       running, pid 5\n")
  }

  @Test("no line is longer than the terminal, whatever it tells", arguments: [40, 80])
  func narrow(columns: Int) {
    var appearance = Scene.terminal
    appearance.columns = columns
    var lines = ProgressLines(appearance, names: ["a-service-of-some-length"])
    let cause = "its requirement postgresql has failed: exit 1, five times within seven seconds"
    let told: [Progress] = [
      .state(.init(service: "a-service-of-some-length", state: .waiting, at: at(0), step: "waits for " + cause)),
      .state(.init(service: "b", state: .stopping, at: at(0), step: "waits for " + cause)),
      .note("/usr/local/etc/x.ucl has changed since it was loaded: `herd load root` loads it", service: "b"),
      .state(.init(service: "b", state: .failed, at: at(900), cause: cause)),
      .state(.init(service: "a-service-of-some-length", state: .failed, at: at(900), cause: cause)),
    ]
    var text = told.map { lines.text(for: $0) }.joined()
    text += lines.text(for: [ServiceOutcome("c", .failed, state: .failed, cause: cause)])
    for line in text.split(separator: "\n") {
      // What moves the cursor takes no column.
      let shown = line.replacing(#/\u{1B}\[[?0-9]*[A-Za-z]/#, with: "")
      #expect(shown.count <= columns, "\(shown)")
    }
  }

  @Test("more services than fit are counted")
  func many() {
    var lines = ProgressLines(Scene.terminal)
    var text = ""
    for number in 0..<20 { text = lines.text(for: .state(.init(service: "s\(number)", state: .starting, at: at(0)))) }
    #expect(text.contains("and 12 more …\n"))
    #expect(text.split(separator: "\n").count == 10)
  }

  @Test("a failure says why")
  func failure() {
    var lines = ProgressLines(.plain)
    _ = lines.text(for: .state(.init(service: "api", state: .starting, at: at(0))))
    #expect(
      lines.text(for: .state(.init(service: "api", state: .failed, at: at(1200), cause: "exit 1 during pre-start")))
        == "api       starting   ...  failed: exit 1 during pre-start (1.2 s)\n")
  }

  @Test("the error that ends a change leaves out the cause that a line has told, and nothing else")
  func told() {
    var lines = ProgressLines(.plain)
    let error = ControlError(
      .startFailed, "`api` could not be started: exit 1; it will be tried again", service: "api", hint: "h")
    #expect(lines.shortened(error) == error)
    _ = lines.text(for: .state(.init(service: "api", state: .failed, at: at(0), cause: "exit 1")))
    #expect(lines.shortened(error).message == "`api` could not be started; it will be tried again")
    #expect(lines.shortened(error).hint == "h")
    let other = ControlError(.startFailed, "`db` could not be started: exit 1", service: "db")
    #expect(lines.shortened(other) == other)
  }

  @Test(
    "a service has one final line, also when it is in another state by the end",
    arguments: [
      (ServiceState.running, ServiceOutcome.Kind.started, ServiceState.completed),
      (.stopped, .stopped, .starting), (.failed, .failed, .respawning), (.failed, .stopped, .failed),
    ])
  func once(shown: ServiceState, kind: ServiceOutcome.Kind, now: ServiceState) {
    var lines = ProgressLines(.plain)
    _ = lines.text(for: .state(.init(service: "mailer", state: shown, at: at(0))))
    #expect(lines.text(for: [ServiceOutcome("mailer", kind, state: now)]) == "")
  }

  @Test("an outcome that contradicts the last line is shown")
  func contradiction() {
    var lines = ProgressLines(.plain)
    _ = lines.text(for: .state(.init(service: "api", state: .stopped, at: at(0))))
    #expect(lines.text(for: [ServiceOutcome("api", .failed, state: .failed)]) == "api       failed\n")
  }

  @Test("outcomes that nothing was said about get a line")
  func outcomes() {
    var lines = ProgressLines(.plain)
    #expect(
      lines.text(for: [
        ServiceOutcome("nginx", .alreadyRunning, state: .running, pid: 901),
        ServiceOutcome("web", .wouldStop, state: .running, pid: 902, cause: "it requires nginx"),
        ServiceOutcome("api", .failed, state: .failed, cause: "its requirement db has failed"),
      ]) == """
        nginx     already running, pid 901
        web       would stop, pid 902: it requires nginx
        api       failed: its requirement db has failed

        """)
  }

  @Test("what went wrong on the way is told after what was done, also where a line has told that")
  func remarks() {
    var lines = ProgressLines(.plain)
    _ = lines.text(for: restart[0])
    _ = lines.text(for: restart[1])
    var outcome = ServiceOutcome("nginx", .stopped, state: .stopped)
    outcome.remarks = ["stop command (/bin/x): exit 3"]
    #expect(lines.text(for: [outcome]) == "nginx: stop command (/bin/x): exit 3\n")
  }

  @Test(
    "a service that is disabled says what goes on",
    arguments: [
      (ServiceState.running, "disabled, and it still is running: `herd stop web` stops it"),
      (.starting, "disabled, and it still comes up, since it is starting: `herd stop web` stops it"),
      (.respawning, "disabled, and it is not started again"), (.stopped, "disabled"),
    ])
  func disabled(state: ServiceState, text: String) {
    var lines = ProgressLines(.plain)
    #expect(lines.text(for: [ServiceOutcome("web", .disabled, state: state)]) == "web       \(text)\n")
  }

  @Test("what goes on trying has not failed yet")
  func goesOn() {
    var lines = ProgressLines(.plain)
    let outcome = ServiceOutcome("api", .failed, state: .waiting, cause: "waits for db; will be tried again")
    #expect(lines.text(for: [outcome]) == "api       waiting: waits for db; will be tried again\n")
  }
}

@Suite("Quantities")
struct QuantitiesTests {
  @Test(
    "ages have one unit",
    arguments: [
      (0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (86_399, "23 h"), (86_400, "1 day"),
      (172_800, "2 days"), (-5, "0 s"),
    ] as [(Int64, String)])
  func ages(seconds: Int64, text: String) {
    #expect(age(.seconds(seconds)) == text)
  }

  @Test(
    "sizes have at most four digits",
    arguments: [
      (0, "0 K"), (512 << 10, "512 K"), (9999 << 10, "9999 K"), (10_000 << 10, "9 M"), (64 << 20, "64 M"),
      (10_240 << 20, "10.0 G"),
    ] as [(Int64, String)])
  func sizes(bytes: Int64, text: String) {
    #expect(size(bytes) == text)
  }

  @Test("processes are drawn as a tree, also when a parent is unknown or its own")
  func tree() {
    let processes: [ProcessEntry] = [
      .init(pid: 10, parent: 1, command: "nginx: master", isMain: true),
      .init(pid: 12, parent: 10, command: "nginx: worker", isMain: false),
      .init(pid: 113, parent: 12, command: "sh", isMain: false),
      .init(pid: 11, parent: 10, command: "nginx: cache", isMain: false),
      .init(pid: 7, parent: 7, command: "odd", isMain: false),
    ]
    #expect(
      processTree(processes, .plain) == """
          7  odd
         10  nginx: master  (main)
         11  - nginx: cache
         12  - nginx: worker
        113    - sh

        """)
  }
}
