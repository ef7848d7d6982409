import ControlProtocol

/// One of everything that the protocol can say, with each field that it has.
enum Samples {
  static let time = Timestamp(millisecondsSinceEpoch: 1_795_514_531_250)
  static let hardText = "quote \" backslash \\ newline \n tab \t bell \u{7} é 語 🐑 \u{2028} \u{0}"

  static let requests: [Request] = [
    .status(names: [], detail: .brief),
    .status(names: ["web@*", "nginx"], detail: .full),
    .start(names: ["nginx"], .init()),
    .start(names: ["nginx"], .init(waits: false, isDryRun: true)),
    .stop(names: ["a", "b"], withRequirements: true, .init(waits: false)),
    .restart(names: ["a"], .init(isDryRun: true)),
    .reload(service: "nginx"),
    .action(service: "nginx", action: "rotate", arguments: ["one", hardText, ""]),
    .signal(names: ["nginx"], signal: "HUP", group: true),
    .enable(names: ["nginx"], now: true),
    .reset(names: ["nginx"]),
    .preset(names: ["nginx", "web@*"]),
    .disable(names: ["nginx"], stop: true),
    .documentation(service: "nginx"),
    .definition(service: "nginx"),
    .wait(.init(service: "nginx", for: .running, afterPID: 901, timeout: .milliseconds(30_500))),
    .wait(.init(service: "nginx", for: .completed)),
    .processes(service: "nginx"),
    .load(.init()),
    .load(.init(path: "/tmp/extra.ucl", allowsEmpty: true, isDryRun: true, columns: 40)),
    .unload(names: ["a"]),
    .shutdown,
  ]

  static var service: ServiceStatus {
    var service = ServiceStatus(name: "nginx", state: .running, since: time)
    service.pid = 901
    service.cause = hardText
    service.isEnabled = false
    service.isAdopted = true
    service.isGroup = true
    service.respawns = 4
    service.lastRespawn = .init(at: time, cause: hardText)
    service.respawnsAt = time
    service.remarks = [hardText]
    service.lastExit = .init(.signal(11, name: "SEGV", dumpedCore: true), at: time)
    service.memory = 11 << 20
    service.documentation = "a web server"
    service.intent = .init(isWanted: true, by: "boot", since: time)
    service.isOneShot = true
    service.killsOrphan = true
    service.isTransient = true
    service.isPackaged = true
    service.isDefinitionPending = true
    service.provision = ["http"]
    service.requirement = ["network", "disk"]
    service.wants = ["cache"]
    service.dependents = ["web"]
    service.conflicts = ["apache"]
    service.exec = ["/usr/local/sbin/nginx", "-g", "daemon off;"]
    service.user = "www"
    service.surroundings = ["nice = 5", "limits = { open-files = 64; }"]
    var jail = ServiceStatus.Jail(name: "web")
    jail.jid = 5
    jail.path = "/jails/web"
    jail.others = ["db"]
    service.jail = jail
    service.log = "/var/log/fruix-shepherd/nginx.log"
    service.actions = [.init(name: "configtest", documentation: "checks the files"), .init(name: "rotate")]
    service.processCount = 5
    service.processTrouble = "EMFILE"
    service.definedAt = "/etc/x.ucl:3"
    return service
  }

  static var supervisor: SupervisorStatus {
    var status = SupervisorStatus(version: "0.1.0", pid: 812, started: time, uid: 0)
    status.configuration = "/usr/local/etc/fruix-shepherd"
    status.configurationLoaded = time
    status.configurationError = "x.ucl:1:1: no"
    status.socket = "/var/run/fruix-shepherd/socket"
    status.logDirectory = "/var/log/fruix-shepherd"
    status.stateDirectory = "/var/db/fruix-shepherd"
    status.isShuttingDown = true
    status.counts = [.running: 3, .failed: 1]
    status.notes = ["one", "two"]
    return status
  }

  static let progress: [Progress] = [
    .state(.init(service: "nginx", state: .stopping, at: time, pid: 901, step: "TERM to 901", cause: "stopped")),
    .state(.init(service: "nginx", state: .waiting, at: time)),
    .services([service, ServiceStatus(name: "idle", state: .stopped, since: time)]),
    .services([]),
    .output(.init(.stdout, Array("text \u{1B}[0m\n".utf8))),
    .output(.init(.stderr, [0xFF, 0x00, 0xC3])),
    .output(.init(.stdout, [])),
    .note("stops apache", service: "nginx"),
    .note("hello", service: nil),
  ]

  static var loadReport: LoadReport {
    var report = LoadReport()
    report.added = ["a"]
    report.removed = ["b"]
    report.changed = [.init("c", keys: ["exec", "log"]), .init("d", keys: [])]
    report.unchanged = 12
    report.started = ["a", "x"]
    report.stopped = ["b"]
    report.needRestart = ["c"]
    report.settings = [.init("socket", needsRestart: true), .init("log-directory", needsRestart: false)]
    report.isDryRun = true
    report.diagnostics = [
      .init(
        isError: true, message: "unknown key", file: "x.ucl", line: 3, column: 9, hint: "did you", text: "x\n  ^\n"),
      .init(isError: false, message: "a note", text: "a note"),
    ]
    return report
  }

  static let replies: [Reply] = [
    Reply(),
    Reply(
      error: ControlError(
        .unknownService, "there is no service `ngnix`", service: "ngnix", hint: "look", suggestions: ["nginx"])),
    Reply(.supervisor(supervisor)),
    Reply(
      .outcomes([
        .init("nginx", .started, state: .running, pid: 1044, cause: "asked"), .init("api", .failed, state: .failed),
      ]), error: ControlError(.startFailed, "no")),
    Reply(.outcomes([])),
    Reply(.exit(.code(42)), error: ControlError(.actionFailed, "exit 42")),
    Reply(.exit(.signal(9, name: "KILL", dumpedCore: false))),
    Reply(.exit(.unknown)),
    Reply(
      .documentation(.init(service: "nginx", documentation: nil, actions: [.init(name: "rotate", documentation: "d")]))),
    Reply(.definition("service nginx {\n}\n")),
    Reply(
      .processes([
        .init(pid: 901, parent: 812, command: "nginx", isMain: true),
        .init(pid: 902, parent: nil, command: "w", isMain: false),
      ])),
    Reply(.processes([])),
    Reply(.load(loadReport), error: ControlError(.badConfiguration, "1 error")),
    Reply(.load(LoadReport())),
  ]
}
