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
  @Option(
    help: ArgumentHelp(
      "Print the steps that make the jail of this service, or why they cannot be taken.", valueName: "name"))
  var plan: String?
  @Flag(help: "With --plan: print what undoes the steps, too.")
  var undo = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if undo, plan == nil { throw ValidationError("`--undo` goes with `--plan NAME`") }
  }

  func run() throws {
    let console = Console()
    if let path, !path.contains("/"), HostConfigurationStore().kind(of: path) == .missing { throw noFile(path) }
    let path = try self.path ?? standardConfiguration()
    let loader = ConfigurationLoader(store: HostConfigurationStore(), facts: SystemFacts(), purpose: .checking)
    let diagnostics: [Diagnostic]
    var summary: String?
    // As the supervisor of this user would: what packages bring may be overridden and required.
    switch loader.load(path: path, packaged: StandardPlaces.packaged(user: Host.user)) {
    case .success(let configuration):
      if let plan {
        try printPlan(of: plan, in: configuration, console)
        return
      }
      diagnostics = configuration.notesForChecking()
      summary = "\(path): \(count(configuration.services.count, "service"))"
      if !configuration.templates.isEmpty { summary? += ", \(count(configuration.templates.count, "template"))" }
    case .failure(let failure):
      diagnostics = failure.all
    }
    let renderer = console.renderer
    if output.json {
      console.write("{\"ok\":\(summary != nil),\"diagnostics\":\(renderer.json(diagnostics))}\n")
    } else {
      console.write(renderer.text(diagnostics.foldingLacks()))
      if let summary { console.write(summary + ": no errors\n") }
    }
    if summary == nil { throw ExitCode(ExitCodes.failed) }
  }

  /// A service's name, most often: every other command takes one.
  private func noFile(_ path: String) -> Failure {
    Failure(
      ControlError(
        .invalidArgument, "there is no file or directory `\(path)` to check",
        hint: "`herd show \(path)` prints the definition of a service of that name"),
      exitStatus: ExitCodes.failed)
  }

  private func printPlan(of name: String, in configuration: Configuration, _ console: Console) throws {
    let directory = configuration.supervisor.stateDirectory ?? standardStateDirectory()
    let planner = JailPlanner(facts: HostJailFacts(), stateDirectory: directory)
    let inquiry = PlanInquiry(planner: planner, hasJails: SystemFacts().hasJails)
    var isPlanned = true
    for name in try inquiry.names(name, in: configuration) {
      let answer = try inquiry.ask(name, in: configuration)
      console.write(output.json ? answer.document.json + "\n" : answer.text(showsUndoing: undo))
      isPlanned = isPlanned && answer.isPlanned
    }
    if !isPlanned { throw ExitCode(ExitCodes.failed) }
  }

  private func standardStateDirectory() -> String {
    let home = (try? Host.homeDirectory()) ?? nil
    // A user without a home has no supervisor of his own: the plan is the system's.
    return StandardPlaces.stateDirectory(user: Host.user, home: home) ?? "/var/db/fruix-shepherd"
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
      console.writeError(Array(console.renderer.text(Diagnostic(error)).utf8))
      throw ExitCode(ExitCodes.failed)
    } catch let error as SourceReadError {
      console.complain(ControlError(.invalidArgument, "cannot read \(file): \(error.message)"))
      throw ExitCode(ExitCodes.failed)
    }
  }
}
