extension ServiceDefinition {
  /// The command of a role, and whether it runs as the supervisor's user; `nil`: the definition has none.
  public func command(of role: ProcessRole) -> Hook? {
    switch role {
    case .main: return exec.map { Hook($0) }
    case .preStart(let index): return preStart.indices.contains(index) ? preStart[index] : nil
    case .postStart(let index): return postStart.indices.contains(index) ? postStart[index] : nil
    case .postStop(let index): return postStop.indices.contains(index) ? postStop[index] : nil
    case .stopCommand: return stop.exec
    case .reload:
      if case .exec(let hook, _) = reload { return hook }
      return nil
    case .action(let index):
      guard actions.indices.contains(index) else { return nil }
      if case .exec(let hook, _) = actions[index].reaction { return hook }
      return nil
    }
  }
}
