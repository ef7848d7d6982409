import OrderedCollections

/// What separates two configurations: the plan of a reload.
public struct ConfigurationDifference: Sendable, Equatable {
  /// A service that both have and that is not the same in both.
  public struct Change: Sendable, Equatable {
    public var name: String
    /// The keys whose values differ, as the files write them, in the order of `herd show`.
    public var keys: [String]
  }

  public var added: [String] = []
  public var removed: [String] = []
  public var changed: [Change] = []
  public var unchanged: [String] = []
  /// Whether the section `supervisor` differs.
  public var supervisorChanged = false

  /// Whether there is nothing to do. Where a key was written does not count, only what it says.
  public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && !supervisorChanged }

  /// - Parameters:
  ///   - old: what is in force; its order is that of `removed`.
  ///   - new: what is to be; its order is that of the rest.
  public init(from old: Configuration, to new: Configuration) {
    supervisorChanged = old.supervisor != new.supervisor
    for (name, definition) in new.services {
      guard let present = old.services[name] else {
        added.append(name)
        continue
      }
      let keys = present.keys(differingFrom: definition)
      if keys.isEmpty {
        unchanged.append(name)
      } else {
        changed.append(Change(name: name, keys: keys))
      }
    }
    removed = old.services.keys.filter { new.services[$0] == nil }
  }
}

extension ServiceDefinition {
  /// Whether both say the same, wherever it is written: the one question that a plan, a load and a status ask.
  ///
  /// Whether a package brought it is where it is written, too. What follows from that, such as `auto-start`, is compared.
  public func means(_ other: ServiceDefinition) -> Bool {
    var (mine, theirs) = (self, other)
    mine.origin = Origin()
    theirs.origin = Origin()
    mine.isPackaged = false
    theirs.isPackaged = false
    // The usual umask may be said or not.
    if mine.process.umask != theirs.process.umask, mine.value(of: .umask) == theirs.value(of: .umask) {
      theirs.process.umask = mine.process.umask
    }
    return mine == theirs
  }

  /// Whether a start by one is a start by the other: what counts at once, also for what runs, may differ.
  public func startsLike(_ other: ServiceDefinition) -> Bool {
    means(other) || ServiceKey.allCases.allSatisfy { $0.countsAtOnce || value(of: $0) == other.value(of: $0) }
  }

  /// The keys whose values differ.
  public func keys(differingFrom other: ServiceDefinition) -> [String] {
    if means(other) { return [] }
    return ServiceKey.allCases.filter { value(of: $0) != other.value(of: $0) }.map(\.rawValue)
  }
}
