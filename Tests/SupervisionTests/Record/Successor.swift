import Testing

@testable import Supervision

/// What comes after a supervisor that has died, made from what it has written.
struct Successor {
  var core: Supervisor
  /// What it wants done when it goes on.
  var actions: [Action]

  /// - Parameters:
  ///   - record: the bytes; `nil`: all that the world's supervisor knows.
  ///   - fates: what has become of its processes; all others run.
  init(
    of world: World, record: [UInt8]? = nil, _ configuration: Configuration = Configuration(),
    fates: [ProcessKey: ProcessFate] = [:], after pause: Duration = .zero
  ) throws {
    let read = try StateRecord(record ?? world.supervisor.wholeState())
    core = try Supervisor.restored(from: read, configuration: configuration, seed: 1)
    let known = read.processKeys.map { key in
      (key, ProcessFate.runs(pid: Int32(truncatingIfNeeded: world.kernel.number(of: key) ?? 1)))
    }
    let all = Dictionary(known + fates.map { ($0.key, $0.value) }) { $1 }
    actions = core.handle(.resume(all), at: world.now + pause)
  }

  func state(_ name: String) -> StateName? { core.find(name).map { core.state(of: $0) } }

  func snapshot(_ name: String) -> ServiceSnapshot? { core.find(name).map { core.snapshot(of: $0) } }

  /// The keys of the processes that it wants started.
  var spawned: [ProcessKey] {
    actions.compactMap { if case .spawn(let key, _, _, _) = $0 { key } else { nil } }
  }

  /// The signals that it wants sent, to whomever.
  var signals: [Int32] {
    actions.compactMap { action in
      switch action {
      case .signal(_, let number), .signalGroup(_, let number), .signalSubtree(_, let number, _): number
      default: nil
      }
    }
  }

  var anomalies: [Anomaly] {
    actions.compactMap { if case .record(.anomaly(let anomaly)) = $0 { anomaly } else { nil } }
  }
}

extension World {
  func main(_ name: String) -> ProcessKey? {
    supervisor.find(name).flatMap { supervisor.services[$0.index].machine.main }
  }
}
