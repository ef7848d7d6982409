import Supervision
import Testing

@Suite("Patterns of names")
struct NamePatternTests {
  @Test(
    "a pattern matches whole names",
    arguments: [
      ("web@*", "web@1", true), ("web@*", "web@", true), ("web@*", "web", false), ("*", "anything", true),
      ("*", "", true), ("a?c", "abc", true), ("a?c", "ac", false), ("*db*", "postgres-db-1", true),
      ("*a*b", "xaxbxb", true), ("*a*b", "xaxbxc", false), ("plain", "plain", true), ("plain", "plainer", false),
    ])
  func matches(pattern: String, name: String, expected: Bool) {
    #expect(NamePattern(pattern).matches(name) == expected)
  }

  @Test("a pattern is told from a name", arguments: [("web@*", true), ("w?b", true), ("web", false), ("", false)])
  func kind(text: String, expected: Bool) {
    #expect(NamePattern.isPattern(text) == expected)
  }

  @Test("many stars cost no more than one")
  func stars() {
    let pattern = NamePattern(String(repeating: "*a", count: 1000) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 2000)))
  }
}
