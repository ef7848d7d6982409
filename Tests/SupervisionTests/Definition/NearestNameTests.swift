import Testing

@testable import Supervision

@Suite("Nearest names")
struct NearestNameTests {
  let keys = ServiceKey.allCases.map(\.rawValue)

  @Test(
    "a slip of the finger finds the key",
    arguments: [
      ("respwan-delay", "respawn-delay"), ("requirment", "requirement"), ("auto_start", "auto-start"),
      ("Exec", "exec"), ("exce", "exec"), ("umaks", "umask"), ("befor", "before"),
    ])
  func finds(_ typed: String, _ meant: String) {
    #expect(NearestName.best(for: typed, among: keys) == meant)
  }

  @Test("what resembles nothing finds nothing", arguments: ["keyboard", "zzz", "", "qqqqqqqqqqqq", "x"])
  func findsNothing(_ typed: String) {
    #expect(NearestName.best(for: typed, among: keys) == nil)
  }

  @Test("an exchange of neighbours is one edit")
  func transposition() {
    #expect(NearestName.distance("ab", "ba") == 1)
    #expect(NearestName.distance("abc", "cba") == 2)
    #expect(NearestName.distance("", "abc") == 3)
    #expect(NearestName.distance("kitten", "sitting") == 3)
  }

  @Test("the nearest comes first, equals in their order")
  func order() {
    #expect(NearestName.all(for: "nginx", among: ["ngin", "nginy", "nginx1", "nginx"]) == ["nginx", "ngin", "nginy"])
  }
}
