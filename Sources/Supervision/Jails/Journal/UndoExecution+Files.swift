// Directories and files are removed if they are the ones that were made, and nobody uses them.

extension UndoExecution {
  mutating func undoFile(_ path: JailPath, _ number: Int) throws(JailError) -> Settlement {
    guard case .made(let identity) = journal.entries[number].result else { return .undone }
    let cover = cover(of: path, number)
    // What was on a file system that the boot has ended went with it.
    if let cover, !cover.isNullfs, !isSameBoot { return .undone }
    let found: FileObservation
    do throws(JailError) {
      found = try kernel.look(at: path)
    } catch {
      // Who may write below the root may put a link or a file in the way, for ever.
      guard error.isInTheWay, !hasOpenStep(after: number) else { throw error }
      return .left("\(path.text) is left, if it is there still: \(error.message)")
    }
    if let current = found.identity, isSameBoot ? current == identity : current.inode == identity.inode {
      return try remove(path, found, current, number, isOnTmpfs: cover?.isTmpfs ?? false)
    }
    if let source = cover?.source(of: path) {
      // A nullfs shows the files below it under a device of its own.
      let found = try kernel.look(at: source)
      if let current = found.identity, current.inode == identity.inode {
        return try remove(source, found, current, number, isOnTmpfs: false)
      }
    }
    return try settleMissing(path, found, number, isOnTmpfs: cover?.isTmpfs ?? false)
  }

  /// What is at the path is not what was made.
  private mutating func settleMissing(
    _ path: JailPath, _ found: FileObservation, _ number: Int, isOnTmpfs: Bool
  ) throws(JailError) -> Settlement {
    // A mount that could not be undone may stand in front of it.
    if hasOpenStep(after: number) { return .hidden }
    if let mount = try foreignMount(over: path) {
      throw JailError(
        code: JailError.busy,
        "remove \(path.text): \(mount.source) is mounted on \(mount.target), and not by the supervisor")
    }
    // Whatever is on a tmpfs goes with it.
    guard found != .absent, !isOnTmpfs else { return .undone }
    return .left("\(path.text) is left, since it is not the one that was made: somebody has replaced it")
  }

  /// What somebody has mounted on the path, or on a directory above it, since the plan began.
  private mutating func foreignMount(over path: JailPath) throws(JailError) -> MountEntry? {
    guard isSameBoot, let header = journal.header else { return nil }
    let target = try path.resolved(by: &kernel)
    let known = header.mounts + journal.mounted
    return try kernel.mounts().last {
      ($0.target == target || target.isBelow($0.target)) && !known.contains($0.id)
    }
  }

  private mutating func remove(
    _ path: JailPath, _ found: FileObservation, _ identity: FileIdentity, _ number: Int, isOnTmpfs: Bool
  ) throws(JailError) -> Settlement {
    do throws(JailError) {
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
      if isOnTmpfs, error.isNotEmpty || error.code == JailError.readOnly { return .undone }
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
  private func isCopied(_ path: JailPath, _ number: Int) -> Bool {
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
  private func cover(of path: JailPath, _ number: Int) -> JailMount? {
    let mounts = journal.entries[..<number].compactMap { entry -> JailMount? in
      guard case .mount(let mount) = entry.step, case .mounted = entry.result else { return nil }
      return path.text.isBelow(mount.target.text) ? mount : nil
    }
    // The innermost, and of several on one place the last.
    return mounts.reduce(nil) { best, mount in
      mount.target.text.utf8.count >= best?.target.text.utf8.count ?? 0 ? mount : best
    }
  }

  /// Where a step's path is found that nothing is known of: once the nullfs that it went through has gone, where that had its
  /// files from.
  mutating func place(of path: JailPath, _ number: Int) throws(JailError) -> JailPath {
    let found = try kernel.look(at: path)
    guard found == .absent, let source = cover(of: path, number)?.source(of: path) else { return path }
    return source
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

extension JailMount {
  /// Where a nullfs has a path below it from.
  fileprivate func source(of path: JailPath) -> JailPath? {
    guard case .nullfs(let from, _) = kind else { return nil }
    return JailPath(root: from, path: String(path.text.dropFirst(target.text.utf8.count)))
  }

  fileprivate var isTmpfs: Bool { if case .tmpfs = kind { true } else { false } }

  fileprivate var isNullfs: Bool { if case .nullfs = kind { true } else { false } }

  fileprivate var mayBeCopy: Bool { if case .nullfsFile(_, _, mayCopy: true) = kind { true } else { false } }
}

extension JailError {
  /// ENOTEMPTY, which is 66 on FreeBSD and 39 on Linux, where either number is none of what rmdir(2) may return else; or EEXIST.
  fileprivate var isNotEmpty: Bool { code == 66 || code == 39 || code == Self.exists }

  /// ENOTDIR; ELOOP, which is 62 on FreeBSD and 40 on Linux.
  fileprivate var isInTheWay: Bool { code == 20 || code == 62 || code == 40 }
}
