import CProc
import Glibc
import SupervisionRuntime
import Testing

/// Starts processes for a test, and waits for what they do.
struct LaunchBench: ~Copyable {
  var reaper: Reaper

  init() throws {
    reaper = try Reaper()
  }

  /// A shell that runs `script`; `$0`, `$1`, ... are `arguments`.
  static func shell(_ script: String, _ arguments: [String] = []) -> LaunchPlan {
    var plan = LaunchPlan(programs: ["/bin/sh"], arguments: ["sh", "-c", script] + arguments)
    plan.environment = ["PATH=/usr/bin:/bin"]
    plan.descriptors = [.init(child: 2, parent: 2)]
    return plan
  }

  /// What a script writes to its standard output; waits for its end.
  mutating func output(
    of script: String, arguments: [String] = [], _ adjust: (inout LaunchPlan) -> Void = { _ in }
  ) throws -> String {
    let pipe = try Descriptor.pipe()
    var plan = Self.shell(script, arguments)
    plan.descriptors.append(.init(child: 1, parent: pipe.writing.number))
    adjust(&plan)
    let launched = try reaper.launch(plan)
    let process = launched.process
    let reading = pipe.reading
    pipe.writing.close()
    let text = try reading.readToEnd()
    _ = try process.waitForExit()
    reaper.release(process)
    return text
  }

  /// Starts a script, and returns when it has written a line, with that line.
  mutating func start(_ script: String, _ adjust: (inout LaunchPlan) -> Void = { _ in }) throws -> Started {
    let pipe = try Descriptor.pipe()
    var plan = Self.shell(script)
    plan.descriptors.append(.init(child: 1, parent: pipe.writing.number))
    adjust(&plan)
    let launched = try reaper.launch(plan)
    let process = launched.process
    let reading = pipe.reading
    pipe.writing.close()
    return Started(process: process, line: try reading.readLine(), output: reading)
  }

  /// Kills what is left of a process and its subtree, and reaps all of it.
  mutating func end(_ process: consuming ProcessDescriptor) throws {
    let subtree = Subtree(firsts: [process.pid])
    try reaper.subtrees.signal(SIGKILL, to: subtree)
    _ = try process.waitForExit()
    try waitUntilEmpty(subtree)
    reaper.release(process)
  }

  /// Reaps until the subtree has no living member, asleep while one of them has still to end.
  mutating func waitUntilEmpty(_ subtree: Subtree) throws {
    // Whatever lives in a subtree hangs from a child of ours that lives.
    while let child = try reaper.members(of: subtree).first(where: { $0.parent == Host.pid }) {
      try waitForEnd(of: child.pid)
      _ = try reaper.reapOrphans()
    }
    _ = try reaper.reapOrphans()
  }

  /// What a launch reports that fails after the fork.
  mutating func failure(of plan: LaunchPlan) throws -> LaunchFailure? {
    let launched = try reaper.launch(plan)
    let process = launched.process
    let report = launched.report
    let status = try process.waitForExit()
    let outcome = try report.outcome()
    reaper.release(process)
    guard case .failed(let failure) = outcome else { return nil }
    #expect(status == .exited(127))
    return failure
  }

  /// What a launch throws that fails before the fork.
  mutating func launchError(_ plan: LaunchPlan) -> SystemError? {
    do {
      let launched = try reaper.launch(plan)
      _ = try launched.process.waitForExit()
      return nil
    } catch {
      return error as? SystemError
    }
  }
}

extension Reaper {
  /// The living processes of a service, looked for now.
  borrowing func members(of subtree: Subtree) throws -> [Subtree.Member] {
    try subtrees.look()
    return try subtrees.members(of: subtree)
  }
}

/// A process that has said its first line.
struct Started: ~Copyable {
  var process: ProcessDescriptor
  var line: String
  var output: Descriptor
}

/// Returns when a child of this process, launched or adopted, has ended. Does not reap it.
func waitForEnd(of child: Int32) throws {
  var info = siginfo_t()
  while waitid(P_PID, id_t(child), &info, WEXITED | WNOWAIT) < 0 {
    guard cproc_errno() == EINTR else { throw SystemError("waitid", code: cproc_errno()) }
  }
}

extension Descriptor {
  borrowing func readToEnd() throws -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case .bytes(let count) = try buffer.withUnsafeMutableBytes({ try read(into: $0) }) {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Up to a newline, which is left out, or the end of the file.
  borrowing func readLine() throws -> String {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while case .bytes = try withUnsafeMutableBytes(of: &byte, { try read(into: $0) }), byte != UInt8(ascii: "\n") {
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension ProcessDescriptor {
  /// Sleeps in the kernel until the process has ended.
  borrowing func waitForExit() throws -> WaitStatus {
    let loop = try EventLoop()
    var status: WaitStatus?
    _ = try loop.watchExit(of: self) {
      status = $0
      loop.stop()
    }
    try loop.run()
    return try #require(status)
  }
}

/// A file that is gone when the test is over.
struct TemporaryFile: ~Copyable {
  let path: String

  init(containing text: String, permissions: UInt32 = 0o600) throws {
    try self.init(bytes: Array(text.utf8), permissions: permissions)
  }

  init(bytes: [UInt8], permissions: UInt32 = 0o600) throws {
    path = temporaryPath("file")
    try Files.replace(path, with: bytes, permissions: permissions)
  }

  deinit {
    try? Files.remove(path)
  }
}

/// A name that no other test has.
func temporaryPath(_ kind: String) -> String {
  let directory = Host.environmentValue("TMPDIR") ?? "/tmp"
  return "\(directory)/fruix-\(kind)-\(Host.pid)-\(UInt64.random(in: 0 ... .max))"
}
