import CProc
import Glibc
import Supervision
import SupervisionRuntime
import Testing

@testable import SupervisionRuntime

/// A keeper that takes the test for its supervisor.
///
/// It takes a shell for it, in fact, which has started it: a supervisor that breaks the protocol, or closes its socket, is killed.
final class KeeperBench {
  private(set) var connection: KeeperConnection
  private(set) var takeover: KeeperConnection.Takeover
  private var bench: LaunchBench
  private var shell: ProcessDescriptor?

  var keeper: Int32 { takeover.welcome.keeper }

  static var program: String {
    get throws {
      let directory = try #require(Files.parent(of: try Host.executable()))
      let path = "\(directory)/fruix-keeper"
      try #require(Files.status(path).kind == .file, "swift build builds it")
      return path
    }
  }

  /// - Parameter successor: what the keeper starts when the shell has ended.
  init(successor: String = "/bin/true") throws {
    bench = try LaunchBench()
    let pair = try LocalSocket.pair()
    var plan = LaunchBench.shell(#""$0" --adopt 3 --of $$ -- "$1" & wait"#, [try Self.program, successor])
    let theirs = pair.writing
    plan.descriptors.append(.init(child: 3, parent: theirs.number))
    let launched = try bench.reaper.launch(plan)
    let process = launched.process
    shell = consume process
    theirs.close()
    connection = try KeeperConnection(over: pair.reading)
    takeover = try connection.greet(within: .seconds(10))
  }

  /// SIGKILL, so that it cannot react to anything.
  func killKeeper() throws {
    kill(keeper, SIGKILL)
    while kill(keeper, 0) == 0 {
      // It is the shell's child, which reaps it.
      sched_yield()
    }
  }

  /// Kills the keeper, and the shell.
  func end() throws {
    try killKeeper()
    guard let shell = shell.take() else { return }
    try bench.end(shell)
  }
}
