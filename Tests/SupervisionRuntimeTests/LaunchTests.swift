import CProc
import SupervisionRuntime
import Testing

/// Everything that starts processes runs in this one suite: a process has one reaper, and the table of its children is the reaper's.
@Suite(.serialized)
struct ProcessTests {}

extension ProcessTests {
  @Suite struct Launching {
    @Test("a child runs its program with its arguments, environment, directory and umask")
    func runs() throws {
      var bench = try LaunchBench()
      let output = try bench.output(
        of: "pwd; umask; echo $WORD $0 $1", arguments: ["name", "one"]
      ) { plan in
        plan.environment = ["WORD=hello"]
        plan.workingDirectory = "/usr"
        plan.umask = 0o027
      }
      #expect(output == "/usr\n0027\nhello name one\n")
    }
  }
}
