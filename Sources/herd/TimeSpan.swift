import ArgumentParser
import Supervision

/// A duration on the command line, as the service language writes it.
struct TimeSpan {
  var duration: Duration

  @Sendable init(word: String) throws {
    guard let duration = DurationText.parse(word) else {
      throw ValidationError("a duration is a number and its unit: 500ms, 30s, 2min, 1h")
    }
    self.duration = duration
  }
}
