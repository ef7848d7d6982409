import Supervision

/// A little kernel that keeps book of who made what, fails or dies where it is told to, and remembers every removal of what the
/// plan did not make.
final class SimulatedJailKernel {
  struct Jail {
    var jid: Int32
    var name: String
    var path: String
    var maker: Maker
    /// `nil`: alive; else it is gone after so many pauses.
    var dying: Int?
    /// After so many pauses the processes have ended that were in it when it was removed.
    var processes = 0
  }

  struct Interface {
    var description = ""
    var maker: Maker
    /// `nil`: on the host.
    var jail: Int32?
  }

  /// What happens at one call.
  enum Fault: Equatable {
    case none
    /// The call fails and has no effect; of a line of the journal half is written.
    case failure
    /// The supervisor dies before the call, which is after the one before it; or when half a line of the journal is written.
    case crash, crashInside
  }

  var files = SimulatedFiles()
  var jails: [Jail] = []
  var interfaces: [String: Interface] = [:]
  var addresses: [String: Maker] = [:]
  var rules: [String: Maker] = [:]
  var commands: [(words: [String], environment: [EnvironmentVariable])] = []
  var bytes: [UInt8] = []

  // How this host behaves.
  var mountsFiles = true
  var busyMounts: Int? = 0
  var pausesOfDying = 0
  var pausesOfProcesses = 0
  var failingCommands: Set<String> = []

  // What is to happen.
  var faults: [Int: Fault] = [:]
  /// From this call on the journal is full.
  var journalIsFullFrom = Int.max
  /// What the rest of the world does just before a call.
  var world: [Int: (SimulatedJailKernel) -> Void] = [:]

  private(set) var calls = 0
  /// Which of the calls wrote a line of the journal.
  private(set) var writes: Set<Int> = []
  private(set) var isDead = false
  /// Whether the rest of the world did something just before this call.
  private(set) var isInterfering = false
  private(set) var paused = Duration.zero
  /// How long had been paused when a jail was removed.
  var lastRemoval = Duration.zero
  var violations: [String] = []
  private var lastJid: Int32 = 10

  /// The supervisor starts again, on the same system or on one that was booted in between.
  func restart(afterBoot: Bool = false) {
    isDead = false
    calls = 0
    faults = [:]
    world = [:]
    journalIsFullFrom = .max
    guard afterBoot else { return }
    files.boot += 1
    files.mounts = []
    jails = []
    interfaces = interfaces.filter { $0.value.maker == .host }.mapValues { _ in Interface(maker: .host) }
    addresses = addresses.filter { $0.value == .host }
    rules = [:]
  }

  func call<Result>(
    _ what: String, _ effect: () throws(JailError) -> Result
  ) throws(JailError) -> Result {
    guard !isDead else { throw Self.death }
    let number = calls
    calls += 1
    isInterfering = world[number] != nil
    world[number]?(self)
    switch faults[number] ?? .none {
    case .none: return try effect()
    case .failure: throw JailError(code: 5, "\(what): made to fail")
    case .crash, .crashInside:
      isDead = true
      throw Self.death
    }
  }

  func violate(_ maker: Maker?, _ what: String) {
    if let maker, maker != .plan { violations.append("\(what), which \(maker) made, was removed") }
  }

  func nextJid() -> Int32 {
    lastJid += 1
    return lastJid
  }

  /// Lets time pass for those who are dying.
  func elapse(_ duration: Duration) {
    guard !isDead else { return }
    paused += duration
    for index in jails.indices where jails[index].dying != nil {
      jails[index].dying = jails[index].dying.map { $0 - 1 }
      jails[index].processes = max(0, jails[index].processes - 1)
    }
    bury()
  }

  func bury() {
    for jail in jails where jail.dying.map({ $0 <= 0 }) ?? false {
      for (name, interface) in interfaces where interface.jail == jail.jid { interfaces[name]?.jail = nil }
    }
    jails.removeAll { $0.dying.map { $0 <= 0 } ?? false }
  }

  static let death = JailError(code: -1, "the supervisor is dead")

  /// Everything of the plan's that is there.
  var remains: [String] {
    files.listing().filter { $0.maker == .plan }.map { "file \($0.path)" }
      + files.mounts.filter { $0.maker == .plan }.map { "mount on \($0.entry.target)" }
      + jails.filter { $0.maker == .plan && $0.dying == nil }.map { "jail \($0.name)" }
      + interfaces.filter { $0.value.maker == .plan }.keys.sorted().map { "interface \($0)" }
      + interfaces.filter { $0.value.jail != nil }.keys.sorted().map { "interface \($0) is in a jail" }
      + addresses.filter { $0.value == .plan }.keys.sorted().map { "address \($0)" }
      + rules.filter { $0.value == .plan }.keys.sorted().map { "rule \($0)" }
  }

  /// Everything of the host's and of others.
  var others: [String] {
    files.listing().filter { $0.maker != .plan }.map(\.path)
      + files.mounts.filter { $0.maker != .plan }.map { "mount on \($0.entry.target)" }
      + jails.filter { $0.maker != .plan }.map { "jail \($0.name)" }
      + interfaces.filter { $0.value.maker != .plan }.keys.sorted()
      + addresses.filter { $0.value != .plan }.keys.sorted() + rules.filter { $0.value != .plan }.keys.sorted()
  }
}

extension SimulatedJailKernel: JournalSink {
  func append(_ line: String) throws(JailError) {
    let whole = Array(line.utf8) + [UInt8(ascii: "\n")]
    if !isDead { writes.insert(calls) }
    let fault = isDead ? .none : faults[calls] ?? .none
    let isFull = calls >= journalIsFullFrom
    if fault == .failure || fault == .crashInside || (isFull && !isDead) {
      bytes += whole.prefix(whole.count / 2)
    }
    try call("journal") { () throws(JailError) in
      if isFull { throw JailError(code: 28, "no space left on device") }
      bytes += whole
    }
  }
}
