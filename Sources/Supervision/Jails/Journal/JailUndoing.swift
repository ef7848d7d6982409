// Undoing
// =======
//
// From the journal, last step first. The first rule is that nothing is removed that was not made: each step has to match what
// the journal says of it, and where that is in doubt it is left, and said so.
//
//   intent without result   look at what is there, compare with what was before, and write the result that this comes to;
//                           then as any other
//   made, mounted, jid ...  undone if it is still that one; gone already: nothing to do
//   present, failed         nothing was made
//   another boot            mounts, jails, interfaces, addresses and rules went with the boot; directories and files are undone.
//                           Commands are not run: see docs/decisions/0006-jail-journal.md
//
// What is undone is recorded at once, so that a crash on the way changes nothing but the place to go on from. What could not
// be undone stays in the journal; the next undoing tries again.

/// Undoes what a journal says was made.
public struct JailUndoing: Sendable {
  public let journal: JailJournal

  /// - Throws: what is wrong with the journal.
  public init(journal bytes: [UInt8]) throws(JailError) {
    journal = try JailJournal(bytes)
  }

  public init(_ journal: JailJournal) {
    self.journal = journal
  }

  /// Undoes all that can be undone.
  ///
  /// What runs in the jail ends with it, at the latest. Nothing waits until it is gone altogether, which takes as long as the
  /// kernel keeps a socket of it or somebody a descriptor of one of its dead (docs/FREEBSD.md).
  ///
  /// - Parameters:
  ///   - kernel: whom the steps ask. All waiting goes through it: about 2 s for a mount in which processes of the jail end.
  ///   - journal: appends to the journal that this was made of.
  ///   - waitsForInterfaces: whether to wait, for 90 s, until an interface that was given to the jail has come back from it.
  public func run(
    kernel: inout some JailKernel, journal: inout some (JournalSink & ~Copyable), waitsForInterfaces: Bool = false
  ) -> JailRemains {
    var execution = UndoExecution(self.journal, kernel, JournalWriter(afterCutOff: self.journal.isCutOff))
    execution.waitsForInterfaces = waitsForInterfaces
    defer { kernel = execution.kernel }
    return execution.run(&journal)
  }
}

/// What an undoing came to.
public struct JailRemains: Sendable, Equatable {
  /// Whether nothing remains to be undone: the journal says so too, and can be removed.
  public var isFinished: Bool
  /// What went wrong. Unless finished, some of it is tried again by the next undoing; a command that failed is not.
  public var errors: [JailError]
  /// What was left on purpose, since it is not known to be ours or somebody uses it; as clauses, each with its reason.
  public var leftovers: [String]
  /// What only time brings, as clauses: interfaces that come back with the end of the jail. The next undoing looks again.
  public var awaited: [String] = []
  /// The jail that was removed and is dying still. There is nothing to be done for it.
  public var dying: [Int32] = []

  public init(isFinished: Bool, errors: [JailError] = [], leftovers: [String] = []) {
    self.isFinished = isFinished
    self.errors = errors
    self.leftovers = leftovers
  }
}

/// One undoing on its way.
struct UndoExecution<Kernel: JailKernel> {
  /// What has become of a step.
  enum Settlement: Equatable {
    /// Nothing of it is there.
    case undone
    /// It is there, and stays: a clause says why.
    case left(String)
    /// It stays recorded.
    case failed(JailError)
    /// It stays recorded, and comes by itself: a clause says what.
    case awaited(String)
    /// It cannot be judged before what stands in front of it, or in it, is undone; it stays recorded.
    case hidden
  }

  private(set) var journal: JailJournal
  var kernel: Kernel
  private var writer: JournalWriter
  var remains = JailRemains(isFinished: false)
  var waitsForInterfaces = false
  /// The steps whose interfaces come back only when the jail has gone.
  private var awaited: [Int] = []

  init(_ journal: JailJournal, _ kernel: Kernel, _ writer: JournalWriter) {
    self.journal = journal
    self.kernel = kernel
    self.writer = writer
  }

  var isSameBoot: Bool { journal.header?.boot == kernel.boot }

  mutating func run(_ sink: inout some (JournalSink & ~Copyable)) -> JailRemains {
    guard journal.header != nil, !journal.isFinished else { return JailRemains(isFinished: true) }
    for number in journal.entries.indices.reversed() where !journal.entries[number].isSettled {
      guard undo(number, &sink) else { break }
    }
    awaitInterfaces(&sink)
    if journal.entries.allSatisfy(\.isSettled) {
      note(.finished, &sink)
      remains.isFinished = writer.failure == nil
    }
    if let failure = writer.failure { remains.errors.append(failure) }
    return remains
  }

