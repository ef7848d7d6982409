import ControlProtocol
import Supervision

/// Requests that have come while what a dead supervisor has left is ended: nothing is loaded yet, so there is no service to
/// answer for. They are carried out in their order once there is.
final class HeldRequests {
  /// What is waited for.
  let reason: String
  private let loop: EventLoop
  private var requests: [Held] = []
  /// More are refused: who hangs up leaves a request behind, so the bounds on connections are none on these.
  private static let most = 512
  /// An answer that is due at once waits so long: most that is left ends by its first signal.
  private static let patience: Duration = .seconds(1)

  struct Held {
    var request: Request
    var open: OpenRequest
    var peer: PeerCredentials
    var since = Clock.now()
    var isCallerGone = false
    fileprivate var timer: TimerHeap.Timer?
  }

  init(_ reason: String, on loop: EventLoop) {
    self.reason = reason
    self.loop = loop
  }

  /// - Parameter refuse: is called when the request has waited as long as it may.
  /// - Returns: whether there is room for it.
  func keep(
    _ request: Request, as open: OpenRequest, from peer: PeerCredentials, refuse: @escaping (ControlError) -> Void
  ) -> Bool {
    guard requests.count < Self.most else { return false }
    var held = Held(request: request, open: open, peer: peer)
    if let (time, error) = limit(of: request) {
      held.timer = loop.schedule(at: held.since + time) { [weak self] in
        self?.requests.removeAll { $0.open == open }
        refuse(error)
      }
    }
    requests.append(held)
    return true
  }

  /// How long a request may wait, and what its caller hears then.
  private func limit(of request: Request) -> (Duration, ControlError)? {
    if case .wait(let wait) = request {
      return wait.timeout.map { time in
        (time, ControlError(.timeout, "`\(wait.service)` was not \(wait.target.rawValue) in time: \(reason)"))
      }
    }
    return request.isAnsweredAtOnce ? (Self.patience, refusal) : nil
  }

  /// For who does not wait.
  var refusal: ControlError {
    ControlError(
      .notReady, "the supervisor does nothing else yet: it \(reason)",
      hint: "`herd status root` says whether it still does")
  }

  func callerGone(_ open: OpenRequest) {
    for index in requests.indices where requests[index].open == open { requests[index].isCallerGone = true }
  }

  /// All of them, each with the time that it has left.
  func take() -> [Held] {
    defer { requests = [] }
    return requests.map { held in
      if let timer = held.timer { loop.cancel(timer) }
      guard case .wait(var wait) = held.request, let time = wait.timeout else { return held }
      var left = held
      wait.timeout = max(.zero, time - (Clock.now() - held.since))
      left.request = .wait(wait)
      return left
    }
  }
}

extension RequestHandler {
  /// From now on requests wait.
  ///
  /// - Parameter reason: what the supervisor does: `ends ...`.
  func hold(_ reason: String) {
    held = HeldRequests(reason, on: shell.loop)
  }

  /// What concerns the supervisor alone. A shutdown ends the waiting.
  func isAnsweredWhileHolding(_ request: Request) -> Bool {
    switch request {
    case .ping, .shutdown: true
    case .status(let names, _), .reset(let names): names == ["root"]
    default: false
    }
  }

  func keep(_ request: Request, as open: OpenRequest, from peer: PeerCredentials) {
    guard let held else { return }
    if !request.isAnsweredAtOnce { server?.report(.note("the supervisor \(held.reason)", service: nil), for: open) }
    let isKept = held.keep(request, as: open, from: peer) { [weak self] error in
      self?.finish(Reply(error: error), open)
    }
    if !isKept { finish(Reply(error: held.refusal), open) }
  }

  /// The services are loaded: what has waited is carried out.
  func release() {
    guard let waiting = held.take() else { return }
    for request in waiting.take() {
      carryOut(request.request, as: request.open, from: request.peer)
      if request.isCallerGone { callerGone(request.open) }
    }
  }

  /// Nothing will be started any more, or not by this supervisor.
  func refuseHeld(_ reason: ControlError = RequestHandler.isEnding) {
    guard let waiting = held.take() else { return }
    for request in waiting.take() {
      finish(Reply(error: reason), request.open)
    }
  }

  /// What there was to say of the start has been read.
  func resetRoot(_ names: [String], for open: OpenRequest) {
    guard names == ["root"] else {
      let error = ControlError(
        .invalidArgument, "`reset root` concerns the supervisor, and takes no further names", service: "root")
      return finish(Reply(error: error), open)
    }
    pastNotes = []
    finish(Reply(.outcomes([ServiceOutcome("root", .reset, state: .running)])), open)
  }
}
