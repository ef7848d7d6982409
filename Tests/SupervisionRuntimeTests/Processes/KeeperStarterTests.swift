import CProc
import Glibc
import Supervision
import Testing

@testable import SupervisionRuntime

extension ProcessTests {
  /// With the keeper itself at the other end.
  @Suite struct UnderKeeper {
    private final class Scene {
      let bench: KeeperBench
      let loop: EventLoop
      let starter: KeeperStarter
      let table: ProcessTable
      var events: [String] = []

      init(_ bench: KeeperBench) throws {
        self.bench = bench
        loop = try EventLoop()
        starter = try KeeperStarter(bench.connection, keeper: bench.keeper)
        table = try ProcessTable(loop: loop, starter: starter)
        try bench.connection.attach(to: loop)
        table.onAnomaly = { Issue.record("\($0)") }
        table.onEvent = { [weak self] event in
          self?.events.append(Self.word(event))
          self?.table.note(event)
        }
      }

      convenience init() throws { try self.init(KeeperBench()) }

      private static func word(_ event: Event) -> String {
        switch event {
        case .spawned(let key, _): "spawned \(key.serial)"
        case .spawnFailed(let key, let failure): "failed \(key.serial) \(failure.stage)"
        case .exited(let key, let status): "exited \(key.serial) \(status)"
        case .subtree(let question, let isEmpty): "subtree \(question.serial) \(isEmpty)"
        default: "other"
        }
      }

      func start(_ plan: LaunchPlan, _ serial: UInt64, owner: UInt64 = 7, output: CallerOutput? = nil) {
        let purpose = ProcessPurpose(
          key: ProcessKey(serial: serial), owner: Self.owner(owner), label: "main web", name: "web",
          rule: .init(StopRule()))
        table.start(plan, for: purpose, output: output) {
          SpawnFailure(stage: "\($0.stage)", errno: $0.code, message: "")
        }
      }

      static func owner(_ serial: UInt64) -> ProcessOwner { ProcessOwner(Incarnation(ServiceID(1), serial: serial)) }

      func wait(for count: Int) throws {
        while events.count < count { try loop.turn() }
      }

      func wait(for event: String) throws {
        while !events.contains(event) { try loop.turn() }
      }

      /// Ends all that is left, and the keeper.
      func end() throws {
        for owner in table.trees.keys { table.signalSubtree(owner, SIGKILL) }
        while !table.trees.isEmpty { try loop.turn() }
        try bench.end()
      }
    }

    @Test("the keeper is met with an empty table, as its first supervisor")
    func welcome() throws {
      let bench = try KeeperBench()
      let welcome = bench.takeover.welcome
      #expect(welcome.reason == .first && welcome.number == 1 && !welcome.isFallback)
      #expect(bench.takeover.entries.isEmpty && bench.takeover.held.names.isEmpty)
      try bench.end()
    }

    @Test("a process that the keeper starts is told to run, then to have ended, and is released then")
    func order() throws {
      let scene = try Scene()
      scene.start(LaunchBench.shell("exit 3"), 1)
      scene.start(LaunchBench.shell("ulimit -c 0; kill -SEGV $$"), 2, owner: 8)
      scene.start(LaunchPlan(programs: ["/nonexistent/x"], arguments: ["x"]), 3, owner: 9)
      while !scene.table.trees.isEmpty { try scene.loop.turn() }
      func told(_ serial: Int) -> [String] { scene.events.filter { $0.split(separator: " ")[1] == "\(serial)" } }
      #expect(told(1) == ["spawned 1", "exited 1 exit 3"])
      #expect(told(2) == ["spawned 2", "exited 2 signal 11 (SEGV)"])
      #expect(told(3) == ["failed 3 exec"])
      try scene.end()
    }

    @Test("descriptors reach the process, and its output comes back")
    func output() throws {
      let scene = try Scene()
      var said: [UInt8] = []
      let output = CallerOutput(loop: scene.loop) { _, bytes in said += bytes }
      let ends = try output.open()
      var plan = LaunchBench.shell("echo hello; echo >&2 there")
      plan.descriptors = [.init(child: 1, parent: ends.output.number), .init(child: 2, parent: ends.error.number)]
      scene.start(plan, 1, output: output)
      _ = consume ends
      while !scene.table.trees.isEmpty { try scene.loop.turn() }
      #expect(String(decoding: said, as: UTF8.self).split(separator: "\n").sorted() == ["hello", "there"])
      try scene.end()
    }

    @Test("more starts than may be on their way wait until there is room, and all are done")
    func bound() throws {
      let scene = try Scene()
      var next: UInt64 = 1
      let last: UInt64 = 300
      func go() {
        while next <= last, scene.table.takesStarts {
          scene.start(LaunchBench.shell("exit 0"), next, owner: next)
          next += 1
        }
      }
      scene.table.onRoom = go
      go()
      #expect(next < last, "they are not all on their way at once")
      while next <= last || !scene.table.trees.isEmpty { try scene.loop.turn() }
      #expect(scene.events.count(where: { $0.hasPrefix("exited") }) == Int(last))
      try scene.end()
    }

