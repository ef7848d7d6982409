import ControlProtocol
import Glibc
import OrderedCollections
import Supervision
import Testing
import UCL

@testable import SupervisionRuntime

extension ProcessTests {
  /// What may wait is done beside the event loop; a script stands in for the worker.
  @Suite struct Workers {
    private final class Scene {
      let loop: EventLoop
      let table: ProcessTable
      let pool: WorkerPool
      private(set) var replies: [String] = []
      private(set) var notices: [String] = []

      /// - Parameter script: gets requests on descriptor 3, a line each, and answers there.
      init(_ script: String) throws {
        loop = try EventLoop()
        let table = try ProcessTable(loop: loop, starter: LocalStarter())
        self.table = table
        let own = OwnProcesses(loop: loop, table: table)
        pool = WorkerPool(loop: loop, own: own) { ["/bin/sh", "-c", script] }
        table.onAnomaly = { Issue.record("\($0)") }
        table.onEvent = { _ = own.take($0) }
        pool.onNotice = { [weak self] in self?.notices.append($0) }
      }

      @discardableResult
      func ask(_ name: String) -> WorkerPool.Job {
        pool.ask(.look([.group(name)])) { [weak self] reply in
          let text =
            switch reply {
            case .looked(let answers): answers.map { "\($0.value.json)" }.joined()
            case .refused(let reason): reason
            case .planned, .read: "something else"
            }
          self?.replies.append("\(name): \(text)")
        }
      }

      func wait(for count: Int) throws {
        while replies.count < count { try loop.turn() }
      }
    }

    /// Answers with the worker's own pid.
    private static let pids =
      #"while read -r line <&3; do echo "{\"looked\":[{\"group\":$$}]}" >&3; done"#

    @Test("one worker does one thing after the other")
    func reused() throws {
      let scene = try Scene(Self.pids)
      scene.ask("a")
      try scene.wait(for: 1)
      scene.ask("a")
      try scene.wait(for: 2)
      #expect(scene.replies[0] == scene.replies[1])
    }

    @Test("who hangs keeps nobody else waiting, and is killed when nobody waits for it any more")
    func hanging() throws {
      let scene = try Scene(
        #"while read -r line <&3; do case $line in *hang*) cat <&3 >/dev/null ;; esac; echo '{"looked":[{"group":7}]}' >&3; done"#
      )
      let hanging = scene.ask("hang")
      scene.ask("b")
      try scene.wait(for: 1)
      #expect(scene.replies == [#"b: {"group":7}"#])
      scene.pool.withdraw(hanging)
      scene.ask("c")
      try scene.wait(for: 2)
      #expect(scene.replies.last == #"c: {"group":7}"#)
    }

