import OrderedCollections
import UCL

extension ValueReader {
  /// The keys of the section `supervisor`.
  static let supervisorKeys = [
    "socket", "max-parallel-starts", "log-directory", "state-directory", "access", "shutdown-timeout",
  ]

  /// The section `supervisor { … }`.
  mutating func supervisor(_ field: Field) -> SupervisorSettings {
    var settings = SupervisorSettings()
    guard let fields = section(field, keys: Self.supervisorKeys) else { return settings }
    settings.socket = fields["socket"].flatMap { path($0) }
    settings.logDirectory = fields["log-directory"].flatMap { path($0) }
    settings.stateDirectory = fields["state-directory"].flatMap { path($0) }
    if let field = fields["max-parallel-starts"], let bound = integer(field, in: 0...1_000_000) {
      settings.maxParallelStarts = bound
    }
    if let field = fields["shutdown-timeout"], let timeout = duration(field, atLeast: .milliseconds(1)) {
      settings.shutdownTimeout = timeout
    }
    if let field = fields["access"], let access = section(field, keys: ["read", "control"]) {
      settings.accessRead = access["read"].map { accounts($0) } ?? []
      settings.accessControl = access["control"].map { accounts($0) } ?? []
    }
    return settings
  }

  /// Names of users, or of groups with `@`.
  private mutating func accounts(_ field: Field) -> [String] {
    list(field) { reader, value, path in
      guard let name = reader.account(value, path) else { return nil }
      guard name != "@" else {
        reader.error("`\(path)` has an `@` without a group", at: value.location, expected: "a user, or @group")
        return nil
      }
      return name
    }
  }
}
