import Glibc
import Supervision
import Testing

@testable import SupervisionRuntime

extension ProcessTests {
  @Suite struct Table {
    /// A table whose events are collected.
    private final class Scene {
      let loop: EventLoop
      let table: ProcessTable
      var events: [String] = []

      init(_ starter: (any ProcessStarter)? = nil, exits: (any ExitWatcher)? = nil) throws {
        loop = try EventLoop()
        table = try ProcessTable(loop: loop, starter: starter ?? LocalStarter(), exits: exits)
        table.onAnomaly = { Issue.record("\($0)") }
        table.onEvent = { [weak self] event in
          self?.events.append(Self.word(event))
          self?.table.note(event)
        }
      }

      static func word(_ event: Event) -> String {
        switch event {
        case .spawned(let key, _): "spawned \(key.serial)"
        case .spawnFailed(let key, let failure): "failed \(key.serial) \(failure.stage)"
        case .exited(let key, let status): "exited \(key.serial) \(status)"
        case .subtree(let question, let isEmpty): "subtree \(question.serial) \(isEmpty)"
        default: "other"
        }
      }

      func start(
        _ plan: LaunchPlan, _ serial: UInt64, service: Int = 1, incarnation: UInt64 = 7, output: CallerOutput? = nil
      ) {
        let purpose = ProcessPurpose(
          key: ProcessKey(serial: serial), owner: Self.owner(service, serial: incarnation), label: "main web",
          name: "web", rule: .init(StopRule()))
        table.start(plan, for: purpose, output: output) {
          SpawnFailure(stage: "\($0.stage)", errno: $0.code, message: "")
        }
      }

      static func owner(_ service: Int, serial: UInt64 = 7) -> ProcessOwner {
        ProcessOwner(incarnation(service, serial: serial))
      }

      static func incarnation(_ service: Int, serial: UInt64 = 7) -> Incarnation {
        Incarnation(ServiceID(service), serial: serial)
      }

      /// Turns the loop until so many events have come.
      func wait(for count: Int) throws {
        while events.count < count { try loop.turn() }
      }
    }

    private func missing() -> LaunchPlan { LaunchPlan(programs: ["/nonexistent/program"], arguments: ["program"]) }

    @Test("a process is told to run before it is told to have ended, and is released then")
    func order() throws {
      let scene = try Scene()
      scene.start(LaunchBench.shell("exit 3"), 1)
      try scene.wait(for: 2)
      #expect(scene.events == ["spawned 1", "exited 1 exit 3"])
      scene.table.inspect(Scene.owner(1), QuestionID(serial: 1))
      try scene.wait(for: 3)
      #expect(scene.events.last == "subtree 1 true")
      #expect(try scene.table.members(of: Scene.owner(1)).isEmpty)
    }

    @Test("a program that cannot be executed is one failure, no end, and leaves nothing")
    func failedExec() throws {
      let scene = try Scene()
      let path = temporaryPath("record")
      let file = try ProcessRecordFile(path: path, record: scene.table.record)
      scene.table.recordFile = file
      scene.start(missing(), 1)
      scene.start(LaunchBench.shell("exit 0"), 2, service: 2)
      try scene.wait(for: 3)
      // The end of the first comes before that of the second; the core is told only once.
      while try ProcessRecord(Files.read(path))?.entries.isEmpty == false { try scene.loop.turn() }
      #expect(scene.events.sorted() == ["exited 2 exit 0", "failed 1 exec", "spawned 2"])
      let text = String(decoding: try Files.read(path), as: UTF8.self)
      #expect(text.split(separator: "\n").filter { $0.hasPrefix("- ") }.count == 2, "each is released once")
      file.remove()
    }

    @Test("the output of what could not be executed is let go of")
    func failedExecWithOutput() throws {
      let scene = try Scene()
      let output = CallerOutput(loop: scene.loop) { _, _ in Issue.record("there is none") }
      weak let kept = output
      let ends = try output.open()
      _ = consume ends
      scene.start(missing(), 1, output: output)
      try scene.wait(for: 1)
      #expect(scene.events == ["failed 1 exec"])
      #expect(kept?.isFinished == true)
    }

