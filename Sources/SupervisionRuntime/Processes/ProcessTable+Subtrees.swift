import Supervision

/// What is left of a service: looked at when something has ended, once for all ends of a batch, and told to whoever asks.
extension ProcessTable {
  /// A question of the core's that waits for a subtree to become empty.
  struct AwaitedSubtree {
    var question: QuestionID
    /// That it is not empty was answered.
    var isAnswered = false
  }

  // MARK: Questions

  /// Is anything left of a service? The answer comes as an event, and comes again when there is nothing any more.
  func inspect(_ owner: ProcessOwner, _ question: QuestionID) {
    guard trees[owner] != nil else {
      onEvent?(.subtree(question, isEmpty: true))
      return
    }
    // Only the latest question is waited for: who leaves processes at each respawn is not asked about ever more often.
    if let earlier = awaited.updateValue(AwaitedSubtree(question: question), forKey: owner) {
      onEvent?(.subtree(earlier.question, isEmpty: true))
    }
    // Of what lives nothing has to be listed.
    if held(owner).allSatisfy(\.isOver) { lookSoon(owner) } else { answerOccupied(owner) }
  }

  private func answerOccupied(_ owner: ProcessOwner) {
    guard let question = awaited[owner], !question.isAnswered else { return }
    awaited[owner]?.isAnswered = true
    onEvent?(.subtree(question.question, isEmpty: false))
  }

  /// All living processes of an owner.
  func members(of owner: ProcessOwner) throws(SystemError) -> [Subtree.Member] {
    guard let subtree = subtree(owner) else { return [] }
    try beforeListing?()
    try starter.subtrees.look()
    return try starter.subtrees.members(of: subtree)
  }

  /// The service exists no more; what its dead processes still hold is released when it is empty.
  func forget(_ service: Incarnation) {
    let owner = ProcessOwner(service)
    if trees[owner] != nil { lookSoon(owner) }
  }

  // MARK: Looking

  /// What is left of this owner is looked at when the events of this batch have been handled: one listing is enough for all
  /// that have ended at the same time.
  func lookSoon(_ owner: ProcessOwner) {
    suspects.insert(owner)
    guard look == nil else { return }
    look = loop.schedule(at: Clock.now()) { [weak self] in
      self?.look = nil
      self?.lookAtSuspects()
    }
  }

  /// SIGCHLD: adopted processes have ended; a subtree may have become empty.
  func reapOrphans() {
    starter.childrenEnded()
  }

  func sweepOccupied() {
    for owner in occupied { lookSoon(owner) }
  }

  private func lookAtSuspects() {
    let owners = suspects.sorted()
    suspects = []
    do throws(SystemError) {
      try beforeListing?()
      try starter.subtrees.look()
      for owner in owners { try sweep(owner) }
      relook?.succeeded()
    } catch {
      // What cannot be known counts as occupied.
      for owner in owners where held(owner).contains(where: \.isOver) {
        occupied.insert(owner)
        answerOccupied(owner)
      }
      guard relook?.failed() == true else { return }
      onAnomaly?(
        "what is left of processes that have ended cannot be listed: \(error); this is tried again until it succeeds")
    }
  }

  /// Releases an owner's dead processes if nothing of their subtrees is left.
  private func sweep(_ owner: ProcessOwner) throws(SystemError) {
    let held = held(owner)
    let dead = held.filter(\.isOver)
    let isWhole = dead.count == held.count
    guard awaited[owner] == nil || isWhole else { return answerOccupied(owner) }
    guard !dead.isEmpty else {
      // Nothing was ever started.
      if held.isEmpty { answerEmpty(owner) }
      return
    }
    if try isEmpty(dead, owner, isWhole: isWhole) {
      release(dead, of: owner)
      answerEmpty(owner)
    } else {
      occupied.insert(owner)
      answerOccupied(owner)
    }
  }

  private func answerEmpty(_ owner: ProcessOwner) {
    guard let question = awaited.removeValue(forKey: owner) else { return }
    onEvent?(.subtree(question.question, isEmpty: true))
  }

  /// Whether nothing lives that descends from these processes.
  private func isEmpty(
    _ firsts: [RunningProcess], _ owner: ProcessOwner, isWhole: Bool
  ) throws(SystemError) -> Bool {
    // What a stranger leaves behind is another reaper's, and its number may be anybody's.
    let ours = firsts.filter(\.isOurs).map(\.pid)
    guard !ours.isEmpty else { return true }
    // The marker speaks for the whole service; it says nothing about a part of its processes.
    let subtree = Subtree(firsts: ours, mark: isWhole ? record.mark(owner.serial) : nil)
    let members = try starter.subtrees.members(of: subtree)
    if members.contains(where: \.isUnheard) { overlook?.failed(owner) } else { overlook?.succeeded(owner) }
    return members.isEmpty
  }

  // MARK: What is held

  /// What was asked for on an owner's behalf and not released.
  func held(_ owner: ProcessOwner) -> [RunningProcess] {
    trees[owner]?.line ?? []
  }

  func keep(_ processes: [RunningProcess], of owner: ProcessOwner) {
    var first: RunningProcess?
    for process in processes.reversed() {
      process.next = first
      first = process
    }
    trees[owner] = first
  }

  private func release(_ dead: [RunningProcess], of owner: ProcessOwner) {
    for process in dead {
      if let descriptor = process.takeDescriptor() {
        starter.release(process.key.serial, descriptor)
      } else {
        starter.release(process.key.serial, pid: process.pid)
      }
      recordFile?.released(process.pid)
    }
    occupied.remove(owner)
    keep(held(owner).filter { !$0.isOver }, of: owner)
  }

  func subtree(_ owner: ProcessOwner) -> Subtree? {
    var subtree = Subtree(firsts: [], mark: record.mark(owner.serial))
    for process in held(owner) where process.isStarted {
      if process.isOurs {
        subtree.firsts.append(process.pid)
      } else if !process.hasEnded {
        subtree.strangers.append(process.pid)
      }
    }
    return subtree.firsts.isEmpty && subtree.strangers.isEmpty ? nil : subtree
  }
}

extension RunningProcess {
  /// This one and those that hang from it.
  var line: [RunningProcess] {
    Array(sequence(first: self, next: \.next))
  }
}
