/// Which services answer to a name: the service that is called so, else all that have it as a provision, in file order.
///
/// A name that is both a service's own and another's provision means the service: what `herd start NAME` acts on does not
/// change because some package brings a definition with that provision. The loader writes a note about it.
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
    if let position = own[name] { return [position] }
    return provisions[name] ?? []
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
