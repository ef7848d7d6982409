import Supervision

/// Processes that a predecessor has started.
extension ProcessTable {
  /// Takes over what the keeper's table has.
  ///
  /// - Parameters:
  ///   - descriptors: those that the holder had. What is left of them belongs to ends that were known already.
  ///   - owner: to whom a process belongs; `nil`: to nobody any more. What a predecessor had started for itself is not asked
  ///     about: it is ended.
  /// - Returns: what is known of those processes, for the core.
  func adopt(
    _ entries: [KeeperConnection.Entry], _ descriptors: HeldProcesses,
    owner: (KeeperConnection.Entry) -> ProcessOwner?
  ) -> [ProcessKey: ProcessFate] {
    var fates: [ProcessKey: ProcessFate] = [:]
    for entry in entries {
      let key = ProcessKey(serial: entry.identity)
      let isOwn = OwnProcesses.isOwn(key)
      let owner = (isOwn ? nil : owner(entry)) ?? ProcessOwner(own: key)
      let process = RunningProcess(
        key, of: owner, label: entry.label, pid: entry.pid, descriptors.take(entry.identity, pid: entry.pid))
      let fate = adopt(process, entry.state)
      if isOwn { end(process) } else { fates[key] = fate }
    }
    for identity in descriptors.identities { starter.release(identity, pid: 0) }
    return fates
  }

  private func adopt(_ process: RunningProcess, _ state: KeeperConnection.Entry.State) -> ProcessFate {
    process.next = trees.updateValue(process, forKey: process.owner)
    switch state {
    case .ended(let status):
      starter.subtrees.add(process.pid)
      return adoptEnded(process, status)
    case .foreign:
      return adoptStranger(process)
    case .alive:
      starter.subtrees.add(process.pid)
      if let status = process.knownStatus() { return adoptEnded(process, status) }
      processes[process.key] = process
      watchAdopted(process)
      // Whether it is still there is answered by its end.
      if process.isLost { starter.signal(process.key.serial, 0) }
      return .runs(pid: process.pid)
    }
  }

  private func adoptEnded(_ process: RunningProcess, _ status: WaitStatus?) -> ProcessFate {
    process.markEnded()
    processes[process.key] = process
    return .ended(ExitStatus(status))
  }

  private func watchAdopted(_ process: RunningProcess) {
    do throws(SystemError) {
      try watch(process)
    } catch {
      onAnomaly?("the end of process \(process.pid) cannot be watched: \(error)")
    }
  }

  /// What a predecessor had started for itself.
  private func end(_ process: RunningProcess) {
    note(.exited(process.key, .unknown))
    signalSubtree(process.owner, HostSignal.kill)
  }

  // MARK: Strangers

  /// Takes over a process that is no child of the reaper: found by the record of a supervisor that died together with its keeper.
  ///
  /// - Parameter start: when it was started: whoever has the pid by now and was not is another.
  /// - Returns: whether it lives.
  func adopt(
    _ key: ProcessKey, of owner: ProcessOwner, label: ProcessLabel, stranger pid: Int32, started start: Int64
  ) -> Bool {
    let process = RunningProcess(key, of: owner, label: label.text, pid: pid, nil)
    process.next = trees.updateValue(process, forKey: owner)
    if case .runs = adoptStranger(process, started: start) { return true }
    return false
  }

  private func adoptStranger(_ process: RunningProcess, started start: Int64? = nil) -> ProcessFate {
    do throws(SystemError) {
      try process.holdAsStranger(started: start)
      try watchStranger(process)
    } catch {
      // Nothing can be done to it that could not hit another.
      if error.code != SystemError.noSuchProcess {
        onAnomaly?("process \(process.pid), which a dead supervisor has left, cannot be held: \(error)")
      }
      process.becomeStranger()
      return adoptEnded(process, nil)
    }
    processes[process.key] = process
    return .runs(pid: process.pid)
  }

  /// A process whose reaper has died.
  func orphan(_ process: RunningProcess) {
    // Of what is dead nothing more can be known, and nothing has to be kept.
    guard !process.hasEnded else {
      process.becomeStranger()
      return lookSoon(process.owner)
    }
    do throws(SystemError) {
      try process.holdAsStranger()
      // Where a descriptor tells all, it is watched already.
      if starter.tellsEnds || process.descriptorNumber == nil { try watchStranger(process) }
    } catch {
      process.becomeStranger()
      ended(process, nil)
    }
  }

  private func watchStranger(_ process: RunningProcess) throws(SystemError) {
    // A process descriptor tells its holder how it has ended, where it does so at all.
    if !process.isLost, process.descriptorNumber != nil, !starter.tellsEnds { return try watch(process) }
    try process.watchGoing(on: loop) { [weak self, weak process] in
      if let process { self?.ended(process, nil) }
    }
  }
}
