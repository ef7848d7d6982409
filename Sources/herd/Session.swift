import ControlProtocol
import Glibc
import SupervisionRuntime

/// A connection to the daemon.
struct Session: ~Copyable {
  private let connection: Descriptor
  private let path: String
  private var lines = LineBuffer(limit: MessageLimits.replyLine)
  private var lastID: UInt32 = 0
  private var greeting: Greeting?

  /// As much as one read may bring: a status of a thousand services comes in one or two.
  private static let chunk = 256 << 10

  init(path: String) throws(Failure) {
    self.path = path
    do {
      connection = try LocalSocket.connect(to: path)
    } catch {
      throw Self.failure(to: path, error)
    }
  }

  private static func failure(to path: String, _ error: SystemError) -> Failure {
    if error.code == SystemError.accessDenied || error.code == SystemError.notPermitted {
      return Failure(
        ControlError(
          .notPermitted, "not allowed to connect to \(path)",
          hint: "the socket's owner may; `--socket` names another supervisor's"),
        exitStatus: ExitCodes.notPermitted)
    }
    let reason =
      switch error.code {
      case SystemError.notFound: "there is no such socket"
      case SystemError.connectionRefused: "nobody listens there"
      default: error.text
      }
    return Failure(
      ControlError(
        .noDaemon, "no supervisor on \(path): \(reason)",
        hint: "start one with `fruix-shepherd`, or name its socket with `--socket` or \(SocketPath.variable)"),
      exitStatus: ExitCodes.noDaemon)
  }

  /// Sends a request and waits for its end.
  ///
  /// - Parameter onProgress: called for what comes before the reply.
  mutating func ask(_ request: Request, onProgress: (Progress) -> Void = { _ in }) throws(Failure) -> Reply {
    lastID += 1
    let id = RequestID(lastID)
    try send(ClientMessage(id: id, request: request).encoded())
    while true {
      switch try receive() {
      case .greeting(let greeting):
        guard greeting.protocolVersion == Greeting.currentProtocol else { throw unknownProtocol(greeting) }
        self.greeting = greeting
      case .progress(id, let progress):
        onProgress(progress)
      case .reply(let answered, let reply) where answered == id || answered == nil:
        return reply
      case .progress, .reply, .unknown:
        break
      }
    }
  }

  private func unknownProtocol(_ greeting: Greeting) -> Failure {
    Failure(
      ControlError(
        .protocolVersion,
        "the supervisor on \(path) (version \(greeting.daemonVersion)) speaks version \(greeting.protocolVersion) of the "
          + "protocol, this herd version \(Greeting.currentProtocol)",
        hint: "use the herd that was installed with it"))
  }

  // MARK: Bytes

  private func send(_ bytes: [UInt8]) throws(Failure) {
    var position = 0
    while position < bytes.count {
      do throws(SystemError) {
        let taken = try bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
          try connection.send(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[position...])))
        }
        position += taken
        if taken == 0 { waitUntil(ready: POLLOUT) }
      } catch {
        // A server that refuses the connection says why before it closes: that is still to be read.
        if error.code == SystemError.brokenPipe || error.code == SystemError.connectionReset { return }
        throw lost(error.text)
      }
    }
  }

  private mutating func receive() throws(Failure) -> ServerMessage {
    while true {
      if let line = try nextLine() {
        do {
          return try ServerMessage(decoding: line)
        } catch {
          throw lost("it sent what is no message: \(error.message)")
        }
      }
      try fill()
    }
  }

  private mutating func nextLine() throws(Failure) -> [UInt8]? {
    do { return try lines.next() } catch { throw lost("it sent a line longer than \(lines.limit) bytes") }
  }

  private mutating func fill() throws(Failure) {
    var outcome = Descriptor.ReadOutcome.notReady
    do {
      try withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 16) { (buffer) throws(SystemError) in
        outcome = try connection.read(into: buffer)
        if case .bytes(let count) = outcome { lines.append(buffer[..<count]) }
      }
    } catch {
      throw lost(error.text)
    }
    switch outcome {
    case .bytes: break
    case .notReady: waitUntil(ready: POLLIN)
    case .endOfFile: throw lost("it closed the connection before it had answered")
    }
  }

  private func waitUntil(ready: Int32) {
    var descriptor = pollfd(fd: connection.number, events: Int16(ready), revents: 0)
    // An interrupted wait is repeated by the caller's loop.
    _ = poll(&descriptor, 1, -1)
  }

  private func lost(_ reason: String) -> Failure {
    Failure(
      ControlError(.noDaemon, "lost the supervisor on \(path): \(reason)", hint: "what was asked for may go on"),
      exitStatus: ExitCodes.noDaemon)
  }
}

extension ErrorCode {
  /// herd's own: there is nobody to ask, or no longer.
  static let noDaemon = ErrorCode(rawValue: "no-daemon")
}
