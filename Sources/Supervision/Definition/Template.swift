import UCL

/// A definition with `${instance}` in it: the section as it was written, defaults and overrides laid below and above it.
///
/// It is a value: what its instances are follows from the section alone, so that it can be written down and read again
/// (`TemplateCoding`).
public struct Template: Sendable {
  /// Keeps no text of a file alive.
  let section: ServiceSection
  /// Which instances exist at boot.
  public let instances: [String]

  /// The name up to and with the `@`.
  public var name: String { section.name }

  /// Whether a package brought it, and so its instances.
  public var isPackaged: Bool { section.isPackaged }

  /// The definition of an instance that somebody asks for; the diagnostics are those of the values after replacement.
  public func make(_ instance: String) -> Result<ServiceDefinition, Diagnostics> {
    guard ServiceName.isInstance(instance) else {
      let message = "`\(instance)` cannot be an instance of `\(name)`"
      return .failure(Diagnostics([Diagnostic(.error, message, at: section.location)]))
    }
    let (definition, diagnostics) = ServiceReader.read(section.instantiated(instance))
    guard !diagnostics.contains(where: { $0.severity == .error }) else { return .failure(Diagnostics(diagnostics)) }
    var made = definition
    // Only what `instances` lists starts at boot.
    made.autoStart = false
    return .success(made)
  }
}
