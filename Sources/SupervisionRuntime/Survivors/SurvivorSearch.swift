import Supervision

/// A process that a dead supervisor has left.
struct Survivor: Equatable, Sendable {
  var pid: Int32
  var start: Int64
  /// `nil`: only the mark tells that it is one of ours, and no longer of which service.
  var service: String?
  var rule: ProcessRecord.EndingRule
}

/// Which of the system's processes a dead supervisor has left, by its record. Decides only; asks nothing.
///
/// What is looked for are the processes that were started, known by pid and time, and of services with `stop.kill = subtree` also
/// what comes from them: their descendants, the members of their sessions (the child leads one), and on Linux whatever carries a
/// mark. A pid alone says nothing: by now it may be a stranger's.
struct SurvivorSearch {
  private let record: ProcessRecord
  private let precision: Int64
  private let processes: [Int32: ProcessInfo]
  /// This supervisor, and those it descends from: an administrator may have started it from a shell that is itself
  /// such a survivor.
  private let spared: Set<Int32>
  /// By pid: entries whose number no stranger has by now.
  private var entries: [Int32: ProcessRecord.Entry] = [:]
  private var rules: [UInt64: ProcessRecord.Entry] = [:]
  /// Services that go on, with all that is theirs.
  private let exempt: Set<UInt64>

  /// - Parameters:
  ///   - own: the pid of this supervisor.
  ///   - precision: ``StartClock/precision``.
  ///   - exempt: the services that go on, as the record names them.
  init(
    _ record: ProcessRecord, among all: [ProcessInfo], own: Int32, precision: Int64, exempt: Set<UInt64> = []
  ) {
    self.record = record
    self.precision = precision
    self.exempt = exempt
    processes = Dictionary(all.map { ($0.pid, $0) }, uniquingKeysWith: { first, _ in first })
    spared = Self.line(of: own, among: processes)
    for entry in record.entries {
      rules[entry.incarnation] = entry
      if let process = processes[entry.pid], !entry.isStart(of: process, precision: precision) { continue }
      entries[entry.pid] = entry
    }
  }

  /// In the order of their pids.
  func survivors() -> [Survivor] {
    var found: [Int32: Survivor] = [:]
    for process in processes.values where !spared.contains(process.pid) {
      if let survivor = survivor(process) { found[process.pid] = survivor }
    }
    addDescendants(to: &found)
    return found.values.sorted { $0.pid < $1.pid }
  }

  /// A process and its ancestors.
  private static func line(of pid: Int32, among processes: [Int32: ProcessInfo]) -> Set<Int32> {
    var line: Set<Int32> = [0, 1]
    var next = pid
    while line.insert(next).inserted, let process = processes[next] { next = process.parent }
    return line
  }

  /// What a process is by itself, its parent aside.
  private func survivor(_ process: ProcessInfo) -> Survivor? {
    if let entry = entries[process.pid] { return exempt.contains(entry.incarnation) ? nil : Survivor(process, entry) }
    if !process.mark.isEmpty {
      guard let incarnation = record.incarnation(of: process.mark) else {
        // Another supervisor's, whatever else it shows.
        return nil
      }
      guard !exempt.contains(incarnation) else { return nil }
      guard let entry = rules[incarnation] else { return Survivor(process) }
      return entry.rule.kill == .subtree ? Survivor(process, entry) : nil
    }
    for number in [process.first, process.session].compactMap({ $0 }) {
      guard let entry = entries[number], entry.rule.kill == .subtree, !exempt.contains(entry.incarnation) else {
        continue
      }
      if process.start >= entry.started.lowerBound - precision { return Survivor(process, entry) }
    }
    return nil
  }

  private func addDescendants(to found: inout [Int32: Survivor]) {
    let children = Dictionary(grouping: processes.values) { $0.parent }
    var open = found.values.filter { $0.rule.kill == .subtree }
    while let parent = open.popLast() {
      for child in children[parent.pid] ?? [] where found[child.pid] == nil && !spared.contains(child.pid) {
        let survivor = Survivor(pid: child.pid, start: child.start, service: parent.service, rule: parent.rule)
        found[child.pid] = survivor
        open.append(survivor)
      }
    }
  }
}

extension Survivor {
  fileprivate init(_ process: ProcessInfo, _ entry: ProcessRecord.Entry) {
    self.init(pid: process.pid, start: process.start, service: entry.service, rule: entry.rule)
  }

  /// Of a service that the record does not know: by the rule of a definition that says nothing.
  fileprivate init(_ process: ProcessInfo) {
    self.init(pid: process.pid, start: process.start, service: nil, rule: .init(StopRule()))
  }
}
