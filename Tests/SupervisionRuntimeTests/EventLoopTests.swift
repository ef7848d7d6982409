import CProc
import Glibc
import Supervision
import SupervisionRuntime
import Testing

@Suite struct EventLoopTests {
  @Test("a descriptor is reported as long as it can be read")
  func reading() throws {
    let loop = try EventLoop()
    let pipe = try Descriptor.pipe()
    var seen: [EventLoop.Readiness] = []
    let reading = pipe.reading
    try pipe.writing.writeAll([1, 2])
    _ = try loop.watch(reading.number, for: .read) { ready in
      seen.append(ready)
      var byte: UInt8 = 0
      _ = try? withUnsafeMutableBytes(of: &byte) { try reading.read(into: $0) }
    }
    try loop.turn()
    try loop.turn()
    #expect(seen == [.read, .read])
  }

  @Test("the end of the other side is a hangup, and what it has left can still be read")
  func hangup() throws {
    let loop = try EventLoop()
    let pipe = try Descriptor.pipe()
    let reading = pipe.reading
    let writing = pipe.writing
    try writing.writeAll([7])
    writing.close()
    var ready: EventLoop.Readiness = []
    _ = try loop.watch(reading.number, for: .read) { ready = $0 }
    try loop.turn()
    #expect(ready == [.read, .hangup])
    var byte: UInt8 = 0
    #expect(try withUnsafeMutableBytes(of: &byte) { try reading.read(into: $0) } == .bytes(1))
    #expect(byte == 7)
    try loop.turn()
    #expect(ready == [.read, .hangup])
    #expect(try withUnsafeMutableBytes(of: &byte) { try reading.read(into: $0) } == .endOfFile)
  }

  @Test("interest can be changed, paused and taken up again")
  func changingInterest() throws {
    let loop = try EventLoop()
    let sockets = try SocketPair()
    var seen: [EventLoop.Readiness] = []
    let registration = try loop.watch(sockets.left.number, for: .write) { seen.append($0) }
    try loop.turn()
    #expect(seen == [.write])
    try sockets.right.writeAll([1])
    try loop.change(registration, to: [.read, .write])
    seen = []
    try loop.turnUntilTimer()
    #expect(seen.reduce(EventLoop.Readiness()) { $0.union($1) } == [.read, .write])
    try loop.change(registration, to: [])
    seen = []
    try loop.turnUntilTimer()
    #expect(seen.isEmpty)
    try loop.change(registration, to: .read)
    try loop.turn()
    #expect(seen == [.read])
  }

  @Test("a handler that was cancelled in the same batch is not called")
  func cancelInBatch() throws {
    let loop = try EventLoop()
    let one = try SocketPair()
    let two = try SocketPair()
    try one.right.writeAll([1])
    try two.right.writeAll([1])
    let numbers = [one.left.number, two.left.number]
    var calls = 0
    var registrations: [EventLoop.Registration] = []
    for number in numbers {
      registrations.append(
        try loop.watch(number, for: .read) { _ in
          calls += 1
          registrations.forEach(loop.cancel)
        })
    }
    try loop.turn()
    try loop.turnUntilTimer()
    #expect(calls == 1)
  }

  @Test("timers fire in the order of their deadlines, and those of one deadline as they were set")
  func timerOrder() throws {
    let loop = try EventLoop()
    let start = Clock.now()
    var fired: [String] = []
    loop.schedule(at: start + .milliseconds(2)) {
      fired.append("late")
      loop.stop()
    }
    loop.schedule(at: start) { fired.append("first") }
    loop.schedule(at: start) { fired.append("second") }
    try loop.run()
    #expect(fired == ["first", "second", "late"])
    #expect(Clock.now() >= start + .milliseconds(2))
  }

