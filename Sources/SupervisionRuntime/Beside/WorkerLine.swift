import ControlProtocol
import Supervision

/// The supervisor's end of what connects it with a worker. Nothing here waits.
final class WorkerLine {
  private let loop: EventLoop
  private var socket: Descriptor?
  private var watch: EventLoop.Registration?
  private var input = LineBuffer(limit: WorkerPool.longestLine)
  private var output = OutputQueue()

  /// The process at the other end, once it is there.
  var process: ProcessKey?
  var onLine: (([UInt8]) -> Void)?
  /// The other side has gone, or says what cannot be.
  var onClose: (() -> Void)?

  init(loop: EventLoop) {
    self.loop = loop
  }

  deinit {
    close()
  }

  /// - Returns: the worker's end, to be closed once it has it.
  func open() throws(SystemError) -> Descriptor {
    let pair = try LocalSocket.pair()
    let ours = pair.reading
    try ours.setNonBlocking()
    watch = try loop.watch(ours.number, for: .read) { [weak self] ready in self?.turn(ready) }
    socket = consume ours
    return pair.writing
  }

  func send(_ bytes: [UInt8]) {
    output.append(bytes)
    write()
  }

  func close() {
    if let watch { loop.cancel(watch) }
    watch = nil
    socket = nil
  }

  private func turn(_ ready: EventLoop.Readiness) {
    if ready.contains(.write) { write() }
    if ready.contains(.read) { read() }
  }

  private func write() {
    guard let watch else { return }
    do throws(SystemError) {
      try socket?.take(from: &output)
      try loop.change(watch, to: output.isEmpty ? .read : [.read, .write])
    } catch {
      onClose?()
    }
  }

  private func read() {
    var outcome: Descriptor.ReadOutcome = .endOfFile
    let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
      outcome = (try? socket?.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? .endOfFile
      if case .bytes(let read) = outcome { count = read }
    }
    switch outcome {
    case .bytes:
      input.append(bytes)
      takeLines()
    case .notReady: break
    case .endOfFile: onClose?()
    }
  }

  private func takeLines() {
    do {
      while let line = try input.next() { onLine?(line) }
    } catch {
      onClose?()
    }
  }
}

extension Descriptor {
  /// Writes as much of a queue as the other side takes.
  fileprivate borrowing func take(from queue: inout OutputQueue) throws(SystemError) { try queue.write(to: self) }
}
