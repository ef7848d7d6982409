import CProc
import Supervision

extension KeeperConnection {
  /// What the keeper says first.
  struct Welcome: Equatable, Sendable {
    /// Why the supervisor before this one is no more.
    enum Reason: UInt32, Sendable {
      // The order of CProcKeeper.h.
      case first, exited, gone, upgraded, notExecuted, silent, notReady, broke
    }

    var reason: Reason
    /// Of wait(2), of the supervisor before.
    var status: Int32
    /// The errno, when it could not be executed.
    var error: Int32
    /// Of this supervisor, from 1 on.
    var number: UInt64
    /// The keeper's pid.
    var keeper: Int32
    /// This is the program from before an upgrade that did not come up.
    var isFallback: Bool
  }

  /// A process in the keeper's table.
  struct Entry: Equatable, Sendable {
    enum State: Equatable, Sendable {
      /// As far as the keeper knows: its process descriptor tells more.
      case alive
      /// `nil`: nobody can know any more how.
      case ended(WaitStatus?)
      /// Not the keeper's child: it only remembers it.
      case foreign
    }

    var identity: UInt64
    var pid: Int32
    var state: State
    var label: String
  }

  /// Something that was asked for and cannot be.
  struct Refusal: Equatable, Sendable {
    enum Request: Equatable, Sendable {
      case upgrade
      case replacement
    }

    var request: Request
    var error: SystemError
  }

  /// All that a predecessor has left.
  struct Takeover {
    var welcome: Welcome
    var entries: [Entry]
    /// What the holder had, process descriptors aside.
    var held: HeldDescriptors
    /// Process descriptors, by identity.
    var processes: HeldProcesses
  }
}

/// The handshake with the keeper has failed.
enum KeeperError: Error, Equatable, CustomStringConvertible {
  /// FRUIX_KEEPER is no number of an open descriptor.
  case noSocket(String)
  /// The keeper has closed the connection.
  case closed(SystemError)
  /// It does not answer.
  case silent(Duration)
  case system(SystemError)

  var description: String {
    switch self {
    case .noSocket(let value):
      "FRUIX_KEEPER=\(value) in the environment names no open descriptor: this is set by fruix-keeper, and by nobody else"
    case .closed(let error): "the keeper has closed its socket before it has told what runs: \(error)"
    case .silent(let time): "the keeper has not told what runs within \(time.text)"
    case .system(let error): "cannot speak with the keeper: \(error)"
    }
  }
}

extension KeeperConnection.Welcome {
  init?(_ message: KeeperChannel.Message) {
    guard let said = message.fixedPart(cproc_keeper_welcome.self) else { return nil }
    // What a later keeper knows is some end.
    reason = Reason(rawValue: said.reason) ?? .gone
    status = said.status
    error = said.error
    number = said.number
    keeper = said.keeper
    isFallback = said.fallback != 0
  }
}

extension KeeperConnection.Entry {
  init?(_ message: KeeperChannel.Message) {
    guard let said = message.fixedPart(cproc_keeper_entry.self) else { return nil }
    identity = message.identity
    pid = said.pid
    label = String(padded: said.label)
    switch said.state {
    case CPROC_KEEPER_ENDED_WITH.rawValue: state = .ended(WaitStatus(raw: said.status))
    case CPROC_KEEPER_ENDED_SOMEHOW.rawValue: state = .ended(nil)
    case CPROC_KEEPER_NOT_OURS.rawValue: state = .foreign
    default: state = .alive
    }
  }
}

extension cproc_keeper_failed {
  /// What was asked for.
  var request: cproc_keeper_type { cproc_keeper_type(rawValue: message) }

  /// - Parameter subject: what it was asked for.
  func systemError(on subject: String? = nil) -> SystemError {
    SystemError(String(padded: call), on: subject, code: error)
  }
}

extension cproc_keeper_ended {
  /// `nil`: nobody can know any more how.
  var waitStatus: WaitStatus? {
    state == CPROC_KEEPER_ENDED_WITH.rawValue ? WaitStatus(raw: status) : nil
  }
}

extension String {
  /// From an array of C that is filled up with NULs.
  fileprivate init<Bytes: BitwiseCopyable>(padded bytes: Bytes) {
    self = withUnsafeBytes(of: bytes) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

extension Array where Element == UInt8 {
  /// A name or a label in its 64 bytes; what does not fit is cut off.
  init(paddedName name: String) {
    let size = Int(CPROC_KEEPER_NAME_SIZE)
    self = Array(name.utf8.prefix(size - 1))
    self += [UInt8](repeating: 0, count: size - count)
  }

  /// Words, each with its NUL.
  init(words: [String]) {
    self = words.flatMap { Array($0.utf8) + [0] }
  }
}
