/// What a jail's root will look like when the steps so far have been done.
///
/// The planner asks it what is at a path before it puts a mount there: the host as it is, covered by the mounts of the plan,
/// with the directories that the plan makes.
struct PlannedTree {
  /// What a part of the tree rests on.
  enum Ground: Equatable {
    /// A tmpfs of this plan: empty but for what the plan makes.
    case memory
    /// A directory of the host, seen through nullfs. What is made in it would be made on the host.
    case host(String)
    /// The directory that is the jail's root, where no mount covers it.
    case root(String)
    case devices
    /// A file system in which nothing can be made or covered: procfs.
    case sealed
  }

  enum Kind: Equatable {
    case missing, directory, file, link, other
  }

  /// What a look at a path has met.
  struct Sight: Equatable {
    var kind: Kind
    /// How many of the names were walked: all of them, or up to the first that is missing or no directory.
    var depth: Int
    var ground: Ground
    /// Where the thing itself lies on the host, if it does.
    var host: String?
  }

  private struct Cover {
    var target: [String]
    var ground: Ground
    var isFile: Bool
  }

  private let facts: any JailFacts
  private let base: Ground
  private var covers: [Cover] = []
  private var made: [[String]: Kind] = [:]

  init(_ base: Ground, facts: any JailFacts) {
    self.base = base
    self.facts = facts
  }

  /// Walks to a path as the kernel side does, which follows no link.
  func look(at path: [String]) -> Sight {
    var ground = base
    var rest: [String] = []
    if let cover = cover(at: []) { ground = cover.ground }
    var sight = Sight(kind: .directory, depth: 0, ground: ground, host: Self.host(ground, rest))
    for (index, name) in path.enumerated() {
      let here = Array(path[...index])
      rest.append(name)
      var kind = made[here] ?? kind(in: ground, rest)
      if let cover = cover(at: here) {
        ground = cover.ground
        rest = []
        kind = cover.isFile ? .file : .directory
      }
      sight = Sight(
        kind: kind, depth: index + (kind == .missing ? 0 : 1), ground: ground, host: Self.host(ground, rest))
      if kind != .directory { return sight }
    }
    return sight
  }

  func hasMount(at target: [String]) -> Bool {
    cover(at: target) != nil
  }

  /// A mount of the plan that lies below a path, and would be hidden by one at it.
  func mount(below target: [String]) -> [String]? {
    covers.first { $0.target.count > target.count && $0.target.starts(with: target) }?.target
  }

  mutating func make(_ kind: Kind, at path: [String]) {
    made[path] = kind
  }

  mutating func add(_ ground: Ground, at target: [String], isFile: Bool = false) {
    covers.append(Cover(target: target, ground: ground, isFile: isFile))
    // What was made below lies under the mount now.
    made = made.filter { !($0.key.count > target.count && $0.key.starts(with: target)) }
  }

  private func cover(at target: [String]) -> Cover? {
    covers.last { $0.target == target }
  }

  private func kind(in ground: Ground, _ rest: [String]) -> Kind {
    switch ground {
    case .memory, .sealed: return .missing
    // The one directory of devfs(5) that mounts are made for: fdescfs(5).
    case .devices: return rest == ["fd"] ? .directory : .missing
    case .host(let base), .root(let base):
      switch facts.status(of: AbsolutePath.join(base, rest), followingLink: false)?.kind {
      case nil: return .missing
      case .directory: return .directory
      case .file: return .file
      case .link: return .link
      case .other: return .other
      }
    }
  }

  private static func host(_ ground: Ground, _ rest: [String]) -> String? {
    switch ground {
    case .host(let base), .root(let base): AbsolutePath.join(base, rest)
    case .memory, .devices, .sealed: nil
    }
  }
}
