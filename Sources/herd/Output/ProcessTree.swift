import ControlProtocol
import OrderedCollections

/// The processes of one service, or of several with the name of each before its own.
func processTrees(_ processes: [ProcessEntry], _ appearance: Appearance) -> String {
  let services = OrderedSet(processes.map(\.service))
  guard services.count > 1 else { return processTree(processes, appearance) }
  return services.map { service in
    let tree = processTree(processes.filter { $0.service == service }, appearance)
    return appearance.paint(service ?? "", .bold) + "\n" + tree
  }.joined(separator: "\n")
}

/// The processes of a service, children below their parents.
func processTree(_ processes: [ProcessEntry], _ appearance: Appearance) -> String {
  let known = Set(processes.map(\.pid))
  var children: [Int32: [ProcessEntry]] = [:]
  var roots: [ProcessEntry] = []
  for process in processes.sorted(by: { $0.pid < $1.pid }) {
    if let parent = process.parent, known.contains(parent), parent != process.pid {
      children[parent, default: []].append(process)
    } else {
      roots.append(process)
    }
  }
  let width = processes.reduce(0) { max($0, String($1.pid).count) }
  var text = ""
  // A list of what is still to be written instead of recursion: the depth is the service's choice.
  var pending = Array(roots.reversed().map { (process: $0, depth: 0) })
  while let (process, depth) = pending.popLast() {
    let branch = depth == 0 ? "" : String(repeating: "  ", count: depth - 1) + (appearance.hasSymbols ? "└ " : "- ")
    let mark = process.isMain ? "  (main)" : ""
    let line = rightAligned(String(process.pid), width) + "  " + branch + process.command
    text += appearance.cut(line, to: appearance.columns.map { $0 - mark.utf8.count }) + mark + "\n"
    for child in (children.removeValue(forKey: process.pid) ?? []).reversed() { pending.append((child, depth + 1)) }
  }
  return text
}
