import Supervision

/// Ends what a dead supervisor has left, each by its own rule: the stop signal, the grace period, SIGKILL, until nothing is found
/// any more or the time is over.
///
/// Nothing is started meanwhile: a start beside survivors would find their ports and files taken. But signals and clients are
/// heard, since the grace period of a database may be minutes.
final class SurvivorEnding {
  /// From the end of the longest grace period to giving up.
  static let killPatience: Duration = .seconds(10)
  /// Before what cannot be held is looked for once more.
  private static let pause: Duration = .milliseconds(20)

  /// What became of the survivors.
  struct Outcome {
    var ended: [Survivor] = []
    /// They live on.
    var left: [Survivor] = []
    /// This supervisor is to end: whoever comes next goes on.
    var isInterrupted = false
    /// Why one of them could not be ended, or none be looked for.
    var trouble: SystemError?
  }

  private let record: ProcessRecord
  private let exempt: Set<UInt64>
  private let loop: EventLoop
  /// Is told what is found, and how long that may take.
  private let tell: ([Survivor], Duration) -> Void
  private let onEnd: (Outcome) -> Void
  private var held: [Int32: Held] = [:]
  private var outcome = Outcome()
  private var isOver = false
  private var nextLook: TimerHeap.Timer?
  private var lastMoment: TimerHeap.Timer?

  private final class Held {
    let survivor: Survivor
    let process: HeldProcess
    var watch: EventLoop.Registration?
    var grace: TimerHeap.Timer?

    init(_ survivor: Survivor) throws(SystemError) {
      self.survivor = survivor
      process = try HeldProcess(pid: survivor.pid, start: survivor.start)
    }
  }

  /// - Parameters:
  ///   - exempt: the services that go on, as the record names them.
  ///   - onEnd: called once, perhaps before ``begin()`` returns, and at the latest when the longest grace period and the
  ///     time for SIGKILL are over.
  init(
    _ record: ProcessRecord, except exempt: Set<UInt64> = [], on loop: EventLoop,
    tell: @escaping ([Survivor], Duration) -> Void = { _, _ in },
    onEnd: @escaping (Outcome) -> Void
  ) {
    self.record = record
    self.exempt = exempt
    self.loop = loop
    self.tell = tell
    self.onEnd = onEnd
  }

  /// The stop signal for what is found first; SIGKILL for what those have started meanwhile.
  func begin() {
    do throws(SystemError) {
      let found = try search()
      guard !found.isEmpty else { return finish() }
      let longest = Duration.milliseconds(found.map(\.rule.grace).max() ?? 0)
      tell(found, longest)
      lastMoment = loop.schedule(at: Clock.now() + longest + Self.killPatience) { [weak self] in self?.finish() }
      end(found, bySignal: true)
    } catch {
      fail(error)
    }
  }

  /// Waits no longer: this supervisor is to end itself.
  func interrupt() {
    guard !isOver else { return }
    outcome.isInterrupted = true
    sortOut()
    finish()
  }

  /// Ends that were not heard of yet, and what was started meanwhile, are told too.
  private func sortOut() {
    guard let living = try? search() else { return }
    let pids = Set(living.map(\.pid))
    outcome.left += living.filter { held[$0.pid] == nil }
    for process in held.values where !pids.contains(process.survivor.pid) { ended(process.survivor.pid) }
  }

  private func lookAgain() {
    nextLook = nil
    guard !isOver else { return }
    do throws(SystemError) {
      let found = try search()
      if found.isEmpty { finish() } else { end(found, bySignal: false) }
    } catch {
      fail(error)
    }
  }

  private func lookLater(after pause: Duration = .zero) {
    guard nextLook == nil, !isOver else { return }
    nextLook = loop.schedule(at: Clock.now() + pause) { [weak self] in self?.lookAgain() }
  }

  /// What lives and was not found unassailable before.
  private func search() throws(SystemError) -> [Survivor] {
    let known = Set(outcome.left.map(\.pid))
    let search = SurvivorSearch(
      record, among: try ProcessInfo.all(), own: Host.pid, precision: StartClock.precision, exempt: exempt)
    return search.survivors().filter { !known.contains($0.pid) }
  }

  private func end(_ survivors: [Survivor], bySignal: Bool) {
    for survivor in survivors { hold(survivor) }
    guard !held.isEmpty else { return lookLater(after: Self.pause) }
    let now = Clock.now()
    for survivor in survivors {
      signal(survivor.pid, bySignal ? survivor.rule.signal : HostSignal.kill)
      guard bySignal else { continue }
      if survivor.rule.continues { signal(survivor.pid, HostSignal.continue) }
      held[survivor.pid]?.grace = loop.schedule(at: now + .milliseconds(survivor.rule.grace)) { [weak self] in
        self?.signal(survivor.pid, HostSignal.kill)
      }
    }
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
    if let grace = process.grace { loop.cancel(grace) }
    held[process.survivor.pid] = nil
    if held.isEmpty { lookLater() }
  }

  private func giveUp(_ survivor: Survivor, _ error: SystemError) {
    outcome.left.append(survivor)
    outcome.trouble = outcome.trouble ?? error
  }

  private func fail(_ error: SystemError) {
    outcome.trouble = error
    finish()
  }

  private func finish() {
    guard !isOver else { return }
    isOver = true
    outcome.left += held.values.map(\.survivor)
    for process in held.values { forget(process) }
    for timer in [nextLook, lastMoment] { if let timer { loop.cancel(timer) } }
    onEnd(outcome)
  }
}
