import Glibc
import Supervision
import Testing

@testable import SupervisionRuntime

extension ProcessTests {
  /// What the event loop does about jails, with a script in the place of what makes them.
  @Suite struct Jails {
    private final class Scene {
      let loop: EventLoop
      let table: ProcessTable
      let jails: JailManager
      let places: JailDirectory
      let base: String
      var told: [String] = []
      var notices: [String] = []
      /// Instead of a refusal: the plan is never made.
      static let never = "never"
      nonisolated(unsafe) static var givenUp = 0
      private var questions: UInt64 = 0
      /// The starts of processes so far, and those that come to nothing.
      let starts: Starts

      final class Starts {
        var count = 0
        var failing: Set<Int> = []
      }

      /// - Parameter script: what happens on `up`, in sh(1); `$2` is the directory of the jail.
      init(
        up script: String, refusal: String? = nil, patience: Duration = .seconds(60), standing: StandingJail? = nil
      ) throws {
        base = temporaryPath("jails")
        try Files.makeDirectory(base, permissions: 0o700)
        let worker = """
          echo "$1" >> "$2/calls"
          case $1 in
          up) \(script) ;;
          down) [ ! -f "$2/slow" ] || sleep 1000
            case $(cat "$2/looks" 2>/dev/null) in
            armed) echo killed > "$2/looks" ;;
            killed) echo left > "$2/looks"; kill -9 $$ ;;
            left) rm "$2/looks"; echo '{"failure":"busy"}'; exit 1 ;;
            esac
            if [ -f "$2/awaited" ]; then rm "$2/awaited"; echo '{"awaited":["em1 comes back"],"dying":[7]}'; exit 0; fi
            rm -f "$2/journal"; [ ! -f "$2/stuck" ] || { echo '{"failure":"busy"}'; exit 1; }; echo '{}' ;;
          esac
          """
        try Files.replace(base + "/worker", with: Array(worker.utf8))
        places = JailDirectory(stateDirectory: base)
        loop = try EventLoop()
        let table = try ProcessTable(loop: loop, starter: LocalStarter())
        self.table = table
        let own = OwnProcesses(loop: loop, table: table)
        let words = ["/bin/sh", base + "/worker"]
        let places = places
        let afterlife = JailAfterlife(loop: loop, firstPause: .milliseconds(10)) { $0 == 7 }
        let starts = Starts()
        self.starts = starts
        jails = JailManager(
          own: own,
          worker: { () throws(SystemError) in
            starts.count += 1
            if starts.failing.contains(starts.count) { throw SystemError("fork", code: EAGAIN) }
            return words
          }, places: places, patience: patience, afterlife: afterlife, stands: { _ in standing }
        ) { definition, done in
          let plan = JailPlan(service: definition.name, jail: definition.name, root: "/", steps: [])
          if let refusal {
            if refusal != Self.never { done(.refused([refusal])) }
          } else {
            do { try places.write(plan) } catch { Issue.record("\(error)") }
            done(.written)
          }
          return { Self.givenUp += 1 }
        }
        table.onAnomaly = { Issue.record("\($0)") }
        table.onEvent = { _ = own.take($0) }
        jails.onEvent = { [weak self] event in
          switch event {
          case .jailEntered(let question, let failure): self?.note("entered", question, failure)
          case .released(let question, let failure): self?.note("released", question, failure)
          default: Issue.record("\(event)")
          }
        }
        jails.onNotice = { [weak self] in self?.notices.append($0) }
      }

      deinit {
        // What was killed together with its parent has been adopted.
        while waitpid(-1, nil, 0) > 0 {}
        for name in ["plan", "journal", "calls", "stuck", "slow", "awaited", "looks"] {
          try? Files.remove(places.directory(of: "web") + "/" + name)
        }
        for path in [places.directory(of: "web"), places.path] { try? Files.removeDirectory(path) }
        try? Files.remove(base + "/worker")
        try? Files.removeDirectory(base)
      }

      var web: ServiceDefinition {
        var definition = ServiceDefinition(name: "web", .process, exec: Command(["web"]))
        definition.process.rare.jail = JailDefinition()
        return definition
      }

