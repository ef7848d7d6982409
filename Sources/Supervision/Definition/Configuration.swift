import OrderedCollections

/// Everything that a set of files says: services, templates, the supervisor's own settings.
public struct Configuration: Sendable {
  /// By name, in load order; instances of templates that exist at boot included.
  public var services: OrderedDictionary<String, ServiceDefinition> = [:]
  /// By name with the `@` and nothing after it (`getty@`).
  public var templates: OrderedDictionary<String, Template> = [:]
  public var supervisor = SupervisorSettings()
  /// Tells this configuration from the others of a supervisor and its predecessors, for the copies that are kept of them; given by
  /// who keeps them.
  public var number: UInt64 = 0
  /// What deserves a word but is no mistake (a definition that replaces a packaged one, a name in `wants` that nothing answers to).
  public var notes: [Diagnostic] = []

  /// Grace periods that may be longer than the time for leaving.
  var shutdownCheck: ShutdownCheck?

  /// The defaults for all files, which a subset of one file that is loaded later takes as well.
  var defaults: ServiceSection?

  public init() {}
}

/// The section `supervisor { ... }`.
public struct SupervisorSettings: Sendable, Equatable {
  public var socket: String?
  /// How many services may be starting at once; 0: no bound.
  public var maxParallelStarts = 0
  public var logDirectory: String?
  public var stateDirectory: String?
  /// Who may look; names of users, or of groups with `@`.
  public var accessRead: [String] = []
  /// Who may start, stop and act.
  public var accessControl: [String] = []
  public var shutdownTimeout: Duration = .seconds(75)

  public init() {}
}
