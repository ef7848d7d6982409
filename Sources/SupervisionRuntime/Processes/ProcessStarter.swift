/// Whoever forks: this process, or the keeper.
///
/// Its answers are told to the observer, failures too, and perhaps before what was called has returned.
protocol ProcessStarter: AnyObject {
  var observer: (any StarterObserver)? { get set }
  /// What was started, and what descends from it.
  var subtrees: SubtreeIndex { get }
  /// Whether it tells the ends of what it has started. Else whoever holds a process descriptor learns them from that.
  var tellsEnds: Bool { get }

  /// Starts a process: `started` or `startFailed` follows.
  ///
  /// - Parameters:
  ///   - plan: names descriptors of the caller's, who may close them when this has returned.
  ///   - identity: never used again.
  ///   - label: what the process is called for whoever comes after this supervisor.
  func start(_ plan: LaunchPlan, as identity: UInt64, label: String)
  /// The end is known, and nothing of the subtree is left: the zombie may go.
  func release(_ identity: UInt64, _ process: consuming ProcessDescriptor)
  /// SIGCHLD has come.
  func childrenEnded()
}

/// Who hears what becomes of processes.
protocol StarterObserver: AnyObject {
  func started(_ identity: UInt64, _ launched: consuming Launched)
  /// There is no process.
  func startFailed(_ identity: UInt64, _ error: SystemError)
  func ended(_ identity: UInt64, _ status: WaitStatus)
  /// Something that was adopted has ended, and perhaps others of which nothing is told.
  func orphanEnded(_ orphan: Reaper.Orphan)
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

  func childrenEnded() {
    do throws(SystemError) {
      for orphan in try reaper.reapOrphans() { observer?.orphanEnded(orphan) }
    } catch {
      observer?.starterTrouble("adopted processes cannot be waited for: \(error)")
    }
  }
}
