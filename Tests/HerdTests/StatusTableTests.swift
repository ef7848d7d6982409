import ControlProtocol
import Testing

@testable import herd

/// What every text here is drawn from: half past ten of a day.
enum Scene {
  static let now = Timestamp(millisecondsSinceEpoch: 1_795_516_200_000)
  static let terminal = Appearance(isTerminal: true, hasColour: false, hasSymbols: true)

  static func ago(_ seconds: Int64) -> Timestamp {
    Timestamp(millisecondsSinceEpoch: now.millisecondsSinceEpoch - seconds * 1000)
  }

  static var services: [ServiceStatus] {
    var postgresql = ServiceStatus(name: "postgresql", state: .running, since: ago(3 * 86_400 + 5))
    postgresql.pid = 812
    postgresql.memory = 64 << 20
    var nginx = ServiceStatus(name: "nginx", state: .running, since: ago(2 * 3600))
    nginx.pid = 901
    nginx.memory = 11 << 20
    nginx.respawns = 4
    nginx.lastRespawn = .init(at: ago(2 * 3600), cause: "signal 11 (SEGV)")
    nginx.lastExit = .init(.signal(11, name: "SEGV", dumpedCore: false), at: ago(2 * 3600))
    var api = ServiceStatus(name: "api", state: .waiting, since: ago(2))
    api.cause = "waits for its requirement cache"
    var mailer = ServiceStatus(name: "mailer", state: .failed, since: ago(180))
    mailer.cause = "exit 1, 5 times in 7 s"
    var old = ServiceStatus(name: "old", state: .stopped, since: ago(90_000))
    old.isEnabled = false
    return [postgresql, nginx, api, mailer, old]
  }

  static let supervisor = SupervisorStatus(version: "0.1.0", pid: 800, started: ago(3 * 86_400 + 10), uid: 0)

  static func table(_ services: [ServiceStatus], _ appearance: Appearance) -> String {
    StatusTable(services: services, supervisor: supervisor, now: now, appearance: appearance).text()
  }
}

@Suite("The table of services")
struct StatusTableTests {
  @Test("on a terminal: symbols, relative times, columns as wide as they must be")
  func terminal() {
    #expect(
      Scene.table(Scene.services, Scene.terminal) == """
        ● 2 up  ◐ 1 waiting  ○ 1 stopped  ✗ 1 failed        fruix-shepherd 0.1.0, pid 800, up 3 days
          SERVICE     STATE    SINCE   PID  MEMORY  NOTE
        ● postgresql  running  3 days  812    64 M
        ● nginx       running  2 h     901    11 M  respawned 4 times, last 2 h ago (signal 11 (SEGV))
        ◐ api         waiting  2 s       –       –  waits for its requirement cache
        ✗ mailer      failed   3 min     –       –  exit 1, 5 times in 7 s; herd status mailer
        ○ old         stopped  1 day     –       –  disabled

        """)
  }

  @Test("in a pipe: ASCII, absolute times, no column without content")
  func plain() {
    var services = Scene.services
    for index in services.indices { services[index].memory = nil }
    #expect(
      Scene.table(services, .plain) == """
        2 up  1 waiting  1 stopped  1 failed        fruix-shepherd 0.1.0, pid 800, up 3 days
        SERVICE     STATE    SINCE                 PID  NOTE
        postgresql  running  2026-11-21T10:29:55Z  812
        nginx       running  2026-11-24T08:30:00Z  901  respawned 4 times, last at 2026-11-24T08:30:00Z (signal 11 (SEGV))
        api         waiting  2026-11-24T10:29:58Z    -  waits for its requirement cache
        mailer      failed   2026-11-24T10:27:00Z    -  exit 1, 5 times in 7 s; herd status mailer
        old         stopped  2026-11-23T09:30:00Z    -  disabled

        """)
  }

  @Test("colours go around the words and not into the widths")
  func colours() {
    let colourful = Appearance(isTerminal: true, hasColour: true, hasSymbols: true)
    let text = Scene.table(Scene.services, colourful)
    #expect(text.contains("\u{1B}[31m✗\u{1B}[0m mailer      \u{1B}[31mfailed\u{1B}[0m "))
    var stripped = text
    while let start = stripped.firstIndex(of: "\u{1B}"), let end = stripped[start...].firstIndex(of: "m") {
      stripped.removeSubrange(start...end)
    }
    #expect(stripped == Scene.table(Scene.services, Scene.terminal))
  }

  // Numbers 23 and 41 of issue 7.
  @Test("a note says nothing twice: the cause of a failure tells of the respawns before it")
  func respawned() {
    var failed = ServiceStatus(name: "web", state: .failed, since: Scene.ago(9))
    failed.cause = "respawned 5 times in 7 s, the limit; last: exit 1"
    failed.respawns = 5
    failed.lastRespawn = .init(at: Scene.ago(9), cause: "exit 1")
    var respawning = failed
    respawning.state = .respawning
    respawning.cause = "exit 1"
    respawning.respawns = 3
    let text = Scene.table([failed, respawning], Scene.terminal)
    #expect(text.contains("  respawned 5 times in 7 s, the limit; last: exit 1; herd status web\n"))
    #expect(text.contains("  exit 1; respawned 3 times\n"))
  }

  @Test("the respawn that a note tells of is the last respawn, not the stop that came later")
  func stopped() {
    var stopped = ServiceStatus(name: "web", state: .stopped, since: Scene.ago(9))
    stopped.cause = "by herd, uid 0"
    stopped.respawns = 1
    stopped.lastRespawn = .init(at: Scene.ago(3600), cause: "exit 3")
    stopped.lastExit = .init(.signal(15, name: "TERM", dumpedCore: false), at: Scene.ago(9))
    #expect(
      Scene.table([stopped], Scene.terminal).contains("  by herd, uid 0; respawned once, last 1 h ago (exit 3)\n"))
  }

  @Test("without services it says so")
  func empty() {
    #expect(Scene.table([], .plain).hasSuffix("no services\n"))
  }

  @Test("a configuration that was refused is said before anything else")
  func refusedConfiguration() {
    var supervisor = Scene.supervisor
    supervisor.configurationError = "x.ucl:3:1: unknown key `exce`"
    let text = StatusTable(services: [], supervisor: supervisor, now: Scene.now, appearance: .plain).text()
    #expect(text.contains("the files have errors; the configuration before them is in force: x.ucl:3:1"))
  }
}

