import UCL

/// What the probe has found out about one facility.
public enum Finding: Sendable, Equatable {
  /// Whether the headers had it.
  case compiled(Bool)
  case works
  /// With the call and the errno, or what the call has done wrong.
  case failed(String)
  case needsRoot
  case needs(ProbedSystem)
  /// By the file system of the temporary directory; another one may do it.
  case unsupported

  /// The value of the line.
  public var text: String {
    switch self {
    case .compiled(true): "yes"
    case .compiled(false): "no"
    case .works: "ok"
    // A reason may come from the kernel, and a line is a line.
    case .failed(let reason): "failed: \(reason.split(whereSeparator: \.isNewline).joined(separator: " "))"
    case .needsRoot: "skipped: needs root"
    case .needs(let system): "skipped: needs \(system.rawValue)"
    case .unsupported: "unsupported-on-tested-filesystem"
    }
  }
}

/// All that a probe has found, in the order of its lines.
public struct ProbeReport: Sendable, Equatable {
  public struct Line: Sendable, Equatable {
    public var facility: Facility
    public var finding: Finding

    public init(_ facility: Facility, _ finding: Finding) {
      self.facility = facility
      self.finding = finding
    }

    public var text: String { "\(facility.rawValue)=\(finding.text)" }
  }

  public var lines: [Line]

  public init(lines: [Line]) {
    self.lines = lines
  }

  /// `key=value`, one a line, without a newline at the end.
  public var text: String { lines.map(\.text).joined(separator: "\n") }

  /// One object; keys, values and their order are those of the lines.
  public var json: String {
    Value.object(lines.map { ($0.facility.rawValue, .string($0.finding.text)) }).json
  }

  /// The lines of what has failed and the supervisor cannot do without.
  public func missing(on system: ProbedSystem) -> [Line] {
    let essential = Facility.essential(on: system)
    return lines.filter { essential.contains($0.facility) && $0.finding != .works }
  }
}
