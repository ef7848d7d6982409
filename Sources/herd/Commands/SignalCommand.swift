import ArgumentParser
import ControlProtocol
import Supervision

struct SignalCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "signal", abstract: "Send a signal to the main processes of services.",
    usage: "herd signal [--group] NAME... SIGNAL")

  @Argument(
    help: ArgumentHelp(
      "Services or patterns, then the signal: its name, with or without SIG, or its number.", valueName: "name"))
  var words: [String]
  @Flag(help: "To the whole process group of the main process.")
  var group = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if words.count < 2 { throw ValidationError("services, and the signal that they get: herd signal NAME... SIGNAL") }
  }

  func perform(in session: inout Session, _ console: Console) throws(Failure) -> Int32 {
    guard var signal = words.last else { return ExitCodes.usage }
    if SignalName.number(of: signal) == nil { throw noSignal(signal) }
    // The protocol's form.
    signal = signal.uppercased()
    if signal.hasPrefix("SIG") { signal.removeFirst(3) }
    return try follow(.signal(names: words.dropLast(), signal: signal, group: group), in: &session, console)
  }

  /// Mistyped, or in the order that kill(1) has.
  private func noSignal(_ word: String) -> Failure {
    guard let first = words.first, SignalName.number(of: first) != nil else {
      return Failure(
        ControlError(
          .invalidArgument, "there is no signal `\(word)`",
          suggestions: NearestName.all(for: word.uppercased(), among: SignalName.all)))
    }
    let right = words.dropFirst() + [first]
    return Failure(
      ControlError(
        .invalidArgument, "there is no signal `\(word)`", hint: "the services come first, then the signal",
        suggestions: ["herd signal \(right.joined(separator: " "))"]))
  }
}