      func enterJail(_ id: Incarnation, by owner: ServiceDefinition) {
        jails.enterJail(id, question(id), by: owner)
      }

      func release(_ id: Incarnation) { jails.release(id, question(id)) }

      /// Its number tells of whom it is.
      private func question(_ id: Incarnation) -> QuestionID {
        questions += 1
        return QuestionID(serial: id.serial * 100 + questions)
      }

      private func note(_ what: String, _ question: QuestionID, _ failure: String?) {
        told.append("\(what) \(question.serial / 100) \(failure ?? "well")")
      }

      func wait(for count: Int) throws {
        while told.count < count { try loop.turn() }
      }

      func file(_ name: String) -> String { places.directory(of: "web") + "/" + name }

      func calls() throws -> String { String(decoding: try Files.read(file("calls")), as: UTF8.self) }
    }

    private static let makes =
      #"echo made > "$2/journal"; echo 'a word' >&2; echo '{"jid":7,"name":"web","path":"/j"}'"#
    private let one = Incarnation(ServiceID(1), serial: 1)
    private let two = Incarnation(ServiceID(2), serial: 2)

    @Test("a jail is made by a process of its own, and the service is told where it is")
    func made() throws {
      let scene = try Scene(up: Self.makes)
      scene.enterJail(one, by: scene.web)
      #expect(scene.jails.place(of: one) == nil)
      try scene.wait(for: 1)
      #expect(scene.told == ["entered 1 well"])
      #expect(scene.jails.place(of: one)?.jail == StandingJail(jid: 7, name: "web", path: "/j"))
      #expect(scene.notices == ["web: a word"])
      scene.release(one)
      try scene.wait(for: 2)
      #expect(scene.told.last == "released 1 well")
      #expect(scene.jails.place(of: one) == nil)
      #expect(try scene.calls() == "up\ndown\n")
    }

    @Test("a jail that stands is taken over with those who are in it, and undone after the last of them")
    func resumed() throws {
      let jail = StandingJail(jid: 7, name: "web", path: "/j")
      let scene = try Scene(up: Self.makes, standing: jail)
      try Files.makeDirectory(scene.places.directory(of: "web"), permissions: 0o700)
      try Files.replace(scene.file("journal"), with: [])
      scene.jails.resume([one, two].map { JailedService($0, by: scene.web) })
      #expect(scene.jails.place(of: one)?.jail == jail)
      #expect(scene.jails.members(withJailOf: two) == [one, two])
      #expect(scene.starts.count == 0)
      scene.release(one)
      #expect(scene.told == ["released 1 well"])
      scene.release(two)
      try scene.wait(for: 2)
      #expect(scene.told.last == "released 2 well")
      #expect(try scene.calls() == "down\n")
    }

    @Test("one that is not as it was made is undone, and its service has no place")
    func notResumed() throws {
      let scene = try Scene(up: Self.makes)
      try Files.makeDirectory(scene.places.directory(of: "web"), permissions: 0o700)
      try Files.replace(scene.file("journal"), with: [])
      scene.jails.resume([JailedService(one, by: scene.web)])
      #expect(scene.jails.place(of: one) == nil)
      #expect(scene.notices.first == "the jail of web is gone, or not as it was made")
      scene.enterJail(two, by: scene.web)
      try scene.wait(for: 1)
      #expect(scene.told == ["entered 2 well"])
      #expect(try scene.calls() == "down\nup\n")
    }

    @Test("a plan that cannot be made is a failure, and no process is started")
    func refused() throws {
      let scene = try Scene(up: Self.makes, refusal: "`path = /j`: the directory does not exist")
      scene.enterJail(one, by: scene.web)
      #expect(scene.told == ["entered 1 `path = /j`: the directory does not exist"])
      #expect(scene.places.leftovers().isEmpty)
    }

    @Test("a plan that takes its time is given up when nobody wants the jail any more")
    func planGivenUp() throws {
      let scene = try Scene(up: Self.makes, refusal: Scene.never)
      scene.enterJail(one, by: scene.web)
      let before = Scene.givenUp
      scene.release(one)
      #expect(Scene.givenUp == before + 1)
      try scene.wait(for: 2)
      #expect(scene.told.last == "released 1 well")
    }

