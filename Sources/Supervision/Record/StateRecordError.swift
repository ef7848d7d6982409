/// Why a state record cannot be used. It is not repaired: definitions and the keeper's table are enough to go on with what runs.
public enum StateRecordError: Error, Equatable, CustomStringConvertible {
  /// There is nothing whole in it.
  case empty
  /// At this byte stands something else than a batch that was written.
  case damaged(at: Int)
  /// It was written by a version that says who can still read it: none as old as this one.
  case tooNew(version: UInt16, readableFrom: UInt16)
  /// A field makes no sense.
  case malformed(String)
  /// The definition that a service runs under is neither in the configuration nor can it be read from the record.
  case definition(service: String, problem: String)

  public var description: String {
    switch self {
    case .empty: "it is empty"
    case .damaged(let position): "it is damaged at byte \(position)"
    case .tooNew(let version, let oldest):
      "it is of version \(version), for readers of version \(oldest) or later; this one is \(StateRecordBatch.version)"
    case .malformed(let what): what
    case .definition(let service, let problem): "the definition of \(service) cannot be had: \(problem)"
    }
  }
}