@Suite("One service in full")
struct ServiceReportTests {
  @Test("a process that was found running is called so, and what nobody can know is not guessed")
  func foundRunning() {
    var service = Scene.services[1]
    service.isAdopted = true
    service.killsOrphan = true
    service.lastExit = .init(.unknown, at: Scene.ago(60))
    let text = ServiceReport(service: service, now: Scene.now, appearance: .plain).text()
    #expect(text.contains("pid 901, found running"))
    #expect(text.contains("ended when found, not taken over"))
    #expect(text.contains("ended, how is not known"))
    #expect(ExitCodes.status(for: ExitReport.unknown) == 1)
  }

  @Test("every fact that there is, one a line")
  func full() {
    var service = Scene.services[1]
    service.documentation = "a web server"
    service.intent = .init(isWanted: true, by: "boot", since: Scene.ago(3 * 86_400))
    service.exec = ["/usr/local/sbin/nginx", "-g", "daemon off;"]
    service.requirement = ["network", "disk"]
    service.dependents = ["web"]
    service.actions = [.init(name: "configtest"), .init(name: "rotate")]
    service.user = "www"
    service.jail = .init(name: "web")
    service.jail?.jid = 5
    service.jail?.path = "/jails/web"
    service.jail?.others = ["php"]
    service.surroundings = ["no-new-privileges = true", "limits = { open-files = 64; }"]
    service.isDefinitionPending = true
    service.processCount = 5
    service.log = "/var/log/fruix-shepherd/nginx.log"
    service.definedAt = "/etc/nginx.ucl:1"
    #expect(
      ServiceReport(service: service, now: Scene.now, appearance: Scene.terminal).text() == """
        ● nginx: running for 2 h, pid 901
          documentation      a web server
          wanted             yes, by boot, 3 days ago
          last exit          signal 11 (SEGV), 2 h ago
          respawns           4, last 2 h ago: signal 11 (SEGV)
          definition         changed since: `herd restart nginx` uses the new one
          command            /usr/local/sbin/nginx -g 'daemon off;'
          user               www
          jail               web (jid 5) at /jails/web, with php
          no-new-privileges  true
          limits             { open-files = 64; }
          processes          5
          memory             11 M
          requires           network, disk
          required by        web
          actions            configtest, rotate
          log                /var/log/fruix-shepherd/nginx.log
          defined at         /etc/nginx.ucl:1

        """)
  }

  @Test("a service that is disabled says how that ends")
  func disabled() {
    let text = ServiceReport(service: Scene.services[4], now: Scene.now, appearance: .plain).text()
    #expect(text.hasPrefix("old: stopped since 2026-11-23T09:30:00Z\n"))
    #expect(text.contains("`herd enable old`"))
  }

  @Test("the supervisor itself")
  func root() {
    var supervisor = Scene.supervisor
    supervisor.configuration = "/usr/local/etc/fruix-shepherd"
    supervisor.counts = [.running: 2, .failed: 1, .stopped: 0]
    #expect(
      supervisorReport(supervisor, now: Scene.now, Scene.terminal) == """
        ● root: fruix-shepherd 0.1.0, pid 800, running for 3 days
          configuration    /usr/local/etc/fruix-shepherd
          services         2 running, 1 failed

        """)
  }

  @Test("the next respawn is told by the clock and by the time that is left")
  func nextRespawn() {
    var service = ServiceStatus(name: "web", state: .respawning, since: Scene.now)
    service.cause = "exit 1"
    service.respawnsAt = Timestamp(millisecondsSinceEpoch: Scene.now.millisecondsSinceEpoch + 1_200)
    let clock = absolute(service.respawnsAt ?? Scene.now, Scene.terminal).dropFirst(11).prefix(8)
    #expect(Scene.table([service], Scene.terminal).contains("exit 1; respawns at \(clock), in 2 s"))
    #expect(Scene.table([service], .plain).contains("; respawns at 20"))
    let report = ServiceReport(service: service, now: Scene.now, appearance: Scene.terminal).text()
    #expect(report.contains("next respawn   at \(clock), in 2 s"))
  }

  @Test("what went wrong on the way down is a note")
  func remarks() {
    var service = ServiceStatus(name: "web", state: .stopped, since: Scene.now)
    service.remarks = ["stop command (/bin/x): exit 3"]
    #expect(Scene.table([service], Scene.terminal).contains("stop command (/bin/x): exit 3"))
  }
}
