import Supervision

/// The state directory, which somebody may remove under a supervisor that runs.
extension Daemon {
  /// The lock tells of its removal, and so of the directory's: it is written once, while the directory sees every change of
  /// what lies there.
  func watchState() {
    endStateWatch()
    guard let file = try? Descriptor.open(state.lockPath, .watch) else { return }
    let watch = FileWatch(file)
    let number = watch.file.number
    guard let registration = try? loop.watchFile(number, { [weak self] _ in self?.renewState() }) else { return }
    watch.registration = registration
    stateWatch = watch
  }

  private func endStateWatch() {
    if let registration = stateWatch?.registration { loop.cancel(registration) }
    stateWatch = nil
  }

  /// Makes the directory again, with what only this supervisor knows: that it is its own, what is enabled and disabled, and what
  /// runs. The last good configuration comes back with the next load.
  func renewState() {
    guard !ownership.isInPlace else { return }
    endStateWatch()
    do throws(SystemError) { try Files.makeDirectory(state.path, permissions: 0o700) } catch {
      return journal.error("the state directory was removed, and cannot be made again: \(error)")
    }
    do throws(Failure) { ownership = try Self.own(state) } catch {
      return journal.error("the state directory was removed or replaced: \(error.message)")
    }
    do throws(SystemError) {
      try state.write(survivors == nil ? shell.core.enablement : saved.enablement)
      try record?.renew()
      journal.error(
        "the state directory \(state.path) was removed or replaced, and is there again; how to undo the jails that stand was "
          + "written there, and may be lost")
    } catch {
      journal.error("the state directory was removed, and what lay there cannot be written again: \(error)")
    }
    watchState()
  }
}
