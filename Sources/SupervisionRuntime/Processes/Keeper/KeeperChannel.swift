import CProc
import Supervision

/// One end of a stream to the keeper or the holder (docs/KEEPER.md): messages and their descriptors, each way, none of which
/// anybody waits for.
final class KeeperChannel {
  /// What has come, for as long as its handler runs.
  struct Message {
    let type: cproc_keeper_type
    let identity: UInt64
    let payload: UnsafeRawBufferPointer
    private let descriptors: UnsafeMutableBufferPointer<Int32>

    fileprivate init(_ message: cproc_message) {
      type = cproc_keeper_type(rawValue: .init(message.header.type))
      identity = message.header.identity
      payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.header.size))
      descriptors = UnsafeMutableBufferPointer(start: message.descriptors, count: Int(message.header.descriptors))
    }

    /// Takes one of its descriptors out; `nil`: there is none, or it was taken before.
    func takeDescriptor(_ position: Int) -> Descriptor? {
      guard descriptors.indices.contains(position), descriptors[position] >= 0 else { return nil }
      let number = descriptors[position]
      descriptors[position] = -1
      return Descriptor(adopting: number)
    }

    /// The fixed part of the payload; what a later version has appended is not looked at. `nil`: it is too short.
    func fixedPart<Part: BitwiseCopyable>(_: Part.Type) -> Part? {
      guard payload.count >= MemoryLayout<Part>.size else { return nil }
      return payload.loadUnaligned(as: Part.self)
    }

    /// The payload as words, each with its NUL.
    var words: [String] {
      payload.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }

  private let channel: OpaquePointer
  private var loop: EventLoop?
  private var registration: EventLoop.Registration?
  private var retry: TimerHeap.Timer?
  private var isClosed = false

  var onMessage: ((Message) -> Void)?
  /// The other side has gone, or has sent what cannot be. Nothing comes after it.
  var onClose: ((SystemError) -> Void)?

  /// Before it tries again what the kernel is short of, in a way that no event tells.
  private static let pause: Duration = .milliseconds(10)

  /// - Throws: `ENOMEM`.
  init(_ socket: consuming Descriptor) throws(SystemError) {
    let number = socket.relinquish()
    guard let channel = cproc_channel_make(number) else {
      let error = SystemError("fcntl", code: cproc_errno())
      _ = cproc_close(number)
      throw error
    }
    self.channel = channel
  }

  deinit {
    detach()
    cproc_channel_free(channel)
  }

  /// From here on the loop drives it.
  func attach(to loop: EventLoop) throws(SystemError) {
    self.loop = loop
    registration = try loop.watch(cproc_channel_socket(channel), for: .read) { [weak self] ready in self?.turn(ready) }
    watchOutput()
  }

  func detach() {
    if let registration { loop?.cancel(registration) }
    if let retry { loop?.cancel(retry) }
    registration = nil
    retry = nil
    loop = nil
  }

  // MARK: Sending

  /// What waits to be sent; a descriptor counts for 4 KiB.
  var backlog: Int { cproc_channel_backlog(channel) }

  /// - Parameter descriptors: are the caller's, who may close them when this has returned.
  func send(
    _ type: cproc_keeper_type, identity: UInt64 = 0, _ payload: [UInt8] = [], descriptors: [Int32] = []
  ) {
    guard !isClosed else { return }
    var header = cproc_keeper_header(
      size: UInt32(clamping: payload.count), type: UInt16(truncatingIfNeeded: type.rawValue),
      descriptors: UInt16(clamping: descriptors.count), identity: identity)
    let result = payload.withUnsafeBytes { bytes in
      cproc_channel_send(channel, &header, bytes.baseAddress, descriptors)
    }
    // What is lost here the other side would miss for ever.
    guard result == 0 else { return closed(SystemError("sendmsg", code: cproc_errno())) }
    watchOutput()
  }

  /// - Parameter part: the payload, as it lies in memory.
  func send<Part: BitwiseCopyable>(_ type: cproc_keeper_type, identity: UInt64 = 0, part: Part) {
    send(type, identity: identity, withUnsafeBytes(of: part) { Array($0) })
  }

  private func watchOutput() {
    watch(cproc_channel_backlog(channel) > 0 && retry == nil ? [.read, .write] : .read)
  }

  private func watch(_ interest: EventLoop.Interest) {
    guard let registration else { return }
    do throws(SystemError) { try loop?.change(registration, to: interest) } catch { closed(error) }
  }

  private func flush() {
    switch cproc_channel_flush(channel) {
    case Int32(CPROC_CHANNEL_RETRIES.rawValue):
      retry = loop?.schedule(at: Clock.now() + Self.pause) { [weak self] in
        self?.retry = nil
        self?.flush()
      }
      watchOutput()
    case 0...: watchOutput()
    default: closed(SystemError("sendmsg", code: cproc_errno()))
    }
  }

  // MARK: Receiving

  private func turn(_ ready: EventLoop.Readiness) {
    if ready.contains(.write) { flush() }
    if ready.contains(.read), !isClosed { receive() }
  }

  private func receive() {
    let result = cproc_channel_receive(channel)
    let error = SystemError("recvmsg", code: cproc_errno())
    var message = cproc_message()
    var count: Int32 = 1
    while result >= 0, !isClosed, count > 0 {
      count = cproc_channel_next(channel, &message)
      if count > 0 { onMessage?(Message(message)) }
    }
    if result < 0 { closed(error) } else if count < 0 { closed(SystemError("recvmsg", code: EPROTO)) }
  }

  private func closed(_ error: SystemError) {
    guard !isClosed else { return }
    isClosed = true
    detach()
    onClose?(error)
  }
}