    @Test("a process whose end cannot be watched is not left running")
    func unwatched() throws {
      let watcher = Refusing()
      let scene = try Scene(exits: watcher)
      scene.start(LaunchBench.shell("sleep 1000"), 1)
      #expect(scene.events == ["failed 1 fork"])
      let pid = try #require(watcher.pid)
      // It may have been reaped by now.
      try? waitForEnd(of: pid)
      scene.table.reapOrphans()
      #expect(kill(pid, 0) < 0)
      #expect(scene.events.count == 1)
      #expect(try scene.table.members(of: Scene.owner(1)).isEmpty)
    }

    private final class Refusing: ExitWatcher {
      var pid: Int32?

      func watchExit(
        of process: borrowing ProcessDescriptor, _ handler: @escaping (WaitStatus) -> Void
      ) throws(SystemError) -> EventLoop.Registration {
        pid = process.pid
        throw SystemError("kevent", code: EMFILE)
      }
    }

    @Test("what a forgotten service has left is nobody's, though another service has its number")
    func forgotten() throws {
      let scene = try Scene()
      let old = Scene.owner(1)
      let new = Scene.owner(1, serial: 8)
      scene.start(LaunchBench.shell("sleep 1000 & exit 0"), 1)
      try scene.wait(for: 2)
      let survivor = try #require(try scene.table.members(of: old).first?.pid)
      scene.table.forget(Scene.incarnation(1))
      scene.start(LaunchBench.shell("read never < /dev/zero"), 2, incarnation: 8)
      try scene.wait(for: 3)
      #expect(try scene.table.members(of: new).count == 1)
      scene.table.signalSubtree(new, SIGKILL)
      try scene.wait(for: 4)
      scene.table.inspect(new, QuestionID(serial: 2))
      try scene.wait(for: 5)
      #expect(scene.events.last == "subtree 2 true")
      #expect(try scene.table.members(of: old).map(\.pid) == [survivor])
      scene.table.signalSubtree(old, SIGKILL)
      scene.table.inspect(old, QuestionID(serial: 3))
      try? waitForEnd(of: survivor)
      scene.table.reapOrphans()
      while scene.events.last != "subtree 3 true" { try scene.loop.turn() }
    }

    @Test("a list that cannot be read is not taken for an empty one: it is asked for again, and told once")
    func unknown() throws {
      let scene = try Scene()
      var anomalies: [String] = []
      scene.table.onAnomaly = { anomalies.append($0) }
      scene.start(LaunchBench.shell("sleep 1000 & exit 0"), 1)
      try scene.wait(for: 2)
      let service = Scene.owner(1)
      let survivor = try #require(try scene.table.members(of: service).first?.pid)
      var failures = 0
      scene.table.beforeListing = { () throws(SystemError) in
        failures += 1
        if failures <= 2 { throw SystemError("procctl", code: ENOMEM) }
      }
      scene.table.inspect(service, QuestionID(serial: 1))
      try scene.wait(for: 3)
      try #require(scene.events.last == "subtree 1 false")
      // The first look again fails as well; nothing but the table's own timer turns the loop.
      while failures < 3 { try scene.loop.turn() }
      #expect(anomalies.count == 1)
      #expect(try scene.table.members(of: service).map(\.pid) == [survivor])
      scene.table.signalSubtree(service, SIGKILL)
      try? waitForEnd(of: survivor)
      scene.table.reapOrphans()
      try scene.wait(for: 4)
      #expect(scene.events.last == "subtree 1 true")
    }

    @Test("several processes of one service are held until all of its subtree is gone")
    func several() throws {
      let scene = try Scene()
      scene.start(LaunchBench.shell("read never < /dev/zero"), 1)
      scene.start(LaunchBench.shell("exit 0"), 2)
      try scene.wait(for: 3)
      #expect(try scene.table.members(of: Scene.owner(1)).count == 1)
      scene.table.inspect(Scene.owner(1), QuestionID(serial: 1))
      #expect(scene.events.last == "subtree 1 false")
      scene.table.signal(ProcessKey(serial: 1), SIGKILL)
      try scene.wait(for: 6)
      #expect(scene.events.suffix(2) == ["exited 1 signal 9 (KILL)", "subtree 1 true"])
    }

