import CProc
import Supervision

/// Has processes started by the keeper.
final class KeeperStarter: ProcessStarter, KeeperClient {
  weak var observer: (any StarterObserver)?
  let connection: KeeperConnection
  let subtrees: SubtreeIndex
  /// Linux tells only a parent how its child has ended; else the process descriptor does.
  let tellsEnds = cproc_parent_alone_learns_ends()
  /// What was asked for and not answered.
  private var unanswered: Set<UInt64> = []

  /// So many starts may be on their way, and so many bytes: the keeper forks one after the other.
  private static let mostStarts = 64
  private static let mostBytes = 256 << 10

  /// - Parameter keeper: its pid.
  init(_ connection: KeeperConnection, keeper: Int32) throws(SystemError) {
    self.connection = connection
    subtrees = try SubtreeIndex(of: keeper)
    connection.processes = self
  }

  var takesStarts: Bool { unanswered.count < Self.mostStarts && connection.backlog < Self.mostBytes }

  func start(_ plan: LaunchPlan, as identity: UInt64, label: String) {
    guard !connection.isLost else { return observer?.startFailed(identity, Self.noKeeper) ?? () }
    do throws(SystemError) {
      let block = try LaunchBlock(plan)
      guard block.descriptors.count <= CPROC_KEEPER_DESCRIPTORS_MAX, block.bytes.count <= Self.largestBlock else {
        throw SystemError("execve", on: plan.programs.first, code: E2BIG)
      }
      unanswered.insert(identity)
      connection.start(identity, label: label, block)
    } catch {
      observer?.startFailed(identity, error)
    }
  }

  private static let largestBlock = Int(CPROC_KEEPER_PAYLOAD_MAX) - Int(CPROC_KEEPER_NAME_SIZE)
  private static let noKeeper = SystemError("pdfork", on: "the keeper", code: EPIPE)

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
      observer?.orphanEnded(.init(pid: said.pid, status: WaitStatus(raw: said.status)), of: message.identity)
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