    @Test("what waits goes on when one of those that hang is given up")
    func full() throws {
      let scene = try Scene(
        #"while read -r line <&3; do case $line in *hang*) cat <&3 >/dev/null ;; esac; echo '{"looked":[]}' >&3; done"#)
      let hanging = (0..<4).map { scene.ask("hang \($0)") }
      scene.ask("late")
      #expect(scene.replies.isEmpty)
      scene.pool.withdraw(hanging[1])
      try scene.wait(for: 1)
      #expect(scene.replies == ["late: "])
      for job in hanging { scene.pool.withdraw(job) }
    }

    @Test("what a worker died of is tried once more, and then told")
    func dying() throws {
      let scene = try Scene("read -r line <&3; kill -9 $$")
      scene.ask("a")
      try scene.wait(for: 1)
      #expect(scene.replies.first?.contains("signal 9") == true)
    }

    private static let hanger =
      #"while read -r line <&3; do case $line in *hang*) cat <&3 >/dev/null ;; esac; echo '{"looked":[{"group":7}]}' >&3; done"#

    @Test("however many look-ups hang, a reading and a plan find a process")
    func kept() throws {
      let scene = try Scene(Self.hanger)
      scene.pool.patience = .milliseconds(1)
      let hanging = (0..<WorkerPool.mostProcesses + 5).map { scene.ask("hang \($0)") }
      while scene.pool.processCount < WorkerPool.mostProcesses - 4 { try scene.loop.turn() }
      var done: [String] = []
      let reading = ConfigurationReading(path: "/etc/x", packaged: nil, part: nil, accessNames: [])
      scene.pool.ask(.read(reading)) { _ in done.append("read") }
      let plan = PlanRequest(ServiceDefinition(name: "web"), stateDirectory: "/nonexistent")
      scene.pool.ask(.plan(plan)) { _ in done.append("planned") }
      while done.count < 2 { try scene.loop.turn() }
      #expect(scene.replies.isEmpty && scene.pool.processCount <= WorkerPool.mostProcesses)
      for job in hanging { scene.pool.withdraw(job) }
    }

    @Test("what hangs is told once, and said as long as it does")
    func told() throws {
      let scene = try Scene(#"read -r line <&3; read -r more <&3; echo '{"looked":[{"group":7}]}' >&3"#)
      scene.pool.patience = .milliseconds(20)
      scene.ask("wheel")
      #expect(scene.pool.hanging.isEmpty)
      while scene.notices.isEmpty { try scene.loop.turn() }
      #expect(scene.notices.first?.hasSuffix(": the group wheel") == true)
      #expect(scene.pool.hanging.first?.hasPrefix("no answer for ") == true)
    }

    @Test("a worker that has had nothing to do for a while goes")
    func idle() throws {
      let scene = try Scene(Self.pids)
      scene.pool.idleTime = .milliseconds(20)
      scene.ask("a")
      try scene.wait(for: 1)
      #expect(scene.pool.processCount == 1)
      while scene.pool.processCount > 0 { try scene.loop.turn() }
      scene.ask("b")
      try scene.wait(for: 2)
      #expect(scene.replies[0].dropFirst() != scene.replies[1].dropFirst())
    }

    @Test("files that have changed since they were read are found, and one that hangs holds nobody up")
    func fileChanges() throws {
      let file = try TemporaryFile(containing: "a")
      let stamp = try #require(FileStamp(of: file.path))
      try Files.replace(file.path, with: Array("ab".utf8))
      let now = try #require(FileStamp(of: file.path)).value.json
      let scene = try Scene(
        #"while read -r line <&3; do case $line in *hang*) cat <&3 >/dev/null ;; esac; echo '{"looked":[{"stamp":\#(now)}]}' >&3; done"#
      )
      let changes = FileChanges(loop: scene.loop, workers: scene.pool)
      var found: [[String: FileChange]] = []
      func find(_ path: String) { changes.find(among: [path], since: [path: stamp]) { found.append($0) } }
      changes.find(among: ["/unread"], since: [:]) { found.append($0) }
      #expect(found == [[:]])
      find(file.path)
      while found.count < 2 { try scene.loop.turn() }
      #expect(found[1] == [file.path: .changed])
      find("/hang")
      while found.count < 3 { try scene.loop.turn() }
      #expect(found[2].isEmpty)
      // From now on nothing is asked: the answer comes at once.
      find(file.path)
      #expect(found.count == 4 && found[3].isEmpty)
    }

    @Test("of many signals to read the configuration again one waits while one is carried out")
    func signals() throws {
      let scene = try Scene(#"while read -r line <&3; do echo '{"refused":"no"}' >&3; done"#)
      let source = ConfigurationSource(path: "/nonexistent", packaged: nil)
      var done: [String] = []
      func read(bySignal: Bool) {
        source.read(
          Request.LoadOptions(), by: scene.pool, base: { Configuration() },
          state: StateDirectory(existing: "/nonexistent"), isBySignal: bySignal
        ) { _ in done.append(bySignal ? "signal" : "command") }
      }
      for _ in 0..<9 { read(bySignal: true) }
      read(bySignal: false)
      while done.last != "command" { try scene.loop.turn() }
      #expect(done == ["signal", "signal", "command"])
    }

    @Test("what a part takes from the configuration that it is laid onto is asked for, not looked up on the way")
    func defaultsOfTheBase() throws {
      let defaults = Source(name: "main.ucl", bytes: Array("defaults { user = no-such-user }".utf8))
      let loader = ConfigurationLoader(store: HostConfigurationStore(), facts: SystemFacts())
      let base = try loader.load([(defaults, .main)]).get()
      let file = try TemporaryFile(containing: "service a { exec = [/bin/sh] }")
      let reading = ConfigurationReading(path: "/nonexistent", packaged: nil, part: file.path, accessNames: [])
      let record = reading.carryOut()
      let facts = AnsweredFacts(answers: record.answers, kernel: SystemFacts())
      let source = ConfigurationSource(path: "/nonexistent", packaged: nil)
      let loaded = try source.read(.init(path: file.path), base: base, from: record, facts).get()
      #expect(loaded.services["a"]?.process.user == "no-such-user")
      #expect(facts.rest.questions.map(\.key) == [HostQuestion.account("no-such-user").key])
    }

    @Test("whose a log is to be is asked of a worker, and what it answers counts")
    func logOwner() throws {
      var definition = ServiceDefinition(name: "web", .process, exec: Command(["/bin/sh"]))
      let path = temporaryPath("log")
      definition.log = .file(path)
      #expect(!HostInquiry.mayWait(definition))
      definition.process.rare.logRights = LogRights(group: "no-such-group")
      #expect(HostInquiry.mayWait(definition))
      let launcher = try Launcher(logDirectory: "/dev/null", openFiles: OpenFiles(soft: 64, hard: 64))
      var plan = LaunchPlan(programs: ["/bin/sh"], arguments: ["sh"])
      defer { try? Files.remove(path) }
      var answers = HostAnswers()
      for question in HostInquiry(about: definition, SystemFacts()).questions {
        if case .group("no-such-group") = question { answers[question] = .group(Host.group) }
      }
      let isOpen = try launcher.attachLog(of: definition, to: &plan, answers) != nil
      #expect(isOpen)
      #expect(try Files.status(path).group == Host.group)
      answers[.group("no-such-group")] = .unknown(SystemError("getgrnam", on: "x", code: EIO))
      let failure = #expect(throws: SpawnFailure.self) {
        _ = try launcher.attachLog(of: definition, to: &plan, answers) == nil
      }
      #expect(failure?.isPassing == true)
      #expect(failure?.message.contains("cannot look up the group no-such-group") == true)
    }

    @Test("a worker that cannot be started is told as such")
    func missing() throws {
      let loop = try EventLoop()
      let table = try ProcessTable(loop: loop, starter: LocalStarter())
      let own = OwnProcesses(loop: loop, table: table)
      table.onEvent = { _ = own.take($0) }
      let pool = WorkerPool(loop: loop, own: own) { ["/nonexistent/worker"] }
      var refusal: String?
      pool.ask(.look([])) { if case .refused(let reason) = $0 { refusal = reason } }
      while refusal == nil { try loop.turn() }
      #expect(refusal?.contains("No such file") == true)
    }

    @Test("questions and answers come out of a message as they went in")
    func coding() throws {
      var preconditions = Preconditions()
      preconditions.directories = ["/a b"]
      preconditions.sysctls = [.init(name: "kern.x", value: "1\n")]
      let questions: [HostQuestion] = [
        .program("sh", path: "/bin:/usr/bin"), .kind("/\u{1b}"), .account("root"), .group("0"), .loginClass("daemon"),
        .preconditions(preconditions), .stamp("/etc/passwd"),
      ]
      let value = try #require(Value(messageLine: WorkerRequest.look(questions).value.messageLine.dropLast()))
      guard case .look(let again) = WorkerRequest(value) else {
        Issue.record("it is another request")
        return
      }
      #expect(again.map(\.key) == questions.map(\.key))
      let account = Account(name: "www", user: 80, group: 80, home: "/nonexistent", shell: "")
      let answers: [HostAnswer] = [
        .program(.notExecutable), .kind(.directory), .account(account, groups: [80, 81]), .account(nil, groups: []),
        .group(nil), .group(5), .loginClass(["umask": "022"]), .loginClass(nil), .lacks(["x"]),
        .unknown(SystemError("getpwnam", on: "www", code: EIO)), .stamp(FileStamp(of: "/etc/passwd")), .stamp(nil),
      ]
      let line = WorkerReply.looked(answers).value.messageLine
      guard case .looked(let back) = WorkerReply(line: line.dropLast()) else {
        Issue.record("it is another reply")
        return
      }
      #expect(back.map(\.value.json) == answers.map(\.value.json))
    }

    @Test("what was looked up is what a process is started with, and it is looked up once")
    func answered() throws {
      var definition = ServiceDefinition(name: "web", .process, exec: Command(["/bin/sh"]))
      // Nobody is called this: whoever looked again would not find it.
      definition.process.user = "no-such-user"
      let inquiry = HostInquiry(about: definition, SystemFacts())
      let account = Account(name: "no-such-user", user: 4711, group: 4712, home: "/home/x", shell: "/bin/x")
      var answers = HostAnswers()
      for question in inquiry.questions {
        if case .account = question { answers[question] = .account(account, groups: [4712, 4713]) }
      }
      #expect(inquiry.questions.contains { if case .account("no-such-user") = $0 { true } else { false } })
      if Host.user == 0 { #expect(HostInquiry.lacks(of: definition, answers, SystemFacts()).isEmpty) }
      let launcher = try Launcher(logDirectory: "/dev/null", openFiles: OpenFiles(soft: 64, hard: 64))
      let plan = try launcher.plan(.main, of: definition, arguments: [], mark: "1.2.3", answers)
      #expect(plan.credentials.user == 4711 && plan.credentials.groups == [4712, 4713])
      #expect(plan.environment.contains("HOME=/home/x"))
    }

    @Test("a directory service that does not answer is no user that does not exist")
    func unknownUser() throws {
      var definition = ServiceDefinition(name: "web", .process, exec: Command(["/bin/sh"]))
      definition.process.user = "www"
      var answers = HostAnswers()
      answers[.account("www")] = .unknown(SystemError("getpwnam", on: "www", code: EIO))
      #expect(HostInquiry.lacks(of: definition, answers, SystemFacts()).isEmpty)
      let launcher = try Launcher(logDirectory: "/dev/null", openFiles: OpenFiles(soft: 64, hard: 64))
      let failure = #expect(throws: SpawnFailure.self) {
        _ = try launcher.plan(.main, of: definition, arguments: [], mark: "1.2.3", answers)
      }
      #expect(failure?.isPassing == true)
      #expect(failure?.message.hasPrefix("cannot look up the user \"www\"") == true)
    }

    @Test("what a worker has read loads as the files would, mistakes included")
    func reading() throws {
      let base = temporaryPath("reading")
      try Files.makeDirectory("\(base)/services.d", permissions: 0o700)
      func write(_ name: String, _ bytes: [UInt8]) throws { try Files.replace("\(base)/\(name)", with: bytes) }
      try write("supervisor.ucl", Array("supervisor { access { read = nobody } }".utf8))
      try write("services.d/a.ucl", Array("service a { exec = [/bin/sh]; user = no-such-user }".utf8))
      func outcome(_ store: some ConfigurationStore, _ facts: some HostFacts) -> String {
        switch ConfigurationLoader(store: store, facts: facts).load(path: base) {
        case .success(let configuration):
          "\(configuration.supervisor.accessRead) \(DiagnosticRenderer().text(configuration.notes))"
        case .failure(let diagnostics): DiagnosticRenderer().text(diagnostics.all)
        }
      }
      func record() throws -> ReadingRecord {
        let request = ConfigurationReading(path: base, packaged: nil, part: nil, accessNames: ["@0"])
        let line = WorkerRequest.read(request).value.messageLine.dropLast()
        guard case .read(let record) = WorkerReply(line: Worker.reply(to: Array(line)).value.messageLine.dropLast())
        else {
          Issue.record("it cannot be read")
          return ReadingRecord()
        }
        return record
      }
      let good = (try record(), outcome(HostConfigurationStore(), SystemFacts()))
      try write(
        "services.d/b.ucl", Array("service b { exec = \n.include \"/nonexistent/x.ucl\"\n".utf8) + [0xff, 0, 0x0a])
      let bad = (try record(), outcome(HostConfigurationStore(), SystemFacts()))
      #expect(good.1 != bad.1)
      for name in ["services.d/a.ucl", "services.d/b.ucl", "supervisor.ucl"] { try Files.remove("\(base)/\(name)") }
      for name in ["services.d", ""] { try Files.removeDirectory("\(base)/\(name)") }
      for (record, expected) in [good, bad] {
        let facts = AnsweredFacts(answers: record.answers, kernel: SystemFacts())
        #expect(outcome(RecordedStore(record), facts) == expected)
        #expect(facts.rest.questions.isEmpty)
      }
      #expect(good.0.stamps["\(base)/services.d/a.ucl"] != nil)
      #expect(good.0.answers[.account("nobody")] != nil && good.0.answers[.group("0")] != nil)
    }

    @Test("a plan that a worker makes is that of the same definition")
    func plan() throws {
      var definition = ServiceDefinition(name: "web@1", .process, exec: Command(["/bin/sh", "-c", "true"]))
      definition.requirement = ["another"]
      var jail = JailDefinition()
      jail.root = .ephemeral(size: nil)
      definition.process.rare.jail = jail
      let state = temporaryPath("plans")
      let request = PlanRequest(definition, stateDirectory: state)
      let read = try #require(PlanRequest(request.value))
      #expect(read.definition.name == "web@1" && read.stateDirectory == state)
      let facts = HostJailFacts()
      func planned(_ definition: ServiceDefinition) -> String {
        do throws(JailRefusal) {
          return try JailPlanner(facts: facts, stateDirectory: state).plan(definition)?.value.json ?? "none"
        } catch {
          return error.reasons.joined(separator: "; ")
        }
      }
      #expect(planned(read.definition) == planned(definition))
    }
  }
}
