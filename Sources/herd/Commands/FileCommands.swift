import ArgumentParser
import ControlProtocol
import OrderedCollections
import Supervision
import SupervisionRuntime
import UCL

/// Works without a daemon, with the daemon's own loader.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check service files, without a supervisor: all errors with their places.")

  @Argument(help: "A file or directory; without it, this user's configuration.")
  var path: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let console = Console()
    let path = try self.path ?? standardConfiguration()
    let loader = ConfigurationLoader(store: HostConfigurationStore(), facts: SystemFacts(), purpose: .checking)
    let diagnostics: [Diagnostic]
    var summary: String?
    switch loader.load(path: path) {
    case .success(let configuration):
      diagnostics = configuration.notes
      summary = "\(path): \(count(configuration.services.count, "service"))"
      if !configuration.templates.isEmpty { summary? += ", \(count(configuration.templates.count, "template"))" }
    case .failure(let failure):
      diagnostics = failure.all
    }
    let renderer = DiagnosticRenderer(isColoured: console.appearance.hasColour)
    if output.json {
      console.write("{\"ok\":\(summary != nil),\"diagnostics\":\(renderer.json(diagnostics))}\n")
    } else {
      console.write(renderer.text(diagnostics))
      if let summary { console.write(summary + ": no errors\n") }
    }
    if summary == nil { throw ExitCode(ExitCodes.failed) }
  }

  private func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  private func standardConfiguration() throws -> String {
    let home = (try? Host.homeDirectory()) ?? nil
    guard let path = StandardPlaces.configuration(user: Host.user, home: home) else {
      throw ValidationError("this user has no home directory to look for a configuration in; name a PATH")
    }
    return path
  }
}

struct UCLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ucl", abstract: "Parse a UCL file and print it again, as UCL or JSON.")

  @Flag(help: "Print JSON.")
  var json = false
  @Argument(help: "The file.")
  var file: String

  func run() throws {
    let console = Console()
    do {
      let bytes = try HostConfigurationStore().read(file, limit: Limits().bytes)
      let value = try Parser().parse(Source(name: file, bytes: bytes), reader: HostConfigurationStore())
      console.write((json ? JSON.text(value, style: .pretty) : UCLText.text(value)) + "\n")
    } catch let error as ParseError {
      let renderer = DiagnosticRenderer(isColoured: console.appearance.hasColour)
      console.writeError(Array(renderer.text(Diagnostic(error)).utf8))
      throw ExitCode(ExitCodes.failed)
    } catch let error as SourceReadError {
      console.complain(ControlError(.invalidArgument, "cannot read \(file): \(error.message)"))
      throw ExitCode(ExitCodes.failed)
    }
  }
}
