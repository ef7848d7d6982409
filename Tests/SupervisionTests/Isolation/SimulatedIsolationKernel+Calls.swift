import Supervision

extension SimulatedIsolationKernel: IsolationKernel {
  var boot: String { "boot \(files.boot)" }

  // MARK: Files

  func look(at path: IsolationPath) throws(IsolationError) -> FileObservation {
    try call("look") { () throws(IsolationError) in
      if let obstacle = files.obstacle(on: path) { throw obstacle }
      return files.observe(path.text)
    }
  }

  func makeDirectory(_ path: IsolationPath, mode: UInt32) throws(IsolationError) -> FileIdentity {
    try call("mkdir") { () throws(IsolationError) in try files.make(.directory, path.text, .plan) }
  }

  func makeFile(_ path: IsolationPath) throws(IsolationError) -> FileIdentity {
    try call("creat") { () throws(IsolationError) in try files.make(.file, path.text, .plan) }
  }

  func removeDirectory(_ path: IsolationPath, _ identity: FileIdentity) throws(IsolationError) {
    try remove(path, identity)
  }

  func removeFile(_ path: IsolationPath, _ identity: FileIdentity) throws(IsolationError) {
    try remove(path, identity)
  }

  private func remove(_ path: IsolationPath, _ identity: FileIdentity) throws(IsolationError) {
    try call("remove \(path.text)") { () throws(IsolationError) in
      let maker = files.find(path.text)?.node.maker
      try files.remove(path.text, identity)
      violate(maker, path.text)
    }
  }

  func isEmptyFile(_ path: IsolationPath) throws(IsolationError) -> Bool {
    try call("stat") { () throws(IsolationError) in
      guard let node = files.find(path.text)?.node else { throw IsolationError(code: 2, "\(path.text): not there") }
      return !node.hasContents
    }
  }

  func resolve(root: String) throws(IsolationError) -> String {
    try call("realpath") { () throws(IsolationError) in
      guard files.find(root) != nil else { throw IsolationError(code: 2, "\(root): no such file or directory") }
      return files.resolve(root)
    }
  }

  // MARK: Mounts

  func mount(_ mount: IsolationMount) throws(IsolationError) -> FileSystemID? {
    try call("mount on \(mount.target.text)") { () throws(IsolationError) in
      if case .nullfsFile(_, _, let mayCopy) = mount.kind, !mountsFiles {
        guard mayCopy else { throw IsolationError(code: 20, "mount \(mount.target.text): not a directory") }
        files.find(mount.target.text)?.node.hasContents = true
        return nil
      }
      var isReadOnly = false
      if case .nullfs(let from, let wanted) = mount.kind {
        isReadOnly = wanted
        if files.observe(from) == files.observe(mount.target.text) { violations.append("nullfs on itself") }
      }
      let id = try files.mount(
        mount.fileSystem, from: mount.source, at: mount.target.text, isReadOnly: isReadOnly, .plan)
      files.mounts.last?.busy = busyMounts
      return id
    }
  }

  func seal(_ root: String) throws(IsolationError) {
    try call("seal") { () throws(IsolationError) in
      guard let mount = files.mounts.last(where: { $0.entry.target == files.resolve(root) }) else { return }
      if mount.maker != .plan, !isInterfering { violations.append("\(root) of the host was made read-only") }
      mount.isReadOnly = true
    }
  }

  func mounts() throws(IsolationError) -> [MountEntry] {
    try call("getfsstat") { () throws(IsolationError) in files.mounts.map(\.entry) }
  }

  func unmount(_ id: FileSystemID, isForced: Bool) throws(IsolationError) {
    try call("unmount") { () throws(IsolationError) in
      let maker = files.mounts.first { $0.entry.id == id }?.maker
      // Somebody may mount between the look at the table and this call: nothing helps against that.
      if isForced, !isInterfering, files.mounts.contains(where: { $0.covered.mount?.entry.id == id }) {
        violations.append("what carries another mount was forced")
      }
      if jails.contains(where: { $0.maker == .plan && $0.dying == nil }) {
        violations.append("a mount was undone under a living jail")
      }
      // The kernel holds the root of a jail until that is gone altogether.
      if !isForced, let target = files.mounts.first(where: { $0.entry.id == id })?.entry.target,
        jails.contains(where: { $0.dying != nil && $0.path == target })
      {
        throw IsolationError(code: 16, "unmount \(target): device busy")
      }
      if isForced, paused - lastRemoval < .seconds(2),
        jails.contains(where: { $0.maker == .plan && $0.dying != nil && $0.processes > 0 })
      {
        violations.append("a mount was forced under processes that had no time to end")
      }
      try files.unmount(id, isForced: isForced)
      violate(maker, "mount \(id)")
    }
  }

  // MARK: The jail

  func makeJail(name: String, path: String, _ parameters: [JailParameter]) throws(IsolationError) -> Int32 {
    try call("jail_set") { () throws(IsolationError) in
      guard !jails.contains(where: { $0.name == name && $0.dying == nil }) else {
        throw IsolationError(code: 17, "jail \"\(name)\" already exists")
      }
      let jid = nextJid()
      jails.append(Jail(jid: jid, name: name, path: files.resolve(path), maker: .plan))
      return jid
    }
  }

  func findJail(_ name: String) throws(IsolationError) -> JailObservation? {
    try call("jail_get") { () throws(IsolationError) in
      jails.first { $0.name == name && $0.dying == nil }.map { JailObservation(jid: $0.jid, path: $0.path) }
    }
  }

