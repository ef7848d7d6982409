import Supervision
import SupervisionRuntime

/// What the daemon's command line asks for. getopt_long(3) reads it: the daemon links no larger parser.
struct CommandLineOptions {
  var configuration: String?
  var socket: String?
  var pidFile: String?
  var logLevel = Self.usualLogLevel
  var checks = false
  var daemonizes = false
  /// Whether a keeper is to be the parent of all that runs.
  var hasKeeper = true
  private var staysInForeground = false
  private static let usualLogLevel = JournalLevel.notice
  var showsVersion = false
  var showsHelp = false

  /// A mistake in the command line: a sentence for the user.
  struct Mistake: Error {
    var message: String
  }

  private static let options = [
    OptionReader.Option("config", takesValue: true), OptionReader.Option("socket", takesValue: true),
    OptionReader.Option("check"), OptionReader.Option("foreground"), OptionReader.Option("daemonize"),
    OptionReader.Option("pid-file", takesValue: true), OptionReader.Option("log-level", takesValue: true),
    OptionReader.Option("no-keeper"), OptionReader.Option("version"), OptionReader.Option("help"),
  ]

  static let usage = """
    usage: fruix-shepherd [--config PATH] [--socket PATH] [--foreground | --daemonize [--pid-file PATH]]
                          [--log-level LEVEL] [--no-keeper]
           fruix-shepherd --check [--config PATH]
           fruix-shepherd probe [--json]
           fruix-shepherd --version | --help
    """

  init(_ words: [String]) throws(Mistake) {
    var reader = OptionReader(words, options: Self.options)
    while true {
      switch reader.next() {
      case .option(let name, let value): try take(name, value)
      case .unknown(let word): throw Mistake(message: "unknown option `\(word)`")
      case .valueMissing(let word): throw Mistake(message: "`\(word)` needs a value")
      case .end(let argument?): throw Mistake(message: "unexpected argument `\(argument)`")
      case .end(nil):
        if staysInForeground, daemonizes {
          throw Mistake(message: "`--foreground` and `--daemonize` contradict each other: give one of them")
        }
        if pidFile != nil, !daemonizes { throw Mistake(message: "`--pid-file` goes with `--daemonize`") }
        return
      }
    }
  }

  /// The options that a supervisor runs by, with paths that mean the same in any directory.
  func words(absolute: (String) -> String) -> [String] {
    var words: [String] = []
    for (name, path) in [("--config", configuration), ("--socket", socket), ("--pid-file", pidFile)] {
      if let path { words += [name, absolute(path)] }
    }
    if daemonizes { words.append("--daemonize") }
    if staysInForeground { words.append("--foreground") }
    if logLevel != Self.usualLogLevel { words += ["--log-level", logLevel.rawValue] }
    return words
  }

  private mutating func take(_ name: String, _ value: String?) throws(Mistake) {
    // Most often a variable of the shell that is not set; it would mean the current directory.
    if let value, value.isEmpty { throw Mistake(message: "`--\(name)` needs a value that is not empty") }
    switch name {
    case "config": configuration = value
    case "socket": socket = value
    case "pid-file": pidFile = value
    case "check": checks = true
    case "foreground": staysInForeground = true
    case "daemonize": daemonizes = true
    case "no-keeper": hasKeeper = false
    case "log-level":
      guard let level = JournalLevel(rawValue: value ?? "") else {
        let levels = JournalLevel.allCases.map(\.rawValue).joined(separator: ", ")
        throw Mistake(message: "there is no log level `\(value ?? "")`; the levels are \(levels)")
      }
      logLevel = level
    case "version": showsVersion = true
    case "help": showsHelp = true
    default: throw Mistake(message: "unknown option `--\(name)`")
    }
  }
}
