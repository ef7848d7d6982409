// Mounts are undone by the id that they got. One that is busy is tried again while a process of the jail is still on its way
// out, for about two seconds, and then forced. With nobody in the jail it is forced at once: a dying jail keeps its root busy
// until its sockets are gone, which may take a minute.

extension UndoExecution {
  mutating func undoMount(_ mount: JailMount, _ number: Int) throws(JailError) -> Settlement {
    guard case .mounted(let id) = journal.entries[number].result else { return .undone }
    for pause in UndoPauses.busyMount {
      guard try isReady(id, mount) else { return .undone }
      do {
        try kernel.unmount(id, isForced: false)
        return .undone
      } catch {
        guard error.code == JailError.busy else { throw error }
        guard mayBeLivedIn() else { break }
        kernel.pause(pause)
      }
    }
    if try isReady(id, mount) { try kernel.unmount(id, isForced: true) }
    return .undone
  }

  /// Whether somebody may be in it who should have the time to go. Who it is cannot be told where no jail was made.
  private mutating func mayBeLivedIn() -> Bool {
    guard let jid = journal.jid else { return true }
    return (try? kernel.hasProcesses(inJail: jid)) ?? true
  }

  /// Whether the mount is there still.
  ///
  /// - Throws: that something is mounted inside it. The kernel does not unmount it then, by force neither, and waiting would not help.
  private mutating func isReady(_ id: FileSystemID, _ mount: JailMount) throws(JailError) -> Bool {
    guard let place = try find(id, mount) else { return false }
    if let inner = try innerMount(of: place) { throw mount.isCovered(by: inner) }
    return true
  }

  /// The mount, if it is there still; an id may be given anew to another type after many mounts.
  private mutating func find(_ id: FileSystemID, _ mount: JailMount) throws(JailError) -> MountEntry? {
    try kernel.mounts().first { $0.id == id && $0.fileSystem == mount.fileSystem }
  }

  /// What is mounted inside a mount or over it.
  private mutating func innerMount(of mount: MountEntry) throws(JailError) -> MountEntry? {
    // What stands before it in the table is older, so it is behind it and not inside.
    try kernel.mounts().drop { $0.id != mount.id }.dropFirst()
      .last { $0.target == mount.target || $0.target.isBelow(mount.target) }
  }
}

extension JailMount {
  fileprivate func isCovered(by inner: MountEntry) -> JailError {
    JailError(
      code: JailError.busy,
      "unmount \(target.text): \(inner.source) is mounted on \(inner.target); unmount that first")
  }
}

/// The pauses of waiting: short at first, since most waiting ends at once.
enum UndoPauses {
  /// 2 s in all.
  static let busyMount: [Duration] = [10, 20, 50, 120, 300, 500, 1000].map { .milliseconds($0) }
  /// 90 s in all: a connection that ended stays for a minute.
  static let dyingJail: [Duration] =
    [5, 15, 30, 50, 100, 300, 500].map { .milliseconds($0) } + Array(repeating: .seconds(1), count: 89)
  /// 1 s in all: from the end of a jail to that of its network.
  static let comingHome: [Duration] = [5, 15, 30, 50, 100, 300, 500].map { .milliseconds($0) }
}
