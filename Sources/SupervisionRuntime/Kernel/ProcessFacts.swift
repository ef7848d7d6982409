import CProc

/// What can be seen of a process from outside; for showing, not for deciding.
public struct ProcessFacts: Sendable, Equatable {
  /// In bytes.
  public var residentMemory: UInt64
  /// Its words, joined by blanks.
  public var command: String

  /// `nil` when the process has gone.
  public init?(of process: Int32) {
    var facts = cproc_facts()
    guard cproc_process_facts(process, &facts) == 0 else { return nil }
    residentMemory = facts.resident
    command = withUnsafeBytes(of: facts.command) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

extension Host {
  /// Gives unused memory back to the system; worth its while after a configuration was read.
  public static func trimMemory() { cproc_memory_trim() }

  /// Whether kernel modules are loaded on demand here.
  public static var loadsKernelModules: Bool { cproc_loads_modules() }
  /// Where the administrator's configuration is.
  public static var configurationDirectory: String { String(cString: cproc_configuration_directory()) }
  /// Where packages put definitions.
  public static var packagedDirectory: String { String(cString: cproc_packaged_directory()) }
}

extension Subtree {
  /// The variable that marks a service's processes; `nil` where the kernel knows whose they are without.
  public static var markVariable: String? {
    guard let name = cproc_mark_variable() else { return nil }
    return String(cString: name)
  }
}

extension Reaper {
  /// killpg(2): the processes that are still in the group that the first process leads.
  public static func signalGroup(of first: Int32, _ signal: Int32) throws(SystemError) {
    try check("killpg", on: "\(first)", cproc_group_signal(first, signal))
  }
}

extension Files {
  /// chmod(2).
  public static func setMode(_ path: String, _ mode: UInt32) throws(SystemError) {
    let descriptor = try Descriptor.open(path)
    try descriptor.setMode(mode)
  }
}
