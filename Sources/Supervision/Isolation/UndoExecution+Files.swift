// Directories and files are removed if they are the ones that were made, and nobody uses them.

extension UndoExecution {
  mutating func undoFile(_ path: IsolationPath, _ number: Int) throws(IsolationError) -> Settlement {
    guard case .made(let identity) = journal.entries[number].result else { return .undone }
    let cover = cover(of: path, number)
    // What was on a file system that the boot has ended went with it.
    if let cover, !cover.isNullfs, !isSameBoot { return .undone }
    let place = try place(of: path, number)
    // A nullfs shows the files below it under a device of its own, and a boot may number all devices anew.
    let isAnotherDevice = !isSameBoot || place != path
    let found = try kernel.look(at: place)
    guard let current = found.identity,
      isAnotherDevice ? current.inode == identity.inode : current == identity
    else { return try settleMissing(place, found, number) }
    return try remove(place, found, current, number, isOnTmpfs: cover?.isTmpfs ?? false)
  }

  /// What is at the path is not what was made.
  private mutating func settleMissing(
    _ path: IsolationPath, _ found: FileObservation, _ number: Int
  ) throws(IsolationError) -> Settlement {
    // A mount that could not be undone may stand in front of it.
    if hasOpenStep(after: number) { return .hidden }
    guard found != .absent else { return .undone }
    let target = try path.resolved(by: &kernel)
    if let mount = try kernel.mounts().last(where: { $0.target == target }) {
      throw IsolationError(
        code: IsolationError.busy, "remove \(path.text): \(mount.source) is mounted on it, and not by the supervisor")
    }
    return .left("\(path.text) is left, since it is not the one that was made: somebody has replaced it")
  }

  private mutating func remove(
    _ path: IsolationPath, _ found: FileObservation, _ identity: FileIdentity, _ number: Int, isOnTmpfs: Bool
  ) throws(IsolationError) -> Settlement {
    do throws(IsolationError) {
      switch found {
      case .directory: try kernel.removeDirectory(path, identity)
      case .file:
        let isEmpty = try kernel.isEmptyFile(path)
        guard isEmpty || isOnTmpfs || isCopied(path, number) else {
          return .left("\(path.text) is left, since somebody has written into it")
        }
        try kernel.removeFile(path, identity)
      case .absent, .other: break
      }
      return .undone
    } catch {
      // It goes when the tmpfs that it is on is unmounted, whatever the jail has put into it.
      if isOnTmpfs, error.isNotEmpty || error.code == IsolationError.readOnly { return .undone }
      // Or something of ours that is still to be removed is in it.
      if error.isNotEmpty, hasOpenStep(after: number) { return .hidden }
      if error.isNotEmpty { return .left("\(path.text) is left, since there is something in it") }
      throw error
    }
  }

  /// Whether something that was made later could not be undone: it may be in the way.
  private func hasOpenStep(after number: Int) -> Bool {
    journal.entries[(number + 1)...].contains { !$0.isSettled }
  }

  /// Whether the file has its contents from us.
  private func isCopied(_ path: IsolationPath, _ number: Int) -> Bool {
    journal.entries[number...].contains { entry in
      guard case .mount(let mount) = entry.step, mount.target == path, mount.mayBeCopy else { return false }
      // Without a result, or after a failure, a copy may have been begun.
      if case .mounted = entry.result { return false } else { return true }
    }
  }
}

/// A path and the mounts of the plan that it goes through.
extension UndoExecution {
  /// The mount of the plan whose file system the step's path was on.
  private func cover(of path: IsolationPath, _ number: Int) -> IsolationMount? {
    let mounts = journal.entries[..<number].compactMap { entry -> IsolationMount? in
      guard case .mount(let mount) = entry.step, case .mounted = entry.result else { return nil }
      return path.text.isBelow(mount.target.text) ? mount : nil
    }
    // The innermost, and of several on one place the last.
    return mounts.reduce(nil) { best, mount in
      mount.target.text.utf8.count >= best?.target.text.utf8.count ?? 0 ? mount : best
    }
  }

  /// Where a path is found now: once the nullfs that it went through has gone, where that had its files from.
  mutating func place(of path: IsolationPath, _ number: Int) throws(IsolationError) -> IsolationPath {
    guard let cover = cover(of: path, number), case .nullfs(let from, _) = cover.kind else { return path }
    let isThere = try isMounted(cover, before: number)
    let rest = path.text.dropFirst(cover.target.text.utf8.count)
    return isThere ? path : IsolationPath(root: from, path: String(rest)) ?? path
  }

  private mutating func isMounted(_ mount: IsolationMount, before number: Int) throws(IsolationError) -> Bool {
    guard isSameBoot else { return false }
    let ids = journal.entries[..<number].compactMap { entry -> FileSystemID? in
      guard case .mounted(let id) = entry.result, entry.step == .mount(mount) else { return nil }
      return id
    }
    return try kernel.mounts().contains { ids.contains($0.id) }
  }
}

extension String {
  /// Whether this path is inside the other, not the same.
  func isBelow(_ directory: String) -> Bool {
    directory == "/" ? self != "/" : hasPrefix(directory + "/")
  }
}

extension FileObservation {
  var identity: FileIdentity? {
    switch self {
    case .absent: nil
    case .directory(let identity), .file(let identity), .other(let identity): identity
    }
  }
}

extension IsolationMount {
  fileprivate var isTmpfs: Bool { if case .tmpfs = kind { true } else { false } }

  fileprivate var isNullfs: Bool { if case .nullfs = kind { true } else { false } }

  fileprivate var mayBeCopy: Bool { if case .nullfsFile(_, _, mayCopy: true) = kind { true } else { false } }
}

extension IsolationError {
  /// ENOTEMPTY, which is 66 on FreeBSD and 39 on Linux, where either number is none of what rmdir(2) may return else; or EEXIST.
  fileprivate var isNotEmpty: Bool { code == 66 || code == 39 || code == Self.exists }
}
