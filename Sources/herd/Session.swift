import ControlProtocol
// The core has names of its own for the same things; here the protocol's are meant.
import Supervision
import SupervisionRuntime

/// A connection to the daemon.
struct Session: ~Copyable {
  private var connection: Descriptor
  private let place: SocketPlace
  private var limit: Duration
  private let canGiveMoreTime: Bool
  private let isForPrinting: Bool
  private var wait: SocketWait
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
    self.place = place
    self.limit = limit
    self.canGiveMoreTime = canGiveMoreTime
    self.isForPrinting = isForPrinting
  }

  private var path: String { place.path }

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

  // MARK: Asking

  /// Sends a request and waits for its end. When another supervisor takes the place of this one, that one is asked.
  ///
  /// - Parameters:
  ///   - onProgress: called for what comes before the reply.
  ///   - onAgain: called when all that has come so far counts no more, since it is asked anew.
  ///   - onInterrupt: what Ctrl-C means meanwhile; without it, the end of this program.
  mutating func ask(
    _ request: Request, onProgress: (Progress) -> Void = { _ in }, onAgain: () -> Void = {},
    onInterrupt: (() throws(Failure) -> Void)? = nil
  ) throws(Failure) -> Reply {
    var attempt = Attempt(request)
    while true {
      switch try carryOut(attempt.request, onProgress, onInterrupt) {
      case .reply(let reply):
        guard reply.error?.code == .again else { return reply }
        guard attempt.renewAfterReplacement(at: Clock.now()) else { throw Self.unknownEnd(of: request, reply) }
        try connectAgain()
      case .lost(let reason):
        guard attempt.renewAfterLoss(at: Clock.now()) else { throw fate(of: request, reason) }
        do throws(Failure) { try connectAgain() } catch { throw lost(reason.text) }
        note("the supervisor was lost, \(reason.text); its successor is asked")
      }
      onAgain()
    }
  }

  /// What ended an attempt.
  private enum Ending {
    case reply(Reply)
    case lost(Loss)
  }

  /// The connection has ended before the answer.
  private struct Loss {
    var text: String
  }

  private mutating func carryOut(
    _ request: Request, _ onProgress: (Progress) -> Void, _ onInterrupt: (() throws(Failure) -> Void)?
  ) throws(Failure) -> Ending {
    var patience = Patience(
      limit: limit, isAnswerDue: request.isAnsweredAtOnce, isGreeted: greeting != nil, at: Clock.now())
    if onInterrupt != nil { try system { () throws(SystemError) in try wait.watchInterrupt() } }
    let id = nextID()
    if let loss = try send(ClientMessage(id: id, request: request).encoded()) { return .lost(loss) }
    var question: RequestNumber?
    while true {
      guard let message = try received() else {
        switch try arrival(until: patience.deadline) {
        case .ready:
          switch try fill() {
          case .something: patience.heard(at: Clock.now())
          case .nothing: break
          case .end(let loss): return .lost(loss)
          }
        case .interrupted:
          try onInterrupt?()
        case .timeIsUp:
          guard case .ask = patience.deadlinePassed(at: Clock.now()) else { throw silent() }
          let asked = nextID()
          question = asked
          if let loss = try send(ClientMessage(id: asked, request: .ping).encoded()) { return .lost(loss) }
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
        return .reply(reply)
      case .progress, .reply, .unknown:
        break
      }
    }
  }

  // MARK: Another supervisor

  /// The new one may have to be tried, and its predecessor to be started again; or there is a pause after several deaths.
  private static let patienceWithSuccessors: Duration = .seconds(45)

  /// Connects to whoever listens now. Its socket is the same, and whoever comes before it is there waits in its queue.
  mutating func connectAgain() throws(Failure) {
    limit = max(limit, Self.patienceWithSuccessors)
    let fresh = try Self.open(place, limit)
    wait = try Self.watch(fresh.number, of: place)
    connection = fresh
    lines = LineBuffer(limit: MessageLimits.replyLine)
    greeting = nil
  }

  /// What the supervisor that is there now says of itself.
  mutating func supervisor() throws(Failure) -> SupervisorStatus? {
    let reply = try ask(.status(names: ["root"], detail: .brief))
    if let error = reply.error { throw Failure(error) }
    if case .supervisor(let status) = reply.content { return status }
    return nil
  }

  /// What can be said of a request that is not repeated, since it may have been heard.
  private mutating func fate(of request: Request, _ loss: Loss) -> Failure {
    guard let status = (try? successor()) ?? nil, let predecessor = status.predecessor else { return lost(loss.text) }
    return Failure(
      ControlError(
        .noDaemon,
        "the supervisor \(predecessor.text) before it had answered; another one goes on (pid \(status.pid)), and whether "
          + "the \(request.command.rawValue) was heard is not known",
        hint: "`herd status` shows what became of it"),
      exitStatus: ExitCodes.noDaemon)
  }

  private mutating func successor() throws(Failure) -> SupervisorStatus? {
    try connectAgain()
    return try supervisor()
  }

  private static func unknownEnd(of request: Request, _ reply: Reply) -> Failure {
    Failure(
      ControlError(
        .again, "the supervisor was replaced while the \(request.command.rawValue) ran: how it ended is not known",
        service: request.oneService, hint: reply.error?.hint),
      exitStatus: ExitCodes.failed)
  }

  private func note(_ text: String) {
    Console().writeError(Array("herd: \(text)\n".utf8))
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

  /// - Returns: why it cannot be sent any more, when the other side has gone.
  private func send(_ bytes: [UInt8]) throws(Failure) -> Loss? {
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
        if error.code == SystemError.brokenPipe || error.code == SystemError.connectionReset { return nil }
        return Loss(text: error.text)
      }
      if case .timeIsUp = try system({ () throws(SystemError) in try wait.wait(for: .write, until: deadline) }) {
        throw silent()
      }
    }
    return nil
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

  private enum Filling {
    case something
    case nothing
    case end(Loss)
  }

  private mutating func fill() throws(Failure) -> Filling {
    var outcome = Descriptor.ReadOutcome.notReady
    do {
      try withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 16) { (buffer) throws(SystemError) in
        outcome = try connection.read(into: buffer)
        if case .bytes(let count) = outcome { lines.append(buffer[..<count]) }
      }
    } catch {
      return .end(Loss(text: error.text))
    }
    switch outcome {
    case .bytes: return .something
    case .notReady: return .nothing
    case .endOfFile: return .end(Loss(text: "it closed the connection before it had answered"))
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
