@testable import Supervision

/// Carries out the steps of a plan on a host of names, and notes what a kernel would refuse, or regret.
///
/// It knows nothing of the planner: it keeps a mount table and walks paths through it, as namei(9) does.
struct Rehearsal {
  private struct Mounted {
    var target: String
    var mount: JailMount
    /// What was made in it: a tmpfs is empty at first.
    var made: [String: FakeTree.Node] = [:]
    var isSealed = false
  }

  private let host: FakeTree
  private let plan: JailPlan
  private var mounts: [Mounted] = []
  private var made: [String: FakeTree.Node] = [:]
  private var hasJail = false
  private(set) var faults: [String] = []

  init(host: FakeTree, plan: JailPlan) {
    self.host = host
    self.plan = plan
  }

  mutating func run() {
    for (index, step) in plan.steps.enumerated() {
      switch step {
      case .directory(let path, _): make(.directory, path, index)
      case .file(let path): make(.file([]), path, index)
      case .mount(let mount): self.mount(mount, index)
      case .seal(let root):
        if let place = mounts.lastIndex(where: { $0.target == root }) { mounts[place].isSealed = true }
      case .jail: hasJail = true
      case .interface, .network, .rule:
        if !hasJail { faults.append("step \(index): before the jail") }
      case .alias, .epair, .commands, .counterparts: break
      }
    }
    if !hasJail { faults.append("no jail") }
  }

  private mutating func make(_ node: FakeTree.Node, _ path: JailPath, _ index: Int) {
    let parent = AbsolutePath.parent(of: path.text)
    if look(parent) != .directory { faults.append("step \(index): \(parent) is no directory") }
    if look(path.text) != nil { return }
    switch ground(of: path.text) {
    case nil: made[path.text] = node
    case .some(let place):
      switch mounts[place].mount.kind {
      case .tmpfs where !mounts[place].isSealed: mounts[place].made[path.text] = node
      default: faults.append("step \(index): \(path.text) is made in \(mounts[place].mount.fileSystem)")
      }
    }
  }

  private mutating func mount(_ mount: JailMount, _ index: Int) {
    let target = mount.target.text
    let node = look(target)
    var wanted = FakeTree.Node.directory
    switch mount.kind {
    case .nullfs(let from, _):
      check(from, target, index)
      if host.status(of: from, followingLink: false)?.kind != .directory {
        faults.append("step \(index): source \(from)")
      }
    case .nullfsFile(let from, _, let mayCopy):
      check(from, target, index)
      wanted = .file([])
      if host.status(of: from, followingLink: false)?.kind != .file { faults.append("step \(index): source \(from)") }
      if mayCopy, ground(of: target).map({ mounts[$0].mount.fileSystem }) != "tmpfs" {
        faults.append("step \(index): a copy would replace \(target)")
      }
    case .tmpfs, .devfs, .plain: break
    }
    if node != wanted { faults.append("step \(index): \(target) is \(String(describing: node))") }
    if mounts.contains(where: { $0.target != target && $0.target.hasPrefix(target == "/" ? "/" : target + "/") }) {
      faults.append("step \(index): \(target) hides an earlier mount")
    }
    mounts.append(Mounted(target: target, mount: mount))
  }

  /// The traps of nullfs(5): itself, what contains it, what it contains, and a nullfs of the same file below.
  private mutating func check(_ from: String, _ target: String, _ index: Int) {
    if AbsolutePath.contains(from, target) || AbsolutePath.contains(target, from) {
      faults.append("step \(index): \(from) and \(target) are not distinct")
    }
    if host.realPath(from) != from { faults.append("step \(index): \(from) has links in it") }
    if lower(target) == from { faults.append("step \(index): \(from) lies below \(target) already") }
  }

  /// The index of the mount that a path lies in.
  private func ground(of path: String) -> Int? {
    mounts.indices.reversed().first { AbsolutePath.contains(mounts[$0].target, path) && mounts[$0].target != path }
  }

  private func look(_ path: String) -> FakeTree.Node? {
    if let mounted = mounts.last(where: { $0.target == path }) {
      if case .nullfsFile = mounted.mount.kind { return .file([]) }
      return .directory
    }
    if path != "/", look(AbsolutePath.parent(of: path)) != .directory { return nil }
    guard let place = ground(of: path) else { return made[path] ?? node(path) }
    switch mounts[place].mount.kind {
    case .tmpfs: return mounts[place].made[path]
    case .nullfs: return lower(path).flatMap(node)
    case .devfs: return path == mounts[place].target + "/fd" ? .directory : nil
    case .nullfsFile, .plain: return nil
    }
  }

  /// The path on the host that is seen through nullfs.
  private func lower(_ path: String) -> String? {
    let place = mounts.lastIndex { $0.target == path } ?? ground(of: path)
    guard let place, case .nullfs(let from, _) = mounts[place].mount.kind else { return nil }
    return from + path.dropFirst(mounts[place].target.count)
  }

  private func node(_ path: String) -> FakeTree.Node? {
    switch host.entries[path]?.node {
    case .file: .file([])
    case let node: node
    }
  }
}
