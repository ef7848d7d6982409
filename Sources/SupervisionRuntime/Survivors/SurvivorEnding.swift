import Supervision

/// Ends what a dead supervisor has left, each by its own rule: the stop signal, the grace period, SIGKILL, until nothing is found
/// any more or the time is over.
///
/// It runs before anything is started, in an event loop of its own, and returns when it is done: a start beside
/// survivors would find their ports and files taken.
final class SurvivorEnding {
  /// From the end of the longest grace period to giving up.
  static let killPatience: Duration = .seconds(10)

  /// What became of the survivors.
  struct Outcome {
    var ended: [Survivor] = []
    /// They live on.
    var left: [Survivor] = []
    /// A signal asked this supervisor to end: whoever comes next goes on.
    var isInterrupted = false
    /// Why one of them could not be ended, or none be looked for.
    var trouble: SystemError?
  }

  private let record: ProcessRecord
  private let loop: EventLoop
  /// Is told what is found, and how long that may take.
  private let tell: ([Survivor], Duration) -> Void
  private var held: [Int32: Held] = [:]
  private var outcome = Outcome()

  private final class Held {
    let survivor: Survivor
    let process: HeldProcess
    var watch: EventLoop.Registration?

    init(_ survivor: Survivor) throws(SystemError) {
      self.survivor = survivor
      process = try HeldProcess(pid: survivor.pid, start: survivor.start)
    }
  }

  init(_ record: ProcessRecord, tell: @escaping ([Survivor], Duration) -> Void = { _, _ in }) throws(SystemError) {
    self.record = record
    self.tell = tell
    loop = try EventLoop()
  }

  /// Returns at the latest when the longest grace period and the time for SIGKILL are over.
  func run() -> Outcome {
    var isOver = false
    do throws(SystemError) {
      // The stop signal for what is found first; SIGKILL for what those have started meanwhile.
      var found = try search()
      let longest = found.map(\.rule.grace).max() ?? 0
      if !found.isEmpty { tell(found, .milliseconds(longest)) }
      for signal in [HostSignal.terminate, HostSignal.interrupt] {
        _ = try loop.watchSignal(signal) { [weak self] _ in
          isOver = true
          self?.outcome.isInterrupted = true
          self?.loop.stop()
        }
      }
      loop.schedule(at: Clock.now() + .milliseconds(longest) + Self.killPatience) { [loop] in
        isOver = true
        loop.stop()
      }
      try end(found, bySignal: true)
      while !isOver {
        found = try search()
        if found.isEmpty { break }
        try end(found, bySignal: false)
      }
    } catch {
      outcome.trouble = error
    }
    outcome.left += held.values.map(\.survivor)
    return outcome
  }

  /// What lives and was not found unassailable before.
  private func search() throws(SystemError) -> [Survivor] {
    let known = Set(outcome.left.map(\.pid))
    return SurvivorSearch(record, among: try Sighting.all(), own: Host.pid, precision: StartClock.precision)
      .survivors().filter { !known.contains($0.pid) }
  }

  /// Returns when all have ended, or the time is over.
  private func end(_ survivors: [Survivor], bySignal: Bool) throws(SystemError) {
    for survivor in survivors { hold(survivor) }
    let now = Clock.now()
    for survivor in survivors {
      signal(survivor.pid, bySignal ? survivor.rule.signal : HostSignal.kill)
      guard bySignal else { continue }
      if survivor.rule.continues { signal(survivor.pid, HostSignal.continue) }
      loop.schedule(at: now + .milliseconds(survivor.rule.grace)) { [weak self] in
        self?.signal(survivor.pid, HostSignal.kill)
      }
    }
    if !held.isEmpty { try loop.run() }
  }

  private func hold(_ survivor: Survivor) {
    do throws(SystemError) {
      let process = try Held(survivor)
      process.watch = try loop.watch(process.process.number, for: .read) { [weak self] _ in self?.ended(survivor.pid) }
      held[survivor.pid] = process
    } catch  where error.code == SystemError.noSuchProcess {
      outcome.ended.append(survivor)
    } catch {
      giveUp(survivor, error)
    }
  }

  private func signal(_ pid: Int32, _ number: Int32) {
    guard let process = held[pid] else { return }
    do throws(SystemError) {
      try process.process.signal(number)
    } catch  where error.code == SystemError.noSuchProcess {
      // Its end is about to be reported.
    } catch {
      forget(process)
      giveUp(process.survivor, error)
    }
  }

  private func ended(_ pid: Int32) {
    guard let process = held[pid] else { return }
    forget(process)
    outcome.ended.append(process.survivor)
  }

  private func forget(_ process: Held) {
    if let watch = process.watch { loop.cancel(watch) }
    held[process.survivor.pid] = nil
    if held.isEmpty { loop.stop() }
  }

  private func giveUp(_ survivor: Survivor, _ error: SystemError) {
    outcome.left.append(survivor)
    outcome.trouble = outcome.trouble ?? error
  }
}
