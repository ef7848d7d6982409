import CProc
import Supervision

/// Has processes started by the keeper.
final class KeeperStarter: ProcessStarter, KeeperClient {
  weak var observer: (any StarterObserver)?
  let connection: KeeperConnection
  private(set) var subtrees: SubtreeIndex
  /// Linux tells only a parent how its child has ended; else the process descriptor does.
  let tellsEnds = cproc_parent_alone_learns_ends()
  /// What was asked for and not answered.
  private var unanswered: Set<UInt64> = []
  /// The keeper that this process has started in place of a dead one.
  private var replacement: Replacement?
  /// The program that is started in place of a dead keeper, and its arguments before `--adopt`; and this program with its own.
  /// Nothing by itself: a program of tests that said its own name here would be started as a supervisor, and so on.
  var command: () throws(SystemError) -> [String] = { () throws(SystemError) in
    throw SystemError("open", on: "fruix-keeper", code: SystemError.notFound)
  }
  /// Is told that the keeper has died, and when another one is there.
  var onKeeperChange: ((KeeperChange) -> Void)?

  /// So many starts may be on their way, and so many bytes: the keeper forks one after the other.
  private static let mostStarts = 16
  private static let mostBytes = 256 << 10

  /// - Parameter keeper: its pid.
  init(_ connection: KeeperConnection, keeper: Int32) throws(SystemError) {
    self.connection = connection
    subtrees = try SubtreeIndex(of: keeper)
    connection.processes = self
    connection.onKeeperLost = { [weak self] error in self?.keeperLost(error) }
    connection.onWelcome = { [weak self] welcome in self?.meet(welcome) }
    connection.onNewHolder.append { [weak self] in self?.giveDescriptors() }
  }

  /// Its pid.
  var keeper: Int32 { subtrees.reaper }

  var takesStarts: Bool { unanswered.count < Self.mostStarts && connection.backlog < Self.mostBytes }

  func start(_ plan: LaunchPlan, as identity: UInt64, label: String) {
    guard !connection.isLost else { return observer?.startFailed(identity, Self.noKeeper) ?? () }
    do throws(SystemError) {
      let block = try LaunchBlock(plan)
      guard block.descriptors.count <= CPROC_KEEPER_DESCRIPTORS_MAX, block.bytes.count <= Self.largestBlock else {
        throw SystemError("execve", on: plan.programs.first, code: E2BIG)
      }
      try checkRoom()
      unanswered.insert(identity)
      connection.start(identity, label: label, block)
    } catch {
      observer?.startFailed(identity, error)
    }
  }

  /// An answer whose descriptors cannot be taken would end the connection.
  private func checkRoom() throws(SystemError) {
    let count = Self.descriptorsOfAnswer * (unanswered.count + 1) + Self.descriptorsOfOthers
    try check("pipe", cproc_descriptor_room(UInt32(clamping: count), UInt64(subtrees.count)))
  }

  /// The process descriptor and the report.
  private static let descriptorsOfAnswer = 2
  /// Clients and outputs come meanwhile, and a process has to be looked at.
  private static let descriptorsOfOthers = 16

  private static let largestBlock = Int(CPROC_KEEPER_PAYLOAD_MAX) - Int(CPROC_KEEPER_NAME_SIZE)
  /// It passes: another keeper is started.
  private static let noKeeper = SystemError("pdfork", on: "the keeper, which has died", code: EAGAIN)

  func release(_ identity: UInt64, _ process: consuming ProcessDescriptor) {
    subtrees.remove(process.pid)
    connection.known(identity)
  }

  func release(_ identity: UInt64, pid: Int32) {
    subtrees.remove(pid)
    connection.known(identity)
  }

  func signal(_ identity: UInt64, _ number: Int32) {
    connection.signal(identity, number)
  }

  /// Children of this process are others than services: the keeper has those.
  func childrenEnded() {}

  // MARK: What the keeper says

  func take(_ message: KeeperChannel.Message) {
    switch message.type {
    case CPROC_KEEPER_STARTED: started(message)
    case CPROC_KEEPER_FAILED: failed(message)
    case CPROC_KEEPER_ENDED:
      guard let said = message.fixedPart(cproc_keeper_ended.self) else { return }
      observer?.ended(message.identity, said.waitStatus)
    case CPROC_KEEPER_ORPHAN:
      guard let said = message.fixedPart(cproc_keeper_orphan.self) else { return }
      let identity = message.identity == 0 ? nil : message.identity
      observer?.orphanEnded(.init(pid: said.pid, status: WaitStatus(raw: said.status)), of: identity)
    default: break
    }
  }

  private func started(_ message: KeeperChannel.Message) {
    guard let said = message.fixedPart(cproc_keeper_number.self), let process = message.takeDescriptor(0),
      let report = message.takeDescriptor(1)
    else { return }
    answered(message.identity)
    subtrees.add(said.number)
    observer?.started(
      message.identity,
      Launched(
        process: ProcessDescriptor(pid: said.number, adopting: process.relinquish()),
        report: LaunchReport(descriptor: report)))
  }

