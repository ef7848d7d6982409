import SupervisionRuntime

/// `fruix-shepherd jail up|down DIRECTORY`: makes or undoes the jail of a service, in a process of its own. The supervisor
/// runs it; people may, to undo by hand what a journal names.
enum JailCommand {
  static let name = "jail"
  private static let usage = "usage: fruix-shepherd jail up|down DIRECTORY"

  /// - Parameter words: the command line, with the program's name in front and `jail` behind it.
  /// - Returns: 0 when all was made or undone, else 1, or an exit code of sysexits(3).
  static func run(_ words: [String]) -> Int32 {
    let arguments = words.dropFirst(2)
    guard let verb = arguments.first, let directory = arguments.dropFirst().first, arguments.count == 2,
      directory.hasPrefix("/")
    else { return mistake() }
    switch verb {
    case "up": return report(JailWorker.up(directory))
    case "down":
      if (try? Files.status(directory)) == nil {
        Terminal.error("\(directory) does not exist: there is nothing to undo")
      }
      return report(JailWorker.down(directory))
    default: return mistake()
    }
  }

  private static func report(_ outcome: JailWorker.Outcome) -> Int32 {
    for note in outcome.notes { Terminal.error(note) }
    Terminal.print(outcome.report)
    return outcome.isSuccess ? 0 : 1
  }

  private static func mistake() -> Int32 {
    Terminal.error(usage)
    return ExitCode.usage
  }
}
