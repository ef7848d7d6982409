#if DEBUG && os(Linux)

  import Glibc
  import Supervision
  import Testing

  @testable import SupervisionRuntime

  extension ProcessTests {
    @Suite struct KeeperFaults {
      /// On this side; the other is the keeper's own program.
      static let pieces: [KernelFault] = [
        .shortening("sendmsg", to: 7), .shortening("recvmsg", to: 5),
        .failing("sendmsg", EINTR, after: 3, times: 5), .failing("recvmsg", EINTR, after: 2, times: 5),
        .failing("sendmsg", EAGAIN, after: 11, times: 3), .failing("recvmsg", EAGAIN, after: 7, times: 3),
      ]

      @Test("what is said to the keeper, and by it, arrives whole though it comes in pieces and with interruptions")
      func pieces() throws {
        let bench = try KeeperBench()
        let loop = try EventLoop()
        let table = try ProcessTable(loop: loop, starter: KeeperStarter(bench.connection, keeper: bench.keeper))
        try bench.connection.attach(to: loop)
        var spawned: Set<UInt64> = []
        var ends: [UInt64: String] = [:]
        table.onAnomaly = { Issue.record("\($0)") }
        table.onEvent = { event in
          switch event {
          case .spawned(let key, _): spawned.insert(key.serial)
          case .exited(let key, let status):
            #expect(ends.updateValue("\(status)", forKey: key.serial) == nil, "an end is told once")
          default: break
          }
        }
        let numbers: ClosedRange<UInt64> = 1...12
        let struck = try withFaults(Self.pieces) {
          for number in numbers { start(number, in: table) }
          while !table.trees.isEmpty { try loop.turn() }
          return KernelFault.struck("sendmsg") + KernelFault.struck("recvmsg")
        }
        #expect(spawned == Set(numbers))
        #expect(ends == Dictionary(uniqueKeysWithValues: numbers.map { ($0, "exit \($0)") }))
        #expect(struck > 100)
        try bench.end()
      }

      /// With a descriptor, which goes with the first byte of its message.
      private func start(_ number: UInt64, in table: ProcessTable) {
        let purpose = ProcessPurpose(
          key: ProcessKey(serial: number), owner: ProcessOwner(Incarnation(ServiceID(1), serial: number)),
          label: "main web", name: "web", rule: .init(StopRule()))
        table.start(LaunchBench.shell("exit \(number)"), for: purpose, output: nil) {
          SpawnFailure(stage: "\($0.stage)", errno: $0.code, message: "")
        }
      }
    }
  }

#endif
