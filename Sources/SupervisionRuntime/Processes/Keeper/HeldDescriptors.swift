/// Descriptors that the holder had, by name, until somebody takes them.
final class HeldDescriptors {
  private var descriptors: [String: Box] = [:]

  private final class Box {
    var descriptor: Descriptor?

    init(_ descriptor: consuming Descriptor) {
      self.descriptor = consume descriptor
    }
  }

  /// The names of what nobody has taken.
  var names: [String] { descriptors.keys.sorted() }

  func put(_ name: String, _ descriptor: consuming Descriptor) {
    descriptors[name] = Box(descriptor)
  }

  func take(_ name: String) -> Descriptor? {
    descriptors.removeValue(forKey: name)?.descriptor.take()
  }
}

/// Process descriptors that the holder had, by the identity of their process, until somebody takes them.
final class HeldProcesses {
  private let descriptors: HeldDescriptors
  private static let prefix = "process/"

  init(_ descriptors: HeldDescriptors = HeldDescriptors()) {
    self.descriptors = descriptors
  }

  /// What a process descriptor is called at the holder.
  static func name(of identity: UInt64) -> String { "\(prefix)\(identity)" }

  /// The process whose descriptor has this name; `nil`: it is no name of one.
  static func identity(_ name: String) -> UInt64? {
    name.hasPrefix(prefix) ? UInt64(name.dropFirst(prefix.count)) : nil
  }

  func put(_ identity: UInt64, _ descriptor: consuming Descriptor) {
    descriptors.put(Self.name(of: identity), descriptor)
  }

  func take(_ identity: UInt64, pid: Int32) -> ProcessDescriptor? {
    guard let descriptor = descriptors.take(Self.name(of: identity)) else { return nil }
    return ProcessDescriptor(pid: pid, adopting: descriptor.relinquish())
  }

  /// The processes whose descriptors nobody has taken.
  var identities: [UInt64] { descriptors.names.compactMap { Self.identity($0) } }
}
