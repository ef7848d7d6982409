import Supervision
import Testing
import UCL

@testable import SupervisionRuntime

extension ProcessTests {
  /// `fruix-shepherd jail` as far as a system without jails lets it: up to the jail, and back.
  @Suite struct WorkerSteps {
    /// A directory of a jail with a plan in it.
    private struct Bench: ~Copyable {
      let tree: TreeBench
      let places: JailDirectory
      var directory: String { places.directory(of: "web") }
      var output: String { tree.outside + "/said" }

      init() throws {
        tree = try TreeBench()
        places = JailDirectory(stateDirectory: tree.base)
      }

      func say(_ word: String) -> Command { Command(["sh", "-c", "echo \(word) $JNAME >> \(output)"]) }

      func said() throws -> String { String(decoding: try Files.read(output), as: UTF8.self) }

      func write(_ steps: JailStep...) throws {
        try places.write(JailPlan(service: "web", jail: "web", root: tree.root, steps: steps))
      }
    }

    private func failure(_ outcome: JailWorker.Outcome) -> String? {
      JailReport(Array(outcome.report.utf8))?.failure
    }

    @Test("what was made before a step that fails is undone, and the report names the step's reason")
    func undoes() throws {
      let bench = try Bench()
      try bench.write(
        .counterparts(.release, [bench.say("release")]), .directory(bench.tree.path("made"), mode: 0o755),
        .commands(.prestart, [bench.say("prestart")]), .counterparts(.poststop, [bench.say("poststop")]), .jail([]))
      let outcome = JailWorker.up(bench.directory)
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
      #expect(failure(JailWorker.up(bench.directory))?.contains("makes no jail") == true)
      #expect(bench.places.leftovers() == ["web"])
      try bench.write(.directory(bench.tree.path("other"), mode: 0o755))
      _ = JailWorker.up(bench.directory)
      #expect(try Files.names(in: bench.tree.root) == ["other"])
      #expect(JailWorker.down(bench.directory).isSuccess)
      #expect(try Files.names(in: bench.tree.root).isEmpty)
      #expect(bench.places.leftovers().isEmpty)
    }

    @Test("a journal that cannot be read is left, and says what to do")
    func damaged() throws {
      let bench = try Bench()
      try bench.write()
      try Files.replace(JailDirectory.journal(in: bench.directory), with: Array("[]\n[]\n".utf8))
      let outcome = JailWorker.down(bench.directory)
      #expect(failure(outcome)?.contains("undo by hand what it names, and remove it") == true)
      #expect(bench.places.leftovers() == ["web"])
    }
  }
}
