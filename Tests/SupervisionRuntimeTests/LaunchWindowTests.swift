#if os(Linux)
  import Glibc
  import SupervisionRuntime
  import Testing

  /// What a child does with a signal that comes before its program runs: the way from fork to exec is made long.
  @Suite struct LaunchWindowTests {
    @Test("a stop signal that comes between fork and exec ends the child, and its program never runs")
    func signalBeforeExec() throws {
      let maze = try Maze()
      // Watched as the supervisor watches it: a child begins with the same dispositions and the same mask.
      let loop = try EventLoop()
      _ = try loop.watchSignal(SIGTERM) { _ in }
      _ = try loop.watchSignal(SIGUSR1) { _ in }
      let bench = try LaunchBench()
      for signal in [SIGTERM, SIGUSR1] {
        var hits = 0
        // On a busy machine the killer may come too late: then the program has run, which says nothing about the window.
        for _ in 0..<1000 where hits < 10 {
          let killer = try ChildKiller(signal: signal)
          let pipe = try Descriptor.pipe()
          var plan = LaunchBench.shell("echo ran; exec sleep 100")
          plan.descriptors.append(.init(child: 1, parent: pipe.writing.number))
          plan.workingDirectory = maze.entrance
          let launched = try bench.reaper.launch(plan)
          let process = launched.process
          let reading = pipe.reading
          pipe.writing.close()
          #expect(killer.wait() == process.pid)
          #expect(try process.waitForExit() == .signaled(signal, core: false))
          let output = try reading.readToEnd()
          #expect(["", "ran\n"].contains(output))
          if output.isEmpty { hits += 1 }
          bench.reaper.release(process)
        }
        #expect(hits == 10)
      }
    }
  }

  /// A directory that takes the kernel milliseconds to find: its name leads through as many links as are allowed, each with
  /// as many steps as fit.
  private struct Maze: ~Copyable {
    private let root: String
    private static let links = 38

    var entrance: String { "\(root)/\(Self.links)" }

    init() throws {
      root = temporaryPath("maze")
      try Files.makeDirectory("\(root)/0")
      let detour = String(repeating: "0/../", count: 800)
      for number in 1...Self.links {
        try #require(symlink(detour + "\(number - 1)", "\(root)/\(number)") == 0)
      }
    }

    deinit {
      for number in 1...Self.links { try? Files.remove("\(root)/\(number)") }
      rmdir("\(root)/0")
      rmdir(root)
    }
  }

  /// A thread that signals the next child of the thread that made it, as soon as the kernel has one.
  private final class ChildKiller {
    private let children: Int32
    private let signal: Int32
    private var killed: Int32 = 0
    private var thread = pthread_t()

    init(signal: Int32) throws {
      self.signal = signal
      children = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC)
      try #require(children >= 0)
      let own = Unmanaged.passUnretained(self).toOpaque()
      let code = pthread_create(
        &self.thread, nil,
        { context in
          context.map { Unmanaged<ChildKiller>.fromOpaque($0).takeUnretainedValue().hunt() }
          return nil
        }, own)
      try #require(code == 0)
    }

    private func hunt() {
      var buffer = [UInt8](repeating: 0, count: 64)
      for _ in 0..<10_000_000 {
        let count = pread(children, &buffer, buffer.count, 0)
        guard count > 0 else { continue }
        killed = Int32(String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)) ?? 0
        kill(killed, signal)
        return
      }
    }

    /// The pid that was signalled.
    func wait() -> Int32 {
      pthread_join(thread, nil)
      close(children)
      return killed
    }
  }
#endif
