import OrderedCollections
import Testing

@testable import Supervision

@Suite("A supervisor without a record")
struct AdoptTests {
  private static func found(
    _ serial: UInt64, _ role: ProcessRole, _ service: String, isOurs: Bool = true
  ) -> FoundProcess {
    FoundProcess(
      key: ProcessKey(serial: serial), label: ProcessLabel(role, of: service), pid: Int32(serial), isOurs: isOurs)
  }

  private struct Begun {
    var core = Supervisor(seed: 1)
    var actions: [Action] = []

    init(_ configuration: Configuration, _ found: FoundProcess..., enablement: Enablement = Enablement()) {
      actions = core.handle(.adopt(configuration, enablement, found), at: Instant(nanoseconds: 1_000_000_000))
    }

    func state(_ name: String) -> StateName? { core.find(name).map { core.state(of: $0) } }
    func snapshot(_ name: String) -> ServiceSnapshot? { core.find(name).map { core.snapshot(of: $0) } }
    var signals: [String] {
      actions.compactMap { action in
        switch action {
        case .signal(let key, let number), .signalGroup(let key, let number): "\(key.serial) \(number)"
        case .signalSubtree(let service, let number, _): "\(core.name(of: service.service)) \(number)"
        default: nil
        }
      }
    }
    var prepared: [String] {
      actions.compactMap { if case .prepare(_, let service) = $0 { core.name(of: service.service) } else { nil } }
    }
    mutating func exit(_ serial: UInt64, _ status: Supervision.ExitStatus = .signaled(15, core: false)) {
      handle(.exited(ProcessKey(serial: serial), status))
    }
    mutating func handle(_ event: Event) {
      actions = core.handle(event, at: Instant(nanoseconds: 1_000_000_001))
      // Nothing is left of anybody.
      while let question = actions.lazy.compactMap({ if case .inspectSubtree(let id, _) = $0 { id } else { nil } })
        .first
      {
        actions = core.handle(.subtree(question, isEmpty: true), at: Instant(nanoseconds: 1_000_000_001))
      }
    }
  }

  @Test("what runs goes on, and the rest starts as at boot")
  func running() {
    let files = Configuration([service("db"), service("web").requires("db"), service("log")])
    let begun = Begun(files, Self.found(50, .main, "db"), Self.found(51, .main, "web"))
    #expect(begun.state("db") == .running && begun.state("web") == .running && begun.state("log") == .starting)
    #expect(begun.snapshot("web")?.mainPID == 51 && begun.snapshot("web")?.intent?.requester == .boot)
    #expect(begun.prepared == ["log"] && begun.signals.isEmpty)
    #expect(begun.core.nextSerial > 51)
  }

  @Test("a requirement of what runs that is not there is started beside it")
  func requirement() {
    let files = Configuration([service("db").byHand(), service("web").requires("db")])
    let begun = Begun(files, Self.found(51, .main, "web"))
    #expect(begun.state("web") == .running && begun.state("db") == .starting && begun.signals.isEmpty)
  }

  @Test("what runs by hand or is disabled is left alone, too")
  func disabled() {
    let files = Configuration([service("db").byHand(), service("web")])
    let begun = Begun(
      files, Self.found(50, .main, "db"), Self.found(51, .main, "web"), enablement: Enablement(disabled: ["web"]))
    #expect(begun.state("db") == .running && begun.state("web") == .running && begun.signals.isEmpty)
  }

  @Test("a one-shot goes on, and completes")
  func oneShotGoesOn() {
    var begun = Begun(Configuration([oneShot("fsck")]), Self.found(50, .main, "fsck"))
    #expect(begun.state("fsck") == .starting && begun.prepared.isEmpty)
    begun.exit(50, .exited(0))
    #expect(begun.state("fsck") == .completed)
  }