    @Test("what a process has left is found below the keeper, signalled, and its end is heard of")
    func orphans() throws {
      let scene = try Scene()
      scene.start(LaunchBench.shell("(sleep 1000 &); exit 0"), 1)
      scene.start(LaunchBench.shell("exec sleep 1000"), 2, owner: 8)
      try scene.wait(for: "exited 1 exit 0")
      scene.table.inspect(Scene.owner(7), QuestionID(serial: 1))
      try scene.wait(for: "subtree 1 false")
      #expect(try scene.table.members(of: Scene.owner(7)).count == 1)
      #expect(try scene.table.members(of: Scene.owner(8)).count == 1)
      scene.table.signalSubtree(Scene.owner(7), SIGKILL)
      try scene.wait(for: "subtree 1 true")
      #expect(try scene.table.members(of: Scene.owner(8)).count == 1)
      try scene.end()
    }

    @Test("neither the supervisor nor the keeper's holder is a member of anything")
    func noOthers() throws {
      let scene = try Scene()
      scene.start(LaunchBench.shell("exec sleep 1000"), 1)
      try scene.wait(for: 1)
      let members = try scene.table.members(of: Scene.owner(7))
      #expect(members.count == 1 && members.first?.parent == scene.bench.keeper)
      try scene.end()
    }

    @Test("what is held at the holder is given to it again when it has died")
    func newHolder() throws {
      let scene = try Scene()
      let pipe = try Descriptor.pipe()
      let reading = pipe.reading
      var given = 0
      scene.bench.connection.onNewHolder.append { [connection = scene.bench.connection] in
        connection.hold("mine", reading)
        given += 1
      }
      scene.start(LaunchBench.shell("exec sleep 1000"), 1)
      try scene.wait(for: 1)
      let holder = try #require(
        try Self.holder(of: scene.bench.keeper, besides: scene.table.processes.values.map(\.pid)))
      kill(holder, SIGKILL)
      while given == 0 { try scene.loop.turn() }
      #expect(given == 1)
      try scene.end()
    }

    // MARK: The keeper's death

    @Test("what runs outlives its keeper, is signalled and watched, and a new keeper starts what comes after")
    func keeperLost() throws {
      let scene = try Scene()
      var changes: [KeeperChange] = []
      scene.starter.onKeeperChange = { changes.append($0) }
      let command = [try KeeperBench.program, "--adopt", "3", "--of", "\(Host.pid)", "--", "/bin/true"]
      scene.starter.command = { () throws(SystemError) in command }
      scene.start(LaunchBench.shell("sleep 1000 & wait"), 1)
      scene.start(LaunchBench.shell("exec sleep 1000"), 2, owner: 8)
      try scene.wait(for: 2)
      let dead = scene.bench.keeper
      try scene.bench.killKeeper()
      while changes.count < 2 { try scene.loop.turn() }
      let keeper = scene.starter.keeper
      defer { kill(keeper, SIGKILL) }
      #expect(changes == [.died(pid: dead), .replaced(pid: keeper)] && keeper != dead)
      // By its parents: the new keeper knows nothing of it.
      #expect(try scene.table.members(of: Scene.owner(7)).count == 2)
      scene.start(LaunchBench.shell("exit 4"), 3, owner: 9)
      try scene.wait(for: "exited 3 exit 4")
      scene.table.signalSubtree(Scene.owner(7), SIGKILL)
      scene.table.signal(ProcessKey(serial: 2), SIGTERM)
      while !scene.table.trees.isEmpty { try scene.loop.turn() }
      let status = cproc_parent_alone_learns_ends() ? "\(ExitStatus.unknown)" : "signal 15 (TERM)"
      #expect(scene.events.contains("exited 2 \(status)"))
      kill(keeper, SIGKILL)
      try scene.bench.end()
    }

    @Test("a start that the keeper has died of, or before, is a failure that passes")
    func startLost() throws {
      let scene = try Scene()
      var failure: SpawnFailure?
      scene.table.onEvent = { if case .spawnFailed(_, let found) = $0 { failure = found } }
      scene.starter.command = { () throws(SystemError) in throw SystemError("open", code: SystemError.notFound) }
      // It hears nothing more.
      kill(scene.bench.keeper, SIGSTOP)
      scene.start(LaunchBench.shell("exit 0"), 1)
      try scene.bench.killKeeper()
      while failure == nil { try scene.loop.turn() }
      #expect(failure?.isPassing == true && failure?.message.contains("the keeper, which has died") == true)
      scene.table.onEvent = nil
      try scene.bench.end()
    }

    /// The child of the keeper that is none of these processes.
    private static func holder(of keeper: Int32, besides pids: [Int32]) throws -> Int32? {
      try ProcessInfo.all().first { $0.parent == keeper && !pids.contains($0.pid) }?.pid
    }
  }
}
