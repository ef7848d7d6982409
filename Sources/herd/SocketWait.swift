import ControlProtocol
import Supervision
import SupervisionRuntime

/// Waits for a connection to become ready, for a time to pass, and for Ctrl-C where that means something.
final class SocketWait {
  enum Outcome {
    case ready
    case timeIsUp
    case interrupted
  }

  private let loop: EventLoop
  private let registration: EventLoop.Registration
  private let news: News
  private var interrupt: EventLoop.Registration?

  /// What has happened since it was looked at last.
  private final class News {
    var isReady = false
    var isInterrupted = false
  }

  /// - Parameter descriptor: stays open as long as this lives.
  init(on descriptor: Int32) throws(SystemError) {
    let news = News()
    loop = try EventLoop()
    self.news = news
    registration = try loop.watch(descriptor, for: []) { _ in news.isReady = true }
  }

  /// From now on an interrupt from the terminal ends a wait instead of the program.
  func watchInterrupt() throws(SystemError) {
    guard interrupt == nil, !HostSignal.isIgnored(HostSignal.interrupt) else { return }
    let news = news
    interrupt = try loop.watchSignal(HostSignal.interrupt) { _ in news.isInterrupted = true }
  }

  /// - Parameter deadline: by ``Clock/now()``.
  func wait(for interest: EventLoop.Interest, until deadline: Instant) throws(SystemError) -> Outcome {
    try loop.change(registration, to: interest)
    var isOver = false
    let timer = loop.schedule(at: deadline) { isOver = true }
    defer { loop.cancel(timer) }
    news.isReady = false
    while true {
      try loop.turn()
      if news.isInterrupted {
        news.isInterrupted = false
        return .interrupted
      }
      // What has arrived counts, however late this process comes to look.
      if news.isReady { return .ready }
      if isOver { return .timeIsUp }
    }
  }
}
