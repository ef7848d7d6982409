import CProc
import Glibc
import SupervisionRuntime
import Testing

extension ProcessTests {
  @Suite struct Watching {
    @Test("an exit and a death by signal are told apart")
    func statuses() throws {
      var bench = try LaunchBench()
      let exits = try bench.start("echo; exit 42")
      let exiting = exits.process
      #expect(try exiting.waitForExit() == .exited(42))
      bench.reaper.release(exiting)

      let dies = try bench.start("ulimit -c 0; echo; kill -SEGV $$")
      let dying = dies.process
      #expect(try dying.waitForExit() == .signaled(SIGSEGV, core: false))
      bench.reaper.release(dying)
    }

    @Test("a status can be asked for again until the process is released")
    func statusStays() throws {
      var bench = try LaunchBench()
      let started = try bench.start("echo; read never < /dev/zero; exit 3")
      let process = started.process
      #expect(try process.status() == nil)
      try process.signal(SIGTERM)
      #expect(try process.waitForExit() == .signaled(SIGTERM, core: false))
      #expect(try process.status() == .signaled(SIGTERM, core: false))
      #expect(try process.status() == .signaled(SIGTERM, core: false))
      #expect(kill(process.pid, 0) == 0, "the pid is not free yet")
      bench.reaper.release(process)
    }

    @Test("a signal to a process that has ended is no error")
    func signalToTheDead() throws {
      var bench = try LaunchBench()
      let started = try bench.start("echo")
      let process = started.process
      _ = try process.waitForExit()
      try process.signal(SIGTERM)
      bench.reaper.release(process)
    }

    @Test("a signal to the group reaches the children that stayed in it")
    func groupSignal() throws {
      var bench = try LaunchBench()
      let started = try bench.start("trap '' USR1; sleep 1000 & trap - USR1; sleep 1000 & echo $!; wait")
      let process = started.process
      try Reaper.signalGroup(of: process.pid, SIGTERM)
      #expect(try process.waitForExit() == .signaled(SIGTERM, core: false))
      try bench.waitUntilEmpty(Subtree(firsts: [process.pid]))
      bench.reaper.release(process)
    }
  }

  @Suite struct Reaping {
    @Test("a process is a reaper once it has asked to be one")
    func reaperStatus() throws {
      _ = try Reaper()
      #expect(cproc_reaper_status() == 1)
    }

    @Test("a living subtree is listed with every descendant")
    func listsMembers() throws {
      var bench = try LaunchBench()
      let started = try bench.start("sh -c 'sleep 1000 & echo $!; wait' & wait")
      let process = started.process
      let sleeper = try #require(Int32(started.line))
      let members = try bench.reaper.members(of: Subtree(firsts: [process.pid]))
      #expect(members.count == 3)
      #expect(members.first?.pid == process.pid)
      #expect(members.contains { $0.pid == sleeper })
      #expect(members.allSatisfy { $0.first == process.pid })
      try bench.end(process)
    }

    @Test(
      "a process that hides is found after its parent's death, and killed",
      arguments: [
        // Two forks, the usual daemon.
        "(sleep 1000 & echo $! >&3)",
        // The environment cleared.
        "(env -i sleep 1000 & echo $! >&3)",
        // A session of its own.
        "(setsid sleep 1000 & echo $! >&3)",
        // Both, and the descriptors closed.
        "(setsid env -i sh -c 'echo $$ >&3; exec sleep 1000 3>&- 1>&-' &)",
      ])
    func hiddenProcess(script: String) throws {
      var bench = try LaunchBench()
      let started = try bench.start("exec 3>&1; \(script); exit 5") { $0.environment.append("FRUIX_SERVICE=hidden") }
      let process = started.process
      let hidden = try #require(Int32(started.line))
      #expect(try process.waitForExit() == .exited(5))
      let subtree = Subtree(firsts: [process.pid], mark: "hidden")
      let members = try bench.reaper.members(of: subtree)
      #expect(members.map(\.pid) == [hidden])
      #expect(members.first?.first == process.pid)
      #expect(try bench.reaper.subtrees.signal(SIGKILL, to: subtree) == 1)
      try bench.waitUntilEmpty(subtree)
      #expect(try bench.reaper.subtrees.signal(SIGKILL, to: subtree) == 0)
      bench.reaper.release(process)
      #expect(kill(hidden, 0) < 0)
    }

    @Test("a process that was left behind belongs to its own service only")
    func attribution() throws {
      var bench = try LaunchBench()
      let one = try bench.start("(sleep 1000 >&- & echo $!)")
      let two = try bench.start("(sleep 1000 >&- & echo $!)")
      let lines = [one.line, two.line]
      let first = one.process
      let second = two.process
      _ = try first.waitForExit()
      _ = try second.waitForExit()
      let ofFirst = try bench.reaper.members(of: Subtree(firsts: [first.pid]))
      let ofSecond = try bench.reaper.members(of: Subtree(firsts: [second.pid]))
      #expect(ofFirst.map { "\($0.pid)" } == [lines[0]])
      #expect(ofSecond.map { "\($0.pid)" } == [lines[1]])
      let ofBoth = try bench.reaper.members(of: Subtree(firsts: [first.pid, second.pid]))
      #expect(ofBoth.count == 2)
      try bench.end(first)
      #expect(try bench.reaper.members(of: Subtree(firsts: [second.pid])).count == 1)
      try bench.end(second)
    }

    @Test("a kill reaches every process of a tree that keeps forking")
    func forkingTree() throws {
      var bench = try LaunchBench()
      let started = try bench.start("f() { while :; do sleep 0.01 & done; }; f & f & f & echo; wait") {
        plan in
        plan.openFiles = OpenFiles(soft: 64, hard: 64)
      }
      let process = started.process
      try bench.end(process)
    }

    @Test("reaping what was adopted leaves the status of what was launched alone")
    func statusIsNotStolen() throws {
      var bench = try LaunchBench()
      // The orphan ends when this test closes its end, after it was adopted.
      let gate = try Descriptor.pipe()
      let started = try bench.start("(sh -c 'read line <&4; kill -9 $$' & echo $!); exit 7") { plan in
        plan.descriptors.append(.init(child: 4, parent: gate.reading.number))
      }
      let process = started.process
      let orphan = try #require(Int32(started.line))
      #expect(try process.waitForExit() == .exited(7))
      gate.writing.close()
      try waitForEnd(of: orphan)
      #expect(try bench.reaper.reapOrphans() == [.init(pid: orphan, status: .signaled(SIGKILL, core: false))])
      #expect(try process.status() == .exited(7))
      bench.reaper.release(process)
      #expect(try bench.reaper.reapOrphans().isEmpty)
    }

    @Test("a process that is released while it runs counts as adopted")
    func releasedAlive() throws {
      var bench = try LaunchBench()
      let started = try bench.start("echo; read never < /dev/zero")
      let process = started.process
      let pid = process.pid
      bench.reaper.release(process)
      #expect(kill(pid, SIGKILL) == 0)
      try waitForEnd(of: pid)
      let orphans = try bench.reaper.reapOrphans()
      #expect(orphans == [.init(pid: pid, status: .signaled(SIGKILL, core: false))])
    }
  }
}
