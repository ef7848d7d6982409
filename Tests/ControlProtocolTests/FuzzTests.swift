import Testing

@testable import ControlProtocol

/// Decoding meets damaged messages: whatever comes, it answers with a value or an error, and what it takes for a message
/// can be written again.
@Suite("Damaged messages")
struct FuzzTests {
  /// A generator with a seed, so that what fails can be repeated (SplitMix64).
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static let bits = Array(#"{}[]":,\0123456789-.eEnulltruefalse "#.utf8) + [0x00, 0x0A, 0x7F, 0x80, 0xC3, 0xFF]

  private func damaged(_ line: [UInt8], _ generator: inout Generator) -> [UInt8] {
    var line = line
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let position = Int.random(in: 0...line.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0 where position < line.count: line[position] = Self.bits.randomElement(using: &generator) ?? 0
      case 1 where position < line.count: line.remove(at: position)
      case 2: line.insert(Self.bits.randomElement(using: &generator) ?? 0, at: position)
      case 3: line.removeSubrange(position...)
      default:
        let end = Int.random(in: position...line.count, using: &generator)
        line.insert(contentsOf: Array(line[position..<end]), at: position)
      }
    }
    return line
  }

  @Test("requests", arguments: 0..<8)
  func requests(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let lines = Samples.requests.map { ClientMessage(id: RequestNumber(1), request: $0).encoded() }
    var accepted = 0
    for _ in 0..<2000 {
      guard let line = lines.randomElement(using: &generator) else { continue }
      guard let message = try? ClientMessage(decoding: damaged(line, &generator)) else { continue }
      accepted += 1
      #expect(try ClientMessage(decoding: message.encoded()) == message)
    }
    // Some damage goes unnoticed (inside a name); if none or all did, this would not test anything.
    #expect((1..<2000).contains(accepted))
  }

  @Test("answers", arguments: 0..<8)
  func answers(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let lines =
      Samples.replies.map { ServerMessage.reply(RequestNumber(1), $0).encoded() }
      + Samples.progress.map { ServerMessage.progress(RequestNumber(1), $0).encoded() }
    for _ in 0..<2000 {
      guard let line = lines.randomElement(using: &generator) else { continue }
      guard let message = try? ServerMessage(decoding: damaged(line, &generator)), message != .unknown else { continue }
      #expect(try ServerMessage(decoding: message.encoded()) == message)
    }
  }

  @Test("random bytes", arguments: 0..<4)
  func noise(seed: UInt64) {
    var generator = Generator(state: seed)
    for _ in 0..<2000 {
      let line = (0..<Int.random(in: 0..<64, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator)
      }
      #expect(throws: ClientMessage.Refusal.self) { try ClientMessage(decoding: line) }
    }
  }
}
