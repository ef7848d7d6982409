import OrderedCollections

extension Configuration {
  /// The notes without those on packaged services that are off: who has not enabled nginx need not hear that it is not
  /// installed.
  ///
  /// - Parameter enabled: what was enabled by command.
  public func notes(enabled: Set<String>) -> [Diagnostic] {
    let graces = shutdownCheck?.graces ?? []
    let mayConcern = !graces.isEmpty || notes.contains { $0.lack != nil }
    let dormant = mayConcern ? dormantNames(enabled: enabled) : []
    return (shutdownCheck?.notes(without: dormant) ?? [])
      + notes.filter { note in note.lack.map { !dormant.contains($0.service) } ?? true }
  }

  /// Packaged services that neither start by themselves nor are required or wanted by one that may be started.
  private func dormantNames(enabled: Set<String>) -> Set<String> {
    var dormant: Set<String> = []
    var pending: [ServiceDefinition] = []
    for definition in services.values {
      if definition.isPackaged, !definition.autoStart, !enabled.contains(definition.name) {
        dormant.insert(definition.name)
      } else {
        pending.append(definition)
      }
    }
    var byProvision: [String: [String]] = [:]
    for name in dormant {
      for other in services[name]?.provision ?? [] { byProvision[other, default: []].append(name) }
    }
    while let definition = pending.popLast() {
      for needed in definition.requirement + definition.wants {
        for name in [needed] + (byProvision[needed] ?? []) where dormant.remove(name) != nil {
          if let found = services[name] { pending.append(found) }
        }
      }
    }
    return dormant
  }
}
