import CProc
import Supervision
import Testing

@testable import SupervisionRuntime

@Suite("The handshake with the keeper")
struct KeeperConnectionTests {
  @Test("an end that is told behind the table, while the holder still hands over, is known afterwards")
  func endDuringHandshake() throws {
    let keeper = try LocalSocket.pair()
    let holder = try LocalSocket.pair()
    let loop = try EventLoop()
    let keeperSays = try KeeperChannel(keeper.writing)
    let holderSays = try KeeperChannel(holder.writing)
    try keeperSays.attach(to: loop)
    try holderSays.attach(to: loop)
    keeperSays.send(CPROC_KEEPER_WELCOME, part: cproc_keeper_welcome())
    keeperSays.send(CPROC_KEEPER_HOLDER, [UInt8](repeating: 0, count: 8), descriptors: [holder.reading.number])
    for identity: UInt64 in [6, 7] {
      keeperSays.send(CPROC_KEEPER_ENTRY, identity: identity, part: cproc_keeper_entry())
    }
    keeperSays.send(CPROC_KEEPER_TABLE_END)
    keeperSays.send(
      CPROC_KEEPER_ENDED, identity: 7, part: cproc_keeper_ended(status: 9, state: CPROC_KEEPER_ENDED_WITH.rawValue))
    holderSays.send(CPROC_KEEPER_HELD_END)
    while keeperSays.backlog + holderSays.backlog > 0 { try loop.turn() }

    let takeover = try KeeperConnection(over: keeper.reading).greet(within: .seconds(10))

    #expect(takeover.entries.map(\.identity) == [6, 7])
    #expect(takeover.entries.map(\.state) == [.alive, .ended(WaitStatus(raw: 9))])
  }
}
