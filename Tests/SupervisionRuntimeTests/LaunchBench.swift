import CProc
import SupervisionRuntime
import Testing

/// Starts processes for a test, waits for what they do, and leaves none behind.
struct LaunchBench: ~Copyable {
  var reaper: Reaper

  init() throws {
    reaper = try Reaper()
  }

  /// A shell that runs `script`; `$0`, `$1`, ... are `arguments`.
  static func shell(_ script: String, _ arguments: [String] = []) -> LaunchPlan {
    var plan = LaunchPlan(programs: ["/bin/sh"], arguments: ["sh", "-c", script] + arguments)
    plan.environment = ["PATH=/usr/bin:/bin"]
    return plan
  }

  /// What a script writes to its standard output; waits for its end.
  mutating func output(
    of script: String, arguments: [String] = [], _ adjust: (inout LaunchPlan) -> Void = { _ in }
  ) throws -> String {
    let pipe = try Descriptor.pipe()
    var plan = Self.shell(script, arguments)
    plan.descriptors = [.init(child: 1, parent: pipe.writing.number), .init(child: 2, parent: 2)]
    adjust(&plan)
    let launched = try reaper.launch(plan)
    let reading = pipe.reading
    pipe.writing.close()
    let text = try reading.readToEnd()
    try launched.waitAndRelease(by: &reaper)
    return text
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
}

extension Launched {
  @discardableResult
  consuming func waitAndRelease(by reaper: inout Reaper) throws -> WaitStatus {
    let process = self.process
    let status = try process.waitForExit()
    reaper.release(process)
    return status
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
