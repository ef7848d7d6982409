import Testing

@testable import Supervision

@Suite struct StormFoldingTests {
  private var folding = StormFolding()
  private let start = Instant(nanoseconds: 0)

  private mutating func says(_ text: String, about subject: String = "", at milliseconds: Int64) -> Bool {
    folding.admits(text, of: text, about: subject, .notice, at: start + .milliseconds(milliseconds))
  }

  private mutating func before(_ subject: String?, at milliseconds: Int64) -> [String] {
    folding.summaries(about: subject, at: start + .milliseconds(milliseconds)).map(\.text)
  }

  @Test("a storm of equal messages is written a few times, then counted and told as one")
  mutating func storm() {
    var written = 0
    for millisecond in 0..<4_000 where says("r has ended", at: Int64(millisecond)) { written += 1 }
    #expect(written == StormFolding.most)
    #expect(folding.nextDeadline == start + .milliseconds(5) + StormFolding.firstSpan)
    #expect(folding.summaries(at: start + .seconds(4)).isEmpty)
    let told = folding.summaries(at: start + .milliseconds(4_005))
    #expect(told == [.init(text: "r has ended (3,995 times in 4 s)", level: .notice)])
    #expect(folding.nextDeadline == nil)
  }

  @Test("a storm that goes on is told in growing spans, and nothing of it is written between")
  mutating func longStorm() {
    var told: [String] = []
    for millisecond in stride(from: Int64(0), to: 200_000, by: 10) {
      let isWritten = says("x", at: millisecond)
      #expect(isWritten == (millisecond < 50))
      told += folding.summaries(at: start + .milliseconds(millisecond)).map(\.text)
    }
    #expect(
      told == [
        "x (401 times in 4 s)", "x (801 times in 8 s)", "x (1,601 times in 16 s)", "x (3,201 times in 32 s)",
        "x (6,401 times in 64 s)", "x (6,401 times in 64 s)",
      ])
  }

  @Test("what comes now and then is never folded, and there is nothing to wait for")
  mutating func calm() {
    for second in 0..<100 {
      #expect(says("x", at: Int64(second) * 1000))
      #expect(folding.nextDeadline == nil)
    }
  }

  @Test("messages of another kind are not held back")
  mutating func others() {
    for millisecond in 0..<100 { _ = says("storm", at: Int64(millisecond)) }
    #expect(says("other", at: 101))
    #expect(!says("storm", at: 102))
  }

  @Test("after a storm the same message is written again as it comes")
  mutating func after() {
    for millisecond in 0..<100 { _ = says("x", at: Int64(millisecond)) }
    #expect(folding.summaries(at: start + .seconds(5)).map(\.text) == ["x (95 times in 5 s, the last 5 s ago)"])
    #expect(says("x", at: 20_000))
  }

  @Test("what was counted when the supervisor ends is told then")
  mutating func end() {
    for millisecond in 0..<7 { _ = says("x", at: Int64(millisecond)) }
    #expect(folding.summaries(at: start + .milliseconds(8), isLast: true).map(\.text) == ["x (2 times in 1 s)"])
    for millisecond in 10..<11 { _ = says("x", at: Int64(millisecond)) }
    // One that was held back is no more than itself.
    #expect(folding.summaries(at: start + .seconds(50), isLast: true).map(\.text) == ["x (50 s ago)"])
  }

  @Test("what is held back about a service is told before anything else is said about it")
  mutating func overtaken() {
    for millisecond in 0..<6 { _ = says("r is running", about: "r", at: Int64(millisecond)) }
    for millisecond in 0..<7 { _ = says("q is running", about: "q", at: Int64(millisecond)) }
    #expect(says("r has failed", about: "r", at: 7))
    #expect(before("r", at: 7) == ["r is running"])
    #expect(before("r", at: 7).isEmpty)
    #expect(before(nil, at: 2_006) == ["q is running (2 times in 2 s, the last 2 s ago)"])
    #expect(folding.nextDeadline == nil)
  }

  @Test("kinds about the same are told together, the one that came last at the end")
  mutating func together() {
    for millisecond in 0..<10 {
      _ = says("r is running", about: "r", at: Int64(millisecond) * 10)
      _ = says("r has ended", about: "r", at: Int64(millisecond) * 10 + 1)
    }
    _ = says("r is running", about: "r", at: 100)
    #expect(
      folding.summaries(at: start + .milliseconds(4_100)).map(\.text) == [
        "r has ended (5 times in 4 s, the last 4 s ago)", "r is running (6 times in 4 s, the last 4 s ago)",
      ])
    #expect(folding.nextDeadline == nil)
  }

  @Test("thousands of kinds are forgotten, unless they are storms")
  mutating func many() {
    for millisecond in 0..<10 { _ = says("storm", at: Int64(millisecond)) }
    for number in 0..<20_000 { #expect(says("service \(number) is running", at: 11)) }
    #expect(!says("storm", at: 12))
  }
}
