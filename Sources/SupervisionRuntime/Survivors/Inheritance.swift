import Supervision

/// What a supervisor finds in its state directory when it starts: nothing, after a clean exit; else the record of one that has
/// died, whose processes are ended before anything else is done.
struct Inheritance {
  /// The record of this supervisor; `nil`: none can be kept.
  var file: ProcessRecordFile?
  /// What there is to say about it, for the journal and the status.
  var notes: [String] = []

  /// A signal came while survivors were ended: the record stays for the next one.
  var isInterrupted = false

  /// Takes over the state directory, which nobody else uses any more. May wait for survivors to end, as long as their grace
  /// periods are.
  ///
  /// - Parameters:
  ///   - own: the beginning of this supervisor's record.
  ///   - tell: is told beforehand what is waited for.
  static func take(
    _ state: StateDirectory, own: ProcessRecord, tell: (String) -> Void = { _ in }
  ) -> Inheritance {
    var result = Inheritance()
    do throws(SystemError) {
      if let record = try state.readProcessRecord(), record.boot == own.boot {
        let outcome = try withoutActuallyEscaping(tell) { tell throws(SystemError) in
          try SurvivorEnding(record) { found, longest in
            tell(announcement(of: found, of: record.supervisor, within: longest))
          }.run()
        }
        result.notes += notes(on: outcome, of: record.supervisor)
        if outcome.isInterrupted {
          result.isInterrupted = true
          return result
        }
      }
    } catch {
      result.notes.append("what an earlier supervisor may have left could not be looked for: \(error)")
    }
    do throws(SystemError) {
      result.file = try ProcessRecordFile(path: state.processRecordPath, record: own)
    } catch {
      result.notes.append("no record of the processes can be kept: \(error); they would outlive the supervisor's death")
    }
    return result
  }

  static func notes(on outcome: SurvivorEnding.Outcome, of supervisor: Int32) -> [String] {
    var notes: [String] = []
    if !outcome.ended.isEmpty {
      let count = outcome.ended.count
      notes.append(
        "ended \(count) process\(count == 1 ? "" : "es") that supervisor \(supervisor), which died, had left"
          + names(of: outcome.ended))
    }
    if !outcome.left.isEmpty {
      let pids = outcome.left.map { "\($0.pid)" }.joined(separator: ", ")
      let usual = outcome.isInterrupted ? ": a signal ended the waiting for them" : ": SIGKILL does not end them"
      let reason = outcome.trouble.map { ": \($0)" } ?? usual
      notes.append("could not end what supervisor \(supervisor), which died, had left (pid \(pids))\(reason)")
    } else if let trouble = outcome.trouble {
      notes.append("what supervisor \(supervisor), which died, may have left could not be looked for: \(trouble)")
    }
    return notes
  }

  private static func announcement(of found: [Survivor], of supervisor: Int32, within longest: Duration) -> String {
    let count = found.count
    return "ends \(count) process\(count == 1 ? "" : "es") that supervisor \(supervisor), which died, has left"
      + "\(names(of: found)); their grace period is up to \(longest.text), and nothing is started before that"
  }

  /// A few of the services' names, so that the line stays one.
  private static func names(of survivors: [Survivor]) -> String {
    let names = Set(survivors.compactMap(\.service)).sorted()
    guard !names.isEmpty else { return "" }
    let shown = names.prefix(8).joined(separator: ", ")
    return ": \(shown)" + (names.count > 8 ? " and \(names.count - 8) more" : "")
  }
}
