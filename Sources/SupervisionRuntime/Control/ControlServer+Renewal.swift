/// A control socket whose file was removed: clients can reach the supervisor again.
extension ControlServer {
  /// Whether the socket's path still leads to it.
  public var isReachable: Bool {
    switch listener {
    case .some(let listener): listener.isInPlace
    case .none: true
    }
  }

  /// Lends the listening socket to whoever keeps a copy of it.
  func lendListener(to body: (borrowing ControlListener) -> Void) {
    switch listener {
    case .some(let listener): body(listener)
    case .none: break
    }
  }

  /// Makes the socket again in its place, and accepts connections on it. Those that are there stay.
  public func renewSocket(permissions: UInt32) throws(ControlListener.Failure) {
    guard !isReachable else { return }
    stopListening()
    defer { listenAgain() }
    try listener?.renew(permissions: permissions)
  }

  private func listenAgain() {
    // Without memory for a registration: as in `pauseListening`.
    try? listen()
  }
}
