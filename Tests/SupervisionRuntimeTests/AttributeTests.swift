import CProc
import Glibc
import Supervision
import SupervisionRuntime
import Testing

extension ProcessTests {
  @Suite struct Attributes {
    @Test("limits are what the process itself reads")
    func limits() throws {
      var bench = try LaunchBench()
      let output = try bench.output(of: "ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -t") { plan in
        plan.openFiles = OpenFiles(soft: 300, hard: 400)
        plan.limits = [
          .init(.openFiles, soft: 100, hard: 200), .init(.core, soft: 0, hard: 0), .init(.cpuTime, soft: 60, hard: 60),
        ]
      }
      #expect(output == "100\n200\n0\n60\n")
    }

    @Test("the processes of a service are still told by their mark")
    func mark() throws {
      var bench = try LaunchBench()
      let output = try bench.output(of: "grep realtime.timeout /proc/self/limits") { plan in
        plan.limits = [.init(.core, soft: 0, hard: 0)]
      }
      #expect(!output.contains("unlimited"))
    }

    @Test("a limit that is refused is named by its position")
    func limitRefused() throws {
      var bench = try LaunchBench()
      var plan = LaunchBench.shell("true")
      plan.limits = [.init(.core, soft: 0, hard: 0), .init(.data, soft: 2, hard: 1)]
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .limits, code: EINVAL, limit: 1))
      plan.limits = [.init(.swap, soft: 1, hard: 1)]
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .limits, code: EOPNOTSUPP, limit: 0))
    }

    @Test("niceness and CPUs are set")
    func priority() throws {
      var bench = try LaunchBench()
      let output = try bench.output(of: "nice; grep Cpus_allowed_list /proc/self/status") { plan in
        plan.nice = 7
        plan.cpus = [0]
      }
      #expect(output == "7\nCpus_allowed_list:\t0\n")
      var plan = LaunchBench.shell("true")
      plan.cpus = [1024]
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .cpus, code: EINVAL))
    }

    @Test("a routing table is refused at its own stage")
    func fib() throws {
      var bench = try LaunchBench()
      var plan = LaunchBench.shell("true")
      plan.fib = 1
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .fib, code: ENOSYS))
    }

    @Test("a jail is refused at its own stage where there are none, before the root is changed")
    func jail() throws {
      var bench = try LaunchBench()
      var plan = LaunchBench.shell("true")
      plan.jail = 1
      plan.root = "/nonexistent"
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .jail, code: ENOSYS))
    }

    @Test("protection reaches the child, and the supervisor stays as it was")
    func protection() throws {
      var bench = try LaunchBench()
      let own = try Descriptor.open("/proc/self/oom_score_adj").readToEnd()
      var plan = LaunchBench.shell("true")
      plan.isProtected = true
      // A container may withhold the right even from root.
      if let failure = try bench.failure(of: plan) {
        #expect(failure == LaunchFailure(stage: .protection, code: EACCES))
      } else {
        #expect(try bench.output(of: "cat /proc/self/oom_score_adj") { $0.isProtected = true } == "-1000\n")
      }
      #expect(try Descriptor.open("/proc/self/oom_score_adj").readToEnd() == own)
    }

    @Test("no new privileges, and a set-id program gives none", .enabled(if: Host.user == 0, "needs root"))
    func noNewPrivileges() throws {
      var bench = try LaunchBench()
      // A copy of id(1) that belongs to root and takes its owner's rights.
      let directory = try bench.output(of: "mktemp -d /tmp/shepherd-setid.XXXXXX").dropLast()
      defer { _ = try? bench.output(of: "rm -rf \(directory)") }
      let copy = "cd \(directory) && chmod 755 . && cp $(command -v id) id && chmod 4755 id"
      _ = try bench.output(of: copy)
      let script = "grep NoNewPrivs /proc/self/status; \(directory)/id -u"
      let before = try bench.output(of: script) { $0.credentials = .init(user: 65534, group: 65534, groups: []) }
      let after = try bench.output(of: script) { plan in
        plan.credentials = .init(user: 65534, group: 65534, groups: [])
        plan.noNewPrivileges = true
      }
      #expect(before == "NoNewPrivs:\t0\n0\n")
      #expect(after == "NoNewPrivs:\t1\n65534\n")
    }

    @Test("a missing root fails at its own stage", .enabled(if: Host.user == 0, "needs root"))
    func chrootRefused() throws {
      var bench = try LaunchBench()
      var plan = LaunchBench.shell("true")
      plan.root = "/nonexistent"
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .chroot, code: ENOENT))
      // Programs are looked for inside.
      plan.root = "/proc"
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .exec, code: ENOENT))
      plan.workingDirectory = "/nonexistent"
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .directory, code: ENOENT))
    }

    @Test("a terminal is controlling terminal and standard descriptors; others keep their numbers")
    func terminal() throws {
      let bench = try LaunchBench()
      let (master, path) = try openTerminal()
      let file = try TemporaryFile(containing: "kept")
      let kept = try Descriptor.open(file.path)
      var plan = LaunchPlan(
        programs: ["/bin/sh"],
        arguments: ["sh", "-c", "tty; echo from-tty >/dev/tty; readlink /proc/self/fd/2; cat <&5"])
      plan.environment = ["PATH=/usr/bin:/bin"]
      plan.terminal = path
      plan.descriptors = [.init(child: 5, parent: kept.number)]
      let launched = try bench.reaper.launch(plan)
      let process = launched.process
      _ = try process.waitForExit()
      bench.reaper.release(process)
      var buffer = [UInt8](repeating: 0, count: 4096)
      var text = ""
      // The terminal may hand over its output in parts.
      while !text.hasSuffix("kept") {
        let count = buffer.withUnsafeMutableBytes { read(master.number, $0.baseAddress, $0.count) }
        guard count > 0 else { break }
        text += String(decoding: buffer.prefix(count), as: UTF8.self)
      }
      #expect(text.hasPrefix("\(path)\r\nfrom-tty\r\n\(path)\r\nkept"))
    }

    @Test("what is no terminal fails at its own stage")
    func noTerminal() throws {
      var bench = try LaunchBench()
      var plan = LaunchPlan(programs: ["/bin/sh"], arguments: ["sh", "-c", "true"])
      plan.terminal = "/dev/null"
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .terminal, code: ENOTTY))
      plan.terminal = "/dev/nonexistent"
      #expect(try bench.failure(of: plan) == LaunchFailure(stage: .terminal, code: ENOENT))
      plan.descriptors = [.init(child: 1, parent: 1)]
      #expect(bench.launchError(plan)?.code == EINVAL)
    }
  }
}

/// A pseudo-terminal: its master, and the path of the other side.
private func openTerminal() throws -> (master: PseudoTerminal, path: String) {
  let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
  var unlocked: Int32 = 0
  var number: UInt32 = 0
  // TIOCSPTLCK and TIOCGPTN, macros that Swift does not see.
  guard master >= 0, ioctl(master, 0x4004_5431, &unlocked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
    throw SystemError("ptmx", code: cproc_errno())
  }
  // Held open here, so that the output outlives the process.
  let path = "/dev/pts/\(number)"
  return (PseudoTerminal(number: master, slave: open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)), path)
}

private final class PseudoTerminal {
  let number: Int32
  private let slave: Int32

  init(number: Int32, slave: Int32) {
    self.number = number
    self.slave = slave
  }

  deinit {
    close(slave)
    close(number)
  }
}
