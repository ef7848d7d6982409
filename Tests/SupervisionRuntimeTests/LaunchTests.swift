import CProc
import Glibc
import SupervisionRuntime
import Testing

/// Everything that starts processes runs in this one suite, one test at a time: a process has one reaper, and an
/// adopted child is whoever's looks first.
@Suite(.serialized)
struct ProcessTests {}

extension ProcessTests {
  @Suite struct Launching {
    @Test("a child runs its program with its arguments, environment, directory and umask")
    func runs() throws {
      var bench = try LaunchBench()
      let output = try bench.output(of: "pwd; umask; echo $WORD $0 $1", arguments: ["name", "one"]) { plan in
        plan.environment = ["WORD=hello"]
        plan.workingDirectory = "/usr"
        plan.umask = 0o027
      }
      #expect(output == "/usr\n0027\nhello name one\n")
    }

    @Test("a child leads a session and a process group of its own")
    func leadsASession() throws {
      var bench = try LaunchBench()
      // pid (comm) state ppid pgrp session
      let fields = try bench.output(of: "exec cat /proc/self/stat").split(separator: " ")
      #expect(fields[0] == fields[4])
      #expect(fields[0] == fields[5])
    }

    @Test("a child sees the descriptors that it was promised, and no other")
    func listsDescriptors() throws {
      var bench = try LaunchBench()
      let extra = try Descriptor.open("/etc/passwd")
      // One that is not close-on-exec, by somebody else's mistake.
      let leaking = Descriptor(adopting: fcntl(extra.number, F_DUPFD, 300))
      // Asked one by one, because listing the directory takes a descriptor.
      let script = "i=0; while [ $i -lt 1024 ]; do [ -e /proc/$$/fd/$i ] && echo $i; i=$((i+1)); done"
      let output = try bench.output(of: script) { plan in
        plan.descriptors.append(.init(child: 7, parent: extra.number))
      }
      #expect(leaking.number >= 300)
      #expect(output == "0\n1\n2\n7\n")
    }

    @Test("what is promised is not close-on-exec, also when it keeps its number")
    func keepsNumbers() throws {
      var bench = try LaunchBench()
      let file = try TemporaryFile(containing: "same")
      let same = try Descriptor.open(file.path)
      let output = try bench.output(of: "cat /proc/self/fd/\(same.number)") { plan in
        plan.descriptors.append(.init(child: same.number, parent: same.number))
      }
      #expect(output == "same")
    }

    @Test("descriptors whose numbers cross each other arrive where they were promised")
    func crossingNumbers() throws {
      var bench = try LaunchBench()
      let left = try TemporaryFile(containing: "left")
      let right = try TemporaryFile(containing: "right")
      let first = try Descriptor.open(left.path)
      let second = try Descriptor.open(right.path)
      let output = try bench.output(of: "cat /proc/self/fd/\(first.number) /proc/self/fd/\(second.number)") { plan in
        plan.descriptors.append(.init(child: first.number, parent: second.number))
        plan.descriptors.append(.init(child: second.number, parent: first.number))
      }
      #expect(output == "rightleft")
    }

    @Test("a descriptor beyond those that a child shares is promised all the same")
    func highNumbers() throws {
      var bench = try LaunchBench()
      let file = try TemporaryFile(containing: "high")
      let low = try Descriptor.open(file.path)
      let high = Descriptor(adopting: fcntl(low.number, F_DUPFD_CLOEXEC, 700))
      let output = try bench.output(of: "cat <&3; [ -e /proc/$$/fd/700 ] || echo , and closed") { plan in
        plan.descriptors.append(.init(child: 3, parent: high.number))
      }
      #expect(output == "high, and closed\n")
    }

    @Test("standard input is /dev/null unless something else was promised")
    func standardInput() throws {
      var bench = try LaunchBench()
      #expect(try bench.output(of: "readlink /proc/self/fd/0") == "/dev/null\n")
      let file = try TemporaryFile(containing: "given")
      let given = try Descriptor.open(file.path)
      let output = try bench.output(of: "cat") { $0.descriptors.append(.init(child: 0, parent: given.number)) }
      #expect(output == "given")
    }

    @Test("a number that is promised twice is refused before anything is started")
    func promisedTwice() throws {
      var bench = try LaunchBench()
      var plan = LaunchBench.shell("true")
      plan.descriptors = [.init(child: 4, parent: 2), .init(child: 4, parent: 1)]
      let error = bench.launchError(plan)
      #expect(error?.code == EINVAL)
      #expect(try bench.reaper.members(of: Subtree(firsts: [])).isEmpty)
    }

    @Test("ignored and blocked signals are as usual in the child")
    func signalsAreReset() throws {
      try Host.beginSignals()
      // Blocks SIGWINCH in this thread.
      let loop = try EventLoop()
      _ = try loop.watchSignal(SIGWINCH) { _ in }
      var bench = try LaunchBench()
      let output = try bench.output(of: "grep -E '^Sig(Blk|Ign)' /proc/self/status")
      #expect(output == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
    }

