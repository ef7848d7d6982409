import Testing

@testable import ControlProtocol

@Suite("Answers for people")
struct PrintingTests {
  private let bad = "\u{1B}]0;owned\u{7}\nroot \u{202E}\u{9B}2J"

  private func printed(_ message: ServerMessage) throws -> ServerMessage {
    try ServerMessage(decoding: message.encoded(), isForPrinting: true)
  }

  private func isClean(_ text: String?) -> Bool {
    text?.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "\u{202E}" } ?? true
  }

  @Test("no text of an answer acts on the terminal: titles of processes, causes, names, documentation")
  func texts() throws {
    let entries = [ProcessEntry(service: bad, pid: 1, parent: nil, command: bad, isMain: true)]
    guard case .reply(_, let reply) = try printed(.reply(RequestNumber(1), Reply(.processes(entries)))),
      case .processes(let found) = reply.content
    else { Issue.record("another message"); return }
    #expect(isClean(found[0].command) && isClean(found[0].service))
    #expect(found[0].command.hasPrefix("\\^[]0;owned\\^G\\^Jroot "))

    var status = ServiceStatus(name: bad, state: .failed, since: Timestamp(millisecondsSinceEpoch: 0))
    status.cause = bad
    status.documentation = bad
    status.exec = [bad]
    status.log = bad
    guard case .progress(_, .services(let services)) = try printed(.progress(RequestNumber(1), .services([status])))
    else {
      Issue.record("another message")
      return
    }
    let shown = services[0]
    for text in [shown.name, shown.cause, shown.documentation, shown.exec[0], shown.log] { #expect(isClean(text)) }

    let error = ControlError(.startFailed, bad, hint: bad, suggestions: [bad])
    guard case .reply(_, let failed) = try printed(.reply(RequestNumber(1), Reply(error: error))) else { return }
    for text in [failed.error?.message, failed.error?.hint, failed.error?.suggestions[0]] { #expect(isClean(text)) }
  }

  @Test("a definition keeps its lines, the output of an action everything, and a program gets all as it is")
  func exceptions() throws {
    let definition = ServerMessage.reply(RequestNumber(1), Reply(.definition("a {\n\tb = 1\n}\n")))
    #expect(try printed(definition) == definition)
    let output = ServerMessage.progress(RequestNumber(1), .output(OutputChunk(.stdout, Array(bad.utf8))))
    #expect(try printed(output) == output)
    let note = ServerMessage.progress(RequestNumber(1), .note(bad, service: nil))
    #expect(try ServerMessage(decoding: note.encoded()) == note)
    #expect(try printed(note) != note)
  }
}