  @Test("a timer that was cancelled does not fire, not even by one that fires at the same time")
  func cancelTimer() throws {
    let loop = try EventLoop()
    let now = Clock.now()
    var fired: [Int] = []
    let cancelled = loop.schedule(at: now) { fired.append(0) }
    loop.cancel(cancelled)
    var victim: TimerHeap.Timer?
    loop.schedule(at: now) {
      fired.append(1)
      if let victim { loop.cancel(victim) }
    }
    victim = loop.schedule(at: now) { fired.append(2) }
    try loop.turnUntilTimer()
    #expect(fired == [1])
    // What is gone can be cancelled again.
    loop.cancel(cancelled)
  }

  @Test("a timer that renews itself starves no descriptor")
  func renewingTimer() throws {
    let loop = try EventLoop()
    let sockets = try SocketPair()
    try sockets.right.writeAll([1])
    var wasRead = false
    func renew() {
      loop.schedule(at: Clock.now()) { renew() }
    }
    renew()
    _ = try loop.watch(sockets.left.number, for: .read) { _ in
      wasRead = true
      loop.stop()
    }
    try loop.run()
    #expect(wasRead)
  }

  @Test("cancelled timers do not pile up")
  func cancelledTimersAreForgotten() {
    var timers = TimerHeap()
    let far = Instant(nanoseconds: .max)
    let kept = timers.insert(deadline: far) {}
    for number in 0..<10_000 {
      timers.cancel(timers.insert(deadline: Instant(nanoseconds: Int64(number))) {})
    }
    #expect(timers.pending <= 32)
    #expect(timers.nextDeadline() == far)
    timers.cancel(kept)
    #expect(timers.nextDeadline() == nil)
    #expect(timers.isEmpty)
  }

  @Test("a signal that is watched comes as an event and does nothing else")
  func signals() throws {
    let loop = try EventLoop()
    var counts: [Int32: Int] = [:]
    for signal in [SIGUSR1, SIGUSR2] {
      _ = try loop.watchSignal(signal) { counts[signal, default: 0] += $0 }
    }
    // To this thread: a signal to the process would reach one of the tests' other threads.
    pthread_kill(pthread_self(), SIGUSR2)
    pthread_kill(pthread_self(), SIGUSR1)
    try loop.turnUntilTimer()
    try loop.turnUntilTimer()
    #expect(counts == [SIGUSR1: 1, SIGUSR2: 1])
  }

  @Test("a file that is watched tells of its changes")
  func files() throws {
    let loop = try EventLoop()
    let file = try TemporaryFile(containing: "")
    let watched = try Descriptor.open(file.path)
    var changes: EventLoop.FileChange = []
    let registration = try loop.watchFile(watched.number) { changes.formUnion($0) }
    let writing = try Descriptor.open(file.path, .append)
    try writing.writeAll([1])
    try loop.turn()
    #expect(changes.contains(.written))
    changes = []
    try Files.rename(file.path, to: file.path + ".away")
    try loop.turn()
    #expect(changes.contains(.renamed))
    try Files.rename(file.path + ".away", to: file.path)
    loop.cancel(registration)
    changes = []
    try writing.writeAll([1])
    try loop.turnUntilTimer()
    #expect(changes.isEmpty)
  }

  @Test("a stop that was said before the loop runs holds, once")
  func stopBeforeRun() throws {
    let loop = try EventLoop()
    let patience = loop.schedule(at: Clock.now() + .seconds(20)) {
      Issue.record("it runs on")
      loop.stop()
    }
    loop.stop()
    try loop.run()
    loop.cancel(patience)
    var hasRun = false
    loop.schedule(at: Clock.now()) {
      hasRun = true
      loop.stop()
    }
    try loop.run()
    #expect(hasRun)
  }
}

extension EventLoop {
  /// Lets pass what is there now: a timer that is due at once ends the turn that would otherwise wait for ever.
  func turnUntilTimer() throws {
    schedule(at: Clock.now()) {}
    try turn()
  }
}

/// Two connected sockets.
struct SocketPair: ~Copyable {
  let left: Descriptor
  let right: Descriptor

  init() throws {
    var numbers: [Int32] = [-1, -1]
    let result = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &numbers)
    left = Descriptor(adopting: numbers[0])
    right = Descriptor(adopting: numbers[1])
    try #require(result == 0)
    try left.setNonBlocking()
  }
}