    @Test("a failure is told in the words of the process that met it")
    func failed() throws {
      let scene = try Scene(up: #"echo '{"failure":"mount /a on /b: busy"}'; exit 1"#)
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 1)
      #expect(scene.told == ["entered 1 mount /a on /b: busy"])
      #expect(try scene.calls() == "up\n")
    }

    @Test("what a process that died in the midst has left is undone before its failure is told")
    func died() throws {
      let scene = try Scene(up: #"echo made > "$2/journal"; kill -9 $$"#)
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 1)
      #expect(scene.told[0].contains("signal 9"))
      #expect(try scene.calls() == "up\ndown\n")
      #expect(scene.places.leftovers().isEmpty)
    }

    @Test(
      "a jail whose maker died after its report, or that has the host's own id, is undone",
      arguments: [
        #"echo '{"jid":7,"name":"web","path":"/j"}'; kill -9 $$"#, #"echo '{"jid":0,"name":"web","path":"/j"}'"#,
      ])
    func unsound(ending: String) throws {
      let scene = try Scene(up: #"echo made > "$2/journal"; "# + ending)
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 1)
      #expect(scene.told.first?.hasSuffix("well") == false)
      #expect(scene.jails.place(of: one) == nil)
      #expect(try scene.calls() == "up\ndown\n")
    }

    @Test("a making that nobody waits for any more is ended, with all that it has started, and undone")
    func abandoned() throws {
      let scene = try Scene(up: #"echo made > "$2/journal"; echo begun >&2; sleep 1000"#)
      scene.enterJail(one, by: scene.web)
      while scene.notices.isEmpty { try scene.loop.turn() }
      scene.release(one)
      #expect(scene.told == ["entered 1 it is wanted no more"])
      try scene.wait(for: 2)
      #expect(scene.told.last == "released 1 well")
      #expect(scene.places.leftovers().isEmpty)
    }

    @Test("services that share a jail have one making and one undoing")
    func shared() throws {
      let scene = try Scene(up: Self.makes)
      scene.enterJail(one, by: scene.web)
      scene.enterJail(two, by: scene.web)
      try scene.wait(for: 2)
      scene.release(one)
      #expect(scene.jails.place(of: two)?.jail.jid == 7)
      scene.release(two)
      try scene.wait(for: 4)
      #expect(try scene.calls() == "up\ndown\n")
    }

    @Test("what cannot be undone is told")
    func stuck() throws {
      let scene = try Scene(up: Self.makes + #"; : > "$2/stuck""#)
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 1)
      scene.release(one)
      try scene.wait(for: 2)
      #expect(scene.told.last == "released 1 busy")
    }

    @Test("a service has stopped while an interface is still to come back, which is looked for until it has")
    func awaited() throws {
      let scene = try Scene(up: Self.makes + #"; : > "$2/awaited""#)
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 1)
      scene.release(one)
      try scene.wait(for: 2)
      #expect(scene.told.last == "released 1 well")
      #expect(scene.notices.last == "web: em1 comes back")
      #expect(
        scene.jails.remains(ofJailsOf: "web") == [
          "an earlier jail is still dying (jid 7), until the kernel lets go of its sockets", "em1 comes back",
        ])
      // The next supervisor would find it: nothing is unfinished.
      #expect(scene.places.leftovers() == ["web"] && scene.jails.remains.isEmpty)
      while !scene.places.leftovers().isEmpty { try scene.loop.turn() }
      while scene.jails.remains(ofJailsOf: "web").count > 1 { try scene.loop.turn() }
      #expect(try scene.calls() == "up\ndown\ndown\n")
      #expect(scene.notices.filter { $0 == "web: em1 comes back" }.count == 1)
    }

