import Testing

@testable import ControlProtocol

@Suite("What --json prints")
struct ReplyDocumentTests {
  private func text(_ document: ReplyDocument) -> String { String(decoding: document.encoded(), as: UTF8.self) }

  @Test("what was told besides is in it")
  func notes() {
    var document = ReplyDocument(for: .start(names: ["web"], .init()))
    document.add(.note("web.ucl has changed since it was loaded", service: "web"))
    document.add(.note("and something else", service: nil))
    #expect(
      text(document)
        == #"{"ok":true,"notes":[{"text":"web.ucl has changed since it was loaded","service":"web"},"#
        + #"{"text":"and something else"}]}"# + "\n")
  }

  @Test("the services of a status come before the supervisor, and are a list also when there are none")
  func services() throws {
    let now = Timestamp(millisecondsSinceEpoch: 0)
    var document = ReplyDocument(for: .status(names: [], detail: .full))
    document.reply = Reply(.supervisor(SupervisorStatus(version: "0", pid: 1, started: now, uid: 0)))
    #expect(text(document).hasPrefix(#"{"ok":true,"services":[],"supervisor":{"#))
    for name in ["web", "db"] { document.add(.services([ServiceStatus(name: name, state: .running, since: now)])) }
    #expect(document.services?.map(\.name) == ["web", "db"])
    let line = text(document)
    let places = ["\"web\"", "\"db\"", "\"supervisor\""].compactMap { line.firstRange(of: $0)?.lowerBound }
    #expect(places.count == 3 && places == places.sorted())
  }

  @Test("no byte that an action wrote is lost: what is no text is in base64")
  func bytes() {
    var document = ReplyDocument(for: .action(service: "web", action: "dump", arguments: []))
    document.add(.output(OutputChunk(.stdout, Array("gr\u{FC}n ".utf8))))
    #expect(text(document) == #"{"service":"web","ok":true,"stdout":"grün ","stderr":""}"# + "\n")
    document.add(.output(OutputChunk(.stdout, [0xFF, 0xC3])))
    document.add(.output(OutputChunk(.stderr, [0xC3])))
    document.add(.output(OutputChunk(.stderr, [0xBC])))
    #expect(text(document) == #"{"service":"web","ok":true,"stdout_base64":"Z3LDvG4g/8M=","stderr":"ü"}"# + "\n")
  }
}
