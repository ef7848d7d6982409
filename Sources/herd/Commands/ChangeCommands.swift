import ArgumentParser
import ControlProtocol

/// A command that changes states, told by a line a service while it lasts.
protocol ChangeCommand: ServiceCommand {
  func request() throws(Failure) -> Request
}

extension ChangeCommand {
  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    try follow(try request(), in: &session, console)
  }
}

struct StartCommand: ChangeCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start services, and what they require.")

  @OptionGroup var change: ChangeFlags
  @OptionGroup var target: ServiceOptions

  func request() throws(Failure) -> Request {
    try refuseRoot(names, "start", "fruix-shepherd starts it")
    return .start(names: names, change.options)
  }
}

struct StopCommand: ChangeCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stop services, after what requires them; root: everything, then the supervisor.")

  @Flag(help: "Also stop the requirements that nothing wanted needs any more.")
  var withRequirements = false
  @OptionGroup var change: ChangeFlags
  @OptionGroup var target: ServiceOptions

  func request() throws(Failure) -> Request {
    guard names != ["root"] else {
      if change.dryRun || change.noWait {
        throw usageFailure("`herd stop root` knows neither --dry-run nor --no-wait")
      }
      return .shutdown
    }
    try refuseRoot(names, "stop", "`herd stop root` stops everything, without further names")
    return .stop(names: names, withRequirements: withRequirements, change.options)
  }
}

struct RestartCommand: ChangeCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart", abstract: "Stop services with what requires them, and start again what was up.")

  @OptionGroup var change: ChangeFlags
  @OptionGroup var target: ServiceOptions

  func request() throws(Failure) -> Request {
    try refuseRoot(names, "restart", "the supervisor is restarted by what started it")
    return .restart(names: names, change.options)
  }
}

struct EnableCommand: ChangeCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Let services be started again, at boot and by command.")

  @Flag(help: "Start them too.")
  var now = false
  @OptionGroup var target: ServiceOptions

  func request() -> Request { .enable(names: names, now: now) }
}

struct DisableCommand: ChangeCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Refuse every start of services until they are enabled.")

  @Flag(help: "Stop them too.")
  var stop = false
  @OptionGroup var target: ServiceOptions

  func request() -> Request { .disable(names: names, stop: stop) }
}

struct PresetCommand: ChangeCommand {
  static let configuration = CommandConfiguration(
    commandName: "preset", abstract: "Forget that services were enabled or disabled: their definitions count again.")

  @OptionGroup var target: ServiceOptions

  func request() -> Request { .preset(names: names) }
}

struct ResetCommand: ChangeCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Forget that services have failed, and how often they were respawned.")

  @OptionGroup var target: ServiceOptions

  func request() -> Request { .reset(names: names) }
}
