// What is looked at before each step, and the step itself.

extension PlanExecution {
  /// What is there that the step will change, and whether it may be done at all.
  mutating func observe(_ step: JailStep) throws(JailError) -> StateBefore {
    switch step {
    case .directory(let path, _):
      let found = try kernel.look(at: path)
      switch found {
      case .absent: return .absent(in: try kernel.look(at: path.parent).identity)
      case .directory(let identity): return .there(identity)
      case .file, .other: throw JailError("make directory \(path.text): \(found.noun) is there")
      }
    case .file(let path):
      let found = try kernel.look(at: path)
      switch found {
      case .absent: return .absent(in: try kernel.look(at: path.parent).identity)
      case .file(let identity): return .there(identity)
      case .directory, .other: throw JailError("make file \(path.text): \(found.noun) is there")
      }
    case .mount(let mount):
      try refuseTrap(mount)
      let target = try mount.target.resolved(by: &kernel)
      return .mounts(on: target, try kernel.mounts().filter { $0.target == target }.map(\.id))
    case .alias(let alias): return .address(exists: try kernel.hasAddress(alias))
    case .epair:
      return .epair(name: try kernel.freeEpair(), description: "fruix-shepherd: jail \(plan.jail)")
    case .jail:
      let jail = try kernel.findJail(plan.jail)
      if let jail { throw .jailExists(plan.jail, jail.jid) }
      return .jail(nil, path: try JailPath(root: plan.root).resolved(by: &kernel))
    case .interface(let name):
      guard try kernel.hasInterface(name) else {
        throw JailError("give interface \(name) to jail \(plan.jail): the host has no such interface")
      }
      return .interface(exists: true)
    case .seal, .commands, .counterparts, .network, .rule: return .nothing
    }
  }

  /// Does a step. What it throws has left nothing behind.
  mutating func act(_ step: JailStep, _ before: StateBefore) throws(JailError) -> StepResult {
    switch step {
    case .directory(let path, let mode):
      guard case .absent = before else { return .present }
      return try unlessThere(path) { (kernel) throws(JailError) in
        try kernel.makeDirectory(path, mode: mode)
      }
    case .file(let path):
      guard case .absent = before else { return .present }
      return try unlessThere(path) { (kernel) throws(JailError) in try kernel.makeFile(path) }
    case .mount(let mount): return try mountOrCopy(mount)
    case .seal(let root):
      // As late as can be: a mount of the host's that becomes read-only would be felt far from here.
      try refuseForeignSeal(root)
      try kernel.seal(root)
    case .alias(let alias):
      guard before == .address(exists: false) else { return .present }
      try kernel.addAddress(alias)
    case .epair(let addresses, let bridge):
      guard case .epair(let name, let description) = before else { break }
      try kernel.makeEpair(name, description: description, addresses, bridge: bridge)
      return .epair(name)
    case .commands(_, let commands):
      for command in commands { try kernel.run(command, environment: journal.environment) }
    case .counterparts: break
    case .jail(let parameters):
      return .jail(try kernel.makeJail(name: plan.jail, path: plan.root, parameters))
    case .interface(let name): try kernel.give(interface: name, to: jid(for: "give interface \(name) to it"))
    case .network(let addresses, let gateways):
      try configureNetwork(addresses, gateways)
    case .rule(let rule): try kernel.addRule(rule, jail: plan.jail)
    }
    return .done
  }

  /// Makes a file that was absent a moment ago. Who was quicker with one of the same kind is welcome, and keeps it.
  private mutating func unlessThere(
    _ path: JailPath, _ make: (inout Kernel) throws(JailError) -> FileIdentity
  ) throws(JailError) -> StepResult {
    do {
      return .made(try make(&kernel))
    } catch {
      guard error.code == JailError.exists, let found = try? kernel.look(at: path) else { throw error }
      switch (found, journal.entries.last?.step) {
      case (.directory, .directory), (.file, .file): return .present
      default: throw error
      }
    }
  }

  private mutating func mountOrCopy(_ mount: JailMount) throws(JailError) -> StepResult {
    var mount = mount
    if case .nullfsFile(let from, let isReadOnly, _) = mount.kind, !hasMadeFile(mount.target) {
      // A copy would overwrite what somebody else has put there.
      mount.kind = .nullfsFile(from: from, isReadOnly: isReadOnly, mayCopy: false)
    }
    return try kernel.mount(mount).map { .mounted($0) } ?? .copied
  }

  private func hasMadeFile(_ path: JailPath) -> Bool {
    journal.entries.contains { entry in
      if case .made = entry.result { entry.step == .file(path) } else { false }
    }
  }