  private func failed(_ message: KeeperChannel.Message) {
    guard let said = message.fixedPart(cproc_keeper_failed.self) else { return }
    guard said.request == CPROC_KEEPER_START else {
      observer?.starterTrouble("the keeper cannot remember process \(message.identity): \(said.systemError())")
      return
    }
    answered(message.identity)
    observer?.startFailed(message.identity, said.systemError())
  }

  private func answered(_ identity: UInt64) {
    let wasFull = !takesStarts
    unanswered.remove(identity)
    if wasFull, takesStarts { observer?.starterHasRoom() }
  }
}

// MARK: - When the keeper has died

/// What has become of the keeper.
enum KeeperChange: Equatable {
  case died(pid: Int32)
  /// It lives, and what it has said could not be taken. Whoever comes after this supervisor is told all of it again.
  case misunderstood(SystemError)
  /// None can be started; it is tried again.
  case failed(SystemError)
  /// Another one is there. It has not started what runs already.
  case replaced(pid: Int32)
}

extension KeeperStarter {
  /// A keeper that this process has started.
  private final class Replacement {
    private var process: ProcessDescriptor?
    let began = Clock.now()

    init(_ process: consuming ProcessDescriptor) {
      self.process = consume process
    }

    /// It is a child of this process, and has to be reaped.
    func watch(on loop: EventLoop) throws(SystemError) {
      // The registration ends by itself with the one event that comes.
      _ = try process?.watch(by: loop) { _ in self.reap() }
    }

    private func reap() {
      if let process = process.take() { _ = cproc_process_release(process.relinquish()) }
    }
  }

  /// One that dies sooner is not followed by another at once.
  private static let shortLife: Duration = .seconds(10)

  private func keeperLost(_ error: SystemError) {
    guard error.code == SystemError.brokenPipe || error.code == SystemError.connectionReset else {
      onKeeperChange?(.misunderstood(error))
      return
    }
    let lived = replacement.map { Clock.now() - $0.began }
    replacement = nil
    onKeeperChange?(.died(pid: keeper))
    observer?.reaperLost()
    // Whether it had done it, nobody knows.
    let lost = unanswered.sorted()
    unanswered = []
    if let lived, lived < Self.shortLife { replaceLater() } else { replaceKeeper() }
    for identity in lost { observer?.startFailed(identity, Self.noKeeper) }
    if !lost.isEmpty { observer?.starterHasRoom() }
  }

  private func replaceLater() {
    connection.loop?.schedule(at: Clock.now() + .seconds(1)) { [weak self] in self?.replaceKeeper() }
  }

  private func replaceKeeper() {
    do throws(SystemError) {
      let pair = try LocalSocket.pair()
      let theirs = pair.writing
      let process = try startKeeper(theirs)
      theirs.close()
      let next = Replacement(process)
      replacement = next
      if let loop = connection.loop { try next.watch(on: loop) }
      try connection.renew(over: pair.reading)
    } catch {
      onKeeperChange?(.failed(error))
      replaceLater()
    }
  }

  private func startKeeper(_ socket: borrowing Descriptor) throws(SystemError) -> ProcessDescriptor {
    let words = try command()
    var plan = LaunchPlan(programs: Array(words.prefix(1)), arguments: words)
    plan.environment = Host.environment
    plan.workingDirectory = Host.currentDirectory() ?? "/"
    plan.umask = Host.umask
    plan.descriptors = [1, 2].map { LaunchPlan.Promise(child: $0, parent: $0) }
    plan.descriptors.append(LaunchPlan.Promise(child: Self.socketNumber, parent: socket.number))
    let spawned = try plan.spawn(nullDevice: subtrees.nullDevice)
    // That it could not be executed shows in its socket, too.
    _ = cproc_close(spawned.report)
    return ProcessDescriptor(pid: spawned.pid, adopting: spawned.process)
  }

  private static let socketNumber: Int32 = 3

  /// For the daemon.
  static func standardCommand() throws(SystemError) -> [String] {
    let keeper: String
    do throws(ProgramPlaces.KeeperMissing) { keeper = try ProgramPlaces.keeper() } catch {
      throw SystemError("open", on: error.places.first ?? "fruix-keeper", code: SystemError.notFound)
    }
    // By its pid, since whoever is the parent by then is another one if this process has died.
    return [keeper, "--adopt", "\(socketNumber)", "--of", "\(Host.pid)", "--", try ProgramPlaces.own()]
      + Host.arguments.dropFirst()
  }

  /// The first that the new one says.
  private func meet(_ welcome: KeeperConnection.Welcome) {
    do throws(SystemError) {
      subtrees = try SubtreeIndex(of: welcome.keeper)
    } catch {
      observer?.starterTrouble("the processes below the new keeper cannot be listed: \(error)")
    }
    for process in observer?.strangers ?? [] {
      connection.foreign(process.identity, pid: process.pid, label: process.label)
    }
    onKeeperChange?(.replaced(pid: welcome.keeper))
  }

  private func giveDescriptors() {
    let all = observer?.descriptors ?? []
    connection.hold(all.compactMap { kept in kept.descriptor.map { (HeldProcesses.name(of: kept.identity), $0) } })
  }
}
