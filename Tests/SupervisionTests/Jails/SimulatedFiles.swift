import Supervision

/// Who made a thing of the simulated host: only what the plan made may be removed by it.
enum Maker: String {
  case host, plan, outsider
}

/// A file of the simulated host.
final class SimulatedNode {
  enum Kind {
    case directory, file, link
  }

  let kind: Kind
  let inode: UInt64
  /// The file system that it is on.
  let fileSystem: UInt64
  let maker: Maker
  var children: [String: SimulatedNode] = [:]
  var hasContents = false

  init(_ kind: Kind, inode: UInt64, fileSystem: UInt64, _ maker: Maker) {
    self.kind = kind
    self.inode = inode
    self.fileSystem = fileSystem
    self.maker = maker
  }
}

/// A mount: from a node of the tree, as seen through another mount, one gets to its root.
final class SimulatedMount {
  let entry: MountEntry
  let root: SimulatedNode
  let covered: Position
  let maker: Maker
  var isReadOnly: Bool
  /// How many times it is still busy; `nil`: until it is forced.
  var busy: Int? = 0

  init(_ entry: MountEntry, root: SimulatedNode, over covered: Position, isReadOnly: Bool, _ maker: Maker) {
    self.entry = entry
    self.root = root
    self.covered = covered
    self.isReadOnly = isReadOnly
    self.maker = maker
  }

  /// A place in the tree: a node, and the mount through which it is seen.
  struct Position {
    var node: SimulatedNode
    var mount: SimulatedMount?

    func isSame(as other: Position) -> Bool { node === other.node && mount === other.mount }
  }
}

/// The tree of files and what is mounted on it.
struct SimulatedFiles {
  var root: SimulatedNode
  var mounts: [SimulatedMount] = []
  /// Links of the administrator's on the way to a root.
  var links: [String: String] = [:]
  /// Counted up by a boot: then all devices have other numbers.
  var boot: UInt64 = 1
  private var lastInode: UInt64 = 100
  private var lastFileSystem: UInt64 = 1

  init() {
    root = SimulatedNode(.directory, inode: 2, fileSystem: 1, .host)
  }

  /// The path with the administrator's links followed.
  func resolve(_ path: String) -> String {
    for (link, target) in links where path == link || path.hasPrefix(link + "/") {
      return target + path.dropFirst(link.count)
    }
    return path
  }

  func find(_ path: String) -> SimulatedMount.Position? {
    var position = top(SimulatedMount.Position(node: root, mount: nil))
    for name in resolve(path).split(separator: "/") {
      guard let child = position.node.children[String(name)] else { return nil }
      position = top(SimulatedMount.Position(node: child, mount: position.mount))
    }
    return position
  }

  /// Through all that is mounted on a place.
  private func top(_ position: SimulatedMount.Position) -> SimulatedMount.Position {
    var position = position
    while let mount = mounts.last(where: { $0.covered.isSame(as: position) }) {
      position = SimulatedMount.Position(node: mount.root, mount: mount)
    }
    return position
  }

  func identity(_ position: SimulatedMount.Position) -> FileIdentity {
    // nullfs shows the files below it under a device of its own.
    let device = position.mount.flatMap { $0.entry.fileSystem == "nullfs" ? UInt64($0.entry.id.first) : nil }
    return FileIdentity(device: boot * 1000 + (device ?? position.node.fileSystem), inode: position.node.inode)
  }

  func observe(_ path: String) -> FileObservation {
    guard let position = find(path) else { return .absent }
    switch position.node.kind {
    case .directory: return .directory(identity(position))
    case .file: return .file(identity(position))
    case .link: return .other(identity(position))
    }
  }

  /// What a walk to a path meets that is no directory: a file as its root, a link or a file in it.
  func obstacle(on path: JailPath) -> JailError? {
    for length in 0..<max(1, path.components.count) {
      let part = JailPath(root: path.root, components: Array(path.components.prefix(length))).text
      switch find(part)?.node.kind {
      case .file: return JailError(code: 20, "look at \(path.text): not a directory")
      case .link: return JailError(code: 62, "look at \(path.text): a symbolic link is in the way")
      case .directory, nil: continue
      }
    }
    return nil
  }

