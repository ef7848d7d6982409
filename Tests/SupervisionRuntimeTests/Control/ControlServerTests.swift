import ControlProtocol
import Supervision
import Testing

@testable import SupervisionRuntime

@Suite("The control server")
struct ControlServerTests {
  @Test("greets, hands a request over with its caller's credentials, and brings the answers back")
  func conversation() throws {
    let scene = try ControlScene()
    let client = try scene.connect()
    #expect(try scene.message(for: client) == .greeting(Greeting(daemonVersion: "0.1.0", pid: 812)))
    scene.delegate.progress = [.note("one", service: nil), .note("two", service: nil)]
    client.send(.start(names: ["nginx"], .init()))
    #expect(try scene.message(for: client) == .progress(RequestNumber(1), .note("one", service: nil)))
    #expect(try scene.message(for: client) == .progress(RequestNumber(1), .note("two", service: nil)))
    #expect(try scene.message(for: client) == .reply(RequestNumber(1), Reply()))
    #expect(scene.delegate.received == [.start(names: ["nginx"], .init())])
    #expect(scene.delegate.peers.map(\.user) == [Host.user])
  }

  @Test("several requests of one connection are open at a time and end in any order")
  func interleaved() throws {
    let scene = try ControlScene()
    scene.delegate.answersAtOnce = false
    let client = try scene.connect()
    client.send(.start(names: ["a"], .init()))
    client.send(.start(names: ["b"], .init()))
    try scene.turn(until: { scene.delegate.open.count == 2 })
    let (first, second) = (scene.delegate.open[0], scene.delegate.open[1])
    scene.server.finish(Reply(.definition("b")), for: second)
    scene.server.finish(Reply(.definition("a")), for: first)
    #expect(try scene.reply(for: client).content == .definition("b"))
    #expect(try scene.reply(for: client).content == .definition("a"))
  }

  @Test("a request gets one reply, and nothing after it")
  func exactlyOne() throws {
    let scene = try ControlScene()
    scene.delegate.answersAtOnce = false
    let client = try scene.connect()
    client.send(.shutdown)
    try scene.turn(until: { !scene.delegate.open.isEmpty })
    let open = scene.delegate.open[0]
    scene.server.finish(Reply(), for: open)
    scene.server.report(.note("late", service: nil), for: open)
    scene.server.finish(Reply(.definition("again")), for: open)
    scene.delegate.answersAtOnce = true
    client.send(.load(.init()))
    _ = try scene.message(for: client)
    #expect(try scene.message(for: client) == .reply(RequestNumber(1), Reply()))
    #expect(try scene.message(for: client) == .reply(RequestNumber(2), Reply()))
  }

