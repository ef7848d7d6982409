import ArgumentParser
import ControlProtocol

struct StatusCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "All services at a glance, or those named in full; root is the supervisor.")

  @Argument(help: ArgumentHelp("Services or patterns; all without one.", valueName: "name"))
  var names: [String] = []
  @Flag(help: "Also packaged services that are off.")
  var all = false

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    let wantsTable = names.isEmpty
    let request = Request.status(names: names, detail: wantsTable && !output.json ? .brief : .full)
    let document = try document(for: request, in: &session)
    if let error = document.reply.error { throw Failure(error) }
    let services = document.services ?? []
    var supervisor: SupervisorStatus?
    if case .supervisor(let status) = document.reply.content { supervisor = status }

    if output.json {
      console.write(document.encoded())
    } else if wantsTable {
      console.write(
        StatusTable(
          services: services, showsDormant: all, supervisor: supervisor, now: console.now,
          appearance: console.appearance
        ).text()
      )
    } else {
      console.write(reports(services, supervisor, console))
    }
    return names.isEmpty ? 0 : exitStatus(services)
  }

  private func reports(_ services: [ServiceStatus], _ supervisor: SupervisorStatus?, _ console: Console) -> String {
    var reports: [String] = []
    if names.contains("root"), let supervisor {
      reports.append(supervisorReport(supervisor, now: console.now, console.appearance))
    }
    for service in services {
      reports.append(ServiceReport(service: service, now: console.now, appearance: console.appearance).text())
    }
    return reports.joined(separator: "\n")
  }

  /// The worst of them: failed before not up before up.
  private func exitStatus(_ services: [ServiceStatus]) -> Int32 {
    if services.contains(where: { $0.state == .failed }) { return ExitCodes.failed }
    return services.allSatisfy(\.state.isUp) ? 0 : ExitCodes.stopped
  }
}