  @Test("a post-start command beside its main process is waited for")
  func postStart() {
    let files = Configuration([service("db").postStart(2)])
    var begun = Begun(files, Self.found(50, .main, "db"), Self.found(51, .postStart(0), "db"))
    #expect(begun.state("db") == .starting && begun.signals.isEmpty)
    begun.exit(51, .exited(0))
    #expect(begun.state("db") == .starting)
    #expect(begun.actions.contains { if case .spawn(_, _, .postStart(1), _) = $0 { true } else { false } })
  }

  @Test(
    "a command found alone is ended, and then the service starts",
    arguments: [ProcessRole.preStart(0), .postStop(0), .stopCommand])
  func alone(_ role: ProcessRole) {
    var begun = Begun(Configuration([service("db").preStart()]), Self.found(50, role, "db"))
    #expect(begun.state("db") == .stopping && begun.signals == ["db 15"] && begun.prepared.isEmpty)
    begun.exit(50)
    #expect(begun.state("db") == .starting && begun.prepared == ["db"])
  }

  @Test("a service whose stop command is found is stopped, and starts again")
  func stopping() {
    var begun = Begun(
      Configuration([service("db").stopCommand()]), Self.found(50, .main, "db"), Self.found(51, .stopCommand, "db"))
    #expect(begun.state("db") == .stopping && begun.signals == ["db 15"])
    begun.exit(51)
    begun.exit(50)
    #expect(begun.state("db") == .starting)
  }

  @Test("a command for a caller is ended, and its service is left alone")
  func errand() {
    let files = Configuration([service("db")])
    var begun = Begun(files, Self.found(50, .main, "db"), Self.found(51, .action(0), "db"))
    #expect(begun.state("db") == .running && begun.signals == ["51 15"])
    begun.exit(51)
    #expect(begun.state("db") == .running && begun.core.errands.isEmpty)
  }

  @Test("what no definition names is ended, and forgotten")
  func unknown() {
    var begun = Begun(Configuration([service("db")]), Self.found(50, .main, "old"))
    #expect(begun.state("old") == .stopping && begun.signals == ["old 15"] && begun.state("db") == .starting)
    begun.exit(50)
    #expect(begun.state("old") == nil)
  }

  @Test("an instance of a template is made again for its process, and so is a name that was cut in the label")
  func names() {
    let long = String(repeating: "long-", count: 14) + "name"
    var files = Configuration([service(long)])
    files.templates["web@"] = template("web@")
    let begun = Begun(files, Self.found(50, .main, "web@3"), Self.found(51, .main, long))
    #expect(begun.state("web@3") == .running && begun.state(long) == .running && begun.signals.isEmpty)
  }

  @Test("a service in a jail is in it")
  func jailed() {
    let begun = Begun(Configuration([service("db").jailed(), service("log")]), Self.found(50, .main, "db"))
    #expect(begun.core.jailed.map(\.owner.name) == ["db"])
  }

  @Test("of two main processes the later one counts, and the other is ended")
  func twice() {
    let begun = Begun(Configuration([service("db")]), Self.found(51, .main, "db"), Self.found(50, .main, "db"))
    #expect(begun.snapshot("db")?.mainPID == 51 && begun.signals == ["50 15"])
  }

  @Test("with orphan = kill what is not the keeper's child is stopped by the service's rule, and started again")
  func orphan() {
    let files = Configuration([service("db").with { $0.orphan = .kill }, service("web").with { $0.orphan = .kill }])
    var begun = Begun(files, Self.found(50, .main, "db", isOurs: false), Self.found(51, .main, "web"))
    #expect(begun.state("db") == .stopping && begun.state("web") == .running && begun.signals == ["db 15"])
    begun.exit(50)
    #expect(begun.state("db") == .starting)
  }

  @Test("what has become a group meanwhile is ended first")
  func nowGroup() {
    var begun = Begun(Configuration([group("db")]), Self.found(50, .main, "db"))
    #expect(begun.state("db") == .stopping && begun.signals == ["db 15"])
    begun.exit(50)
    #expect(begun.state("db") == .running)
  }
}
