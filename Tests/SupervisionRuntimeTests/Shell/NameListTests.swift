import Supervision
import Testing

@testable import SupervisionRuntime

@Suite("Lists of enabled and disabled services that are damaged")
struct NameListTests {
  @Test(
    "of a damaged list the last good copy counts, and it is said",
    arguments: [
      Array("web\n\0\0".utf8), [0xFF, 0xFE], Array("a b\n".utf8), Array("../x\n".utf8),
    ])
  func copy(_ damage: [UInt8]) throws {
    let state = try StateDirectory(path: temporaryPath("state"))
    defer { remove(state) }
    try state.write(Enablement(enabled: ["db"], disabled: ["web", "getty@ttyv0"]))
    try Files.replace("\(state.path)/disabled", with: damage)
    let saved = state.readEnablement()
    #expect(saved.enablement == Enablement(enabled: ["db"], disabled: ["web", "getty@ttyv0"]))
    #expect(saved.complaints.count == 1)
    #expect(saved.complaints.first?.contains("\(state.path)/disabled cannot be read") == true)
    #expect(saved.complaints.first?.contains("the last good copy") == true)
  }

  @Test("a list that an administrator has edited counts, and is the next good copy")
  func edited() throws {
    let state = try StateDirectory(path: temporaryPath("state"))
    defer { remove(state) }
    try state.write(Enablement(enabled: [], disabled: ["web"]))
    try Files.replace("\(state.path)/disabled", with: Array("web\n\napi".utf8))
    #expect(state.readEnablement().enablement.disabled == ["web", "api"])
    try Files.replace("\(state.path)/disabled", with: [0])
    #expect(state.readEnablement().enablement.disabled == ["web", "api"])
  }

  @Test("without a copy the lines that can be read count")
  func noCopy() throws {
    let state = try StateDirectory(path: temporaryPath("state"))
    defer { remove(state) }
    try Files.replace("\(state.path)/disabled", with: Array("web\n\u{1}\n".utf8))
    let saved = state.readEnablement()
    #expect(saved.enablement.disabled == ["web"])
    #expect(saved.complaints.first?.contains("line 2 is no name of a service") == true)
    try Files.remove("\(state.path)/disabled")
    try Files.makeDirectory("\(state.path)/disabled")
    #expect(state.readEnablement().complaints.first?.contains("it is a directory") == true)
    try Files.removeDirectory("\(state.path)/disabled")
  }

  private func remove(_ state: StateDirectory) {
    for name in (try? Files.names(in: state.path)) ?? [] { try? Files.remove("\(state.path)/\(name)") }
    try? Files.removeDirectory(state.path)
  }
}
