/// A plan in the making: the steps so far, what the root looks like after them, and what stands in the way.
struct PlanRun {
  enum Root {
    case ephemeral(String)
    /// - Parameter isOwn: whether only root and the supervisor can change what is in it.
    case directory(String, isOwn: Bool)
  }

  let facts: any JailFacts
  /// Resolved, on the host.
  let root: String
  let isEphemeral: Bool
  /// Resolved.
  let stateDirectory: String
  private let isOwnRoot: Bool
  private(set) var steps: [JailStep] = []
  var reasons: [String] = []
  private(set) var tree: PlannedTree
  /// Of the first devfs that was mounted.
  private(set) var devicesRuleset: Int32?

  init(facts: any JailFacts, root: Root, stateDirectory: String) {
    self.facts = facts
    self.stateDirectory = stateDirectory
    switch root {
    case .ephemeral(let path):
      (self.root, isEphemeral, isOwnRoot) = (path, true, true)
      tree = PlannedTree(.memory, facts: facts)
    case .directory(let path, let isOwn):
      (self.root, isEphemeral, isOwnRoot) = (path, false, isOwn)
      tree = PlannedTree(.root(path), facts: facts)
    }
  }

  /// The jail sees the host's own files.
  var isServiceJail: Bool { root == "/" }

  mutating func add(_ step: JailStep) {
    steps.append(step)
  }

  /// On the host's own files nothing is mounted: everybody would see it, and what is exposed is seen already.
  mutating func refuseMounts(of jail: JailDefinition) {
    let keys = [("`expose`", !jail.exposedPaths.isEmpty), ("`mount`", !jail.mounts.isEmpty)].filter(\.1).map(\.0)
    guard !keys.isEmpty else { return }
    reasons.append(
      "\(keys.joined(separator: " and ")) in a jail whose `path` is `/`: the whole host would see the mounts;"
        + " give it a `path` of its own or `root = ephemeral`")
  }

  mutating func makeEphemeralRoot(service: String, size: UInt64?) {
    if let status = facts.status(of: stateDirectory, followingLink: true), !status.isOwn(of: facts.supervisorUID) {
      reasons.append(
        "`root = ephemeral`: the state directory \(stateDirectory) must belong to root or to the supervisor's user,"
          + " and must not be writable by others")
    }
    let above = AbsolutePath.parent(of: AbsolutePath.parent(of: root))
    add(.directory(JailPath(root: above, components: [service]), mode: 0o700))
    add(.directory(JailPath(root: above, components: [service, "root"]), mode: 0o755))
    add(.mount(JailMount(.tmpfs(size: size, mode: 0o755), at: JailPath(root: root))))
    tree.add(.memory, at: [])
  }

  mutating func mount(_ request: MountRequest) {
    let subject = "`mount` at \(request.target)"
    guard let target = AbsolutePath.components(of: request.target) else {
      reasons.append("\(subject): the place is not an absolute path without `..`")
      return
    }
    switch request.kind {
    case .nullfs(let from, let isReadOnly):
      guard let source = source(from, subject) else { return }
      overlay(source, at: target, isReadOnly: isReadOnly, subject)
    case .tmpfs(let size, let mode): cover(.tmpfs(size: size, mode: mode), .memory, at: target, subject)
    case .devfs(let ruleset):
      cover(.devfs(ruleset: ruleset), .devices, at: target, subject)
      devicesRuleset = devicesRuleset ?? ruleset
    case .fdescfs: cover(.plain("fdescfs"), .sealed, at: target, subject)
    case .procfs: cover(.plain("procfs"), .sealed, at: target, subject)
    case .linprocfs: cover(.plain("linprocfs"), .sealed, at: target, subject)
    case .linsysfs: cover(.plain("linsysfs"), .sealed, at: target, subject)
    }
  }

  /// Whether it is certain that nothing will be at a path inside.
  func lacks(_ path: String) -> Bool {
    guard let components = AbsolutePath.components(of: path) else { return false }
    let sight = tree.look(at: components)
    return sight.kind == .missing && sight.ground == .memory
  }

  mutating func expose(_ list: ExposedPathList) {
    reasons += list.reasons
    for path in list.mounts {
      overlay(path.source, at: path.place, isReadOnly: !path.isWritable, path.subject)
    }
  }

  private mutating func source(_ path: String, _ subject: String) -> MountSource? {
    do throws(JailRefusal) {
      return try MountSource(path, facts: facts, subject: subject)
    } catch {
      reasons += error.reasons
      return nil
    }
  }

  /// A mount whose file system brings its own content.
  private mutating func cover(
    _ kind: JailMount.Kind, _ ground: PlannedTree.Ground, at target: [String], _ subject: String
  ) {
    guard isFree(target, subject), prepare(.directory, at: target, subject) else { return }
    add(.mount(JailMount(kind, at: JailPath(root: root, components: target))))
    tree.add(ground, at: target)
  }

