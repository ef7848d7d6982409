import Testing

@testable import ControlProtocol

@Suite("Messages survive the wire")
struct CodingTests {
  @Test("a request", arguments: Samples.requests)
  func request(_ request: Request) throws {
    let message = ClientMessage(id: RequestNumber(7), request: request)
    let line = message.encoded()
    #expect(line.last == UInt8(ascii: "\n"))
    #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
    #expect(try ClientMessage(decoding: line) == message)
  }

  @Test("an event", arguments: Samples.progress)
  func progress(_ progress: Progress) throws {
    let message = ServerMessage.progress(RequestNumber(7), progress)
    let line = message.encoded()
    #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
    #expect(try ServerMessage(decoding: line) == message)
  }

  @Test("a reply", arguments: Samples.replies)
  func reply(_ reply: Reply) throws {
    for id in [RequestNumber(7), nil] {
      let message = ServerMessage.reply(id, reply)
      #expect(try ServerMessage(decoding: message.encoded()) == message)
    }
  }

  @Test("the greeting")
  func greeting() throws {
    let message = ServerMessage.greeting(Greeting(daemonVersion: "0.1.0", pid: 812))
    #expect(
      String(decoding: message.encoded(), as: UTF8.self)
        == #"{"protocol":1,"daemon":"fruix-shepherd","version":"0.1.0","pid":812}"# + "\n")
    #expect(try ServerMessage(decoding: message.encoded()) == message)
  }

  @Test("the lines that docs/PROTOCOL.md shows")
  func documented() throws {
    #expect(
      String(
        decoding: ClientMessage(id: RequestNumber(2), request: .start(names: ["web"], .init())).encoded(), as: UTF8.self
      )
        == #"{"id":2,"protocol":1,"command":"start","services":["web"]}"# + "\n")
    let reply = ServerMessage.reply(
      RequestNumber(2), Reply(.outcomes([.init("web", .started, state: .running, pid: 1044)])))
    #expect(
      String(decoding: reply.encoded(), as: UTF8.self)
        == #"{"id":2,"ok":true,"outcomes":[{"service":"web","outcome":"started","state":"running","pid":1044}]}"#
        + "\n")
  }

  @Test("what a later version adds is passed over")
  func later() throws {
    let request = try ClientMessage(
      decoding: Array(#"{"new":{"a":[1]},"id":1,"command":"shutdown","also":null}"#.utf8))
    #expect(request == ClientMessage(id: RequestNumber(1), request: .shutdown))
    #expect(try ServerMessage(decoding: Array(#"{"id":1,"event":"weather","is":"fine"}"#.utf8)) == .unknown)
    guard
      case .reply(_, let reply) = try ServerMessage(
        decoding: Array(#"{"id":1,"ok":false,"error":{"code":"new-code","message":"m"},"x":1}"#.utf8))
    else { return #expect(Bool(false), "not a reply") }
    #expect(reply.error?.code.rawValue == "new-code")
  }

  @Test("null is the same as absent")
  func null() throws {
    let request = try ClientMessage(decoding: Array(#"{"id":1,"command":"load","path":null}"#.utf8))
    #expect(request.request == .load(.init()))
  }
}

@Suite("Requests that are refused")
struct RefusalTests {
  private func refusal(_ line: String) -> ClientMessage.Refusal? {
    do {
      _ = try ClientMessage(decoding: Array(line.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test("what is no JSON object ends the connection", arguments: ["", "start nginx", "[1]", "{\"id\":1", "\u{0}", "1"])
  func malformed(line: String) {
    let refusal = refusal(line)
    #expect(refusal?.isFatal == true)
    #expect(refusal?.id == nil)
    #expect(refusal?.error.code == .malformedRequest)
  }

  @Test("bytes that are not UTF-8 end the connection")
  func notText() {
    #expect(throws: ClientMessage.Refusal.self) {
      try ClientMessage(
        decoding: Array(#"{"id":1,"command":"status","services":[""#.utf8) + [0xFF] + Array(#""]}"#.utf8))
    }
  }

  @Test(
    "an object that is no request is answered",
    arguments: [
      (#"{"command":"status"}"#, ErrorCode.invalidRequest, false),
      (#"{"id":-1,"command":"status"}"#, .invalidRequest, false),
      (#"{"id":1.5,"command":"status"}"#, .invalidRequest, false),
      (#"{"id":9007199254740992,"command":"status"}"#, .invalidRequest, false),
      (#"{"id":1}"#, .invalidRequest, true),
      (#"{"id":1,"command":"strat"}"#, .unknownCommand, true),
      (#"{"id":1,"protocol":2,"command":"status"}"#, .protocolVersion, true),
      (#"{"id":1,"command":"start"}"#, .invalidRequest, true),
      (#"{"id":1,"command":"start","services":[]}"#, .invalidRequest, true),
      (#"{"id":1,"command":"start","services":[""]}"#, .invalidRequest, true),
      (#"{"id":1,"command":"start","services":"nginx"}"#, .invalidRequest, true),
      (#"{"id":1,"command":"start","services":[1]}"#, .invalidRequest, true),
      (#"{"id":1,"command":"start","services":["a"],"wait":"yes"}"#, .invalidRequest, true),
      (#"{"id":1,"command":"status","detail":"some"}"#, .invalidRequest, true),
      (#"{"id":1,"command":"wait","service":"a","for":"up"}"#, .invalidRequest, true),
      (#"{"id":1,"command":"wait","service":"a","for":"running","after":99999999999}"#, .invalidRequest, true),
      (#"{"id":1,"command":"wait","service":"a","for":"running","timeout_ms":-1}"#, .invalidRequest, true),
    ] as [(String, ErrorCode, Bool)])
  func invalid(line: String, code: ErrorCode, hasID: Bool) {
    let refusal = refusal(line)
    #expect(refusal?.error.code == code)
    #expect(refusal?.isFatal == false)
    #expect(refusal?.id == (hasID ? RequestNumber(1) : nil))
  }

  @Test("an unknown command is told the known ones")
  func commands() {
    #expect(refusal(#"{"id":1,"command":"strat"}"#)?.error.hint?.contains("start") == true)
  }

  @Test("nesting beyond the bound is refused")
  func nesting() {
    let deep = String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000)
    #expect(refusal("{\"id\":1,\"command\":\"status\",\"x\":\(deep)}")?.error.code == .malformedRequest)
  }
}
