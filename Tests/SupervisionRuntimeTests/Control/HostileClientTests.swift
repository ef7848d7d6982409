import ControlProtocol
import Supervision
import Testing

@testable import SupervisionRuntime

/// Whatever a client does, it loses its connection at the worst, and nobody else notices.
@Suite("Clients that misbehave")
struct HostileClientTests {
  private var impatient: ControlLimits {
    var limits = ControlLimits()
    limits.timeToFinishLine = .milliseconds(20)
    return limits
  }

  @Test("half a line has a time to be finished")
  func halfALine() throws {
    let scene = try ControlScene(limits: impatient)
    let client = try scene.connect()
    client.write(#"{"id":1,"comm"#)
    try scene.end(of: client)
    #expect(scene.delegate.received.isEmpty)
    try scene.expectService()
  }

  @Test("the time runs from a line's first byte, and anew for each line")
  func trickle() throws {
    let scene = try ControlScene(limits: impatient)
    let client = try scene.connect()
    // Each piece ends a line and begins the next: the connection lives as long as the lines do end.
    client.write(#"{"id":1,"command":"load"}"# + "\n{")
    for id in 2...6 {
      _ = try scene.reply(for: client)
      client.write(#""id":\#(id),"command":"load"}"# + "\n{")
    }
    #expect(try scene.reply(for: client).error == nil)
    try scene.end(of: client)
  }

  @Test("a client that is only silent may be so")
  func silent() throws {
    let scene = try ControlScene(limits: impatient)
    let silent = try scene.connect()
    let hasty = try scene.connect()
    hasty.write("{")
    try scene.end(of: hasty)
    silent.send(.shutdown)
    #expect(try scene.reply(for: silent).error == nil)
  }

  @Test("what a dropped client did not read is taken out of the sum of all once, not twice")
  func sumOfUnread() throws {
    var limits = ControlLimits()
    limits.unreadOutput = 16 << 10
    let scene = try ControlScene(limits: limits)
    // Larger than its bound, smaller than the socket's buffer: it could still be written after the drop.
    scene.delegate.progress = [.output(OutputChunk(.stdout, [UInt8](repeating: 0x78, count: 32 << 10)))]
    let client = try scene.connect()
    client.send(.load(.init()))
    try scene.end(of: client)
    #expect(scene.server.connectionCount == 0)
    #expect(scene.server.unreadOutput == 0)
  }

  @Test("a line of ten megabytes is refused after its bound, and read no further")
  func longLine() throws {
    let scene = try ControlScene()
    let client = try scene.connect()
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 10)
    var sent = 0
    try scene.turn(until: {
      guard sent < 10 << 20, let count = client.write(piece) else { return true }
      sent += count
      return false
    })
    #expect(sent < 10 << 20)
    #expect(try scene.reply(for: client).error?.code == .lineTooLong)
    try scene.end(of: client)
    try scene.expectService()
  }

  @Test("binary junk is answered and ends the connection")
  func junk() throws {
    let scene = try ControlScene()
    let client = try scene.connect()
    client.write(
      [0x7F, 0x45, 0x4C, 0x46, 0x00, 0xFF, 0x0A] + ClientMessage(id: RequestNumber(1), request: .shutdown).encoded())
    #expect(try scene.reply(for: client).error?.code == .malformedRequest)
    try scene.end(of: client)
    #expect(scene.delegate.received.isEmpty)
    try scene.expectService()
  }

  @Test("who hangs up before the reply is told of to the delegate, once")
  func hangUp() throws {
    let scene = try ControlScene()
    scene.delegate.answersAtOnce = false
    let client = try scene.connect()
    client.send(.start(names: ["slow"], .init()))
    try scene.turn(until: { !scene.delegate.open.isEmpty })
    client.hangUp()
    try scene.turn(until: { !scene.delegate.gone.isEmpty })
    #expect(scene.delegate.gone == scene.delegate.open)
    // The answer to nobody goes nowhere.
    scene.server.finish(Reply(), for: scene.delegate.open[0])
    #expect(scene.server.connectionCount == 0)
    scene.delegate.answersAtOnce = true
    try scene.expectService()
  }

  @Test("who hangs up in the middle of a long answer is forgotten")
  func hangUpInReply() throws {
    let scene = try ControlScene()
    scene.delegate.answersAtOnce = false
    let client = try scene.connect()
    client.send(.status(names: [], detail: .full))
    try scene.turn(until: { !scene.delegate.open.isEmpty })
    let long = Progress.note(String(repeating: "x", count: 1 << 20), service: nil)
    for _ in 0..<4 { scene.server.report(long, for: scene.delegate.open[0]) }
    client.hangUp()
    try scene.turn(until: { scene.server.connectionCount == 0 })
    #expect(scene.delegate.gone == scene.delegate.open)
  }

  @Test("who does not read loses the connection when too much is waiting")
  func slowReader() throws {
    var limits = ControlLimits()
    limits.unreadOutput = 1 << 20
    let scene = try ControlScene(limits: limits)
    scene.delegate.answersAtOnce = false
    let client = try scene.connect()
    client.send(.action(service: "a", action: "talk", arguments: []))
    try scene.turn(until: { !scene.delegate.open.isEmpty })
    let chunk = Progress.output(OutputChunk(.stdout, [UInt8](repeating: UInt8(ascii: "x"), count: 4096)))
    var reports = 0
    while scene.server.connectionCount > 0, reports < 10_000 {
      scene.server.report(chunk, for: scene.delegate.open[0])
      reports += 1
    }
    // The bound, and what the kernel's own buffer holds.
    #expect((256..<1024).contains(reports))
    #expect(scene.delegate.gone == scene.delegate.open)
  }

  @Test("of all who do not read, the one with the most unread goes first")
  func slowest() throws {
    var limits = ControlLimits()
    limits.unreadOutputOfAll = 8 << 20
    let scene = try ControlScene(limits: limits)
    scene.delegate.answersAtOnce = false
    let small = try scene.connect()
    let large = try scene.connect()
    small.send(.status(names: ["small"], detail: .brief))
    try scene.turn(until: { scene.delegate.open.count == 1 })
    large.send(.status(names: ["large"], detail: .brief))
    try scene.turn(until: { scene.delegate.open.count == 2 })
    let megabyte = Progress.note(String(repeating: "x", count: 1 << 20), service: nil)
    scene.server.report(megabyte, for: scene.delegate.open[0])
    for _ in 0..<10 { scene.server.report(megabyte, for: scene.delegate.open[1]) }
    #expect(scene.delegate.gone == [scene.delegate.open[1]])
    #expect(scene.server.connectionCount == 1)
  }

  @Test("more requests than may be open wait in the socket, and are carried out in turn")
  func manyRequests() throws {
    var limits = ControlLimits()
    limits.openRequests = 4
    let scene = try ControlScene(limits: limits)
    scene.delegate.answersAtOnce = false
    let client = try scene.connect()
    for _ in 0..<20 { client.send(.load(.init())) }
    try scene.turn(until: { scene.delegate.open.count == 4 })
    try scene.letSettle()
    #expect(scene.delegate.open.count == 4)
    for done in 0..<20 {
      try scene.turn(until: { scene.delegate.open.count > done })
      #expect(scene.delegate.open.count <= done + 4)
      scene.server.finish(Reply(), for: scene.delegate.open[done])
    }
    for _ in 0..<20 { _ = try scene.reply(for: client) }
  }

  @Test("who asks much and reads nothing is not asked further")
  func backPressure() throws {
    var limits = ControlLimits()
    limits.unreadBeforePause = 64 << 10
    let scene = try ControlScene(limits: limits)
    scene.delegate.progress = [.note(String(repeating: "x", count: 100 << 10), service: nil)]
    let client = try scene.connect()
    for _ in 0..<30 { client.send(.load(.init())) }
    try scene.turn(until: { scene.delegate.received.count >= 3 })
    try scene.letSettle()
    let carriedOut = scene.delegate.received.count
    #expect(carriedOut < 10)
    // Once it reads, all of them are answered.
    for _ in 0..<30 { #expect(try scene.reply(for: client).error == nil) }
  }

  @Test("who sends to a client that does not read is told to wait, and told when to go on")
  func callerBehind() throws {
    var limits = ControlLimits()
    limits.unreadBeforePause = 64 << 10
    let scene = try ControlScene(limits: limits)
    scene.delegate.answersAtOnce = false
    let client = try scene.connect()
    client.send(.action(service: "a", action: "talk", arguments: []))
    try scene.turn(until: { !scene.delegate.open.isEmpty })
    let open = scene.delegate.open[0]
    var caughtUp: [UInt64] = []
    scene.delegate.onCaughtUp = { caughtUp.append($0) }
    let chunk = Progress.output(OutputChunk(.stdout, [UInt8](repeating: UInt8(ascii: "x"), count: 16 << 10)))
    // Thirty megabytes, at the client's own pace.
    var sent = 0
    var received = 0
    while received < 30 << 20 {
      while sent < 30 << 20 {
        sent += 16 << 10
        guard scene.server.report(chunk, for: open) else { break }
      }
      #expect(scene.server.unreadOutput < 128 << 10)
      let before = caughtUp.count
      try scene.turn(until: {
        while case .progress(_, .output(let output)) = try client.nextMessage() { received += output.bytes.count }
        return caughtUp.count > before || received == 30 << 20
      })
    }
    #expect(caughtUp.count > 10)
    #expect(scene.delegate.gone.isEmpty)
    scene.server.finish(Reply(), for: open)
    #expect(try scene.reply(for: client).error == nil)
  }

  @Test("one that sends a thousand requests at once does not keep the others waiting")
  func fairness() throws {
    let scene = try ControlScene()
    let greedy = try scene.connect()
    let modest = try scene.connect()
    _ = try scene.message(for: greedy)
    _ = try scene.message(for: modest)
    for _ in 0..<1000 { greedy.send(.load(.init())) }
    modest.send(.shutdown)
    try scene.turn(until: { scene.delegate.received.contains(.shutdown) })
    #expect(scene.delegate.received.count < 100)
  }

  @Test("200 silent connections of one user make room for the one that asks")
  func flood() throws {
    let scene = try ControlScene()
    let silent = try (0..<200).map { number in
      let client = try scene.connect()
      if number % 2 == 0 { client.write("{\"id\":1,") }
      try scene.turn(until: { try client.nextMessage() != nil })
      return client
    }
    #expect(scene.server.connectionCount <= ControlLimits().connectionsPerUser)
    try scene.expectService()
    #expect(try silent[0].hasEnded())
    #expect(try !silent[199].hasEnded())
  }

  @Test("connections that wait for an answer are not given up for new ones; those hear that it is busy")
  func busy() throws {
    var limits = ControlLimits()
    limits.connectionsPerUser = 3
    limits.reservedConnections = 0
    let scene = try ControlScene(limits: limits)
    scene.delegate.answersAtOnce = false
    let clients = try (0..<3).map { _ in try scene.connect() }
    for client in clients { client.send(.load(.init())) }
    try scene.turn(until: { scene.delegate.open.count == 3 })
    let late = try scene.connect()
    #expect(try scene.reply(for: late).error?.code == .busy)
    try scene.end(of: late)
    for open in scene.delegate.open { scene.server.finish(Reply(), for: open) }
    for client in clients { #expect(try scene.reply(for: client).error == nil) }
  }

  @Test("root gets through when all of root's connections wait for answers, also when the reserve is full")
  func reserve() throws {
    var limits = ControlLimits()
    limits.connectionsPerUser = 3
    limits.reservedConnections = 2
    let scene = try ControlScene(limits: limits)
    scene.delegate.answersAtOnce = false
    let common = try (0..<3).map { try scene.waiting($0) }
    let reserved = try (3..<5).map { try scene.waiting($0) }
    // The next takes the place of the one that has been silent in the reserve for the longest time.
    scene.delegate.answersAtOnce = true
    for _ in 0..<3 { try scene.expectService() }
    #expect(try reserved[0].hasEnded())
    #expect(scene.server.connectionCount <= 5)
    for open in scene.delegate.open.prefix(3) { scene.server.finish(Reply(), for: open) }
    for client in common { #expect(try scene.reply(for: client).error == nil) }
  }

  @Test("a socket that is made again while nobody is let in is listened to once")
  func listensOnce() throws {
    let scene = try ControlScene()
    try scene.server.listen()
    scene.server.pauseListening(for: .seconds(9))
    #expect(scene.server.listening == nil)
    try scene.server.listen()
    #expect(scene.server.pause == nil)
    try scene.expectService()
  }

  @Test("connections of others fill no place that is kept for root")
  func reserveBesideOthers() throws {
    var limits = ControlLimits()
    limits.connections = 3
    limits.reservedConnections = 1
    let scene = try ControlScene(limits: limits)
    scene.delegate.answersAtOnce = false
    let clients = try (0..<3).map { try scene.waiting($0) }
    scene.delegate.answersAtOnce = true
    try scene.expectService()
    for client in clients { #expect(try !client.hasEnded()) }
  }
}

extension ControlScene {
  /// A client whose request stays open.
  fileprivate func waiting(_ number: Int) throws -> RawClient {
    let client = try connect()
    client.send(.load(.init()))
    try turn(until: { delegate.open.count == number + 1 })
    return client
  }

  /// Turns the loop until it has nothing left to do but wait.
  fileprivate func letSettle() throws {
    var isQuiet = false
    loop.schedule(at: Clock.now() + .milliseconds(20)) { isQuiet = true }
    while !isQuiet { try loop.turn() }
  }
}