  /// nullfs(5): a part of the host at a place in the jail.
  private mutating func overlay(_ source: MountSource, at target: [String], isReadOnly: Bool, _ subject: String) {
    guard isFree(target, subject), isDistinct(source, from: target, subject),
      prepare(source.isFile ? .file : .directory, at: target, subject),
      separate(source, at: target, subject)
    else { return }
    // A copy is a copy: what is written into it does not reach the original, and what it replaces must be ours.
    let mayCopy = isEphemeral && isReadOnly && tree.look(at: target).ground == .memory
    let kind: JailMount.Kind =
      source.isFile
      ? .nullfsFile(from: source.path, isReadOnly: isReadOnly, mayCopy: mayCopy)
      : .nullfs(from: source.path, isReadOnly: isReadOnly)
    add(.mount(JailMount(kind, at: JailPath(root: root, components: target))))
    tree.add(.host(source.path), at: target, isFile: source.isFile)
  }

  private mutating func isFree(_ target: [String], _ subject: String) -> Bool {
    if tree.hasMount(at: target) {
      reasons.append("\(subject): something is mounted at \(AbsolutePath.text(target)) already")
      return false
    }
    if let hidden = tree.mount(below: target) {
      reasons.append(
        "\(subject): it would hide the mount at \(AbsolutePath.text(hidden)); what lies below comes after what is above"
          + " it, and `expose` and `writable` come before `mount`")
      return false
    }
    return true
  }

  /// nullfs hangs when it is mounted on its own source, and deadlocks when one lies in the other (mount_nullfs(8) refuses
  /// both, nmount(2) does not).
  private mutating func isDistinct(_ source: MountSource, from target: [String], _ subject: String) -> Bool {
    let place = AbsolutePath.join(root, target)
    if AbsolutePath.contains(source.path, place) {
      reasons.append("\(subject): \(source.path) contains the place that it would be mounted at, \(place)")
      return false
    }
    if AbsolutePath.contains(place, source.path) {
      reasons.append("\(subject): it would be mounted at \(place), which contains \(source.path) itself")
      return false
    }
    // The same again for those that are one file under two names.
    var names = AbsolutePath.components(of: place) ?? []
    while true {
      if facts.status(of: AbsolutePath.text(names), followingLink: true)?.identity == source.identity {
        reasons.append("\(subject): \(source.path) and \(AbsolutePath.text(names)) are the same file")
        return false
      }
      if names.popLast() == nil { return true }
    }
  }

  /// nullfs over a nullfs of the same file is refused by the kernel (EDEADLK): a directory is covered by a tmpfs first,
  /// for a file there is nothing that could come between.
  private mutating func separate(_ source: MountSource, at target: [String], _ subject: String) -> Bool {
    let sight = tree.look(at: target)
    guard case .host = sight.ground, let below = sight.host,
      facts.status(of: below, followingLink: true)?.identity == source.identity
    else { return true }
    guard !source.isFile else {
      reasons.append(
        "\(subject): the file is seen through the mount of its directory already, and cannot be mounted over itself;"
          + " expose a directory of it instead")
      return false
    }
    add(.mount(JailMount(.tmpfs(size: nil, mode: nil), at: JailPath(root: root, components: target))))
    return true
  }

  /// Sees to it that there is something to mount on.
  private mutating func prepare(_ kind: PlannedTree.Kind, at target: [String], _ subject: String) -> Bool {
    let sight = tree.look(at: target)
    let met = AbsolutePath.join(root, target[..<sight.depth])
    switch sight.kind {
    case .missing:
      if let reason = obstacle(to: target, sight) {
        reasons.append("\(subject): \(reason)")
        return false
      }
      make(kind, at: target, from: sight.depth)
      return true
    case .link:
      reasons.append("\(subject): \(met) is a symbolic link, and nothing is mounted through one")
    case .directory where kind == .directory, .file where kind == .file && sight.depth == target.count: return true
    case .directory: reasons.append("\(subject): it is a file, but \(met) is a directory")
    case .file, .other: reasons.append("\(subject): \(met) is no \(kind == .file ? "file" : "directory")")
    }
    return false
  }

  /// Why nothing can be made at a place where something is missing.
  private func obstacle(to target: [String], _ sight: PlannedTree.Sight) -> String? {
    let missing = AbsolutePath.join(root, target[...sight.depth])
    switch sight.ground {
    case .memory: return nil
    case .root where isOwnRoot: return nil
    case .root:
      return "\(missing) does not exist, and is not made since others can write to \(root); make it, or let \(root)"
        + " belong to root and be writable by nobody else"
    case .host:
      return "\(missing) does not exist in what is mounted there; make \(sight.host ?? missing) on the host"
    case .devices: return "\(missing) does not exist in devfs"
    case .sealed: return "\(missing) lies in a file system that nothing can be mounted in"
    }
  }

  private mutating func make(_ kind: PlannedTree.Kind, at target: [String], from depth: Int) {
    for count in (depth + 1)...target.count {
      let path = Array(target[..<count])
      let place = JailPath(root: root, components: path)
      if count < target.count || kind == .directory {
        add(.directory(place, mode: 0o755))
        tree.make(.directory, at: path)
      } else {
        add(.file(place))
        tree.make(.file, at: path)
      }
    }
  }
}