  @discardableResult
  mutating func make(
    _ kind: SimulatedNode.Kind, _ path: String, _ maker: Maker
  ) throws(JailError) -> FileIdentity {
    let (parent, name) = Self.split(resolve(path))
    guard let above = find(parent) else { throw JailError(code: 2, "make \(path): no such file or directory") }
    guard above.node.children[name] == nil else { throw JailError(code: 17, "make \(path): file exists") }
    guard above.mount?.isReadOnly != true else { throw JailError(code: 30, "make \(path): read-only file system") }
    lastInode += 1
    let node = SimulatedNode(kind, inode: lastInode, fileSystem: above.node.fileSystem, maker)
    above.node.children[name] = node
    return identity(SimulatedMount.Position(node: node, mount: above.mount))
  }

  mutating func remove(_ path: String, _ identity: FileIdentity?) throws(JailError) {
    let (parent, name) = Self.split(resolve(path))
    guard let above = find(parent), let position = find(path), identity == nil || self.identity(position) == identity
    else { throw JailError(code: 2, "remove \(path): it is not there") }
    guard above.node.children[name] === position.node else { throw JailError(code: 16, "remove \(path): busy") }
    guard position.node.children.isEmpty else { throw JailError(code: 66, "remove \(path): directory not empty") }
    guard above.mount?.isReadOnly != true else { throw JailError(code: 30, "remove \(path): read-only") }
    above.node.children[name] = nil
  }

  mutating func mount(
    _ type: String, from source: String, at path: String, isReadOnly: Bool, _ maker: Maker
  ) throws(JailError) -> FileSystemID {
    guard let covered = find(path) else { throw JailError(code: 22, "mount \(path): invalid fstype") }
    let content = type == "nullfs" ? find(source)?.node : freshRoot(of: type)
    guard let content else { throw JailError(code: 22, "mount \(source): invalid fstype") }
    lastFileSystem += 1
    let entry = MountEntry(
      id: FileSystemID(Int32(lastFileSystem), 7), fileSystem: type, source: source, target: resolve(path))
    mounts.append(SimulatedMount(entry, root: content, over: covered, isReadOnly: isReadOnly, maker))
    return entry.id
  }

  private mutating func freshRoot(of type: String) -> SimulatedNode {
    lastFileSystem += 1
    let root = SimulatedNode(.directory, inode: 1, fileSystem: lastFileSystem, .host)
    if type == "devfs" { root.children["fd"] = SimulatedNode(.directory, inode: 3, fileSystem: lastFileSystem, .host) }
    return root
  }

  mutating func unmount(_ id: FileSystemID, isForced: Bool) throws(JailError) {
    guard let index = mounts.firstIndex(where: { $0.entry.id == id }) else {
      throw JailError(code: 22, "unmount: no such mount")
    }
    let mount = mounts[index]
    guard !mounts.contains(where: { $0.covered.mount === mount }) else {
      throw JailError(code: 16, "unmount \(mount.entry.target): device busy")
    }
    if !isForced, mount.busy != 0 {
      mount.busy = mount.busy.map { $0 - 1 }
      throw JailError(code: 16, "unmount \(mount.entry.target): device busy")
    }
    mounts.remove(at: index)
  }

  static func split(_ path: String) -> (parent: String, name: String) {
    let names = path.split(separator: "/").map(String.init)
    return ("/" + names.dropLast().joined(separator: "/"), names.last ?? "")
  }

  /// All paths below the root of the host with who made them, mounts left out.
  func listing() -> [(path: String, maker: Maker)] {
    var result: [(path: String, maker: Maker)] = []
    var open: [(String, SimulatedNode)] = [("", root)]
    while let (path, node) = open.popLast() {
      for (name, child) in node.children {
        result.append((path + "/" + name, child.maker))
        open.append((path + "/" + name, child))
      }
    }
    return result.sorted { $0.path < $1.path }
  }
}
