import Supervision

/// The state directory, which somebody may remove under a supervisor that runs.
extension Daemon {
  /// The lock tells of its removal, and so of the directory's: it is written once, while the directory sees every change of
  /// what lies there.
  func watchState() {
    end(&stateWatch)
    stateWatch = watch(state.lockPath) { [weak self] in self?.renewState() }
  }

  /// What only this supervisor knows of what lies there. The last good configuration comes back with the next load.
  enum StatePart: CaseIterable {
    case enablement, record
  }

  /// Makes the directory again, with what only this supervisor knows: that it is its own, what is enabled and disabled, and what
  /// runs. What cannot be made or written now is tried again later.
  func renewState() {
    var complaints: [String] = []
    if !ownership.isInPlace {
      do throws(Failure) { try takeStateAgain() } catch { complaints.append(error.message) }
    }
    // Each by itself: that the lists cannot be written says nothing about the record.
    if complaints.isEmpty { complaints = StatePart.allCases.compactMap { writeAgain($0) } }
    guard !complaints.isEmpty else { return stateRetry.succeeded() }
    guard stateRetry.failed() else { return }
    for complaint in complaints { journal.error("\(complaint); it is tried again") }
  }

  private func takeStateAgain() throws(Failure) {
    end(&stateWatch)
    lostState = Set(StatePart.allCases)
    do throws(SystemError) { try Files.makeDirectory(state.path, permissions: 0o700) } catch {
      throw Failure(
        "the state directory was removed, and cannot be made again: \(error)", exitCode: ExitCode.system)
    }
    do throws(Failure) { ownership = try Self.own(state, handover) } catch {
      throw Failure("the state directory was removed or replaced: \(error.message)", exitCode: error.exitCode)
    }
    holdAll()
    journal.error(
      "the state directory \(state.path) was removed or replaced, and is there again; how to undo the jails that stand was "
        + "written there, and may be lost")
    watchState()
  }

  /// - Returns: why it cannot be written.
  private func writeAgain(_ part: StatePart) -> String? {
    guard lostState.contains(part) else { return nil }
    do throws(SystemError) {
      switch part {
      case .enablement:
        try state.write(survivors == nil ? shell.core.enablement : saved.enablement)
        desk.enablementTrouble = nil
      case .record: try record?.renew()
      }
      lostState.remove(part)
      return nil
    } catch {
      let what =
        switch part {
        case .enablement: "the lists of enabled and disabled services"
        case .record: "the record of what runs"
        }
      return "the state directory was removed, and \(what) cannot be written there again: \(error)"
    }
  }
}
