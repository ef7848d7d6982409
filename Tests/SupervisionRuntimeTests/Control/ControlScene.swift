import ControlProtocol
import Glibc
import Supervision
import Testing

@testable import SupervisionRuntime

/// A real server on a real socket, and clients of it, all in one thread: the test turns the event loop itself.
final class ControlScene {
  let loop: EventLoop
  let server: ControlServer
  let delegate = RecordingDelegate()
  private let directory: String
  private let path: String

  init(limits: ControlLimits = ControlLimits(), owner: UInt32 = Host.user) throws {
    var template = Array("/tmp/fruix-control-XXXXXX".utf8CString)
    directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    path = directory + "/socket"
    loop = try EventLoop()
    server = try ControlServer(
      on: ControlListener(path: path), loop: loop, policy: AccessPolicy(owner: owner), daemonVersion: "0.1.0", pid: 812,
      limits: limits)
    server.delegate = delegate
    delegate.server = server
  }

  deinit {
    try? Files.remove(path)
    try? Files.remove(path + ".lock")
    try? Files.removeDirectory(directory)
  }

  func connect() throws -> RawClient {
    RawClient(try LocalSocket.connect(to: path))
  }

  /// Turns the event loop until something holds. What does not come to hold is a failure, not a test that hangs.
  func turn(until condition: () throws -> Bool, _ location: SourceLocation = #_sourceLocation) throws {
    var isOver = false
    let alarm = loop.schedule(at: Clock.now() + .seconds(20)) { isOver = true }
    defer { loop.cancel(alarm) }
    while try !condition() {
      try #require(!isOver, "it never came to be", sourceLocation: location)
      try loop.turn()
    }
  }

  /// Waits for a client's next message.
  func message(for client: RawClient, _ location: SourceLocation = #_sourceLocation) throws -> ServerMessage {
    var message: ServerMessage?
    try turn(
      until: {
        message = try client.nextMessage()
        return message != nil
      }, location)
    return try #require(message)
  }

  /// Waits for the next reply, events passed over.
  func reply(for client: RawClient, _ location: SourceLocation = #_sourceLocation) throws -> Reply {
    while true {
      if case .reply(_, let reply) = try message(for: client, location) { return reply }
    }
  }

  /// Waits until the server has closed a connection.
  func end(of client: RawClient, _ location: SourceLocation = #_sourceLocation) throws {
    try turn(until: { try client.hasEnded() }, location)
  }

  /// That a well-behaved client is served, which is what matters whatever the others do.
  func expectService(_ location: SourceLocation = #_sourceLocation) throws {
    let client = try connect()
    client.send(.status(names: ["still", "served"], detail: .brief))
    #expect(try reply(for: client, location).error == nil, sourceLocation: location)
  }
}

/// Notes what it is asked, and answers at once unless told to keep the requests open.
final class RecordingDelegate: ControlDelegate {
  weak var server: ControlServer?
  var received: [Request] = []
  var open: [OpenRequest] = []
  var peers: [PeerCredentials] = []
  var gone: [OpenRequest] = []
  var answersAtOnce = true
  /// Sent before each reply.
  var progress: [Progress] = []
  var onCaughtUp: ((UInt64) -> Void)?

  func receive(_ request: Request, as open: OpenRequest, from peer: PeerCredentials) {
    received.append(request)
    self.open.append(open)
    peers.append(peer)
    guard answersAtOnce else { return }
    for progress in progress { server?.report(progress, for: open) }
    server?.finish(Reply(), for: open)
  }

  func callerGone(_ open: OpenRequest) {
    gone.append(open)
  }

  func caughtUp(_ connection: UInt64) {
    onCaughtUp?(connection)
  }
}

/// A client that can do everything wrong.
final class RawClient {
  private var descriptor: Descriptor?
  private var lines = LineBuffer(limit: 64 << 20)
  private var ended = false
  private var lastID: UInt32 = 0

  init(_ descriptor: consuming Descriptor) {
    self.descriptor = consume descriptor
  }

  private var number: Int32 {
    switch descriptor {
    case .some(let descriptor): descriptor.number
    case .none: -1
    }
  }

  /// Writes what the other side takes.
  /// - Returns: how much that was; `nil` when nobody is there.
  @discardableResult
  func write(_ bytes: [UInt8]) -> Int? {
    let count = Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    if count >= 0 { return count }
    return errno == EAGAIN ? 0 : nil
  }

  func write(_ text: String) {
    write(Array(text.utf8))
  }

  func send(_ request: Request) {
    lastID += 1
    write(ClientMessage(id: RequestNumber(lastID), request: request).encoded())
  }

  /// Closes the sending direction only.
  func stopSending() {
    shutdown(number, Int32(SHUT_WR))
  }

  func hangUp() {
    descriptor = nil
  }

  /// The next message that has arrived, or `nil`.
  func nextMessage() throws -> ServerMessage? {
    if let line = try lines.next() { return try ServerMessage(decoding: line) }
    try receive()
    guard let line = try lines.next() else { return nil }
    return try ServerMessage(decoding: line)
  }

  /// Whether the server has closed the connection; what it sent before is kept.
  func hasEnded() throws -> Bool {
    try receive()
    return ended
  }

  private func receive() throws {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while !ended {
      let count = recv(number, &buffer, buffer.count, 0)
      if count > 0 {
        lines.append(buffer[..<count])
      } else if count == 0 || errno == ECONNRESET {
        ended = true
      } else {
        try #require(errno == EAGAIN, "recv: \(errno)")
        return
      }
    }
  }
}
