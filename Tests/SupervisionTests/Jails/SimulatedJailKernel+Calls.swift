import Supervision

extension SimulatedJailKernel: JailKernel {
  var boot: String { "boot \(files.boot)" }

  // MARK: Files

  func look(at path: JailPath) throws(JailError) -> FileObservation {
    try call("look") { () throws(JailError) in
      if let obstacle = files.obstacle(on: path) { throw obstacle }
      return files.observe(path.text)
    }
  }

  func makeDirectory(_ path: JailPath, mode: UInt32) throws(JailError) -> FileIdentity {
    try call("mkdir") { () throws(JailError) in try files.make(.directory, path.text, .plan) }
  }

  func makeFile(_ path: JailPath) throws(JailError) -> FileIdentity {
    try call("creat") { () throws(JailError) in try files.make(.file, path.text, .plan) }
  }

  func removeDirectory(_ path: JailPath, _ identity: FileIdentity) throws(JailError) {
    try remove(path, identity)
  }

  func removeFile(_ path: JailPath, _ identity: FileIdentity) throws(JailError) {
    try remove(path, identity)
  }

  private func remove(_ path: JailPath, _ identity: FileIdentity) throws(JailError) {
    try call("remove \(path.text)") { () throws(JailError) in
      let maker = files.find(path.text)?.node.maker
      try files.remove(path.text, identity)
      violate(maker, path.text)
    }
  }

  func isEmptyFile(_ path: JailPath) throws(JailError) -> Bool {
    try call("stat") { () throws(JailError) in
      guard let node = files.find(path.text)?.node else { throw JailError(code: 2, "\(path.text): not there") }
      return !node.hasContents
    }
  }

  func resolve(root: String) throws(JailError) -> String {
    try call("realpath") { () throws(JailError) in
      guard files.find(root) != nil else { throw JailError(code: 2, "\(root): no such file or directory") }
      return files.resolve(root)
    }
  }

  // MARK: Mounts

