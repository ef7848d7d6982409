import ArgumentParser
import ControlProtocol

struct LoadCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Apply what has changed in the service files.",
    usage: "herd load root [PATH] [--dry-run] [--allow-empty]")

  @Argument(help: "root: the supervisor.")
  var supervisor: String = "root"
  @Argument(help: "Add or replace only the services that this file or directory defines.")
  var path: String?
  @Flag(help: "Show what would be done; do nothing.")
  var dryRun = false
  @Flag(help: "Take a configuration that defines nothing for what it says.")
  var allowEmpty = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    try requireRoot(supervisor, "herd load root [PATH]")
    let options = Request.LoadOptions(
      path: path.map(absolutePath), allowsEmpty: allowEmpty, isDryRun: dryRun,
      columns: output.json ? nil : console.appearance.columns)
    return try load(options, in: &session, console)
  }
}

struct UnloadCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "unload", abstract: "Stop services and forget them.", usage: "herd unload root NAME...")

  @Argument(help: "root: the supervisor.")
  var supervisor: String
  @Argument(help: ArgumentHelp("Services, or patterns such as 'web@*'.", valueName: "name"))
  var names: [String] = []
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    guard supervisor == "root" else {
      let words = ([supervisor] + names).joined(separator: " ")
      throw usageFailure("it is the supervisor that forgets a service: herd unload root \(words)")
    }
    guard !names.isEmpty else { throw usageFailure("which service is to be forgotten? herd unload root NAME...") }
    return try follow(.unload(names: names), in: &session, console)
  }
}

extension DaemonCommand {
  fileprivate func requireRoot(_ supervisor: String, _ usage: String) throws(Failure) {
    guard supervisor == "root" else {
      throw usageFailure("this is for the supervisor, not for `\(supervisor)`: \(usage)")
    }
  }

  func load(_ options: Request.LoadOptions, in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    guard !output.json else {
      let document = try document(for: .load(options), in: &session)
      console.write(document.encoded())
      return document.reply.error.map { ExitCodes.status(for: $0.code) } ?? 0
    }
    var lines = ProgressLines(console.appearance)
    let reply = try session.ask(.load(options)) { console.write(lines.text(for: $0)) }
    if case .load(let report) = reply.content {
      if reply.error == nil { console.write(loadText(report, console.appearance)) }
      for diagnostic in report.diagnostics { console.writeError(Array((diagnostic.text + "\n").utf8)) }
    }
    if let error = reply.error { throw Failure(error) }
    return 0
  }
}