    @Test("a look for an interface that comes to nothing is said once, shown as long as it lasts, and repeated")
    func awaitedInVain() throws {
      // Of the first look there is no process, the second is killed, the third leaves something else.
      let scene = try Scene(up: Self.makes + #"; : > "$2/awaited"; echo armed > "$2/looks""#)
      scene.starts.failing = [3]
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 1)
      scene.release(one)
      try scene.wait(for: 2)
      #expect(scene.told.last == "released 1 well")
      func status() -> [String] { Array(scene.jails.remains(ofJailsOf: "web").dropFirst()) }
      while scene.starts.count < 3 { try scene.loop.turn() }
      #expect(status() == ["em1 comes back", Self.inVain("\(SystemError("fork", code: EAGAIN))")])
      while status().last?.contains("signal 9") == false { try scene.loop.turn() }
      #expect(status().first == "em1 comes back")
      while status().count > 1 { try scene.loop.turn() }
      #expect(status() == [Self.inVain("busy")])
      while !status().isEmpty { try scene.loop.turn() }
      #expect(scene.places.leftovers().isEmpty)
      #expect(try scene.calls() == "up\ndown\ndown\ndown\ndown\n")
      #expect(scene.notices.filter { $0.contains("em1 comes back") }.count == 1)
      #expect(scene.notices.filter { $0.contains("fork") }.count == 1)
      #expect(scene.notices.filter { $0.contains("busy") }.count == 1)
    }

    private static func inVain(_ reason: String) -> String {
      "what an earlier jail has left could not be undone (\(reason)); this is tried again"
    }

    @Test("a look that is due while the jail is planned again comes later")
    func awaitedDuringPlan() throws {
      let scene = try Scene(up: Self.makes)
      let afterlife = JailAfterlife(loop: scene.loop, firstPause: .milliseconds(5)) { _ in false }
      var looks = 0
      afterlife.onDue = { service in
        looks += 1
        // Somebody is at it.
        if looks < 3 { afterlife.lookLater(service) }
      }
      var report = JailReport(failure: nil)
      report.awaited = ["em1 comes back"]
      #expect(afterlife.keep(report, trouble: nil, of: "web") == ["em1 comes back"])
      while looks < 3 { try scene.loop.turn() }
      #expect(afterlife.clauses("web") == ["em1 comes back"])
    }

    @Test("a start that comes while an interface is looked for waits for the look")
    func awaitedByAnother() throws {
      let scene = try Scene(up: Self.makes + #"; [ -f "$2/second" ] || : > "$2/awaited""#)
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 1)
      scene.release(one)
      try scene.wait(for: 2)
      scene.enterJail(two, by: scene.web)
      try scene.wait(for: 3)
      #expect(scene.told.last == "entered 2 well")
      scene.release(two)
      try scene.wait(for: 4)
    }

    @Test("an undoing that hangs is ended in time, so that the next one is not kept waiting")
    func hanging() throws {
      let scene = try Scene(up: Self.makes + #"; : > "$2/slow""#, patience: .milliseconds(200))
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 1)
      scene.release(one)
      #expect(scene.jails.remains == ["web"])
      try scene.wait(for: 2)
      #expect(scene.told.last?.contains("it took longer than") == true)
      // Its journal is there still.
      #expect(scene.jails.remains == ["web"])
      try Files.remove(scene.file("slow"))
      scene.jails.inherit()
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 3)
      #expect(scene.told.last == "entered 1 well")
    }

    @Test("what a process has started that died in the midst is ended before the undoing begins")
    func diedWithChildren() throws {
      let scene = try Scene(up: #"sleep 20 & echo $! >&2; kill -9 $$"#)
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 1)
      let pid = try #require(scene.notices.first?.split(separator: " ").last.flatMap { Int32($0) })
      var status: Int32 = 0
      #expect(waitpid(pid, &status, 0) == pid && status == SIGKILL)
    }

    @Test("what an earlier supervisor has left is undone, and a service that wants the jail waits for that")
    func inherited() throws {
      let scene = try Scene(up: Self.makes)
      try Files.makeDirectory(scene.places.directory(of: "web"), permissions: 0o700)
      try Files.replace(scene.file("journal"), with: [])
      scene.jails.inherit()
      scene.enterJail(one, by: scene.web)
      try scene.wait(for: 1)
      #expect(scene.told == ["entered 1 well"])
      #expect(try scene.calls() == "down\nup\n")
    }
  }
}
