import SupervisionRuntime

/// `fruix-shepherd probe`: what of the kernel works, a line a facility.
enum ProbeCommand {
  static let name = "probe"
  private static let usage = "usage: fruix-shepherd probe [--json]"

  /// - Parameter words: the command line, with the program's name in front and `probe` behind it.
  /// - Returns: 0 when the supervisor has all that it cannot do without, else 1, or an exit code of sysexits(3).
  static func run(_ words: [String]) -> Int32 {
    var reader = OptionReader(
      [words[0]] + words.dropFirst(2), options: [OptionReader.Option("json"), OptionReader.Option("help")])
    var isJSON = false
    while true {
      switch reader.next() {
      case .option("json", _): isJSON = true
      case .option: return help()
      case .unknown(let word), .valueMissing(let word): return mistake("unknown option `\(word)`")
      case .end(let argument?): return mistake("unexpected argument `\(argument)`")
      case .end(nil): return probe(isJSON: isJSON)
      }
    }
  }

  private static func probe(isJSON: Bool) -> Int32 {
    do throws(Probe.Failure) {
      let report = try Probe(in: Probe.usualPlace).run()
      let isKept = keep(report)
      Terminal.print(isJSON ? report.json : report.text)
      guard isKept else { return ExitCode.cannotCreate }
      return report.missing(on: .current).isEmpty ? 0 : 1
    } catch {
      switch error {
      case .interrupted(let signal):
        Terminal.error("fruix-shepherd: interrupted; nothing is left behind")
        return 128 + signal
      case .system(let error):
        Terminal.error("fruix-shepherd: cannot probe: \(error)")
        return ExitCode.system
      case .leftover(let directory, let error):
        Terminal.error("fruix-shepherd: \(directory) could not be removed, do so by hand: \(error)")
        return ExitCode.system
      }
    }
  }

  /// Writes the lines into the file that METADATA_OUT names, if it names one. It is not replaced but written to: it may
  /// be a pipe.
  private static func keep(_ report: ProbeReport) -> Bool {
    guard let path = Host.environmentValue("METADATA_OUT"), !path.isEmpty else { return true }
    do throws(SystemError) {
      let file = try Descriptor.open(path, .create, permissions: 0o644)
      try file.writeAll(Array("\(report.text)\n".utf8))
      return true
    } catch {
      Terminal.error("fruix-shepherd: METADATA_OUT \(path) cannot be written: \(error)")
      return false
    }
  }

  private static func help() -> Int32 {
    Terminal.print(usage)
    return 0
  }

  private static func mistake(_ message: String) -> Int32 {
    Terminal.error("fruix-shepherd: \(message)\n\(usage)")
    return ExitCode.usage
  }
}
