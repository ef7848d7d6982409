import SupervisionRuntime

/// This program, started by a person or by the system, becomes the keeper, in the same process; the keeper starts it again, as its
/// supervisor. So whoever has started it, and a pid file, know the process that stays.
enum KeeperStart {
  /// Returns only if that fails, and then why.
  static func become(_ options: CommandLineOptions, _ absolute: (String) -> String) -> Daemon.Failure {
    do {
      // What neither of the two could do without is better told by this one, which has the words.
      try Daemon.checkSystem()
      let keeper = try ProgramPlaces.keeper()
      let words = [keeper, "--", try ProgramPlaces.own()] + options.words(absolute: absolute)
      // Only the process in the background goes on from here.
      if options.daemonizes { try Background().handOn() }
      return Daemon.Failure("cannot start the keeper: \(Host.become(keeper, words))", exitCode: ExitCode.system)
    } catch let failure as Daemon.Failure {
      return failure
    } catch let missing as ProgramPlaces.KeeperMissing {
      return Daemon.Failure(text(of: missing), exitCode: ExitCode.system)
    } catch {
      return Daemon.Failure("cannot start the keeper: \(error)", exitCode: ExitCode.system)
    }
  }

  private static func text(of missing: ProgramPlaces.KeeperMissing) -> String {
    let places =
      missing.places.isEmpty
      ? "this program's own place is not known" : "it is neither \(missing.places.joined(separator: " nor "))"
    return
      "cannot start: fruix-keeper, which keeps what runs when the supervisor dies, is not found: \(places); install "
      + "it there, or do without by --no-keeper"
  }
}
