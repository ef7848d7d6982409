import ControlProtocol

/// What a load has done, or would do: `added api, web; changed nginx; 12 unchanged`, and what follows from it.
func loadText(_ report: LoadReport, _ appearance: Appearance) -> String {
  var parts: [String] = []
  func part(_ verb: String, _ names: [String]) {
    if !names.isEmpty { parts.append("\(verb) \(names.joined(separator: ", "))") }
  }
  part("added", report.added)
  part("removed", report.removed)
  part("changed", report.changed.map(change))
  parts.append("\(report.unchanged) unchanged")
  var text = appearance.hanging(
    report.isDryRun ? "nothing is done; a load would be: " : "", parts.joined(separator: "; "))
  func line(_ deed: String, _ names: [String]) {
    if !names.isEmpty { text += appearance.hanging("\(deed): ", names.joined(separator: ", ")) }
  }
  line(report.isDryRun ? "would start" : "starts", report.started)
  line(report.isDryRun ? "would stop" : "stops", report.stopped)
  line("run by an older definition until they are restarted", report.needRestart)
  let (later, now) = (report.settings.filter(\.needsRestart), report.settings.filter { !$0.needsRestart })
  line("the supervisor's own, from now on", now.map(\.key))
  line("the supervisor's own, when the supervisor is restarted", later.map(\.key))
  return text
}

/// `web (exec, log)`
private func change(_ change: LoadReport.Change) -> String {
  change.keys.isEmpty ? change.service : "\(change.service) (\(change.keys.joined(separator: ", ")))"
}
