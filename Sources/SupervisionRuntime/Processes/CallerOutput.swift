/// The output of a process that runs for a caller: two pipes, read as they fill, handed on as it comes, no faster than
/// the caller takes it. While the caller has not caught up nothing is read: the pipes fill, and the process waits in
/// write(2) as it would for any slow reader.
final class CallerOutput {
  enum Stream: Sendable {
    case standardOutput
    case standardError
  }

  private let loop: EventLoop
  /// Where it goes; set before the pipes are opened.
  var deliver: ((Stream, [UInt8]) -> Void)?
  private var ends: [End] = []
  private(set) var isPaused = false

  private final class End {
    let stream: Stream
    let descriptor: Descriptor
    var watch: EventLoop.Registration?

    init(_ stream: Stream, _ descriptor: consuming Descriptor) {
      self.stream = stream
      self.descriptor = descriptor
    }
  }

  /// The ends that the process gets: close them once it is started.
  struct Writing: ~Copyable {
    var output: Descriptor
    var error: Descriptor
  }

  init(loop: EventLoop, deliver: ((Stream, [UInt8]) -> Void)? = nil) {
    self.loop = loop
    self.deliver = deliver
  }

  /// Makes the pipes.
  func open() throws(SystemError) -> Writing {
    Writing(output: try pipe(.standardOutput), error: try pipe(.standardError))
  }

  private func pipe(_ stream: Stream) throws(SystemError) -> Descriptor {
    let pipe = try Descriptor.pipe()
    try pipe.reading.setNonBlocking()
    let end = End(stream, pipe.reading)
    end.watch = try loop.watch(end.descriptor.number, for: .read) { [weak self, weak end] _ in
      guard let end else { return }
      self?.read(end)
    }
    self.ends.append(end)
    return pipe.writing
  }

  /// Stops reading until ``resume()``.
  func pause() { setPaused(true) }

  func resume() { setPaused(false) }

  private func setPaused(_ paused: Bool) {
    isPaused = paused
    for end in ends {
      guard let watch = end.watch else { continue }
      // Without memory for the registration the rest is lost to the caller, and the process ends by SIGPIPE: better than
      // one that waits for ever.
      do throws(SystemError) { try loop.change(watch, to: paused ? [] : .read) } catch { close(end) }
    }
  }

  /// Nothing is open any more.
  var isFinished: Bool { ends.isEmpty }

  /// The process has ended: what is in the pipes is delivered. A child that the process has left behind
  /// may keep a pipe open; nobody waits for that.
  func finish() {
    while let end = ends.first {
      // What a pipe holds is bounded; what a child that goes on writing would fill in is not.
      for _ in 0..<Self.mostReadsAtEnd {
        guard read(end) else { break }
      }
      close(end)
    }
  }

  /// A pipe holds at most a megabyte, even when it was enlarged.
  private static let mostReadsAtEnd = 64

  /// - Returns: whether there may be more.
  @discardableResult
  private func read(_ end: End) -> Bool {
    var outcome: Descriptor.ReadOutcome = .endOfFile
    let bytes = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
      outcome = (try? end.descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? .endOfFile
      if case .bytes(let read) = outcome { count = read }
    }
    switch outcome {
    case .bytes:
      deliver?(end.stream, bytes)
      return true
    case .notReady:
      return false
    case .endOfFile:
      close(end)
      return false
    }
  }

  private func close(_ end: End) {
    if let watch = end.watch { loop.cancel(watch) }
    end.watch = nil
    ends.removeAll { $0 === end }
  }
}