    @Test("a process whose end is not written down yet is not given back")
    func notNoted() throws {
      let scene = try Scene()
      scene.table.onEvent = { scene.events.append(Scene.word($0)) }
      defer { scene.table.onEvent = nil }
      scene.start(LaunchBench.shell("exit 0"), 1)
      try scene.wait(for: 2)
      let key = ProcessKey(serial: 1)
      let pid = try #require(scene.table.processes[key]?.pid)
      scene.table.inspect(Scene.owner(1), QuestionID(serial: 1))
      #expect(scene.events.last == "subtree 1 false")
      #expect(kill(pid, 0) == 0)
      scene.table.note(.exited(key, .exited(0)))
      try scene.wait(for: 4)
      #expect(scene.events.last == "subtree 1 true")
      #expect(kill(pid, 0) < 0)
    }

    // MARK: A starter that answers later

    /// Forks when it is told to.
    private final class Slow: ProcessStarter {
      weak var observer: (any StarterObserver)?
      let starter: LocalStarter
      private var waiting: [(LaunchPlan, UInt64)] = []
      var refusal: SystemError?

      init() throws { starter = try LocalStarter() }

      var subtrees: SubtreeIndex { starter.subtrees }
      var tellsEnds: Bool { false }
      var takesStarts: Bool { true }

      func start(_ plan: LaunchPlan, as identity: UInt64, label: String) { waiting.append((plan, identity)) }
      func release(_ identity: UInt64, _ process: consuming ProcessDescriptor) { starter.release(identity, process) }
      func release(_ identity: UInt64, pid: Int32) { starter.release(identity, pid: pid) }
      func signal(_ identity: UInt64, _ number: Int32) {}
      func childrenEnded() { starter.childrenEnded() }

      func fork() {
        starter.observer = observer
        for (plan, identity) in waiting {
          if let refusal {
            observer?.startFailed(identity, refusal)
          } else {
            starter.start(plan, as: identity, label: "")
          }
        }
        waiting = []
      }
    }

    @Test("what is sent to a process before it is started reaches it when it is")
    func heldSignals() throws {
      let starter = try Slow()
      let scene = try Scene(starter)
      let sleeps = LaunchBench.shell("sleep 1000 & wait")
      scene.start(sleeps, 1)
      scene.start(sleeps, 2, service: 2, incarnation: 8)
      scene.start(sleeps, 3, service: 3, incarnation: 9)
      scene.table.signal(ProcessKey(serial: 1), SIGTERM)
      scene.table.signalGroup(ProcessKey(serial: 2), SIGTERM)
      scene.table.signalSubtree(Scene.owner(3, serial: 9), SIGTERM)
      scene.table.inspect(Scene.owner(3, serial: 9), QuestionID(serial: 1))
      #expect(scene.events == ["subtree 1 false"])
      starter.fork()
      while scene.events.count(where: { $0.hasSuffix("signal 15 (TERM)") }) < 3 { try scene.loop.turn() }
      #expect(scene.events.count(where: { $0.hasPrefix("spawned") }) == 3)
      for owner in [Scene.owner(1), Scene.owner(2, serial: 8)] { scene.table.signalSubtree(owner, SIGKILL) }
    }

    @Test("a start that comes to nothing is one failure, and whoever asks what is left hears that nothing is")
    func refused() throws {
      let starter = try Slow()
      let scene = try Scene(starter)
      starter.refusal = SystemError("pdfork", code: EAGAIN)
      scene.start(LaunchBench.shell("exit 0"), 1)
      scene.table.signal(ProcessKey(serial: 1), SIGTERM)
      scene.table.inspect(Scene.owner(1), QuestionID(serial: 1))
      starter.fork()
      try scene.wait(for: 3)
      #expect(scene.events == ["subtree 1 false", "failed 1 fork", "subtree 1 true"])
    }

    @Test("all that has ended in one batch of events is looked at once")
    func oneLook() throws {
      let scene = try Scene()
      for serial in 1...8 as ClosedRange<UInt64> {
        scene.start(LaunchBench.shell("read never < /dev/zero"), serial, service: Int(serial), incarnation: serial)
      }
      try scene.wait(for: 8)
      var looks = 0
      scene.table.beforeListing = { () throws(SystemError) in looks += 1 }
      let pids = scene.table.processes.values.map(\.pid)
      for pid in pids { kill(pid, SIGKILL) }
      for pid in pids { try waitForEnd(of: pid) }
      try scene.wait(for: 16)
      #expect(looks == 1)
      #expect(scene.table.trees.isEmpty)
    }
  }
}
