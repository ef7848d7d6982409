import ControlProtocol

/// Why herd ends without success.
struct Failure: Error {
  var error: ControlError
  var exitStatus: Int32

  init(_ error: ControlError, exitStatus: Int32) {
    self.error = error
    self.exitStatus = exitStatus
  }

  /// A refusal of the daemon's.
  init(_ error: ControlError) {
    self.init(error, exitStatus: ExitCodes.status(for: error.code))
  }
}

/// herd's exit statuses; those above 64 are sysexits(3)'s.
enum ExitCodes {
  static let failed: Int32 = 1
  static let usage: Int32 = 2
  /// Of `herd status NAME`: neither up nor failed, as LSB's scripts say it.
  static let stopped: Int32 = 3
  /// What the parser of options says, too.
  static let badUsage: Int32 = 64
  static let noDaemon: Int32 = 69
  /// As a shell tells an end by SIGINT.
  static let interrupted: Int32 = 130
  static let notPermitted: Int32 = 77

  /// The exit status for a refusal.
  static func status(for code: ErrorCode) -> Int32 {
    switch code {
    case .notPermitted: notPermitted
    case .busy, .notReady, .protocolVersion: noDaemon
    case .unknownService, .unknownAction, .unknownCommand, .invalidArgument, .invalidRequest: usage
    default: failed
    }
  }

  /// The exit status that passes the end of an action's process on; 128 and the signal's number, as shells have it.
  static func status(for exit: ExitReport) -> Int32 {
    switch exit {
    case .code(let code): code
    case .signal(let number, _, _): 128 + number
    case .unknown: failed
    }
  }
}
