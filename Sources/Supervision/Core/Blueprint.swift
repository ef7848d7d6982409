/// A definition that is shared: by the service that has it, and by the run of it that began under it.
///
/// A definition has some forty fields; handing it on by reference costs one.
public final class Blueprint: Sendable {
  public let definition: ServiceDefinition

  public init(_ definition: ServiceDefinition) {
    self.definition = definition
  }
}
