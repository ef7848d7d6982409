import ControlProtocol
import Supervision

/// One client: its bytes in both directions, and what it is waiting for.
final class ControlConnection {
  /// Which bound it counts against.
  enum Place {
    /// Those of its user, and of all.
    case common
    /// That of the places kept for root and the supervisor's own user.
    case reserve
  }

  let number: UInt64
  let peer: PeerCredentials
  let place: Place
  private let descriptor: Descriptor

  /// What has arrived and was not yet carried out.
  var input: LineBuffer
  var output = OutputQueue()
  var openRequests: Set<RequestNumber> = []

  /// What the event loop watches for it; `nil` while nothing is.
  var registration: EventLoop.Registration?
  var interest: EventLoop.Interest = []
  /// Runs while a line has begun and not ended.
  var lineTimer: TimerHeap.Timer?
  /// Runs while the connection is to end and has output left.
  var closeTimer: TimerHeap.Timer?
  /// When it last sent a whole line; a counter of the server's, not a time.
  var lastActive: UInt64
  /// When it was let in.
  let since = Clock.now()
  /// A whole line has come.
  var hasAsked = false

  /// Nothing more will come: the client has closed its sending direction.
  var inputHasEnded = false
  /// Nothing more is wanted: the connection ends when its output was read.
  var isClosing = false
  /// There may be whole lines in the input; read no more before they are carried out.
  var hasLinesLeft = false
  /// Who reports to it was told that it has not read enough.
  var isBehind = false
  /// Its requests are being carried out just now.
  var isInTurn = false
  /// A further turn has been asked for.
  var isContinuing = false

  init(
    number: UInt64, descriptor: consuming Descriptor, peer: PeerCredentials, place: Place, lastActive: UInt64,
    limits: ControlLimits
  ) {
    self.number = number
    self.descriptor = descriptor
    self.peer = peer
    self.place = place
    input = LineBuffer(limit: limits.requestLine)
    self.lastActive = lastActive
  }

  var descriptorNumber: Int32 { descriptor.number }

  /// Whether nobody loses anything but the caller when it ends: it waits for no answer.
  var isIdle: Bool { openRequests.isEmpty && output.isEmpty }

  /// Whether its client has had time to say what it wants.
  func hasHadTime(_ limits: ControlLimits) -> Bool { hasAsked || Clock.now() >= since + limits.timeToAsk }

  /// Whether there is nothing left to do for it.
  var isFinished: Bool {
    if isClosing { return output.isEmpty }
    return inputHasEnded && !hasLinesLeft && isIdle
  }

  /// Whether no further request may be read or carried out for now.
  func isPaused(_ limits: ControlLimits) -> Bool {
    isClosing || openRequests.count >= limits.openRequests || output.count > limits.unreadBeforePause
  }

  /// One read.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Descriptor.ReadOutcome {
    try descriptor.read(into: buffer)
  }

  func flush() throws(SystemError) {
    try output.write(to: descriptor)
  }

  /// Whether the client can still read: after its end of input this tells one that has only stopped sending from one
  /// that has gone. A write of nothing fails with `EPIPE` when nobody is there.
  func canStillRead() -> Bool {
    do {
      _ = try descriptor.send(UnsafeRawBufferPointer(start: nil, count: 0))
      return true
    } catch {
      return false
    }
  }
}
