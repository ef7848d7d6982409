import OrderedCollections
import Testing

@testable import Supervision

@Suite("State records that are damaged")
struct StateRecordFuzzTests {
  private static let files = Configuration([
    service("db").respawns(), service("web").requires("db").preStart(2).postStop(), oneShot("once"),
    group("all").wants("web"),
  ])

  private static func sample(_ seed: UInt64) -> [UInt8] {
    var world = World()
    world.boot(files)
    world.load(Configuration([service("extra").with { $0.log = .none }]), scope: .part)
    switch seed % 4 {
    case 0: world.end("db", .signaled(11, core: true))
    case 1: world.stop("web")
    case 2: world.order(.stopRoot)
    default: world.restart("db")
    }
    return world.supervisor.wholeState()
  }

  /// The checksum is made to fit: it keeps accidents away, and the reader must not rely on it.
  private static func mended(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 24 else { return bytes }
    var mended = Array(bytes.dropLast(8))
    let size = mended.count - 16
    for index in 0..<4 { mended[12 + index] = UInt8(truncatingIfNeeded: size >> (index * 8)) }
    let sum = StateRecordHash.of(mended[...])
    return mended + (0..<8).map { UInt8(truncatingIfNeeded: sum >> (UInt64($0) * 8)) }
  }

  private static func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<1 + random.below(6) {
      let position = 16 + random.below(bytes.count - 24)
      switch random.below(5) {
      case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes[position] ^= 1 << random.below(8)
      case 2: bytes.remove(at: position)
      case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: position)
      default:
        let end = min(position + random.below(40), bytes.count - 8)
        bytes.replaceSubrange(position..<end, with: bytes[16..<min(16 + random.below(40), bytes.count - 8)])
      }
      guard bytes.count > 32 else { break }
    }
    return bytes
  }

  @Test("whatever is in it, a record is read or refused, and what was read goes on", arguments: 0..<8)
  func damage(part: Int) {
    let sample = Self.sample(UInt64(part))
    var random = SplitMix64(seed: UInt64(part))
    var read = 0
    for _ in 0..<1500 {
      let bytes = Self.mended(Self.mutated(sample, &random))
      guard let record = try? StateRecord(bytes),
        var core = try? Supervisor.restored(from: record, configuration: Self.files, seed: 1)
      else { continue }
      read += 1
      var fates: [ProcessKey: ProcessFate] = [:]
      for key in record.processKeys {
        fates[key] = random.chance(50) ? .runs(pid: 1) : random.chance(50) ? .neverStarted : .ended(.exited(0))
      }
      var now = Instant(nanoseconds: 1_000_000_000)
      _ = core.handle(.resume(fates), at: now)
      for _ in 0..<5 {
        now = now + .seconds(100)
        _ = core.handle(.tick, at: now)
      }
      _ = core.handle(.load(Self.files, scope: .all, requester: .load, request: nil), at: now)
      _ = core.handle(.shutdown(.shutdown), at: now)
      _ = core.takeChanges()
    }
    #expect(read > 0)
  }
}
