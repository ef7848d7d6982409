import Supervision
import Testing
import UCL

@testable import SupervisionRuntime

extension ProcessTests {
  /// `fruix-shepherd isolate` as far as a system without jails lets it: up to the jail, and back.
  @Suite struct WorkerSteps {
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

    @Test("what an earlier one has left is undone before anything new is made")
    func leftovers() throws {
      let bench = try Bench()
      try bench.write(.directory(bench.tree.path("made"), mode: 0o755))
      // A plan without a jail is refused at its end, as if the maker had died there.
      #expect(failure(IsolationWorker.up(bench.directory))?.contains("makes no jail") == true)
      #expect(bench.places.leftovers() == ["web"])
      try bench.write(.directory(bench.tree.path("other"), mode: 0o755))
      _ = IsolationWorker.up(bench.directory)
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
  }
}
