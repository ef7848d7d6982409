import Supervision

extension Configuration {
  /// The notes without those on packaged services that are off here, as far as the lists of the state directory may be read:
  /// for who checks files without a supervisor.
  public func notesForChecking() -> [Diagnostic] {
    let home = (try? Host.homeDirectory()) ?? nil
    let directory = supervisor.stateDirectory ?? StandardPlaces.stateDirectory(user: Host.user, home: home)
    let enabled = directory.map {
      StateDirectory(existing: $0).readEnablement(keepingCopies: false).enablement.enabled
    }
    return notes(enabled: enabled ?? [])
  }
}
