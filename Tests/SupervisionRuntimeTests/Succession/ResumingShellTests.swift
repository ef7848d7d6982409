import Glibc
import OrderedCollections
import Supervision
import Testing

@testable import SupervisionRuntime

extension ProcessTests {
  /// A supervisor that has died between the last line of its record and what that line was about.
  @Suite struct ResumingShell {
    /// Has started the process, and written down that it is to be stopped.
    private final class Predecessor {
      let loop: EventLoop
      let table: ProcessTable
      private var core = Supervisor(seed: 1)
      private var record: [UInt8] = []
      private(set) var key: ProcessKey?
      private(set) var pid: Int32 = 0
      private(set) var end: String?

      init(_ configuration: Configuration) throws {
        loop = try EventLoop()
        table = try ProcessTable(loop: loop, starter: LocalStarter())
        table.onEvent = { [weak self] event in
          if case .spawned(_, let pid) = event { self?.pid = pid }
          if case .exited(_, let status) = event { self?.end = "\(status)" }
          self?.table.note(event)
        }
        for case .prepare(let question, _) in handle(.boot(configuration, Enablement())) {
          for case .spawn(let key, _, _, _) in handle(.prepared(question, lacks: [])) { try start(key) }
        }
        record += core.wholeState()
        _ = core.takeChanges()
      }

      private func handle(_ event: Event) -> [Action] { core.handle(event, at: Clock.moment()) }

      private func start(_ key: ProcessKey) throws {
        self.key = key
        let purpose = ProcessPurpose(
          key: key, owner: ProcessOwner(Incarnation(ServiceID(0), serial: 7)), label: "main db", name: "db",
          rule: .init(StopRule()))
        table.start(LaunchBench.shell("exec sleep 1000"), for: purpose, output: nil) {
          SpawnFailure(stage: "\($0.stage)", errno: $0.code, message: "")
        }
        while pid == 0 { try loop.turn() }
        _ = handle(.spawned(key, pid: pid))
      }

      /// - Returns: what it leaves when it dies before it sends the signal, or after it has said that it did.
      func stop(isConfirmed: Bool) -> [UInt8] {
        let order = Order.stop(["db"], withRequirements: false, options: OrderOptions())
        _ = handle(.order(order, requester: .user(uid: 0), request: RequestID(1)))
        record += core.takeChanges()
        return record + (isConfirmed ? core.takeConfirmation() : [])
      }
    }

    private func configuration() -> Configuration {
      var configuration = Configuration()
      var db = ServiceDefinition(name: "db", .process, exec: Command(["/bin/sleep", "1000"]))
      db.ready = .aliveFor(.zero)
      db.stop.gracePeriod = .seconds(3600)
      configuration.services["db"] = db
      return configuration
    }

    private func shell(_ record: [UInt8]) throws -> Shell {
      let core = try Supervisor.restored(from: StateRecord(record), configuration: configuration(), seed: 1)
      let directory = temporaryPath("state")
      let loop = try EventLoop()
      return try Shell(
        loop: loop, launcher: Launcher(logDirectory: directory, openFiles: OpenFiles(soft: 256, hard: 256)),
        journal: Journal(to: OwnLog(), from: .error), core: core, program: nil, starter: LocalStarter(),
        worker: { () throws(SystemError) in [] }
      ) { JailManager(own: $0, pool: $1, stateDirectory: directory) }
    }

    @Test("a signal that may not have been sent is sent; one that was is not", arguments: [false, true])
    func signals(isConfirmed: Bool) throws {
      let before = try Predecessor(configuration())
      let shell = try shell(before.stop(isConfirmed: isConfirmed))
      let key = try #require(before.key)
      let entry = KeeperConnection.Entry(identity: key.serial, pid: before.pid, state: .foreign, label: "main db")
      shell.begin(StateKeeping(try StateFiles()), StateFrame(places: .init(socket: "/s", stateDirectory: "/d")))
      shell.resume {
        shell.table.adopt([entry], HeldProcesses()) { entry in
          shell.core.owner(of: ProcessKey(serial: entry.identity), ProcessLabel(entry.label)).map { ProcessOwner($0) }
        }
      }
      if isConfirmed { kill(before.pid, SIGKILL) }
      while before.end == nil { try before.loop.turn() }
      #expect(before.end == (isConfirmed ? "signal 9 (KILL)" : "signal 15 (TERM)"))
      before.table.signalSubtree(ProcessOwner(Incarnation(ServiceID(0), serial: 7)), SIGKILL)
      while !before.table.trees.isEmpty { try before.loop.turn() }
    }
  }
}
