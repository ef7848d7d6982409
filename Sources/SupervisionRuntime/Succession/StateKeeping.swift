import Supervision

/// Writes down what the core knows, for a successor.
final class StateKeeping {
  private let files: StateFiles
  /// Called when it cannot be written any more, with the reason: a successor then knows only what runs.
  var onTrouble: ((SystemError) -> Void)?

  init(_ files: StateFiles) {
    self.files = files
  }

  /// Writes all anew: at the beginning, and after a predecessor's was read.
  func begin(_ kept: StateFrame, _ core: inout Supervisor) {
    // From here on the changes are those since now.
    _ = core.takeChanges()
    var frame = kept
    frame.records = core.wholeState()
    do throws(SystemError) { try files.write(frame) } catch { onTrouble?(error) }
  }

  /// Writes what an event has changed, in one piece.
  ///
  /// - Parameter copy: of the configuration that the event has brought.
  func record(_ copy: StateFrame.ConfigurationCopy?, of core: inout Supervisor) {
    write(core.takeChanges(), copy, of: core)
  }

  /// Writes that what the core wanted done has been done.
  func confirm(_ core: inout Supervisor) {
    write(core.takeConfirmation(), nil, of: core)
  }

  private func write(_ records: [UInt8], _ copy: StateFrame.ConfigurationCopy?, of core: Supervisor) {
    guard copy != nil || !records.isEmpty else { return }
    let frame = StateFrame(configurations: copy.map { [$0] } ?? [], records: records)
    do throws(SystemError) { try files.append(frame) { core.wholeState() } } catch { onTrouble?(error) }
  }
}
