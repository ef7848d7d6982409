import Supervision
import Testing

@testable import SupervisionRuntime

/// What the process beside the event loop does with its directory, as far as that needs no jail.
@Suite struct JailWorkerTests {
  private func directory(_ files: [String: String] = [:]) throws -> String {
    let path = temporaryPath("worker")
    try Files.makeDirectory(path, permissions: 0o700)
    for (name, text) in files { try Files.replace("\(path)/\(name)", with: Array(text.utf8)) }
    return path
  }

  private func failure(_ outcome: JailWorker.Outcome) -> String? {
    JailReport(Array(outcome.report.utf8))?.failure
  }

  @Test("where nothing is left to undo, the plan goes too, and what lies beside it stays")
  func cleared() throws {
    let empty = try directory(["plan": "{}"])
    #expect(JailWorker.down(empty).isSuccess)
    #expect((try? Files.status(empty)) == nil)
    #expect(JailWorker.down(empty).isSuccess)

    let used = try directory(["plan": "{}", "notes": "mine"])
    #expect(JailWorker.down(used).isSuccess)
    #expect(try Files.names(in: used) == ["notes"])
    try Files.remove(used + "/notes")
    try Files.removeDirectory(used)
  }

  @Test("while one process works on a jail no other one begins")
  func alone() throws {
    let path = try directory(["plan": "{}", "journal": "no record\n{}\n"])
    let lock = try Files.lock(JailDirectory.lock(in: path))
    for outcome in [JailWorker.up(path), JailWorker.down(path)] {
      #expect(!outcome.isSuccess)
      #expect(failure(outcome)?.hasPrefix("another process is still making or undoing the jail") == true)
    }
    _ = consume lock
    #expect(failure(JailWorker.down(path))?.contains("cannot be read") == true)
    #expect(try Files.names(in: path).sorted() == ["journal", "lock", "plan"])
    for name in ["journal", "lock", "plan"] { try Files.remove("\(path)/\(name)") }
    try Files.removeDirectory(path)
  }
}
