import Logging
import Supervision

/// The supervisor's own journal: what happened to which service, and why, as log lines.
final class Journal {
  private let logger: Logger

  init(logger: Logger) {
    self.logger = logger
  }

  func record(_ record: Record) {
    switch record {
    case .state(let service, let state, let outcome, let pid):
      let suffix = (pid.map { ", pid \($0)" } ?? "") + (outcome.map { ": \($0)" } ?? "")
      if case .failed = state {
        logger.error("\(service) has failed\(suffix)")
      } else if case .stopped(.exited) = outcome {
        logger.notice("\(service) is \(state.rawValue)\(suffix)")
      } else {
        logger.log(level: state.isPassing ? .debug : .info, "\(service) is \(state.rawValue)\(suffix)")
      }
    case .attemptFailed(let service, let cause, true):
      logger.warning("\(service) could not be started: \(cause); will be tried again")
    case .ended(let service, let cause, true):
      logger.warning("\(service) has ended: \(cause); is started again")
    // The state that the service comes to says the same, once what it left is ended too.
    case .attemptFailed(let service, let cause, false):
      logger.debug("\(service) could not be started: \(cause)")
    case .ended(let service, let cause, false):
      logger.debug("\(service) has ended: \(cause)")
    case .hookFailed(let service, let cause):
      logger.warning("\(service): \(cause)")
    case .ordered(let order, let requester):
      logger.info("\(order), by \(requester)")
    case .loaded(let summary):
      logger.notice(
        "loaded: \(summary.added.count) added, \(summary.changed.count) changed, \(summary.removed.count) removed, \(summary.unchanged) unchanged"
      )
    case .forgotten(let service):
      logger.info("\(service) is forgotten")
    case .instanceRefused(let text):
      error(text)
    case .anomaly(let text):
      anomaly(text)
    }
  }

  /// Something that should not be; it was contained.
  func anomaly(_ text: String) {
    logger.error("\(text)")
  }

  func notice(_ text: String) {
    logger.notice("\(text)")
  }

  func error(_ text: String) {
    logger.error("\(text)")
  }
}

extension StateName {
  /// On the way from one state that matters to another.
  fileprivate var isPassing: Bool {
    switch self {
    case .waiting, .starting, .stopping: true
    case .stopped, .running, .completed, .respawning, .failed: false
    }
  }
}
