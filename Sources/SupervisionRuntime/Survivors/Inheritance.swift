import Supervision

/// What a supervisor finds in its state directory when it starts: nothing, after a clean exit; else the record of one that has
/// died, whose processes are ended before anything else is done.
struct Inheritance {
  /// The record of the one that has died; `nil`: none has.
  var predecessor: ProcessRecord?
  /// What of its processes goes on.
  var adopted: [SurvivorAdoption.Adopted] = []
  /// The record of this supervisor; `nil`: none can be kept, or not yet.
  var file: ProcessRecordFile?
  /// What has happened, for the journal and the status.
  var notes: [String] = []
  /// What remains a lack as long as this supervisor runs.
  var lacks: [String] = []

  /// - Parameter own: the beginning of this supervisor's record.
  static func find(in state: StateDirectory, own: ProcessRecord) -> Inheritance {
    var result = Inheritance()
    do throws(SystemError) {
      if let record = try state.readProcessRecord(), record.boot == own.boot, !record.isOfSameSupervisor(as: own) {
        result.predecessor = record
      }
    } catch {
      result.notes.append("what an earlier supervisor may have left could not be looked for: \(error)")
    }
    return result
  }

  /// The state directory is this supervisor's, once the survivors are ended: begins a record in place of what is there.
  mutating func take(_ state: StateDirectory, own: ProcessRecord) {
    do throws(SystemError) {
      file = try ProcessRecordFile(path: state.processRecordPath, record: own)
    } catch {
      lacks.append(Self.noRecord(error))
    }
  }

  static func noRecord(_ error: SystemError) -> String {
    "no record of the processes can be kept: \(error); should the supervisor and its keeper die, nobody would know of them"
  }

  static func notes(on outcome: SurvivorEnding.Outcome, of supervisor: Int32) -> [String] {
    var notes: [String] = []
    if !outcome.ended.isEmpty { notes.append(note(onEndedOf: outcome, of: supervisor)) }
    if !outcome.left.isEmpty {
      let left = clauses(for: outcome.left).joined(separator: ", ")
      let usual = outcome.isInterrupted ? "this supervisor is to end before they have" : "SIGKILL does not end them"
      let reason = outcome.trouble.map { "\($0)" } ?? usual
      notes.append("could not end what supervisor \(supervisor), which died, had left: \(left): \(reason)")
    } else if let trouble = outcome.trouble {
      notes.append("what supervisor \(supervisor), which died, may have left could not be looked for: \(trouble)")
    }
    return notes
  }

  static func note(onAdopted services: [String], of supervisor: Int32) -> String {
    "took over what supervisor \(supervisor), which died, had left running: \(services.sorted().listed(atMost: 8)); how it ends "
      + "will not be known, nor what it leaves behind"
  }

  /// Names only services of which nothing lives any more.
  private static func note(onEndedOf outcome: SurvivorEnding.Outcome, of supervisor: Int32) -> String {
    let count = outcome.ended.count
    let all = count + outcome.left.count
    let share = all == count ? "\(count) process\(count == 1 ? "" : "es")" : "\(count) of the \(all) processes"
    let alive = Set(outcome.left.map(\.service))
    return "ended \(share) that supervisor \(supervisor), which died, had left"
      + names(of: outcome.ended.filter { !alive.contains($0.service) })
  }

  /// For each service what lives of it: `web (pid 7, 9)`.
  static func clauses(for left: [Survivor]) -> [String] {
    Dictionary(grouping: left) { $0.service ?? "a service that is not known" }.sorted { $0.key < $1.key }.map {
      "\($0.key) (pid \($0.value.map(\.pid).sorted().map(String.init).joined(separator: ", ")))"
    }
  }

  static func announcement(of found: [Survivor], of supervisor: Int32, within longest: Duration) -> String {
    let count = found.count
    return "ends \(count) process\(count == 1 ? "" : "es") that supervisor \(supervisor), which died, has left"
      + "\(names(of: found)); their grace period is up to \(longest.text), and nothing is started before that"
  }

  /// A few of the services' names, so that the line stays one.
  private static func names(of survivors: [Survivor]) -> String {
    let names = Set(survivors.compactMap(\.service)).sorted()
    return names.isEmpty ? "" : ": \(names.listed(atMost: 8))"
  }
}
