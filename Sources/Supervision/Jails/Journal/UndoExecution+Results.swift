// What an intent without a result came to: what is there now beside what was there before.

extension UndoExecution {
  /// - Returns: `nil` when it makes no difference.
  mutating func findResult(_ number: Int) throws(JailError) -> StepResult? {
    let entry = journal.entries[number]
    switch entry.step {
    case .directory(let path, _), .file(let path): return try findFile(path, number)
    case _ where !isSameBoot: return nil
    case .mount(let mount): return try findMount(mount, entry.before)
    case .jail: return try findJail(entry.before)
    case .epair: return try findEpair(entry.before)
    case .alias(let alias):
      guard entry.before == .address(exists: false) else { return .present }
      return try kernel.hasAddress(alias) ? .done : .present
    case .seal, .commands, .counterparts, .interface, .network, .rule: return nil
    }
  }

  private mutating func findFile(_ path: JailPath, _ number: Int) throws(JailError) -> StepResult {
    let entry = journal.entries[number]
    guard case .absent(let parent) = entry.before else { return .present }
    let place = try place(of: path, number)
    // It was absent in that directory: in another one, seen where somebody's mount came or went, it may have been there long.
    let current = try kernel.look(at: place.parent).identity
    guard isSameBoot && place == path ? current == parent : current?.inode == parent?.inode else { return .present }
    switch (try kernel.look(at: place), entry.step) {
    // A directory with something in it is not removed, so it need not be asked.
    case (.directory(let identity), .directory): return .made(identity)
    case (.file(let identity), .file):
      return try kernel.isEmptyFile(place) ? .made(identity) : .present
    default: return .present
    }
  }

  /// A mount with our source, target and type that was not there before.
  private mutating func findMount(
    _ mount: JailMount, _ before: StateBefore
  ) throws(JailError) -> StepResult {
    guard case .mounts(let target, let known) = before else { return .present }
    let new = try kernel.mounts().filter {
      $0.target == target && $0.fileSystem == mount.fileSystem && $0.source == mount.source && !known.contains($0.id)
    }
    // The step was the first thing that came after the look at the table: whoever else mounts the same came later.
    return new.first.map { .mounted($0.id) } ?? .present
  }

  private mutating func findJail(_ before: StateBefore) throws(JailError) -> StepResult {
    guard case .jail(nil, let path) = before, let header = journal.header,
      let jail = try kernel.findJail(header.jail), jail.path == path || jail.path == header.root
    else { return .present }
    return .jail(jail.jid)
  }

  private mutating func findEpair(_ before: StateBefore) throws(JailError) -> StepResult {
    guard case .epair(let name, let description) = before, try kernel.hasInterface(name + "a") else { return .present }
    // It is described after it was made, so a crash may have come between.
    return ["", description].contains(try kernel.description(ofInterface: name + "a")) ? .epair(name) : .present
  }
}
