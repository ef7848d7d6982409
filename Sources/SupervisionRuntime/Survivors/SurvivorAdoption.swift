import OrderedCollections
import Supervision

/// What of a dead supervisor's processes goes on under this one: main processes whose identity is certain, of services that are
/// defined and want it so. Decides only; asks nothing.
struct SurvivorAdoption {
  /// A main process that goes on.
  struct Adopted: Equatable {
    var entry: ProcessRecord.Entry
    /// When it was started, by the kernel.
    var start: Int64

    var label: ProcessLabel { ProcessLabel(.main, of: entry.service) }
  }

  /// In the order of their starts, one for each service.
  private(set) var adopted: [Adopted] = []

  /// By which the record names those services.
  var incarnations: Set<UInt64> { Set(adopted.map(\.entry.incarnation)) }
  var services: [String] { adopted.map(\.entry.service) }

  /// - Parameters:
  ///   - precision: ``StartClock/precision``.
  ///   - jailStands: whether the jail that a definition's service runs in is there as it was made.
  init(
    of record: ProcessRecord, among processes: [ProcessInfo], precision: Int64, by configuration: Configuration,
    jailStands: (ServiceDefinition) -> Bool
  ) {
    let living = Dictionary(processes.map { ($0.pid, $0) }, uniquingKeysWith: { first, _ in first })
    var found: [String: Adopted] = [:]
    for entry in record.entries where entry.role == .main {
      guard let process = living[entry.pid], entry.isStart(of: process, precision: precision),
        let (name, definition) = Self.service(of: entry, in: configuration), definition.orphan == .adopt,
        !definition.isGroup, jailStands(definition)
      else { continue }
      var entry = entry
      entry.service = name
      // Of two the later one is the service's.
      found[name] = Adopted(entry: entry, start: process.start)
    }
    adopted = found.values.sorted { ($0.start, $0.entry.pid) < ($1.start, $1.entry.pid) }
  }

  private static func service(
    of entry: ProcessRecord.Entry, in configuration: Configuration
  ) -> (name: String, ServiceDefinition)? {
    if let definition = configuration.services[entry.service] { return (entry.service, definition) }
    // A long name is cut in a label.
    let label = ProcessLabel(.main, of: entry.service)
    if let (name, definition) = configuration.services.elements.first(where: { label.isOf($0.key) }) {
      return (name, definition)
    }
    // Instances on demand are defined by their templates.
    guard let (template, instance) = ServiceName.instance(in: entry.service),
      case .success(let definition)? = configuration.templates[template]?.make(instance)
    else { return nil }
    return (entry.service, definition)
  }
}

extension ProcessRecord.Entry {
  /// Whether it is this process that was started, and no other one with its pid.
  func isStart(of process: ProcessInfo, precision: Int64) -> Bool {
    process.start >= started.lowerBound - precision && process.start <= started.upperBound + precision
  }
}