    @Test("the child has the limit of open files that it is given")
    func openFiles() throws {
      var bench = try LaunchBench()
      let output = try bench.output(of: "ulimit -Sn; ulimit -Hn") { $0.openFiles = OpenFiles(soft: 100, hard: 200) }
      #expect(output == "100\n200\n")
    }

    @Test(
      "a child runs as the user and groups that it is given, and cannot go back",
      .enabled(if: Host.user == 0, "needs root"))
    func credentials() throws {
      var bench = try LaunchBench()
      let output = try bench.output(of: "id -u; id -g; id -G; grep -E '^[UG]id' /proc/self/status") { plan in
        plan.credentials = .init(user: 65534, group: 65533, groups: [65533, 65532])
      }
      let same = { (id: String) in "\t\(id)\t\(id)\t\(id)\t\(id)\n" }
      #expect(output == "65534\n65533\n65533 65532\nUid:" + same("65534") + "Gid:" + same("65533"))
    }
  }

  @Suite struct Failing {
    @Test("a missing program fails at exec with ENOENT")
    func missingProgram() throws {
      var bench = try LaunchBench()
      let plan = LaunchPlan(programs: ["/nonexistent/program"], arguments: ["program"])
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .exec, code: ENOENT))
    }

    @Test("a program that is not executable fails at exec with EACCES, also behind directories that lack it")
    func notExecutable() throws {
      var bench = try LaunchBench()
      let file = try TemporaryFile(containing: "#!/bin/sh\n", permissions: 0o644)
      let plan = LaunchPlan(programs: ["/nonexistent/x", file.path, "/dev/null/x"], arguments: ["x"])
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .exec, code: EACCES))
    }

    @Test("a directory is no program")
    func directoryAsProgram() throws {
      var bench = try LaunchBench()
      let plan = LaunchPlan(programs: ["/usr"], arguments: ["usr"])
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .exec, code: EACCES))
    }

    @Test("a missing directory fails at its own stage")
    func missingDirectory() throws {
      var bench = try LaunchBench()
      var plan = LaunchBench.shell("true")
      plan.workingDirectory = "/nonexistent"
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .directory, code: ENOENT))
    }

    @Test("credentials that are not allowed fail at their own stage", .enabled(if: Host.user == 0, "needs root"))
    func credentialsRefused() throws {
      var bench = try LaunchBench()
      var plan = LaunchBench.shell("true")
      // (uid_t)-1 is nobody's number.
      plan.credentials = .init(user: .max)
      #expect(try bench.failure(of: plan)?.stage == .user)
    }

    @Test("a limit above the hard one fails at its own stage")
    func limitRefused() throws {
      var bench = try LaunchBench()
      var plan = LaunchBench.shell("true")
      plan.openFiles = OpenFiles(soft: 20, hard: 10)
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .limits, code: EINVAL))
    }

    @Test("the first candidate that exists is the one that runs")
    func candidates() throws {
      #expect(LaunchPlan.candidates(for: "x", path: "/a:/b/::c") == ["/a/x", "/b/x", "c/x"])
      #expect(LaunchPlan.candidates(for: "/bin/x", path: "/a") == ["/bin/x"])
      var bench = try LaunchBench()
      let output = try bench.output(of: "echo found") { plan in
        plan.programs = LaunchPlan.candidates(for: "sh", path: "/nonexistent:/bin")
      }
      #expect(output == "found\n")
    }

    @Test("a word with a NUL inside is refused")
    func strayNul() throws {
      var bench = try LaunchBench()
      #expect(bench.launchError(LaunchBench.shell("true\0false"))?.code == EINVAL)
    }

    @Test("the stages have the numbers that CProc gives them")
    func stageNumbers() {
      let pairs: [(LaunchStage, cproc_stage)] = [
        (.session, CPROC_STAGE_SESSION), (.terminal, CPROC_STAGE_TERMINAL),
        (.descriptors, CPROC_STAGE_DESCRIPTORS), (.limits, CPROC_STAGE_LIMITS),
        (.priority, CPROC_STAGE_PRIORITY), (.cpus, CPROC_STAGE_CPUS), (.protection, CPROC_STAGE_PROTECTION),
        (.close, CPROC_STAGE_CLOSE), (.jail, CPROC_STAGE_JAIL), (.fib, CPROC_STAGE_FIB),
        (.chroot, CPROC_STAGE_CHROOT), (.directory, CPROC_STAGE_DIRECTORY),
        (.groups, CPROC_STAGE_GROUPS), (.group, CPROC_STAGE_GROUP), (.user, CPROC_STAGE_USER),
        (.privileges, CPROC_STAGE_PRIVILEGES), (.signals, CPROC_STAGE_SIGNALS), (.exec, CPROC_STAGE_EXEC),
      ]
      for (stage, number) in pairs {
        #expect(UInt32(stage.rawValue) == number.rawValue)
      }
    }
  }
}
