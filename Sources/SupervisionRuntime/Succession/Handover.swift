import CProc
import ControlProtocol
import Supervision

/// What a supervisor has from its keeper: the connection to it, what became of the supervisor before, and what that one has left.
public final class Handover {
  let connection: KeeperConnection
  let welcome: KeeperConnection.Welcome
  /// What the keeper's table says, by process.
  let entries: [KeeperConnection.Entry]
  /// The process descriptors that the holder had.
  let processes: HeldProcesses
  /// What the holder had. Whoever takes something takes it out.
  private let held: HeldDescriptors
  /// Of the first supervisor, and of those after it that can read it; `nil`: there is none, or it is left aside.
  private(set) var state: KeptState?
  let stateFiles: StateFiles
  /// Where the predecessor's socket and state directory are.
  private(set) var places: StateFrame.Places?
  /// Why the state is left aside.
  private(set) var stateTrouble: String?
  private let trials: Trials
  /// What a new program has said when it gave up.
  private let lastWords: String?

  /// Names at the holder.
  enum Name {
    static let socket = "socket"
    static let socketLock = "socket-lock"
    static let stateLock = "state-lock"
    static let pidFile = "pid-file"
    static let trials = "trials"
    static let lastWords = "last-words"
  }

  /// Says hello to the keeper that has started this process, and takes what a predecessor has left.
  ///
  /// - Returns: `nil`: nobody has, this is no supervisor yet.
  public static func take() throws -> Handover? {
    // The keeper passes on what has come before; this supervisor hears it when it can.
    try Daemon.holdSignals()
    guard let (connection, takeover) = try KeeperConnection.take() else { return nil }
    return try Handover(connection, takeover)
  }

  init(_ connection: KeeperConnection, _ takeover: KeeperConnection.Takeover) throws(SystemError) {
    self.connection = connection
    welcome = takeover.welcome
    keeper = takeover.welcome.keeper
    entries = takeover.entries
    held = takeover.held
    processes = takeover.processes
    if let words = held.take(Name.lastWords) {
      lastWords = try? MemoryFile(adopting: words).text()
      connection.drop(Name.lastWords)
    } else {
      lastWords = nil
    }
    trials = try Trials(held.take(Name.trials), welcome, connection)
    if let first = held.take(StateFiles.names[0]), let second = held.take(StateFiles.names[1]) {
      stateFiles = StateFiles(adopting: first, second)
      readState()
    } else {
      stateFiles = try StateFiles()
      stateFiles.lend { connection.hold($0, $1) }
    }
  }

  /// A record that has killed its readers is not read once more: definitions and the keeper's table are enough to go on with what runs.
  private func readState() {
    let deaths = trials.deaths
    guard deaths < Trials.most else {
      trials.begin(isFirst: true)
      return leaveStateAside("it has killed \(deaths) supervisors that read it")
    }
    trials.begin()
    do throws(SystemError) {
      state = try stateFiles.read()
      places = state?.places
      // Nothing was begun.
      if state?.configurations.isEmpty == true {
        trials.end()
        return state = nil
      }
      if state == nil, !isFirst { leaveStateAside("there is nothing in it that can be read") }
    } catch {
      leaveStateAside("\(error)")
    }
  }

  /// From here on the supervisor goes on as one without a record.
  func leaveStateAside(_ reason: String) {
    state = nil
    stateTrouble = reason
  }

  /// Nothing was begun by a supervisor before this one.
  public var isFirst: Bool {
    state == nil && stateTrouble == nil && entries.allSatisfy { OwnProcesses.isOwn(ProcessKey(serial: $0.identity)) }
  }
  /// This is a new program, and the one before is started again if it does not come up.
  var isOnTrial: Bool { welcome.reason == .upgraded }
  /// The pid of the keeper, which is another one after its death.
  public internal(set) var keeper: Int32

  // MARK: What is held

  /// The program that this process runs, which the keeper has given along.
  func takeProgram() -> Descriptor? { connection.takeProgram() }

  /// The listening socket of a predecessor, with its lock.
  func takeListener(path: String) -> ControlListener? {
    guard let socket = held.take(Name.socket), let lock = held.take(Name.socketLock) else { return nil }
    return ControlListener(adopting: socket, lock: lock, path: path)
  }

  func takeStateLock(path: String) -> PidFile? {
    guard let lock = held.take(Name.stateLock) else { return nil }
    return PidFile(adopting: lock, path: path, permissions: 0o600)
  }

  public func takePidFile(_ path: String) -> PidFile? {
    guard let file = held.take(Name.pidFile) else { return nil }
    return PidFile(adopting: file, path: path, permissions: 0o644)
  }

  /// Another holder has come, and has nothing yet: what is held from here.
  func giveAgain() {
    stateFiles.lend { connection.hold($0, $1) }
    trials.lend { connection.hold(Name.trials, $0) }
  }

  func hold(_ listener: borrowing ControlListener) {
    listener.lend { socket, lock in
      connection.hold(Name.socket, socket)
      connection.hold(Name.socketLock, lock)
    }
  }

  func hold(_ file: PidFile, _ name: String) {
    file.lend { connection.hold(name, $0) }
  }

  // MARK: Coming and going

  /// State and configuration are read, and whoever comes after this supervisor can read what it has written.
  func ready() { connection.ready() }

  /// So long a supervisor lives that does not die of what it has read. The keeper begins anew with its pauses after as long a life.
  static let probation: Duration = .seconds(60)

  func outlive() { trials.end() }

  private static let patience: Duration = .seconds(1)

  /// This supervisor's end is the keeper's, too.
  public func leave(_ status: Int32) {
    connection.leave(status: status)
    connection.finish(within: Self.patience)
  }

  /// Why this supervisor gives up, for the next one to tell.
  public func leaveWord(_ text: String) {
    if let file = try? MemoryFile(Array(text.utf8)) { connection.hold(Name.lastWords, file.descriptor) }
    connection.finish(within: Self.patience)
  }

  /// What became of the supervisor before this one.
  var predecessor: SupervisorStatus.Predecessor? { welcome.predecessor(lastWords) }
}
