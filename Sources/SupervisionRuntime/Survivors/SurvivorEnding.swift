import Supervision

/// Ends what a dead supervisor has left: the stop signal, the grace period, SIGKILL, until nothing is found any more or the
/// time is over.
///
/// It runs before anything is started, in an event loop of its own, and returns when it is done: a start beside
/// survivors would find their ports and files taken.
final class SurvivorEnding {
  /// From the first signal to giving up.
  static let most: Duration = .seconds(10)
  /// The longest grace period: what remains of `most` is for SIGKILL.
  static let mostGrace: Duration = .seconds(8)

  /// What became of the survivors.
  struct Outcome {
    var ended: [Survivor] = []
    /// They live on.
    var left: [Survivor] = []
    /// Why one of them could not be ended, or none be looked for.
    var trouble: SystemError?
  }

  private let record: ProcessRecord
  private let loop: EventLoop
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

  init(_ record: ProcessRecord) throws(SystemError) {
    self.record = record
    loop = try EventLoop()
  }

  /// Returns after at most ``most``.
  func run() -> Outcome {
    var isOver = false
    loop.schedule(at: Clock.now() + Self.most) { [loop] in
      isOver = true
      loop.stop()
    }
    do throws(SystemError) {
      // The stop signal for what is found first; SIGKILL for what those have started meanwhile.
      var found = try search()
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
    for survivor in survivors { signal(survivor.pid, bySignal ? survivor.rule.signal : HostSignal.kill) }
    if bySignal {
      let now = Clock.now()
      for survivor in survivors {
        let grace = min(Duration.milliseconds(survivor.rule.grace), Self.mostGrace)
        loop.schedule(at: now + grace) { [weak self] in self?.signal(survivor.pid, HostSignal.kill) }
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