  /// - Returns: whether the steps before this one can be undone.
  private mutating func undo(_ number: Int, _ sink: inout some (JournalSink & ~Copyable)) -> Bool {
    let step = journal.entries[number].step
    do throws(JailError) {
      try ascertain(number, &sink)
      switch step {
      case .directory(let path, _), .file(let path): settle(number, try undoFile(path, number), &sink)
      case .counterparts(let point, let commands): runCounterparts(number, point, commands, &sink)
      case _ where !isSameBoot: settle(number, .undone, &sink)
      case .mount(let mount): settle(number, try undoMount(mount, number), &sink)
      case .alias(let alias): settle(number, try undoAlias(alias, number), &sink)
      case .epair: settle(number, try undoEpair(number), &sink)
      case .interface(let name): try undoInterface(name, number, &sink)
      case .rule(let rule): settle(number, try undoRule(rule, number), &sink)
      case .jail: settle(number, try undoJail(number), &sink)
      case .seal, .commands, .network: settle(number, .undone, &sink)
      }
    } catch {
      settle(number, .failed(error), &sink)
      // What is below a living jail is in use.
      return !step.isJail
    }
    return true
  }

  /// Gives an intent without a result the result that it comes to.
  private mutating func ascertain(
    _ number: Int, _ sink: inout some (JournalSink & ~Copyable)
  ) throws(JailError) {
    guard journal.entries[number].result == nil else { return }
    if let result = try findResult(number) { note(.result(step: number, result), &sink) }
  }

  /// Records what has become of a step, and tells what the user should know.
  private mutating func settle(
    _ number: Int, _ settlement: Settlement, _ sink: inout some (JournalSink & ~Copyable)
  ) {
    switch settlement {
    case .undone: note(.undone(step: number), &sink)
    case .left(let reason):
      remains.leftovers.append(reason)
      note(.left(step: number, reason), &sink)
    case .failed(let error): remains.errors.append(error)
    case .awaited(let clause): remains.awaited.append(clause)
    case .hidden: break
    }
  }

  /// Writes a record. Undoing goes on when that fails: what is undone twice is found to be gone already.
  private mutating func note(_ record: JournalRecord, _ sink: inout some (JournalSink & ~Copyable)) {
    // Records made here always fit the journal that they are made from.
    try? journal.apply(record, at: "a record")
    try? writer.append(record, to: &sink)
  }

  // MARK: Commands

  private mutating func runCounterparts(
    _ number: Int, _ point: HookPoint, _ commands: [Command], _ sink: inout some (JournalSink & ~Copyable)
  ) {
    let remaining = commands.dropFirst(journal.entries[number].commandsRun)
    guard isSameBoot || remaining.isEmpty else {
      let reason = "the commands of \(point.rawValue) were not run, since the system was booted after the jail was made"
      return settle(number, .left(reason), &sink)
    }
    for (position, command) in zip(remaining.indices, remaining) {
      do throws(JailError) {
        try kernel.run(command, environment: journal.environment)
      } catch {
        remains.errors.append(JailError(code: error.code, "\(point.rawValue): \(error.message)"))
      }
      note(.ran(step: number, commands: position + 1), &sink)
    }
    settle(number, .undone, &sink)
  }

  // MARK: Interfaces

  private mutating func undoInterface(
    _ name: String, _ number: Int, _ sink: inout some (JournalSink & ~Copyable)
  ) throws(JailError) {
    if case .failed = journal.entries[number].result { return settle(number, .undone, &sink) }
    if try isBack(name) { return settle(number, .undone, &sink) }
    awaited.append(number)
  }

  /// When all else was undone, unless the jail could not be removed: then there is nothing to wait for.
  private mutating func awaitInterfaces(_ sink: inout some (JournalSink & ~Copyable)) {
    guard journal.entries.allSatisfy({ !$0.step.isJail || $0.isSettled }) else { return }
    for number in awaited {
      guard case .interface(let name) = journal.entries[number].step else { continue }
      do throws(JailError) {
        settle(number, try awaitInterface(name), &sink)
      } catch {
        settle(number, .failed(error), &sink)
      }
    }
  }
}
