/// Which services answer to a name: the service that is called so first, then all that have it as a provision, in file
/// order.
///
/// A name that is both a service's own and another's provision is met by either, the service itself preferred; the loader
/// writes a note about it. It cannot be an error: two packages that know nothing of each other would then keep a host from
/// booting.
public struct NameResolution: Sendable {
  private var own: [String: Int] = [:]
  private var provisions: [String: [Int]] = [:]

  public init(_ services: some Sequence<ServiceDefinition>) {
    for (position, service) in services.enumerated() {
      own[service.name] = position
      for name in service.provision where name != service.name { provisions[name, default: []].append(position) }
    }
  }

  /// The positions of the services in the sequence that this was made from; empty when nothing answers to the name.
  public func providers(of name: String) -> [Int] {
    let others = provisions[name] ?? []
    return own[name].map { [$0] + others } ?? others
  }

  /// Whether a service is called so.
  public func isService(_ name: String) -> Bool {
    own[name] != nil
  }

  /// All names that something answers to.
  public var names: [String] {
    Array(own.keys) + provisions.keys.filter { own[$0] == nil }
  }
}
