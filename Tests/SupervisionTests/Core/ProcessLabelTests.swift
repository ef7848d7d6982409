import Testing

@testable import Supervision

@Suite("Labels of processes")
struct ProcessLabelTests {
  private static let roles: [(ProcessRole, String)] = [
    (.main, "main web"), (.preStart(0), "pre-start 1 web"), (.postStart(11), "post-start 12 web"),
    (.stopCommand, "stop web"), (.postStop(2), "post-stop 3 web"), (.reload, "reload web"),
    (.action(0), "action 1 web"),
  ]

  @Test("a label reads back as what was written", arguments: roles)
  func roundTrip(_ role: ProcessRole, _ text: String) {
    let label = ProcessLabel(role, of: "web")
    #expect(label.text == text)
    #expect(ProcessLabel(text) == label)
    #expect(label.role == role && label.isOf("web") && !label.isOf("web2"))
  }

  @Test("processes of the supervisor itself are no service's", arguments: [ProcessLabel.Own.worker, .jail])
  func own(_ own: ProcessLabel.Own) {
    let label = ProcessLabel(own)
    #expect(label.text == "own \(own.rawValue)")
    #expect(ProcessLabel(label.text) == label)
    #expect(label.role == nil && !label.isOf(own.rawValue))
  }

  @Test("a name that is too long is cut, and still told from others that begin alike", arguments: roles.map(\.0))
  func long(_ role: ProcessRole) {
    let stem = String(repeating: "x", count: ServiceName.longest - 1)
    let label = ProcessLabel(role, of: stem + "a")
    #expect(label.text.utf8.count == ProcessLabel.mostBytes)
    #expect(ProcessLabel(label.text) == label)
    #expect(label.isOf(stem + "a") && !label.isOf(stem + "b") && !label.isOf(stem))
  }

  @Test("the longest name that fits is not cut")
  func fitting() {
    let name = String(repeating: "x", count: ProcessLabel.mostBytes - 5)
    #expect(ProcessLabel(.main, of: name).text == "main \(name)")
    #expect(ProcessLabel(.main, of: name + "x").text.contains("~"))
  }

  @Test(
    "what is no label is none",
    arguments: [
      "", " ", "main", "main ", "main web x", "own", "own thing", "pre-start web", "pre-start 0 web",
      "pre-start 01 web",
      "pre-start -1 web", "pre-start 99999999999999999999 web", "sleep web", "sleep 1 web",
      "main " + String(repeating: "x", count: 59),
    ])
  func foreign(_ text: String) {
    #expect(ProcessLabel(text) == nil)
  }
}