  private mutating func configureNetwork(
    _ addresses: [NetworkAddress], _ gateways: [NetworkAddress]
  ) throws(JailError) {
    let jid = try jid(for: "configure its network")
    guard let epair = journal.epair else {
      return try kernel.configure(interface: "lo0", in: jid, addresses, gateways: gateways)
    }
    try kernel.give(interface: epair + "b", to: jid)
    try kernel.configure(interface: epair + "b", in: jid, addresses, gateways: gateways)
  }

  private func jid(for purpose: String) throws(JailError) -> Int32 {
    guard let jid = journal.jid else { throw JailError("jail \(plan.jail) does not exist to \(purpose)") }
    return jid
  }
}

/// The traps of docs/FREEBSD.md that lie before a step.
extension PlanExecution {
  /// Whether a mount would do something else than what is meant: nmount(2) says only EINVAL where it says anything.
  private mutating func refuseTrap(_ mount: JailMount) throws(JailError) {
    let target = try kernel.look(at: mount.target)
    switch mount.kind {
    case .nullfs(let from, _):
      let source = try lookAtSource(from)
      guard source.isDirectory else { throw mount.refusal("\(from) is \(source.noun), not a directory") }
      guard target.isDirectory else { throw mount.refusal("the place is \(target.noun), not a directory") }
      // The kernel would follow the mount into itself for ever, and no signal would end that.
      guard source != target else { throw mount.refusal("it would be mounted on itself") }
    case .nullfsFile(let from, _, _):
      let source = try lookAtSource(from)
      guard case .file = source else { throw mount.refusal("\(from) is \(source.noun), not a file") }
      // Over a directory it succeeds, and the directory becomes a file.
      guard case .file = target else { throw mount.refusal("the place is \(target.noun), not a file") }
      guard source != target else { throw mount.refusal("it would be mounted on itself") }
    case .devfs(let ruleset):
      guard target.isDirectory else { throw mount.refusal("the place is \(target.noun), not a directory") }
      guard ruleset > 0 else { throw mount.refusal("ruleset \(ruleset) would show every device") }
    case .tmpfs, .plain:
      guard target.isDirectory else { throw mount.refusal("the place is \(target.noun), not a directory") }
    }
  }

  /// What is at a path of the administrator's, links followed. It may be a file, which cannot be a root.
  private mutating func lookAtSource(_ path: String) throws(JailError) -> FileObservation {
    let real = try JailPath(root: path).resolved(by: &kernel)
    let name = real.split(separator: "/").last.map { [String($0)] } ?? []
    return try kernel.look(at: JailPath(root: JailPath(root: real).parent.root, components: name))
  }

  /// Only a tmpfs that this plan has mounted becomes read-only: anything else at the root belongs to the host.
  private mutating func refuseForeignSeal(_ root: String) throws(JailError) {
    let target = try JailPath(root: root).resolved(by: &kernel)
    let top = try kernel.mounts().last { $0.target == target }
    let isOurs = journal.entries.contains { entry in
      guard case .mounted(let id) = entry.result, case .mount(let mount) = entry.step else { return false }
      return id == top?.id && mount.fileSystem == "tmpfs"
    }
    guard isOurs else { throw JailError("make \(root) read-only: no tmpfs of this plan is mounted there") }
  }
}

extension JailMount {
  fileprivate func refusal(_ reason: String) -> JailError {
    JailError("mount \(source) on \(target.text): \(reason)")
  }
}

extension FileObservation {
  var isDirectory: Bool {
    if case .directory = self { true } else { false }
  }

  /// As a clause names it.
  var noun: String {
    switch self {
    case .absent: "missing"
    case .directory: "a directory"
    case .file: "a file"
    case .other: "a link or a device"
    }
  }
}

extension JailPath {
  /// The directory that it is in.
  var parent: JailPath {
    guard components.isEmpty else { return JailPath(root: root, components: components.dropLast()) }
    return JailPath(root: "/" + root.split(separator: "/").dropLast().joined(separator: "/"))
  }

  /// The path as statfs(2) would name it: what is below the root has no links.
  func resolved(by kernel: inout some JailKernel) throws(JailError) -> String {
    do throws(JailError) {
      return JailPath(root: try kernel.resolve(root: root), components: components).text
    } catch {
      // The plan makes it, or it has been removed: then what is above it is resolved.
      guard error.code == JailError.missing, root != "/" else { throw error }
      let place = JailPath(root: root).parent
      let name = root.split(separator: "/").last.map(String.init) ?? ""
      return try JailPath(root: place.root, components: [name] + components).resolved(by: &kernel)
    }
  }
}

extension JailError {
  // The same on FreeBSD and Linux, and no header is at hand here.
  static let exists: Int32 = 17
  static let missing: Int32 = 2
  static let busy: Int32 = 16
  static let readOnly: Int32 = 30
}
