import Testing

@testable import Supervision

@Suite("Lists of names that stay on a line")
struct ShortListTests {
  @Test("so many are named, and the others counted")
  func count() {
    #expect([String]().listed(atMost: 2) == "")
    #expect(["a"].listed(atMost: 2) == "a")
    #expect(["a", "b"].listed(atMost: 2) == "a, b")
    #expect(["a", "b", "c"].listed(atMost: 2) == "a, b and 1 more")
    #expect((1...9).map { "\($0)" }.listed(atMost: 2) == "1, 2 and 7 more")
  }
}