  func mount(_ mount: JailMount) throws(JailError) -> FileSystemID? {
    try call("mount on \(mount.target.text)") { () throws(JailError) in
      if case .nullfsFile(_, _, let mayCopy) = mount.kind, !mountsFiles {
        guard mayCopy else { throw JailError(code: 20, "mount \(mount.target.text): not a directory") }
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

  func seal(_ root: String) throws(JailError) {
    try call("seal") { () throws(JailError) in
      guard let mount = files.mounts.last(where: { $0.entry.target == files.resolve(root) }) else { return }
      if mount.maker != .plan, !isInterfering { violations.append("\(root) of the host was made read-only") }
      mount.isReadOnly = true
    }
  }

  func mounts() throws(JailError) -> [MountEntry] {
    try call("getfsstat") { () throws(JailError) in files.mounts.map(\.entry) }
  }

  func unmount(_ id: FileSystemID, isForced: Bool) throws(JailError) {
    try call("unmount") { () throws(JailError) in
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
        throw JailError(code: 16, "unmount \(target): device busy")
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

  func makeJail(name: String, path: String, _ parameters: [JailParameter]) throws(JailError) -> Int32 {
    try call("jail_set") { () throws(JailError) in
      guard !jails.contains(where: { $0.name == name && $0.dying == nil }) else {
        throw JailError(code: 17, "jail \"\(name)\" already exists")
      }
      let jid = nextJid()
      jails.append(Jail(jid: jid, name: name, path: files.resolve(path), maker: .plan))
      return jid
    }
  }

  func findJail(_ name: String) throws(JailError) -> JailObservation? {
    try call("jail_get") { () throws(JailError) in
      jails.first { $0.name == name && $0.dying == nil }.map { JailObservation(jid: $0.jid, path: $0.path) }
    }
  }

  func state(ofJail jid: Int32) throws(JailError) -> JailState {
    try call("jail_get") { () throws(JailError) in
      jails.first { $0.jid == jid }.map { $0.dying == nil ? .alive : .dying } ?? .gone
    }
  }

  func hasProcesses(inJail jid: Int32) throws(JailError) -> Bool {
    try call("processes") { () throws(JailError) in jails.contains { $0.jid == jid && $0.processes > 0 } }
  }

  func removeJail(_ jid: Int32) throws(JailError) {
    try call("jail_remove") { () throws(JailError) in
      guard let index = jails.firstIndex(where: { $0.jid == jid && $0.dying == nil }) else {
        throw JailError(code: 22, "no such jail")
      }
      violate(jails[index].maker, "jail \(jails[index].name)")
      lastRemoval = paused
      jails[index].dying = pausesOfDying
      jails[index].processes = min(pausesOfProcesses, pausesOfDying)
      bury()
    }
  }

  // MARK: Network

  func hasInterface(_ name: String) throws(JailError) -> Bool {
    try call("interface") { () throws(JailError) in interfaces[name].map { $0.jail == nil } ?? false }
  }

  func description(ofInterface name: String) throws(JailError) -> String {
    try call("description") { () throws(JailError) in interfaces[name]?.description ?? "" }
  }

  func freeEpair() throws(JailError) -> String {
    try call("epair") { () throws(JailError) in
      var number = 0
      while interfaces["epair\(number)a"] != nil { number += 1 }
      return "epair\(number)"
    }
  }

  func makeEpair(
    _ name: String, description: String, _ addresses: [NetworkAddress], bridge: String?
  ) throws(JailError) {
    try call("make \(name)") { () throws(JailError) in
      guard interfaces[name + "a"] == nil else { throw JailError(code: 17, "\(name)a exists") }
      interfaces[name + "a"] = Interface(description: description, maker: .plan)
      interfaces[name + "b"] = Interface(description: description, maker: .plan)
    }
  }

  func destroyInterface(_ name: String) throws(JailError) {
    try call("destroy \(name)") { () throws(JailError) in
      violate(interfaces[name]?.maker, name)
      interfaces[name] = nil
      interfaces[name.dropLast() + "b"] = nil
    }
  }

  func give(interface: String, to jid: Int32) throws(JailError) {
    try call("give \(interface)") { () throws(JailError) in
      guard interfaces[interface]?.jail == nil, jails.contains(where: { $0.jid == jid && $0.dying == nil }) else {
        throw JailError(code: 6, "no \(interface)")
      }
      interfaces[interface]?.jail = jid
    }
  }

  func takeBack(interface: String, from jid: Int32) throws(JailError) {
    try call("take \(interface) back") { () throws(JailError) in
      guard interfaces[interface]?.jail == jid else { throw JailError(code: 6, "no \(interface) inside") }
      interfaces[interface]?.jail = nil
    }
  }

  func configure(
    interface: String, in jid: Int32, _ addresses: [NetworkAddress], gateways: [NetworkAddress]
  ) throws(JailError) {
    try call("configure \(interface)") { () throws(JailError) in
      guard interfaces[interface]?.jail == jid else { throw JailError(code: 6, "no \(interface) inside") }
    }
  }

  func hasAddress(_ address: InterfaceAddress) throws(JailError) -> Bool {
    try call("address") { () throws(JailError) in addresses[Self.key(address)] != nil }
  }

  func addAddress(_ address: InterfaceAddress) throws(JailError) {
    try call("add address") { () throws(JailError) in
      guard addresses[Self.key(address)] == nil else { throw JailError(code: 17, "address exists") }
      addresses[Self.key(address)] = .plan
    }
  }

  func removeAddress(_ address: InterfaceAddress) throws(JailError) {
    try call("remove address") { () throws(JailError) in
      violate(addresses[Self.key(address)], Self.key(address))
      addresses[Self.key(address)] = nil
    }
  }

  static func key(_ address: InterfaceAddress) -> String { "\(address.interface) \(address.address.text)" }

  // MARK: The rest

  func addRule(_ rule: ResourceRule, jail: String) throws(JailError) {
    try call("add rule") { () throws(JailError) in rules[Self.key(rule, jail)] = .plan }
  }

  func removeRule(_ rule: ResourceRule, jail: String) throws(JailError) {
    try call("remove rule") { () throws(JailError) in
      violate(rules[Self.key(rule, jail)], Self.key(rule, jail))
      rules[Self.key(rule, jail)] = nil
    }
  }

  private static func key(_ rule: ResourceRule, _ jail: String) -> String {
    "\(jail) \(rule.resource) \(rule.action) \(rule.amount)"
  }

  func run(_ command: Command, environment: [EnvironmentVariable]) throws(JailError) {
    try call("run \(command.words[0])") { () throws(JailError) in
      commands.append((command.words, environment))
      if failingCommands.contains(command.words[0]) { throw JailError("\(command.words[0]) exited with 1") }
    }
  }

  func pause(_ duration: Duration) { elapse(duration) }
}
