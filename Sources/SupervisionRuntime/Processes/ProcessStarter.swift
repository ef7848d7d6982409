/// Whoever forks: this process, or the keeper.
///
/// Its answers are told to the observer, failures too, and perhaps before what was called has returned.
protocol ProcessStarter: AnyObject {
  var observer: (any StarterObserver)? { get set }
  /// What was started, and what descends from it.
  var subtrees: SubtreeIndex { get }
  /// Whether it tells the ends of what it has started. Else whoever holds a process descriptor learns them from that.
  var tellsEnds: Bool { get }
  /// Whether it can be asked for another start now. When it cannot, `starterHasRoom` follows.
  var takesStarts: Bool { get }

  /// Starts a process: `started` or `startFailed` follows.
  ///
  /// - Parameters:
  ///   - plan: names descriptors of the caller's, who may close them when this has returned.
  ///   - identity: never used again.
  ///   - label: what the process is called for whoever comes after this supervisor.
  func start(_ plan: LaunchPlan, as identity: UInt64, label: String)
  /// The end is known, and nothing of the subtree is left: the zombie may go.
  func release(_ identity: UInt64, _ process: consuming ProcessDescriptor)
  /// The same for one whose descriptor was lost, or that is no child of the reaper.
  func release(_ identity: UInt64, pid: Int32)
  /// Signals a process whose descriptor was lost.
  func signal(_ identity: UInt64, _ number: Int32)
  /// SIGCHLD has come.
  func childrenEnded()
}

/// A process of which somebody else has to know, or to have the descriptor.
struct KeptProcess {
  var identity: UInt64
  var pid: Int32
  var label: String
  /// The number of its descriptor.
  var descriptor: Int32?
}

/// Who hears what becomes of processes.
protocol StarterObserver: AnyObject {
  func started(_ identity: UInt64, _ launched: consuming Launched)
  /// There is no process.
  func startFailed(_ identity: UInt64, _ error: SystemError)
  /// - Parameter status: `nil`: nobody can know any more how.
  func ended(_ identity: UInt64, _ status: WaitStatus?)
  /// Something that was adopted has ended, and perhaps others of which nothing is told.
  ///
  /// - Parameter identity: of the process below whose subtree it was; `nil`: that is not known.
  func orphanEnded(_ orphan: Reaper.Orphan, of identity: UInt64?)
  /// It takes starts again.
  func starterHasRoom()
  /// The reaper has died: what it had started is nobody's child here any more.
  func reaperLost()
  /// The processes that live and are nobody's children here, for the reaper that comes after a dead one.
  var strangers: [KeptProcess] { get }
  /// The descriptors of processes, which a new holder has to be given; they stay the observer's.
  var descriptors: [KeptProcess] { get }
  /// Something does not work as it should.
  func starterTrouble(_ text: String)
}

/// Forks in this process: where there is no keeper.
final class LocalStarter: ProcessStarter {
  weak var observer: (any StarterObserver)?
  private let reaper: Reaper

  /// Becomes a reaper.
  init() throws(SystemError) {
    reaper = try Reaper()
  }

  var subtrees: SubtreeIndex { reaper.subtrees }
  var tellsEnds: Bool { false }
  var takesStarts: Bool { true }

  func start(_ plan: LaunchPlan, as identity: UInt64, label: String) {
    guard let observer else { return }
    do throws(SystemError) {
      observer.started(identity, try reaper.launch(plan))
    } catch {
      observer.startFailed(identity, error)
    }
  }

  func release(_ identity: UInt64, _ process: consuming ProcessDescriptor) {
    reaper.release(process)
  }

  func release(_ identity: UInt64, pid: Int32) {
    subtrees.remove(pid)
  }

  /// Nobody can give it a descriptor back.
  func signal(_ identity: UInt64, _ number: Int32) {}

  func childrenEnded() {
    do throws(SystemError) {
      for orphan in try reaper.reapOrphans() { observer?.orphanEnded(orphan, of: nil) }
    } catch {
      observer?.starterTrouble("adopted processes cannot be waited for: \(error)")
    }
  }
}
