import Supervision
import Testing
import UCL

@testable import SupervisionRuntime

extension ProcessTests {
  /// `fruix-shepherd isolate` as far as a system without jails lets it: up to the jail, and back.
  @Suite struct Worker {
    /// A directory of a jail with a plan in it.
    private struct Bench: ~Copyable {
      let tree: TreeBench
      let places: IsolationDirectory
      var directory: String { places.directory(of: "web") }
      var output: String { tree.outside + "/said" }

      init() throws {
        tree = try TreeBench()
        places = IsolationDirectory(stateDirectory: tree.base)
      }

      func say(_ word: String) -> Command { Command(["sh", "-c", "echo \(word) $JNAME >> \(output)"]) }

      func said() throws -> String { String(decoding: try Files.read(output), as: UTF8.self) }

      func write(_ steps: IsolationStep...) throws {
        try places.write(IsolationPlan(service: "web", jail: "web", root: tree.root, steps: steps))
      }
    }

    private func failure(_ outcome: IsolationWorker.Outcome) -> String? {
      IsolationReport(Array(outcome.report.utf8))?.failure
    }

    @Test("what was made before a step that fails is undone, and the report names the step's reason")
    func undoes() throws {
      let bench = try Bench()
      try bench.write(
        .counterparts(.release, [bench.say("release")]), .directory(bench.tree.path("made"), mode: 0o755),
        .commands(.prestart, [bench.say("prestart")]), .counterparts(.poststop, [bench.say("poststop")]), .jail([]))
      let outcome = IsolationWorker.up(bench.directory)
      #expect(!outcome.isSuccess)
      #expect(failure(outcome)?.contains("jail web") == true)
      #expect(try bench.said() == "prestart web\npoststop web\nrelease web\n")
      #expect(try Files.names(in: bench.tree.root).isEmpty)
      #expect(bench.places.leftovers().isEmpty)
    }

    @Test("an undoing without a journal has nothing to do")
    func nothing() throws {
      let bench = try Bench()
      try bench.write()
      let outcome = IsolationWorker.down(bench.directory)
      #expect(outcome.isSuccess && outcome.report == "{}")
    }

    @Test("a directory that is not there is a mistake, not a success")
    func missing() throws {
      let bench = try Bench()
      let outcome = IsolationWorker.down(bench.directory)
      #expect(!outcome.isSuccess && failure(outcome)?.contains(bench.directory) == true)
    }

    @Test("what an earlier one has left is undone before anything new is made")
    func leftovers() throws {
      let bench = try Bench()
      try bench.write(.directory(bench.tree.path("made"), mode: 0o755))
      // Without a jail in the plan this one succeeds, and stays.
      #expect(IsolationWorker.up(bench.directory).isSuccess)
      #expect(bench.places.leftovers() == ["web"])
      try bench.write(.directory(bench.tree.path("other"), mode: 0o755))
      #expect(IsolationWorker.up(bench.directory).isSuccess)
      #expect(try Files.names(in: bench.tree.root) == ["other"])
      #expect(IsolationWorker.down(bench.directory).isSuccess)
      #expect(try Files.names(in: bench.tree.root).isEmpty)
      #expect(bench.places.leftovers().isEmpty)
    }

    @Test("a journal that cannot be read is left, and says what to do")
    func damaged() throws {
      let bench = try Bench()
      try bench.write()
      try Files.replace(IsolationDirectory.journal(in: bench.directory), with: Array("[]\n[]\n".utf8))
      let outcome = IsolationWorker.down(bench.directory)
      #expect(failure(outcome)?.contains("undo by hand what it names, and remove it") == true)
      #expect(bench.places.leftovers() == ["web"])
    }

    @Test("two never work on one jail at the same time")
    func alone() throws {
      let bench = try Bench()
      try bench.write()
      let other = try Descriptor.open(bench.directory)
      try other.lock()
      let outcome = IsolationWorker.up(bench.directory)
      #expect(failure(outcome)?.contains("another process") == true)
      _ = consume other
      #expect(IsolationWorker.up(bench.directory).isSuccess)
      #expect(IsolationWorker.down(bench.directory).isSuccess)
    }
  }
}
