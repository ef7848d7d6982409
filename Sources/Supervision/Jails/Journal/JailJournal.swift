import UCL

/// What a journal says: the steps that were begun, what they made, and what of it has been undone since.
///
/// It can be read however far it was written. The last line may be cut off: a step is done only when its intent is on disk
/// whole, so half an intent was followed by nothing, and half a result leaves its intent without one.
public struct JailJournal: Sendable, Equatable {
  /// `nil`: not even the first line is whole, so nothing was begun.
  public private(set) var header: JournalHeader?
  /// The steps that were begun, in order; the index of each is that of the step.
  private(set) var entries: [JournalEntry] = []
  /// Whether everything has been undone, and the file can be removed.
  public private(set) var isFinished = false
  /// Whether something stands after the last newline, or the last line is not whole.
  private(set) var isCutOff = false

  /// A journal in which nothing stands yet.
  init() {}

  /// The journal of a plan that is about to be carried out.
  init(_ header: JournalHeader) {
    self.header = header
  }

  /// - Throws: the line that is not understood, and why. A journal of which that is true was not written by this program, or was damaged.
  public init(_ bytes: [UInt8]) throws(JailError) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let tail = lines.popLast() ?? []
    isCutOff = !tail.isEmpty
    for (position, line) in lines.enumerated() {
      let place = "line \(position + 1) of the journal"
      if let value = Self.object(line, at: place) {
        try apply(JournalRecord(JournalFields(value, at: place)), at: place)
      } else if position == lines.count - 1, !isCutOff {
        isCutOff = true
      } else if !Self.isResumed(line), !(position + 1 < lines.count && Self.isResumed(lines[position + 1])) {
        throw JailError("\(place) is not a JSON object")
      }
    }
  }

  private static func object(_ line: ArraySlice<UInt8>, at place: String) -> Value? {
    let value = try? Parser(mode: .json).parse(Source(name: place, bytes: Array(line)))
    return value?.object == nil ? nil : value
  }

  /// Whether a line ends with the record that is written after one that was cut off.
  private static func isResumed(_ line: ArraySlice<UInt8>) -> Bool {
    line.suffix(JournalRecord.resumed.line.utf8.count).elementsEqual(JournalRecord.resumed.line.utf8)
  }

  /// Takes a record in.
  mutating func apply(_ record: JournalRecord, at place: String) throws(JailError) {
    switch record {
    case .header(let new):
      guard header == nil else { throw JailError("\(place) is a second header") }
      header = new
    case .intent(let step, let intent, let before):
      guard let header, step < header.steps, step == entries.count || isAnotherPair(intent, step) else {
        throw JailError("\(place) is not the intent of the next step")
      }
      entries.removeSubrange(step...)
      entries.append(JournalEntry(step: intent, before: before))
    case .result(let step, let result): try entry(step, at: place) { $0.result = result }
    case .ran(let step, let commands): try entry(step, at: place) { $0.commandsRun = max(0, commands) }
    case .undone(let step): try entry(step, at: place) { $0.isSettled = true }
    case .left(let step, _): try entry(step, at: place) { $0.isSettled = true }
    case .resumed: break
    case .finished: isFinished = true
    }
  }

  /// Whether this is the pair of interfaces once more, by another number, since somebody else has taken the first one.
  private func isAnotherPair(_ intent: JailStep, _ step: Int) -> Bool {
    guard step == entries.count - 1, case .epair = intent, let last = entries.last else { return false }
    return last.result == nil && last.step == intent
  }

  private mutating func entry(
    _ step: Int, at place: String, _ change: (inout JournalEntry) -> Void
  ) throws(JailError) {
    guard entries.indices.contains(step) else {
      throw JailError("\(place) belongs to step \(step), which was not begun")
    }
    change(&entries[step])
  }
}

/// What a journal says of one step.
struct JournalEntry: Sendable, Equatable {
  var step: JailStep
  var before: StateBefore
  /// `nil`: it may have been done or not.
  var result: StepResult?
  /// How many of the commands that undo it have ended.
  var commandsRun = 0
  /// Whether nothing of it is left to undo.
  var isSettled = false

  /// Whether what the step wants is known to be so.
  var isDone: Bool {
    switch result {
    case nil, .failed: false
    default: true
    }
  }
}

/// What is asked of a journal.
extension JailJournal {
  /// The jail that was made, as far as its making was recorded; whether it still lives is for the kernel to say.
  public var jid: Int32? {
    for case .jail(let jid)? in entries.map(\.result) { return jid }
    return nil
  }

  /// The pair of interfaces that was made.
  public var epair: String? {
    for case .epair(let name)? in entries.map(\.result) { return name }
    return nil
  }

  /// Whether every step of the plan was done, and none of them undone.
  public var isComplete: Bool {
    guard let header else { return false }
    return entries.count == header.steps && entries.allSatisfy { $0.isDone && !$0.isSettled }
  }

  /// The file systems that the steps have mounted.
  var mounted: [FileSystemID] {
    entries.compactMap { if case .mounted(let id) = $0.result { id } else { nil } }
  }

  /// What commands on the host learn of the jail, by jail(8)'s names. JID is set once there is one.
  var environment: [EnvironmentVariable] {
    guard let header else { return [] }
    let jid = jid.map { [EnvironmentVariable(name: "JID", value: String($0))] } ?? []
    return jid + [
      EnvironmentVariable(name: "JNAME", value: header.jail), EnvironmentVariable(name: "JPATH", value: header.root),
    ]
  }
}
