import CProc

/// How many supervisors in a row have died of themselves, soon after they had begun to read the record of the one before. Who was
/// killed says nothing of what it has read.
final class Trials {
  static let most = 3
  private let file: MemoryFile
  private(set) var deaths: Int

  /// - Parameters:
  ///   - held: of a predecessor.
  ///   - welcome: what became of it.
  init(
    _ held: consuming Descriptor?, _ welcome: KeeperConnection.Welcome, _ connection: KeeperConnection
  ) throws(SystemError) {
    if let held {
      file = MemoryFile(adopting: held)
      deaths = Self.deaths(of: Int(try file.contents().first ?? 0), welcome)
    } else {
      file = try MemoryFile([0])
      deaths = 0
      connection.hold(Handover.Name.trials, file.descriptor)
    }
  }

  /// - Parameter begun: so many readings one after the other were begun and not outlived, the last of them by the supervisor before.
  static func deaths(of begun: Int, _ welcome: KeeperConnection.Welcome) -> Int {
    // Another program's failure says nothing of what this one can read.
    if welcome.isFallback { return max(0, begun - 1) }
    return welcome.isOfFailure ? begun : 0
  }

  func lend(to body: (borrowing Descriptor) -> Void) { body(file.descriptor) }

  /// - Parameter isFirst: what is read is another record than before.
  func begin(isFirst: Bool = false) {
    if isFirst { deaths = 0 }
    write(deaths + 1)
  }

  func end() {
    deaths = 0
    write(0)
  }

  private func write(_ number: Int) {
    // What cannot be counted is read again: better that than never.
    try? file.write([UInt8(clamping: number)], at: 0)
  }
}

extension KeeperConnection.Welcome {
  /// Whether the supervisor before has failed, rather than been ended by somebody.
  fileprivate var isOfFailure: Bool {
    switch reason {
    case .exited:
      if case .signaled(let number, _) = WaitStatus(raw: status) { HostSignal.faults.contains(number) } else { false }
    case .silent, .notReady, .broke: true
    case .first, .gone, .upgraded, .notExecuted: false
    }
  }
}
