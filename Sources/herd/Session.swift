import ControlProtocol
// The core has names of its own for the same things; here the protocol's are meant.
import Supervision
import SupervisionRuntime

/// A connection to the daemon.
struct Session: ~Copyable {
  private let connection: Descriptor
  private let path: String
  private let limit: Duration
  private let canGiveMoreTime: Bool
  private let isForPrinting: Bool
  private let wait: SocketWait
  private var lines = LineBuffer(limit: MessageLimits.replyLine)
  private var lastID: UInt32 = 0
  private var greeting: Greeting?

  /// As much as one read may bring: a status of a thousand services comes in one or two.
  private static let chunk = 256 << 10

  /// - Parameters:
  ///   - limit: how long what is due at once may take.
  ///   - isForPrinting: whether the texts of the answers are for people; programs get them as they are.
  ///   - canGiveMoreTime: whether `--timeout` makes the limit another.
  init(at place: SocketPlace, limit: Duration, isForPrinting: Bool, canGiveMoreTime: Bool) throws(Failure) {
    let connection = try Self.open(place, limit)
    wait = try Self.watch(connection.number, of: place)
    self.connection = connection
    path = place.path
    self.limit = limit
    self.canGiveMoreTime = canGiveMoreTime
    self.isForPrinting = isForPrinting
  }

  private static func open(_ place: SocketPlace, _ limit: Duration) throws(Failure) -> Descriptor {
    do { return try connect(to: place.path, until: Clock.now() + limit) } catch { throw failure(at: place, error) }
  }

  private static func watch(_ connection: Int32, of place: SocketPlace) throws(Failure) -> SocketWait {
    do { return try SocketWait(on: connection) } catch { throw failure(at: place, error) }
  }

  /// The queue of those who want to be let in may be full for a moment; of a supervisor that hangs it stays full.
  private static func connect(to path: String, until deadline: Instant) throws(SystemError) -> Descriptor {
    while true {
      do throws(SystemError) {
        return try LocalSocket.connect(to: path)
      } catch {
        guard error.code == SystemError.wouldBlock, Clock.now() < deadline else { throw error }
      }
      try pause()
    }
  }

  /// Until the next attempt to connect.
  private static func pause() throws(SystemError) {
    let loop = try EventLoop()
    loop.schedule(at: Clock.now() + .milliseconds(20)) {}
    try loop.turn()
  }

  private static func failure(at place: SocketPlace, _ error: SystemError) -> Failure {
    if error.code == SystemError.accessDenied || error.code == SystemError.notPermitted {
      return Failure(
        ControlError(
          .notPermitted, "not allowed to connect to \(place.path)", hint: place.hintForOutsiders),
        exitStatus: ExitCodes.notPermitted)
    }
    let reason =
      switch error.code {
      case SystemError.notFound: "there is no such socket"
      case SystemError.connectionRefused: "nobody listens there"
      case SystemError.wouldBlock: "it lets nobody in, and too many wait already"
      default: error.text
      }
    return Failure(
      ControlError(
        .noDaemon, "no supervisor on \(place.path): \(reason)", hint: place.hint),
      exitStatus: ExitCodes.noDaemon)
  }

  /// Sends a request and waits for its end.
  ///
  /// - Parameters:
  ///   - onProgress: called for what comes before the reply.
  ///   - onInterrupt: what Ctrl-C means meanwhile; without it, the end of this program.
  mutating func ask(
    _ request: Request, onProgress: (Progress) -> Void = { _ in }, onInterrupt: (() throws(Failure) -> Void)? = nil
  ) throws(Failure) -> Reply {
    var patience = Patience(
      limit: limit, isAnswerDue: request.isAnsweredAtOnce, isGreeted: greeting != nil, at: Clock.now())
    if onInterrupt != nil { try system { () throws(SystemError) in try wait.watchInterrupt() } }
    let id = nextID()
    try send(ClientMessage(id: id, request: request).encoded())
    var question: RequestNumber?
    while true {
      guard let message = try received() else {
        switch try arrival(until: patience.deadline) {
        case .ready:
          if try fill() { patience.heard(at: Clock.now()) }
        case .interrupted:
          try onInterrupt?()
        case .timeIsUp:
          guard case .ask = patience.deadlinePassed(at: Clock.now()) else { throw silent() }
          let asked = nextID()
          question = asked
          try send(ClientMessage(id: asked, request: .ping).encoded())
        }
        continue
      }
      switch message {
      case .greeting(let greeting):
        guard greeting.protocolVersion == Greeting.currentProtocol else { throw unknownProtocol(greeting) }
        self.greeting = greeting
        patience.greeted()
      // Whatever it says, and be it that there is no such command: it lives.
      case .reply(let answered?, _) where answered == question:
        patience.answered()
      case .progress(id, let progress):
        onProgress(progress)
      case .reply(let answered, let reply) where answered == id || answered == nil:
        return reply
      case .progress, .reply, .unknown:
        break
      }
    }
  }

  private mutating func nextID() -> RequestNumber {
    lastID += 1
    return RequestNumber(lastID)
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
    let deadline = Clock.now() + limit
    var position = 0
    while position < bytes.count {
      do throws(SystemError) {
        let taken = try bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
          try connection.send(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[position...])))
        }
        position += taken
        guard taken == 0 else { continue }
      } catch {
        // A server that refuses the connection says why before it closes: that is still to be read.
        if error.code == SystemError.brokenPipe || error.code == SystemError.connectionReset { return }
        throw lost(error.text)
      }
      if case .timeIsUp = try system({ () throws(SystemError) in try wait.wait(for: .write, until: deadline) }) {
        throw silent()
      }
    }
  }

  /// The next message that has arrived; `nil` when there is none yet.
  private mutating func received() throws(Failure) -> ServerMessage? {
    let line: [UInt8]?
    do { line = try lines.next() } catch { throw lost("it sent a line longer than \(lines.limit) bytes") }
    guard let line else { return nil }
    do { return try ServerMessage(decoding: line, isForPrinting: isForPrinting) } catch {
      throw lost("it sent what is no message: \(error.message)")
    }
  }

  private func arrival(until deadline: Instant) throws(Failure) -> SocketWait.Outcome {
    try system { () throws(SystemError) in try wait.wait(for: .read, until: deadline) }
  }

  /// - Returns: whether anything has come.
  private mutating func fill() throws(Failure) -> Bool {
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
    case .bytes: return true
    case .notReady: return false
    case .endOfFile: throw lost("it closed the connection before it had answered")
    }
  }

  private func system<Result>(_ body: () throws(SystemError) -> Result) throws(Failure) -> Result {
    do { return try body() } catch { throw lost("this side cannot wait for it: \(error)") }
  }

  private func silent() -> Failure {
    let pid = greeting?.pid ?? (try? LocalSocket.peer(of: connection))?.pid
    let who = pid.map { " (pid \($0))" } ?? ""
    return Failure(
      ControlError(
        .noAnswer, "the supervisor on \(path)\(who) does not answer: nothing has come for \(elapsed(limit))",
        hint: "it may be stopped, or wait for a disk; what was asked for may go on"
          + (canGiveMoreTime ? ". `--timeout` gives it more time" : "")),
      exitStatus: ExitCodes.noDaemon)
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
  /// herd's own: Ctrl-C.
  static let interrupted = ErrorCode(rawValue: "interrupted")
  /// herd's own: somebody listens, and does not answer.
  static let noAnswer = ErrorCode(rawValue: "no-answer")
}
