import Supervision

extension SpawnFailure {
  /// What the system has refused before there was a process.
  init(stage: String, _ error: SystemError, _ message: String) {
    self.init(stage: stage, errno: error.code, message: message, isPassing: error.isPassing)
  }
}
