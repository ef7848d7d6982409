import CProc
import UCL

/// The options of a command line, one after the other, as getopt_long(3) finds them.
public struct OptionReader: ~Copyable {
  public struct Option: Sendable {
    public var name: String
    public var takesValue: Bool

    public init(_ name: String, takesValue: Bool = false) {
      self.name = name
      self.takesValue = takesValue
    }
  }

  public enum Found: Sendable, Equatable {
    case option(String, value: String?)
    case unknown(String)
    case valueMissing(String)
    /// No option is left; the first word that is none, if there is one.
    case end(argument: String?)
  }

  private let options: [Option]
  private let words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let wordCount: Int
  private let names: [UnsafeMutablePointer<CChar>]
  private let table: UnsafeMutablePointer<cproc_option>

  /// - Parameter words: the command line, the program's name first.
  public init(_ words: [String], options: [Option]) {
    self.options = options
    wordCount = words.count
    self.words = .allocate(capacity: words.count + 1)
    for (index, word) in words.enumerated() { self.words[index] = Self.copy(word) }
    self.words[words.count] = nil
    names = options.map { Self.copy($0.name) }
    table = .allocate(capacity: options.count)
    for (index, option) in options.enumerated() {
      table[index] = cproc_option(name: names[index], takes_value: option.takesValue)
    }
  }

  deinit {
    for index in 0..<wordCount { words[index]?.deallocate() }
    for name in names { name.deallocate() }
    words.deallocate()
    table.deallocate()
  }

  private static func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
    let bytes = text.utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { copy[index] = byte }
    return copy
  }

  /// The next option.
  public mutating func next() -> Found {
    var value: UnsafePointer<CChar>?
    let found = cproc_options_next(Int32(wordCount), words, table, options.count, &value)
    let text = value.map { String(cString: $0) }
    switch found {
    case CPROC_OPTION_END.rawValue: return .end(argument: text)
    case CPROC_OPTION_UNKNOWN.rawValue: return .unknown(text ?? "")
    case CPROC_OPTION_NO_VALUE.rawValue: return .valueMissing(text ?? "")
    default: return .option(options[Int(found)].name, value: text)
    }
  }
}

/// Running in the background, with somebody in the foreground who waits to hear whether the start has succeeded.
public struct Background {
  private let report: Int32

  /// Only the process in the background returns.
  public init() throws(SystemError) {
    report = try check("fork", cproc_background_begin())
  }

  /// Takes over what the program that this process was before, or its parent, has handed on; `nil`: nobody waits.
  public init?(fromStandardInput: ()) {
    let report = cproc_background_take()
    guard report >= 0 else { return nil }
    self.report = report
  }

  /// Leaves it to the program that this process becomes, as its standard input.
  public func handOn() throws(SystemError) {
    try check("dup2", cproc_background_hand_on(report))
  }

  /// Lets go of the terminal and tells the process in the foreground that all is well.
  public func ready(output: borrowing Descriptor) throws(SystemError) {
    try check("dup2", cproc_background_ready(report, output.number))
  }
}

/// Text for whoever started the program.
public enum Terminal {
  public static func print(_ text: String) { cproc_print(false, text + "\n") }
  public static func error(_ text: String) { cproc_print(true, text.printableLines + "\n") }
  /// How wide the terminal behind a descriptor is; `nil` where there is none, or it does not say.
  public static func columns(of descriptor: Int32) -> Int? {
    let columns = cproc_terminal_columns(descriptor)
    return columns > 0 ? Int(columns) : nil
  }
  /// exit(3).
  public static func exit(with status: Int32) -> Never { cproc_exit(status) }
}

extension Host {
  /// Opens the standard descriptors that this process was started without. Call it before anything is opened.
  public static func openStandardDescriptors() throws(SystemError) {
    try check("open", on: "/dev/null", cproc_standard_open())
  }

  /// The descriptor becomes the standard output and error: dup2(2).
  static func replaceOutput(by descriptor: borrowing Descriptor) throws(SystemError) {
    try check("dup2", cproc_output_replace(descriptor.number))
  }

  /// Becomes another program, with the environment that there is: execv(2). Returns only if that fails.
  ///
  /// - Parameter words: the command line, the program's name first.
  public static func become(_ path: String, _ words: [String]) -> SystemError {
    WordBlock(words).withPointers { _ = cproc_become(path, $0) }
    return SystemError("execve", on: path, code: cproc_errno())
  }

  /// Takes a variable out of this process's environment: unsetenv(3).
  static func removeEnvironmentValue(_ name: String) {
    _ = cproc_environment_remove(name)
  }

  /// getcwd(3); `nil` when it has gone.
  public static func currentDirectory() -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      guard let start = buffer.baseAddress, cproc_directory(start, buffer.count) == 0 else { return nil }
      return String(cString: start)
    }
  }
}
