import OrderedCollections
import Testing

@testable import Supervision

@Suite("Versions of the state record")
struct StateRecordVersionTests {
  /// What a later version might write, byte by byte: fields that this one does not know, and some missing that it does.
  private static let later: [UInt8] =
    // 1 counters { 1 next serial: 100, 9 something new }
    [0x03, 0x04, 0x02, 0x64, 0x12, 0x2a]
    // 3 service {
    + [0x07, 0x1d]
    // 1 number: 0, 2 incarnation: 7, 3 name: "db"
    + [0x02, 0x00, 0x04, 0x07, 0x07, 0x02, 0x64, 0x62]
    // 4 marks: has lived, of files, configured, and one that is new
    + [0x08, 0xb4, 0x80, 0x02]
    // 13 machine { 1 state { 1 running: 4, 2 main: 12 }, 2 since: 1000, 30 something new } }
    + [0x1b, 0x0d, 0x03, 0x04, 0x02, 0x04, 0x04, 0x0c, 0x04, 0xd0, 0x0f, 0x3d, 0x02, 0x68, 0x69]
    // 40 something new }
    + [0x50, 0x01]
    // 5 process { 1 key: 12, 2 service: 0, 3 role { 1 main } }
    + [0x0b, 0x08, 0x02, 0x0c, 0x04, 0x00, 0x07, 0x02, 0x02, 0x01]
    // 99 something new
    + [0xc7, 0x01, 0x01, 0x00]

  /// A batch, as docs/STATE-RECORD.md has it.
  private static func batch(_ fields: [UInt8], version: UInt8, readableFrom: UInt8) -> [UInt8] {
    let head: [UInt8] = [
      0x46, 0x58, 0x53, 0x52, version, 0, readableFrom, 0, 1, 0, 0, 0, UInt8(fields.count), 0, 0, 0,
    ]
    let sum = StateRecordHash.of((head + fields)[...])
    return head + fields + (0..<8).map { UInt8(truncatingIfNeeded: sum >> (UInt64($0) * 8)) }
  }

  @Test("a later version that says it can be read is read, without what is new in it")
  func readable() throws {
    let bytes = Self.batch(Self.later, version: 2, readableFrom: 1)
    let files = Configuration([service("db")])
    var core = try Supervisor.restored(from: StateRecord(bytes), configuration: files, seed: 5)
    let key = ProcessKey(serial: 12)
    let actions = core.handle(.resume([key: .runs(pid: 812)]), at: Instant(nanoseconds: 2000))
    let id = try #require(core.find("db"))
    let snapshot = core.snapshot(of: id)
    #expect(snapshot.state == .running && snapshot.mainPID == 812 && snapshot.since == Instant(nanoseconds: 1000))
    #expect(snapshot.intent == nil && snapshot.respawns == 0 && snapshot.lastExit == nil)
    #expect(core.incarnation(of: id).serial == 7)
    #expect(!actions.contains { if case .record = $0 { false } else { true } })
    // No number is given twice.
    #expect(core.nextSerial == 100)
  }

  @Test("a later version that says it cannot be read is refused, with both versions")
  func unreadable() {
    let bytes = Self.batch(Self.later, version: 3, readableFrom: 2)
    let expected = StateRecordError.tooNew(version: 3, readableFrom: 2)
    #expect(throws: expected) { try StateRecord(bytes) }
    #expect("\(expected)" == "it is of version 3, for readers of version 2 or later; this one is 1")
  }

  @Test("what version 1 wrote is read for as long as there are upgrades from it")
  func first() throws {
    let digits = Array(Self.written.utf8.filter { $0 > 32 })
    let bytes = try stride(from: 0, to: digits.count, by: 2).map { position in
      try #require(UInt8(String(decoding: digits[position..<position + 2], as: UTF8.self), radix: 16))
    }
    let core = try Supervisor.restored(from: StateRecord(bytes), configuration: Self.files, seed: 5)
    let states = core.allServices.map { "\(core.name(of: $0)) \(core.state(of: $0))" }
    #expect(states == ["db running", "web stopping", "once completed", "flaky respawning", "extra running"])
    let web = core.snapshot(of: try #require(core.find("web")))
    #expect(web.cause == .stopped(.command(.user(uid: 0))) && web.mainPID == Self.world().snapshot("web")?.mainPID)
    let flaky = core.snapshot(of: try #require(core.find("flaky")))
    #expect(flaky.respawns == 1 && flaky.lastRespawnCause == .exited(.exited(3)))
    #expect(core.enablement.disabled == ["extra"])
  }

  /// The world of which ``written`` is what `wholeState()` said.
  static let files = Configuration([
    service("db"), service("web").requires("db").stopCommand(), oneShot("once"),
    service("flaky").respawns(delay: .seconds(3)),
  ])

  static func world() -> World {
    var world = World()
    world.plans["web"] = [.stopCommand: .runs]
    world.boot(files)
    world.load(Configuration([service("extra").gracePeriod(.seconds(33))]), scope: .part)
    world.order(.disable(["extra"], stop: false, options: OrderOptions()))
    world.end("flaky", .exited(3))
    world.stop("web")
    return world
  }

  static let written = """
    465853520100010001000000a10200000304021304010509020007056578747261073f020004010702646208340a000f0a030202010480a8
    d6b90712c8011b220304020404080480a8d6b90706010b0c040006000a001080a8d6b9071080a8d6b907076402010402070377656208340a
    021110030a030802020504020304000702020312ce011b40032202070512030402010612040c0880b8b5fa510c011200070a030802020504
    020304000480a8d6b90706010b0c040006000a001080a8d6b9071080a8d6b907074b0202040307046f6e636508340a040f0a030202010480
    a8d6b90712ca011b2c030202050480a8d6b90706010b0c040006000a001080a8d6b9070d04020104000e80a8d6b9071080a8d6b907076e02
    0304040705666c616b7908340a060f0a030202010480a8d6b90712cc011b4e031402060510050802080504020104030880a0d9e61d0480a8
    d6b90706010b1c0280a8d6b907040106000a010c80a8d6b9070f0802080504020104030d04020104030e80a8d6b9071080a8d6b907074202
    04040e0705657874726108050a080f0a030202020480a8d6b90712d0011b220304020404100480a8d6b90706010b0c040006000a001080a8
    d6b9071080a8d6b90709bd010204040e07b6010305657874726105ac0173657276696365206578747261207b0a202065786563203d205b2f
    62696e2f65787472615d3b0a202073746f70207b0a202020207369676e616c203d205445524d3b0a2020202067726163652d706572696f64
    203d203333733b0a202020206b696c6c203d20737562747265653b0a20202020636f6e74696e7565203d20747275653b0a20207d0a202072
    65616479207b0a20202020616c6976652d666f72203d2030733b0a20207d0a7d0a0b0802080400070202010b08020c0401070202010b0802
    100404070202010b08021204010702020473cb926a4a417499
    """
}
