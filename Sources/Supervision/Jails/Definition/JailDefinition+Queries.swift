extension JailDefinition {
  /// The value of a parameter; `nil` when it is not given.
  public func parameter(_ name: String) -> JailParameter.Value? {
    parameters.first { $0.name == name }?.value
  }

  var rootSize: UInt64? {
    if case .ephemeral(let size) = root { size } else { nil }
  }

  /// Whether processes of the service see a root that is not the host's.
  public var hasOwnRoot: Bool {
    root != .directory || path != "/" || sharedWith != nil || enter != nil
  }
}
