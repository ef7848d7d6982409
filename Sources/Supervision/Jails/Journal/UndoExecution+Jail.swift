// The jail, and what is bound to it.

extension UndoExecution {
  mutating func undoJail(_ number: Int) throws(JailError) -> Settlement {
    guard let header = journal.header, case .jail(let jid) = journal.entries[number].result else { return .undone }
    if try isOurJailAlive() {
      do {
        try kernel.removeJail(jid)
      } catch {
        // Somebody may have been quicker.
        if try isOurJailAlive() { throw error }
      }
    }
    // It was removed, or had gone: an answer that cannot be had changes nothing about that.
    switch (try? kernel.state(ofJail: jid)) ?? .gone {
    case .gone: return .undone
    case .dying:
      // It may take a minute, and nobody has to wait for it: its name is free.
      remains.dying.append(jid)
      return .undone
    case .alive:
      return .left("jail \(header.jail) (jid \(jid)) is left, since it goes by another name now, or lies elsewhere")
    }
  }

  /// Whether the jail that was made is there under its name and at its place.
  mutating func isOurJailAlive() throws(JailError) -> Bool {
    guard let header = journal.header, let jid = journal.jid, let jail = try kernel.findJail(header.jail) else {
      return false
    }
    return jail.jid == jid && journal.jailPaths.contains(jail.path)
  }

  // MARK: Network

  /// Whether an interface that was given to the jail is on the host, after an attempt to take it back.
  mutating func isBack(_ name: String) throws(JailError) -> Bool {
    if try kernel.hasInterface(name) { return true }
    guard try isOurJailAlive(), let jid = journal.jid else { return false }
    do {
      try kernel.takeBack(interface: name, from: jid)
      return true
    } catch {
      // It comes back with the end of the jail.
      return false
    }
  }

  /// Waits for an interface that a dying jail keeps, as long as this undoing may wait for that.
  mutating func awaitInterface(_ name: String) throws(JailError) -> Settlement {
    var pauses = waitsForInterfaces ? UndoPauses.dyingJail[...] : []
    var lastPauses = UndoPauses.comingHome[...]
    while try !kernel.hasInterface(name) {
      let state = try journal.jid.map { (jid) throws(JailError) in try kernel.state(ofJail: jid) } ?? .gone
      if state == .gone {
        guard let pause = lastPauses.popFirst() else {
          return .left("interface \(name) has not come back, although the jail that it was given to has gone")
        }
        kernel.pause(pause)
      } else {
        guard let pause = pauses.popFirst() else { return .awaited(keeping(name)) }
        kernel.pause(pause)
      }
    }
    return .undone
  }

  private func keeping(_ interface: String) -> String {
    let jail = (journal.header?.jail ?? "") + (journal.jid.map { " (jid \($0))" } ?? "")
    return "interface \(interface) comes back when jail \(jail) is gone, which is still dying"
  }

  mutating func undoEpair(_ number: Int) throws(JailError) -> Settlement {
    let entry = journal.entries[number]
    guard case .epair(let name) = entry.result ?? .present, case .epair(_, let description) = entry.before,
      try kernel.hasInterface(name + "a")
    else { return .undone }
    let found = try kernel.description(ofInterface: name + "a")
    guard found == description || found.isEmpty else {
      return .left("interface \(name)a is left, since its description is \"\(found)\" and not \"\(description)\"")
    }
    try kernel.destroyInterface(name + "a")
    return .undone
  }

  mutating func undoAlias(_ alias: InterfaceAddress, _ number: Int) throws(JailError) -> Settlement {
    if journal.entries[number].result == .done, try kernel.hasAddress(alias) { try kernel.removeAddress(alias) }
    return .undone
  }

  // MARK: Resource rules

  mutating func undoRule(_ rule: ResourceRule, _ number: Int) throws(JailError) -> Settlement {
    if case .failed = journal.entries[number].result { return .undone }
    if let header = journal.header { try kernel.removeRule(rule, jail: header.jail) }
    return .undone
  }
}

extension JailJournal {
  /// How the kernel may spell the jail's root.
  fileprivate var jailPaths: [String] {
    let root = header.map { [$0.root] } ?? []
    let resolved = entries.compactMap { entry -> String? in
      if case .jail(_, let path) = entry.before { path } else { nil }
    }
    return root + resolved
  }
}