  @Test("an id that is in use is refused; the request that has it is not touched")
  func duplicate() throws {
    let scene = try ControlScene()
    scene.delegate.answersAtOnce = false
    let client = try scene.connect()
    client.write(#"{"id":1,"command":"load"}"# + "\n" + #"{"id":1,"command":"shutdown"}"# + "\n")
    #expect(try scene.reply(for: client).error?.code == .duplicateID)
    #expect(scene.delegate.received == [.load(.init())])
    scene.server.finish(Reply(), for: scene.delegate.open[0])
    #expect(try scene.reply(for: client).error == nil)
  }

  @Test("a mistake in a request is answered, and the connection goes on")
  func mistake() throws {
    let scene = try ControlScene()
    let client = try scene.connect()
    client.write(#"{"id":5,"command":"strat","services":["a"]}"# + "\r\n")
    #expect(try scene.reply(for: client).error?.code == .unknownCommand)
    client.send(.shutdown)
    #expect(try scene.reply(for: client).error == nil)
  }

  @Test("a client that has only stopped sending still gets its reply, then the end")
  func halfClosed() throws {
    let scene = try ControlScene()
    scene.delegate.answersAtOnce = false
    let client = try scene.connect()
    client.send(.shutdown)
    client.stopSending()
    try scene.turn(until: { !scene.delegate.open.isEmpty })
    try scene.expectServiceWhileOpen()
    #expect(scene.delegate.gone.isEmpty)
    scene.server.finish(Reply(.definition("here")), for: scene.delegate.open[0])
    #expect(try scene.reply(for: client).content == .definition("here"))
    try scene.end(of: client)
  }

  @Test("closing sends what is left, ends the connections and removes the socket")
  func closing() throws {
    let scene = try ControlScene()
    let client = try scene.connect()
    client.send(.shutdown)
    try scene.turn(until: { !scene.delegate.received.isEmpty })
    var isClosed = false
    scene.server.close(within: .seconds(5)) { isClosed = true }
    try scene.turn(until: { isClosed })
    #expect(try scene.reply(for: client).error == nil)
    try scene.end(of: client)
    #expect(throws: SystemError.self) { try scene.connect() }
  }
}

extension ControlScene {
  /// A client that is served while the delegate keeps every other request open.
  fileprivate func expectServiceWhileOpen() throws {
    delegate.answersAtOnce = true
    defer { delegate.answersAtOnce = false }
    try expectService()
  }
}

@Suite("Who may do what")
struct AccessPolicyTests {
  private let somebody = PeerCredentials(user: 4_000_000_001, group: 4_000_000_002, pid: nil)

  private func allows(_ policy: AccessPolicy, _ access: Request.Access, _ peer: PeerCredentials) -> Bool {
    var policy = policy
    return policy.allows(access, to: peer)
  }

  @Test("root and the supervisor's own user may do everything")
  func privileged() {
    let policy = AccessPolicy(owner: 1001)
    for user: UInt32 in [0, 1001] {
      let peer = PeerCredentials(user: user, group: 4_000_000_002, pid: nil)
      #expect(allows(policy, .read, peer))
      #expect(allows(policy, .control, peer))
    }
    #expect(!policy.admitsOthers)
  }

  @Test("nobody else may do anything unless listed")
  func others() {
    let policy = AccessPolicy(owner: 1001)
    #expect(!allows(policy, .read, somebody))
    #expect(!allows(policy, .control, somebody))
  }

  @Test("`read` may look, `control` may look and act")
  func lists() {
    let reader = AccessPolicy(owner: 1001, read: ["4000000001"])
    #expect(allows(reader, .read, somebody))
    #expect(!allows(reader, .control, somebody))
    let controller = AccessPolicy(owner: 1001, control: ["4000000001"])
    #expect(allows(controller, .read, somebody))
    #expect(allows(controller, .control, somebody))
    #expect(controller.admitsOthers)
  }

  @Test("only root and the supervisor's own user may have any file read")
  func files() {
    let policy = AccessPolicy(owner: 1001, control: ["4000000001"])
    #expect(allows(policy, Request.load(.init()).access, somebody))
    #expect(!allows(policy, Request.load(.init(path: "/etc/master.passwd")).access, somebody))
    for user: UInt32 in [0, 1001] {
      let peer = PeerCredentials(user: user, group: 4_000_000_002, pid: nil)
      #expect(allows(policy, Request.load(.init(path: "/etc/master.passwd")).access, peer))
    }
  }

  @Test("a group counts for who has it as effective group, and for its members in the database")
  func groups() throws {
    let policy = AccessPolicy(owner: 1001, control: ["@4000000002"])
    #expect(allows(policy, .control, somebody))
    #expect(!allows(policy, .control, PeerCredentials(user: 4_000_000_001, group: 4_000_000_003, pid: nil)))

    let account = try #require(try Account.find(user: 1) ?? Account.find(user: 65_534))
    let name = try #require(try Group.name(of: account.group))
    let byDatabase = AccessPolicy(owner: 1001, read: ["@\(name)"])
    #expect(allows(byDatabase, .read, PeerCredentials(user: account.user, group: 4_000_000_003, pid: nil)))
  }

  @Test("a name that nothing answers to grants nothing, and is told")
  func unknown() {
    let policy = AccessPolicy(owner: 1001, read: ["no such user", "@no such group"])
    #expect(policy.unknownNames == ["no such user", "@no such group"])
    #expect(!policy.admitsOthers)
  }
}