  func state(ofJail jid: Int32) throws(IsolationError) -> JailState {
    try call("jail_get") { () throws(IsolationError) in
      jails.first { $0.jid == jid }.map { $0.dying == nil ? .alive : .dying } ?? .gone
    }
  }

  func hasProcesses(inJail jid: Int32) throws(IsolationError) -> Bool {
    try call("processes") { () throws(IsolationError) in jails.contains { $0.jid == jid && $0.processes > 0 } }
  }

  func removeJail(_ jid: Int32) throws(IsolationError) {
    try call("jail_remove") { () throws(IsolationError) in
      guard let index = jails.firstIndex(where: { $0.jid == jid && $0.dying == nil }) else {
        throw IsolationError(code: 22, "no such jail")
      }
      violate(jails[index].maker, "jail \(jails[index].name)")
      lastRemoval = paused
      jails[index].dying = pausesOfDying
      jails[index].processes = min(pausesOfProcesses, pausesOfDying)
      bury()
    }
  }

  // MARK: Network

  func hasInterface(_ name: String) throws(IsolationError) -> Bool {
    try call("interface") { () throws(IsolationError) in interfaces[name].map { $0.jail == nil } ?? false }
  }

  func description(ofInterface name: String) throws(IsolationError) -> String {
    try call("description") { () throws(IsolationError) in interfaces[name]?.description ?? "" }
  }

  func freeEpair() throws(IsolationError) -> String {
    try call("epair") { () throws(IsolationError) in
      var number = 0
      while interfaces["epair\(number)a"] != nil { number += 1 }
      return "epair\(number)"
    }
  }

  func makeEpair(
    _ name: String, description: String, _ addresses: [NetworkAddress], bridge: String?
  ) throws(IsolationError) {
    try call("make \(name)") { () throws(IsolationError) in
      guard interfaces[name + "a"] == nil else { throw IsolationError(code: 17, "\(name)a exists") }
      interfaces[name + "a"] = Interface(description: description, maker: .plan)
      interfaces[name + "b"] = Interface(description: description, maker: .plan)
    }
  }

  func destroyInterface(_ name: String) throws(IsolationError) {
    try call("destroy \(name)") { () throws(IsolationError) in
      violate(interfaces[name]?.maker, name)
      interfaces[name] = nil
      interfaces[name.dropLast() + "b"] = nil
    }
  }

  func give(interface: String, to jid: Int32) throws(IsolationError) {
    try call("give \(interface)") { () throws(IsolationError) in
      guard interfaces[interface]?.jail == nil, jails.contains(where: { $0.jid == jid && $0.dying == nil }) else {
        throw IsolationError(code: 6, "no \(interface)")
      }
      interfaces[interface]?.jail = jid
    }
  }

  func takeBack(interface: String, from jid: Int32) throws(IsolationError) {
    try call("take \(interface) back") { () throws(IsolationError) in
      guard interfaces[interface]?.jail == jid else { throw IsolationError(code: 6, "no \(interface) inside") }
      interfaces[interface]?.jail = nil
    }
  }

  func configure(
    interface: String, in jid: Int32, _ addresses: [NetworkAddress], gateways: [NetworkAddress]
  ) throws(IsolationError) {
    try call("configure \(interface)") { () throws(IsolationError) in
      guard interfaces[interface]?.jail == jid else { throw IsolationError(code: 6, "no \(interface) inside") }
    }
  }

  func hasAddress(_ address: InterfaceAddress) throws(IsolationError) -> Bool {
    try call("address") { () throws(IsolationError) in addresses[Self.key(address)] != nil }
  }

  func addAddress(_ address: InterfaceAddress) throws(IsolationError) {
    try call("add address") { () throws(IsolationError) in
      guard addresses[Self.key(address)] == nil else { throw IsolationError(code: 17, "address exists") }
      addresses[Self.key(address)] = .plan
    }
  }

  func removeAddress(_ address: InterfaceAddress) throws(IsolationError) {
    try call("remove address") { () throws(IsolationError) in
      violate(addresses[Self.key(address)], Self.key(address))
      addresses[Self.key(address)] = nil
    }
  }

  static func key(_ address: InterfaceAddress) -> String { "\(address.interface) \(address.address.text)" }

  // MARK: The rest

  func addRule(_ rule: ResourceRule, jail: String) throws(IsolationError) {
    try call("add rule") { () throws(IsolationError) in rules[Self.key(rule, jail)] = .plan }
  }

  func removeRule(_ rule: ResourceRule, jail: String) throws(IsolationError) {
    try call("remove rule") { () throws(IsolationError) in
      violate(rules[Self.key(rule, jail)], Self.key(rule, jail))
      rules[Self.key(rule, jail)] = nil
    }
  }

  private static func key(_ rule: ResourceRule, _ jail: String) -> String {
    "\(jail) \(rule.resource) \(rule.action) \(rule.amount)"
  }

  func run(_ command: Command, environment: [EnvironmentVariable]) throws(IsolationError) {
    try call("run \(command.words[0])") { () throws(IsolationError) in
      commands.append((command.words, environment))
      if failingCommands.contains(command.words[0]) { throw IsolationError("\(command.words[0]) exited with 1") }
    }
  }

  func pause(_ duration: Duration) { elapse(duration) }
}
