/// Why there is no plan for a service on this host: everything at once.
public struct JailRefusal: Error, Sendable, Equatable {
  /// Clauses for the user, each naming the key: `` `expose = /srv/data`: it does not exist on the host ``.
  public var reasons: [String]

  public init(reasons: [String]) {
    self.reasons = reasons
  }
}
