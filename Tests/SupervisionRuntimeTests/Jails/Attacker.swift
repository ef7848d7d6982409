import Glibc
import SupervisionRuntime

/// A thread that lets a directory and a link take turns in one place, as fast as it can.
///
/// A thread of its own, because tasks share theirs with tests that block.
final class Attacker {
  private final class Places: Sendable {
    let root: String
    /// While it is there, the attack goes on.
    let signal: String

    init(root: String, signal: String) {
      self.root = root
      self.signal = signal
    }
  }

  private let places: Places
  private var thread: pthread_t

  /// - Parameter root: has the directory `flip` and the link `spare`.
  init(_ root: String, signal: String) throws {
    places = Places(root: root, signal: signal)
    thread = pthread_t()
    try Files.replace(signal, with: [])
    let context = Unmanaged.passRetained(places)
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let places = Unmanaged<Places>.fromOpaque(context).takeRetainedValue()
        while access(places.signal, F_OK) == 0 {
          _ = rename(places.root + "/flip", places.root + "/away")
          _ = rename(places.root + "/spare", places.root + "/flip")
          _ = rename(places.root + "/flip", places.root + "/spare")
          _ = rename(places.root + "/away", places.root + "/flip")
        }
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw SystemError("pthread_create", code: code)
    }
  }

  /// Returns when the last turn is over: the directory is in its place.
  func stop() throws {
    try Files.remove(places.signal)
    pthread_join(thread, nil)
  }
}
